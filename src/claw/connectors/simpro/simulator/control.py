"""Control endpoints under ``/_control``: the dispatcher's hand, and no part of the vendor.

Each takes and gives JSON and calls the method of the same name on the simulator.
"""

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from claw.connect.simulator import FaultUnknown
from claw.connectors.simpro.simulator.encoding import encode

if TYPE_CHECKING:
    from claw.connectors.simpro.simulator.simulator import Simulator


class Move(msgspec.Struct, forbid_unknown_fields=True):
    """``POST move``: any of date, first start (``HH:MM``) and staff."""

    id: int
    date: datetime.date | None = None
    start: str | None = None
    staff: int | None = None
    company: int = 2


class Reassign(msgspec.Struct, forbid_unknown_fields=True):
    """``POST reassign``: null staff leaves the row to nobody."""

    id: int
    staff: int | None
    company: int = 2


class Delete(msgspec.Struct, forbid_unknown_fields=True):
    """``POST delete``."""

    id: int
    company: int = 2


class Split(msgspec.Struct, forbid_unknown_fields=True):
    """``POST split``: break off at one wall time, resume at another."""

    id: int
    at: str
    resume: str
    company: int = 2


class Cancel(msgspec.Struct, forbid_unknown_fields=True):
    """``POST cancel``: a job to another stage."""

    job: int
    stage: str = "Archived"
    company: int = 2


class AddSchedule(msgspec.Struct, forbid_unknown_fields=True):
    """``POST add_schedule``: ``blocks`` are pairs of wall times."""

    date: datetime.date
    blocks: list[tuple[str, str]]
    job: int
    kind: str = "job"
    staff: int | None = None
    notes: str = ""
    company: int = 2


class AddMobileStatus(msgspec.Struct, forbid_unknown_fields=True):
    """``POST add_mobile_status``: when it was tapped and when the build heard of it."""

    staff: int
    job: int
    status: str
    at: str | None = None
    logged: str | None = None
    bundle: bool = False
    kind: str = "job"
    company: int = 2


class SetTime(msgspec.Struct, forbid_unknown_fields=True):
    """``POST set_time``: stamp later changes from this wall time of ``today`` on."""

    to: str
    company: int = 2


class SetContact(msgspec.Struct, forbid_unknown_fields=True):
    """``POST set_contact_phone``: null leaves a number as it is."""

    id: int
    mobile: str | None = None
    landline: str | None = None
    company: int = 2


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    """``POST faults``: lifts what is set (unless ``keep``), then sets these."""

    set: list[str] = []
    keep: bool = False


Operation = TypeVar("Operation")


def _operation(name: str, kind: type[Operation], run: Callable[[Operation], object]) -> Route:
    async def handle(request: Request) -> Response:
        try:
            result = run(msgspec.json.decode(await request.body() or b"{}", type=kind))
        except (msgspec.DecodeError, FaultUnknown, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        except KeyError as error:
            return JSONResponse({"error": str(error)}, 404)
        return Response(encode({"result": result}), media_type="application/json")

    return Route(f"/{name}", handle, methods=["POST"])


def control_routes(simulator: "Simulator") -> list[Route]:
    """Routes of the control plane for one simulator."""

    def move(o: Move) -> None:
        simulator.move_schedule(o.id, date=o.date, start=o.start, staff=o.staff, company=o.company)

    def set_contact_phone(o: SetContact) -> None:
        given = {"mobile": o.mobile, "landline": o.landline}
        changes = {name: value for name, value in given.items() if value is not None}
        simulator.set_contact(o.id, o.company, **changes)

    def set_faults(o: Faults) -> list[str]:
        for fault in o.set:
            simulator.faults.parse(fault)
        if not o.keep:
            simulator.faults.clear()
        for fault in o.set:
            simulator.faults.set(fault)
        return [fault.name for fault in simulator.faults.active]

    def add_schedule(o: AddSchedule) -> int:
        return simulator.add_schedule(**msgspec.structs.asdict(o))

    def add_mobile_status(o: AddMobileStatus) -> int:
        return simulator.add_mobile_status(**msgspec.structs.asdict(o))

    def reassign(o: Reassign) -> None:
        simulator.reassign_schedule(o.id, o.staff, o.company)

    def split(o: Split) -> None:
        simulator.split_schedule(o.id, o.at, o.resume, o.company)

    operations = [
        _operation("move", Move, move),
        _operation("reassign", Reassign, reassign),
        _operation("delete", Delete, lambda o: simulator.delete_schedule(o.id, o.company)),
        _operation("split", Split, split),
        _operation("cancel", Cancel, lambda o: simulator.cancel_job(o.job, o.stage, o.company)),
        _operation("add_schedule", AddSchedule, add_schedule),
        _operation("add_mobile_status", AddMobileStatus, add_mobile_status),
        _operation("set_time", SetTime, lambda o: simulator.set_time(o.to, o.company)),
        _operation("set_contact_phone", SetContact, set_contact_phone),
        _operation("faults", Faults, set_faults),
    ]

    async def reset(request: Request) -> Response:
        simulator.reset()
        return JSONResponse({"result": None})

    async def log(request: Request) -> Response:
        return Response(encode(simulator.log), media_type="application/json")

    async def violations(request: Request) -> Response:
        return JSONResponse(simulator.violations)

    return [
        *operations,
        Route("/reset", reset, methods=["POST"]),
        Route("/log", log, methods=["GET"]),
        Route("/violations", violations, methods=["GET"]),
    ]
