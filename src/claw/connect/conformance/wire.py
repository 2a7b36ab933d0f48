"""The wire between the transport and a stage: in this process, recorded, open to meddling.

A stage is an ASGI application; it is called as its server would call it, with resets and
the ``Date`` header, but without a socket, so that a check takes as long as its work.
"""

from collections.abc import Awaitable, Callable

import httpx2
from msgspec import Struct
from starlette.types import ASGIApp, Message, Scope

from claw.connect.simulator import ABORT, DatedApp

Forward = Callable[[httpx2.Request], Awaitable[httpx2.Response]]
Meddler = Callable[[int, httpx2.Request, Forward], Awaitable[httpx2.Response]]
"""Answers the n-th request (from 0) of a session, by itself or by forwarding it."""


class Sent(Struct, frozen=True, kw_only=True):
    """One request that went over the wire, and what came back; ``status`` 0 for nothing.

    ``at`` is in seconds of the session's machine time; ``date`` is what the answer says of
    the vendor's own clock.
    """

    at: float
    method: str
    path: str
    query: str
    status: int
    retry_after: str | None
    date: str | None


class StageWire(httpx2.AsyncBaseTransport):
    """Calls a stage; keeps what was sent in ``sent``; ``meddler`` may answer in its place."""

    def __init__(self, app: ASGIApp, seconds: Callable[[], float]) -> None:
        self._app = DatedApp(app)
        self._seconds = seconds
        self._count = 0
        self.sent: list[Sent] = []
        self.meddler: Meddler | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request and keep it."""
        at, number = self._seconds(), self._count
        self._count += 1
        response: httpx2.Response | None = None
        try:
            if self.meddler is None:
                response = await self._called(request)
            else:
                response = await self.meddler(number, request, self._called)
            return response
        finally:
            headers = response.headers if response else httpx2.Headers()
            self.sent.append(
                Sent(
                    at=at,
                    method=request.method,
                    path=request.url.path,
                    query=request.url.query.decode("ascii", "replace"),
                    status=response.status_code if response else 0,
                    retry_after=headers.get("retry-after"),
                    date=headers.get("date"),
                )
            )

    async def _called(self, request: httpx2.Request) -> httpx2.Response:
        """The stage's own answer. Raises ReadError when it resets the connection."""
        answer = _Answer()
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 4),
            "root_path": "",
            "extensions": {ABORT: answer.abort},
        }
        await self._app(scope, answer.receive, answer.send)
        return answer.response()


class _Answer:
    """Collects what an application sends in answer to one request without a body."""

    def __init__(self) -> None:
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []

    def abort(self) -> None:
        """Reset the connection."""
        raise httpx2.ReadError("the connection was reset")

    async def receive(self) -> Message:
        """The whole request."""
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        """One part of the answer."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = list(message.get("headers", []))
        else:
            self._body.append(message.get("body", b""))

    def response(self) -> httpx2.Response:
        """The whole answer."""
        stream = httpx2.ByteStream(b"".join(self._body))
        return httpx2.Response(self._status, headers=self._headers, stream=stream)


async def whole(response: httpx2.Response) -> bytes:
    """The body of a response that a meddler was forwarded."""
    return b"".join([chunk async for chunk in response.aiter_raw()])


def answered(body: bytes, status: int = 200, kind: str = "application/json") -> httpx2.Response:
    """A response in a meddler's own words."""
    stream = httpx2.ByteStream(body)
    return httpx2.Response(status, headers={"content-type": kind}, stream=stream)
