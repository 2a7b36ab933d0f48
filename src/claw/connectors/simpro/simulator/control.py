"""Control endpoints under ``/_control``: the dispatcher's hand, and no part of the vendor.

Each takes and gives JSON and calls the method of the same name on the simulator.
"""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from claw.connect.callbacks import NotThisMachine
from claw.connect.simulator import FaultUnknown
from claw.connectors.simpro.simulator import orders
from claw.connectors.simpro.simulator.calling import Webhooks
from claw.connectors.simpro.simulator.encoding import encode

if TYPE_CHECKING:
    from claw.connectors.simpro.simulator.simulator import Simulator


Operation = TypeVar("Operation")


def _operation(name: str, kind: type[Operation], run: Callable[[Operation], object]) -> Route:
    async def handle(request: Request) -> Response:
        try:
            result = run(msgspec.json.decode(await request.body() or b"{}", type=kind))
            if inspect.isawaitable(result):
                result = await result
        except (msgspec.DecodeError, FaultUnknown, NotThisMachine, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        except KeyError as error:
            return JSONResponse({"error": str(error)}, 404)
        return Response(encode({"result": result}), media_type="application/json")

    return Route(f"/{name}", handle, methods=["POST"])


def _asdict(order: msgspec.Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(order)


def _of_schedules(simulator: "Simulator") -> list[Route]:
    def move(o: orders.Move) -> None:
        simulator.move_schedule(o.id, date=o.date, start=o.start, staff=o.staff, company=o.company)

    def reassign(o: orders.Reassign) -> None:
        simulator.reassign_schedule(o.id, o.staff, o.company)

    def split(o: orders.Split) -> None:
        simulator.split_schedule(o.id, o.at, o.resume, o.company)

    def add_schedule(o: orders.AddSchedule) -> int:
        return simulator.add_schedule(**_asdict(o))

    return [
        _operation("move", orders.Move, move),
        _operation("reassign", orders.Reassign, reassign),
        _operation("split", orders.Split, split),
        _operation("add_schedule", orders.AddSchedule, add_schedule),
        _operation("twin", orders.Twin, lambda o: simulator.twin_schedule(o.id, o.company)),
        _operation("delete", orders.Delete, lambda o: simulator.delete_schedule(o.id, o.company)),
    ]


def _of_jobs(simulator: "Simulator") -> list[Route]:
    def cancel(o: orders.Cancel) -> None:
        simulator.cancel_job(o.job, o.stage, o.company)

    def add_mobile_status(o: orders.AddMobileStatus) -> int:
        return simulator.add_mobile_status(**_asdict(o))

    def add_timeline_entry(o: orders.AddTimelineEntry) -> None:
        simulator.add_timeline_entry(**_asdict(o))

    def set_contact_phone(o: orders.SetContact) -> None:
        given = {"mobile": o.mobile, "landline": o.landline}
        changes = {name: value for name, value in given.items() if value is not None}
        simulator.set_contact(o.id, o.company, **changes)

    return [
        _operation("cancel", orders.Cancel, cancel),
        _operation("add_mobile_status", orders.AddMobileStatus, add_mobile_status),
        _operation("add_timeline_entry", orders.AddTimelineEntry, add_timeline_entry),
        _operation("set_contact_phone", orders.SetContact, set_contact_phone),
        _operation("set_time", orders.SetTime, lambda o: simulator.set_time(o.to, o.company)),
    ]


def _of_webhooks(hooks: Webhooks) -> list[Route]:
    def subscribe(o: orders.Subscribe) -> int:
        return hooks.subscribe(**_asdict(o))

    return [
        _operation("subscribe", orders.Subscribe, subscribe),
        _operation("burst", orders.Burst, lambda o: hooks.burst(o.job, o.count, o.company)),
        _operation("probe", orders.Webhook, lambda o: hooks.probe(o.id, o.company)),
        _operation("ping", orders.Webhook, lambda o: hooks.ping(o.id, o.body.encode(), o.company)),
        _operation("deliver", orders.Nothing, lambda o: hooks.deliver()),
    ]


def _of_the_simulator(simulator: "Simulator") -> list[Route]:
    def set_faults(o: orders.Faults) -> list[str]:
        for fault in o.set:
            simulator.faults.parse(fault)
        if not o.keep:
            simulator.faults.clear()
        for fault in o.set:
            simulator.faults.set(fault)
        return [fault.name for fault in simulator.faults.active]

    async def reset(request: Request) -> Response:
        simulator.reset()
        return JSONResponse({"result": None})

    async def log(request: Request) -> Response:
        return Response(encode(simulator.log), media_type="application/json")

    async def violations(request: Request) -> Response:
        return JSONResponse(simulator.violations)

    return [
        _operation("faults", orders.Faults, set_faults),
        Route("/reset", reset, methods=["POST"]),
        Route("/log", log, methods=["GET"]),
        Route("/violations", violations, methods=["GET"]),
    ]


def control_routes(simulator: "Simulator") -> list[Route]:
    """Routes of the control plane for one simulator."""
    return [
        *_of_schedules(simulator),
        *_of_jobs(simulator),
        *_of_webhooks(simulator.webhooks),
        *_of_the_simulator(simulator),
    ]
