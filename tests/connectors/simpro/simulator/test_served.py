"""Over a real socket: the budget, the server's own headers, resets, and a clean stop."""

import asyncio
import threading
import urllib.request
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import pytest

from claw.connect.simulator import serve, serve_in_thread
from claw.connectors.simpro.simulator import Simulator
from claw.core.errors import InvalidInput

JOBS = "/api/v1.0/companies/2/jobs/"


def bearer(simulator: Simulator) -> dict[str, str]:
    return {"Authorization": f"Bearer {simulator.api_key}", "traceparent": "00-ab-cd-01"}


async def test_eleven_requests_at_once_meet_the_budget_of_ten(fresh: Simulator) -> None:
    async with (
        serve(fresh.app) as running,
        httpx2.AsyncClient(base_url=running.base_url, headers=bearer(fresh)) as client,
    ):
        statuses = Counter([(await client.get("/api/v1.0/info/")).status_code for _ in range(12)])
    assert statuses == {200: 10, 429: 2}
    assert fresh.max_requests_in_any_second() == 12
    assert fresh.log[0].traceparent == "00-ab-cd-01"
    assert fresh.log[0].api_key_label == "default"


async def test_another_integrations_noise_eats_the_budget(fresh: Simulator) -> None:
    fresh.faults.set("noise429:8")
    async with (
        serve(fresh.app) as running,
        httpx2.AsyncClient(base_url=running.base_url, headers=bearer(fresh)) as client,
    ):
        # At once, and more than fit any second: a busy machine may spread them a little.
        replies = await asyncio.gather(*(client.get(JOBS) for _ in range(9)))
        statuses = [reply.status_code for reply in replies]
        assert statuses.count(429) > 0, "ours alone are under the limit"
        assert 200 in statuses


async def test_the_date_header_is_the_servers_and_can_be_wrong(fresh: Simulator) -> None:
    fresh.faults.set("http_date_skew:-3")
    fresh.faults.set("rate429:1,retry_after=date")
    async with (
        serve(fresh.app) as running,
        httpx2.AsyncClient(base_url=running.base_url, headers=bearer(fresh)) as client,
    ):
        limited, reply = await client.get(JOBS), await client.get(JOBS)
    off = datetime.now(UTC) - parsedate_to_datetime(reply.headers["Date"])
    assert 2.9 < off.total_seconds() / 3600 < 3.1
    parsedate_to_datetime(limited.headers["Retry-After"])
    assert not [name for name in reply.headers if name.startswith("x-simulator")]


async def test_a_reset_connection_is_a_transport_error(fresh: Simulator) -> None:
    fresh.faults.set("reset:1")
    async with (
        serve(fresh.app) as running,
        httpx2.AsyncClient(base_url=running.base_url, headers=bearer(fresh)) as client,
    ):
        with pytest.raises(httpx2.TransportError):
            await client.get(JOBS)
        assert (await client.get(JOBS)).status_code == 200


async def test_a_taken_port_is_refused(fresh: Simulator) -> None:
    async with serve(fresh.app) as running:
        with pytest.raises(InvalidInput):
            async with serve(fresh.app, port=running.port):
                pass


def test_a_blocking_caller_can_serve_from_a_thread(fresh: Simulator) -> None:
    before = threading.active_count()
    with serve_in_thread(fresh.app) as running:
        request = urllib.request.Request(f"{running.base_url}{JOBS}", headers=bearer(fresh))
        with urllib.request.urlopen(request) as reply:
            assert reply.status == 200
    assert threading.active_count() == before
