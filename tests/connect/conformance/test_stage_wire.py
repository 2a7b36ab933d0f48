"""A stage called within the process answers as it does on a socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest

from claw.connect.conformance.check import Run
from claw.connect.conformance.session import Stand
from claw.connect.conformance.subject import Trouble
from claw.connect.conformance.wire import Forward, answered, whole
from claw.connect.simulator import serve
from claw_testing.conformance_runs import NoEngine
from claw_testing.sample_connector.subject import SUBJECT

QUERY = "from=2026-11-24&to=2026-11-24&page=1"


@pytest.fixture
def stand() -> Stand:
    return Stand(Run(subject=SUBJECT, harness=NoEngine()))


@asynccontextmanager
async def both(stand: Stand) -> AsyncGenerator[tuple[httpx2.AsyncBaseTransport, ...]]:
    async with serve(stand.stage.app) as running, httpx2.AsyncHTTPTransport() as socket:
        yield _At(socket, running.base_url), _At(stand.wire, "http://127.0.0.1:4")


class _At(httpx2.AsyncBaseTransport):
    def __init__(self, inner: httpx2.AsyncBaseTransport, origin: str) -> None:
        self._inner = inner
        self._origin = origin

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        at = httpx2.Request(
            "GET", f"{self._origin}{request.url.raw_path.decode()}", headers=request.headers
        )
        return await self._inner.handle_async_request(at)


def bookings(stand: Stand) -> httpx2.Request:
    key = stand.stage.secrets()["api_key"]
    headers = {"authorization": f"Bearer {key}"}
    return httpx2.Request("GET", f"http://any/v1/bookings?{QUERY}", headers=headers)


async def test_an_answer_has_the_same_status_headers_and_body(stand: Stand) -> None:
    async with both(stand) as (socket, wire):
        stand.stage.trouble(Trouble.THROTTLED, times=2, option="date")
        for status in (429, 200):
            there = await socket.handle_async_request(bookings(stand))
            here = await wire.handle_async_request(bookings(stand))
            assert (there.status_code, here.status_code) == (status, status)
            assert await whole(there) == await whole(here)
            assert there.headers.keys() == here.headers.keys()
            assert there.headers["date"].endswith("GMT")
            assert ("retry-after" in here.headers) == (status == 429)
            assert "@" not in here.headers.get("retry-after", "")


async def test_a_reset_is_a_reset(stand: Stand) -> None:
    async with both(stand) as (socket, wire):
        stand.stage.trouble(Trouble.RESET, times=2)
        for transport in (socket, wire):
            with pytest.raises(httpx2.ReadError):
                await transport.handle_async_request(bookings(stand))
    assert [(sent.status, sent.path) for sent in stand.wire.sent] == [(0, "/v1/bookings")]


async def test_a_meddler_answers_in_the_stages_place_or_passes_on(stand: Stand) -> None:
    async def meddle(number: int, request: httpx2.Request, forward: Forward) -> httpx2.Response:
        return answered(b"[]", 418) if number == 0 else await forward(request)

    stand.wire.meddler = meddle
    statuses = [
        (await stand.wire.handle_async_request(bookings(stand))).status_code for _ in range(2)
    ]
    assert statuses == [418, 200]
    assert len(stand.stage.log) == 1
