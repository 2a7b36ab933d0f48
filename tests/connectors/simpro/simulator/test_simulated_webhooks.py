"""Webhooks: who is called when, how it is signed, and every way delivery goes wrong."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response

from claw.connect.callbacks import NotThisMachine
from claw.connect.simulator import serve
from claw.connectors.simpro.simulator import Simulator

SECRET = "hush"
URL = "http://127.0.0.1:9/hooks/1"


class Receiver:
    """An ASGI callback that keeps what it was sent and answers ``status``."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.calls: list[tuple[str, dict[str, str], bytes]] = []

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        request = Request(scope, receive)
        self.calls.append((request.method, dict(request.headers), await request.body()))
        await Response(status_code=self.status)(scope, receive, send)

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["ID"] for _, _, body in self.calls if body]


@pytest.fixture
def receiver(simulator: Simulator) -> Receiver:
    receiver = Receiver()
    simulator.webhooks.wire = httpx2.ASGITransport(app=receiver)
    return receiver


def job_row(simulator: Simulator) -> dict[str, Any]:
    rows = simulator.schedules(simulator.today, simulator.today)
    return next(row for row in rows if row["Type"] == "job" and row["Staff"])


async def test_a_subscription_is_listed_and_shows_its_secret(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    number = simulator.webhooks.subscribe(URL, SECRET, events=("job.updated",), name="Claw")
    assert (await client.get("/setup/webhooks/")).json() == [{"ID": number, "Name": "Claw"}]
    item = (await client.get(f"/setup/webhooks/{number}")).json()
    assert (item["CallbackURL"], item["Secret"], item["Events"], item["Status"]) == (
        URL,
        SECRET,
        ["job.updated"],
        "Enabled",
    )


async def test_a_change_is_told_thinly_and_only_to_who_asked(
    simulator: Simulator, receiver: Receiver
) -> None:
    simulator.webhooks.subscribe(URL, SECRET, events=("job.schedule.updated",))
    row = job_row(simulator)
    simulator.move_schedule(row["ID"], start="10:00")
    simulator.cancel_job(row["Project"]["ProjectID"])
    (sent,) = await simulator.webhooks.deliver()
    assert (sent.event, sent.status) == ("job.schedule.updated", 200)
    body = json.loads(receiver.calls[0][2])
    project = row["Project"]
    assert body["reference"] == {
        "companyID": 2,
        "scheduleID": row["ID"],
        "jobID": project["ProjectID"],
        "sectionID": project["SectionID"],
        "costCenterID": project["CostCenterID"],
    }
    assert (body["build"], body["name"], body["action"]) == ("harbour", "Job schedule", "updated")
    assert set(body) == {
        *("ID", "build", "name", "action", "reference", "date_triggered", "description"),
    }
    assert await simulator.webhooks.deliver() == []


async def test_every_operation_has_its_event(simulator: Simulator, receiver: Receiver) -> None:
    simulator.webhooks.subscribe(URL, SECRET)
    row = job_row(simulator)
    job = row["Project"]["ProjectID"]
    simulator.reassign_schedule(row["ID"], None)
    simulator.add_schedule(date=simulator.today, blocks=[("08:00", "09:00")], job=job)
    simulator.delete_schedule(row["ID"])
    simulator.cancel_job(job)
    simulator.add_mobile_status(staff=41, job=job, status="Onsite", at="09:30")
    simulator.set_contact(5001, mobile="0491 570 737")
    await simulator.webhooks.deliver()
    assert receiver.events == [
        "job.schedule.updated",
        "job.schedule.created",
        "job.schedule.deleted",
        "job.status",
        "job.stage.archived",
        "job.status",
        "contact.updated",
    ]


@pytest.mark.parametrize(
    ("fault", "header", "digest", "prefix"),
    [
        (None, "x-response-signature", hashlib.sha256, ""),
        ("webhook_signature:sha256,prefix=yes", "x-response-signature", hashlib.sha256, "sha256="),
        ("webhook_signature:sha1,prefix=yes", "x-response-signature", hashlib.sha1, "sha1="),
        (
            "webhook_signature:sha256,header=X-Simpro-Signature",
            "x-simpro-signature",
            hashlib.sha256,
            "",
        ),
    ],
)
async def test_a_body_is_signed_in_each_reported_form(
    simulator: Simulator,
    receiver: Receiver,
    fault: str | None,
    header: str,
    digest: Any,
    prefix: str,
) -> None:
    if fault:
        simulator.faults.set(fault)
    simulator.webhooks.subscribe(URL, SECRET)
    simulator.webhooks.burst(1, count=1)
    await simulator.webhooks.deliver()
    ((_, headers, body),) = receiver.calls
    assert headers[header] == prefix + hmac.new(SECRET.encode(), body, digest).hexdigest()


@pytest.mark.parametrize("form", ["none", "wrong"])
async def test_a_signature_can_be_missing_or_false(
    simulator: Simulator, receiver: Receiver, form: str
) -> None:
    simulator.faults.set(f"webhook_signature:{form}")
    simulator.webhooks.subscribe(URL, SECRET)
    simulator.webhooks.burst(1, count=1)
    await simulator.webhooks.deliver()
    ((_, headers, _),) = receiver.calls
    given = [value for name, value in headers.items() if name.endswith("signature")]
    assert given == ([] if form == "none" else ["0" * 64])


async def test_deliveries_can_be_doubled_reordered_and_overtaken(
    simulator: Simulator, receiver: Receiver
) -> None:
    simulator.webhooks.subscribe(URL, SECRET)
    row = job_row(simulator)

    async def delivered(fault: str) -> list[str]:
        receiver.calls.clear()
        simulator.faults.clear()
        simulator.faults.set(fault)
        added = simulator.add_schedule(
            date=simulator.today, blocks=[("08:00", "09:00")], job=row["Project"]["ProjectID"]
        )
        simulator.move_schedule(added, start="11:00")
        simulator.delete_schedule(added)
        await simulator.webhooks.deliver()
        return [event.rpartition(".")[2] for event in receiver.events]

    assert await delivered("webhook_duplicates") == [
        *("created", "created", "updated", "updated", "deleted", "deleted"),
    ]
    assert await delivered("webhook_reorder") == ["deleted", "updated", "created"]
    assert await delivered("webhook_deleted_first") == ["deleted", "created", "updated"]
    assert await delivered("webhook_paused") == []


async def test_a_burst_is_fifty_events_of_one_job(simulator: Simulator, receiver: Receiver) -> None:
    simulator.webhooks.subscribe(URL, SECRET)
    simulator.webhooks.burst(5001)
    assert len(await simulator.webhooks.deliver()) == 50
    assert set(receiver.events) == {"job.updated"}


async def test_an_address_is_probed_and_pinged(simulator: Simulator, receiver: Receiver) -> None:
    number = simulator.webhooks.subscribe(URL, SECRET)
    probes = await simulator.webhooks.probe(number)
    pings = [
        *await simulator.webhooks.ping(number),
        *await simulator.webhooks.ping(number, b"not json"),
    ]
    assert [(sent.method, sent.status) for sent in (*probes, *pings)] == [
        *(("HEAD", 200), ("GET", 200), ("POST", 200), ("POST", 200)),
    ]
    assert [body for *_, body in receiver.calls] == [b"", b"", b"", b"not json"]


async def test_a_callback_that_keeps_failing_is_paused_and_nothing_is_replayed(
    client: httpx2.AsyncClient, simulator: Simulator, receiver: Receiver
) -> None:
    number = simulator.webhooks.subscribe(URL, SECRET)
    receiver.status = 500
    simulator.webhooks.burst(1, count=5)
    await simulator.webhooks.deliver()
    item = (await client.get(f"/setup/webhooks/{number}")).json()
    assert item["Status"] == "Disabled"
    receiver.status = 200
    simulator.webhooks.burst(1, count=5)
    assert await simulator.webhooks.deliver() == []


async def test_no_other_machine_is_ever_called(simulator: Simulator) -> None:
    for url in (
        "http://example.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "https://localhost.x",
    ):
        with pytest.raises(NotThisMachine) as caught:
            simulator.webhooks.subscribe(url, SECRET)
        assert url not in str(caught.value)


async def test_calls_go_over_a_socket_and_a_silent_address_is_no_answer(
    fresh: Simulator,
) -> None:
    receiver = Receiver()
    async with serve(receiver) as running:
        number = fresh.webhooks.subscribe(f"{running.base_url}/hook", SECRET)
        assert [sent.status for sent in await fresh.webhooks.ping(number)] == [200]
    assert [sent.status for sent in await fresh.webhooks.ping(number)] == [None]
