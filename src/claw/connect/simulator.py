"""What every vendor simulator shares: its shape, its fault script and how it is served.

A simulator is an ASGI application that plays a vendor, and a judge of whoever calls it:
it keeps every request it saw in ``log`` and every broken promise (a write, a column the
vendor does not document) in ``violations``. It reads no clock of its own except a
monotonic one for rate limits; the ``Date`` header is the server's, added here.
"""

import asyncio
import contextlib
import re
import socket
import struct
import threading
from collections.abc import AsyncGenerator, Generator, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Protocol

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from claw.connect.machine import server_time
from claw.core.errors import InvalidInput

ABORT = "claw.abort"
"""Key in ``scope["extensions"]``: a callable that resets the connection."""

DATE_SKEW_HEADER = "x-simulator-date-skew-hours"
"""Response header for the server only: by how many hours its ``Date`` is wrong."""

RETRY_DATE_PREFIX = "@+"
"""A ``Retry-After`` of ``@+2`` leaves the server as the HTTP date two seconds from now."""


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request as the simulator saw it, with the answer's status.

    ``at_monotonic`` is in seconds of the simulator's own monotonic clock; ``columns`` is
    the projection asked for (empty when none); ``api_key_label`` names the key and never
    holds it.
    """

    at_monotonic: float
    method: str
    path: str
    query: str
    status: int
    api_key_label: str | None
    traceparent: str | None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as set: ``name:arg,option=value``; ``args`` are its positional parts."""

    name: str
    args: tuple[str, ...] = ()
    options: MutableMapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read ``name``, ``name:arg:arg`` or ``name:arg,option=value``."""
        name, *rest = re.split(r"[:,]", text.strip())
        args = tuple(part for part in rest if part and "=" not in part)
        options = dict(part.split("=", 1) for part in rest if "=" in part)
        return cls(name, args, options)

    def number(self, default: int) -> int:
        """The first positional argument as a whole number."""
        return int(self.args[0]) if self.args and self.args[0].lstrip("-").isdigit() else default


class FaultUnknown(InvalidInput):
    """A fault was named that the simulator does not know; the hint lists those it does."""


class FaultScript:
    """The faults in force. ``counted`` ones apply to so many matching requests, then stop.

    Every fault understands ``on=<resource>`` (only requests of that resource match); a
    counted one also ``after=<k>`` (let ``k`` matching requests pass first).
    """

    def __init__(
        self, *, standing: Sequence[str], counted: Sequence[str], repeatable: Sequence[str] = ()
    ) -> None:
        self._standing = frozenset(standing)
        self._counted = frozenset(counted)
        self._repeatable = frozenset(repeatable)
        self._active: dict[str, Fault] = {}
        self._seen: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        """Every fault this simulator knows, sorted."""
        return sorted(self._standing | self._counted)

    @property
    def active(self) -> list[Fault]:
        """The faults set now, in the order they were set."""
        return list(self._active.values())

    def parse(self, text: str) -> Fault:
        """Read a fault without setting it.

        Raises:
            FaultUnknown: no such fault.
        """
        fault = Fault.parse(text)
        if fault.name not in self._standing | self._counted:
            raise FaultUnknown(
                f"the simulator knows no fault {fault.name!r}",
                code="fault_unknown",
                field="fault",
                hint=f"one of: {', '.join(self.names)}",
            )
        return fault

    def set(self, text: str) -> None:
        """Put one fault in force; a repeatable one joins those of its name, others replace.

        Raises:
            FaultUnknown: no such fault.
        """
        fault = self.parse(text)
        key = text.strip() if fault.name in self._repeatable else fault.name
        self._active[key] = fault
        self._seen[fault.name] = 0

    def clear(self, name: str | None = None) -> None:
        """Lift one fault, or all of them."""
        for key, fault in list(self._active.items()):
            if name is None or fault.name == name:
                del self._active[key]
                self._seen.pop(fault.name, None)

    def all(self, name: str) -> list[Fault]:
        """Every fault of this name, for those that may be set more than once."""
        return [fault for fault in self._active.values() if fault.name == name]

    def get(self, name: str, resource: str | None = None) -> Fault | None:
        """The standing fault ``name`` if it is set and matches ``resource``."""
        fault = self._active.get(name)
        if fault is None:
            return None
        wanted = fault.options.get("on")
        return fault if wanted is None or resource is None or wanted == resource else None

    def count(self, name: str) -> int:
        """Count one more request against a standing fault; how many it has seen since set."""
        self._seen[name] = self._seen.get(name, 0) + 1
        return self._seen[name]

    def take(self, name: str, resource: str | None = None, default: int = 1) -> Fault | None:
        """The counted fault ``name`` if it hits this request; counts the request."""
        fault = self.get(name, resource)
        if fault is None:
            return None
        seen = self._seen[name]
        self._seen[name] = seen + 1
        after = int(fault.options.get("after", "0"))
        return fault if after <= seen < after + fault.number(default) else None


class VendorSimulator(Protocol):
    """What the command line, the demo and tests may expect of any vendor's simulator."""

    @property
    def app(self) -> ASGIApp:
        """The vendor's API as an ASGI application."""
        ...

    @property
    def api_key(self) -> str:
        """A credential it accepts, with every permission."""
        ...

    @property
    def log(self) -> list[LoggedRequest]:
        """Every request of the vendor's API, in order of arrival."""
        ...

    @property
    def violations(self) -> list[str]:
        """Promises of a read-only client that a caller broke."""
        ...

    @property
    def faults(self) -> FaultScript:
        """The faults in force."""
        ...


def busiest_second(log: Sequence[LoggedRequest]) -> int:
    """The most requests that arrived in any window of one second."""
    times = sorted(entry.at_monotonic for entry in log)
    most, start = 0, 0
    for end, moment in enumerate(times):
        while moment - times[start] >= 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most


@dataclass(frozen=True, slots=True)
class Running:
    """A served simulator: its origin without a trailing slash, and its port."""

    base_url: str
    port: int


class _AbortableProtocol(H11Protocol):
    """HTTP/1.1 that lets the application reset its connection, which ASGI cannot say."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        def abort() -> None:
            sock = transport.get_extra_info("socket")
            if sock is not None:
                # Lingering for zero seconds makes the close a reset, not a polite end.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[ABORT] = abort
            await inner(scope, receive, send)  # type: ignore[arg-type]

        self.app = app  # type: ignore[assignment]


class DatedApp:
    """Adds the ``Date`` header, which belongs to the server and not to the simulator."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the simulator does, dated."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = _dated_headers(message.get("headers", []), server_time())
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, dated)


def _dated_headers(
    given: Sequence[tuple[bytes, bytes]], now: datetime
) -> list[tuple[bytes, bytes]]:
    headers: list[tuple[bytes, bytes]] = []
    skew_hours = 0.0
    for name, value in given:
        text = value.decode("latin-1")
        if name == DATE_SKEW_HEADER.encode():
            skew_hours = float(text)
        elif name == b"retry-after" and text.startswith(RETRY_DATE_PREFIX):
            later = now + timedelta(seconds=int(text.removeprefix(RETRY_DATE_PREFIX)))
            headers.append((name, format_datetime(later, usegmt=True).encode()))
        else:
            headers.append((name, value))
    date = format_datetime(now + timedelta(hours=skew_hours), usegmt=True)
    return [*headers, (b"date", date.encode())]


class _QuietServer(uvicorn.Server):
    """A server that leaves the process's signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InvalidInput(
            f"port {port} of {host} is not free", code="port_taken", field="port"
        ) from error
    return listener


@contextlib.asynccontextmanager
async def serve(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator[Running]:
    """Serve ``app`` in the running event loop; port 0 picks a free one.

    Raises:
        InvalidInput: the port is taken.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        DatedApp(app),
        http=_AbortableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.005)
        actual = int(listener.getsockname()[1])
        yield Running(f"http://{host}:{actual}", actual)
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
        listener.close()


@contextlib.contextmanager
def serve_in_thread(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Generator[Running]:
    """Serve ``app`` from a thread with its own loop, for callers that block."""
    started = threading.Event()
    stop = asyncio.Event()
    state: list[tuple[asyncio.AbstractEventLoop, Running]] = []
    failure: list[InvalidInput | OSError] = []

    async def main() -> None:
        async with serve(app, host, port) as running:
            state.append((asyncio.get_running_loop(), running))
            started.set()
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(main())
        except (InvalidInput, OSError) as error:
            failure.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="simulator", daemon=True)
    thread.start()
    started.wait()
    if not state:
        thread.join()
        raise failure[0]
    loop, running = state[0]
    try:
        yield running
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
