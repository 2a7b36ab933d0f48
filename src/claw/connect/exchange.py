"""One request and its whole answer: in its turn, within bounds, and told to the observer.

Everything that leaves goes through here, reads and token requests alike.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import httpx2
from msgspec import Struct

from claw import __version__
from claw.connect.answers import Answer, AskAgain, Source
from claw.connect.decode import BodyReader, Undecodable
from claw.connect.limits import Limiter
from claw.connect.link import Caps, Link, polite_rate
from claw.connect.machine import Machine
from claw.ports.connector_errors import ConnectorError, Transient
from claw.ports.request_observer import RequestAttempt, RequestObserver

T = TypeVar("T")


class Call(Struct, frozen=True, kw_only=True):
    """A request below the connection's origin; ``template`` is what it is called."""

    method: str
    template: str
    path_and_query: str
    headers: Mapping[str, str]
    body: bytes | None = None
    total_seconds: float | None = None


def as_it_should(_: object) -> str:
    """The observer's word for an answer that needs no other."""
    return "ok"


class Exchange:
    """Sends requests of one connection, through one HTTP transport and one limiter."""

    def __init__(
        self,
        *,
        link: Link,
        source: Source,
        limiter: Limiter,
        machine: Machine,
        observer: RequestObserver,
        caps: Caps,
        wire: httpx2.AsyncBaseTransport,
    ) -> None:
        self._link = link
        self._source = source
        self._rate = polite_rate(link)
        self._limiter = limiter
        self._machine = machine
        self._observer = observer
        self._caps = caps
        self._wire = wire
        self._sent = 0

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Wait for a turn; one request may be sent inside the block."""
        return self._limiter.slot(self._rate)

    def throttled(self, pause_seconds: float) -> None:
        """The source said 429: slow down, and let nothing go for ``pause_seconds``."""
        self._limiter.throttled(self._rate, pause_seconds)

    async def send(
        self,
        call: Call,
        judge: Callable[[Answer], T],
        *,
        attempt: int,
        word: Callable[[T], str] = as_it_should,
    ) -> T:
        """Send one request, inside a slot, and judge its whole answer.

        ``word`` tells the observer what a judgement amounts to.

        Raises:
            AskAgain: when no whole answer came, or ``judge`` says so.
            ConnectorError: when it is not worth asking again.
        """
        began = self._machine.seconds()
        answer: Answer | None = None
        outcome = "cancelled"
        try:
            answer = await self._exchange(call)
            result = judge(answer)
            outcome = word(result)
        except AskAgain as again:
            outcome = word_of(again.error)
            raise
        except ConnectorError as error:
            outcome = word_of(error)
            raise
        finally:
            self._observer.attempted(
                RequestAttempt(
                    connection=self._link.connection,
                    method=call.method,
                    template=call.template,
                    status=answer.status if answer else None,
                    outcome=outcome,
                    attempt=attempt,
                    seconds=self._machine.seconds() - began,
                    received_bytes=len(answer.body) if answer else 0,
                    trace_id=self._link.trace_id,
                )
            )
        if outcome == "ok":
            self._limiter.went_well(self._rate)
        return result

    async def _exchange(self, call: Call) -> Answer:
        """One request and its whole answer, or ``AskAgain``.

        The library's errors are not chained: they carry the request, and with it the
        query and the credential.
        """
        origin = self._source.origin
        try:
            async with asyncio.timeout(call.total_seconds or self._caps.total_seconds):
                return await self._send(self._request(call))
        except (TimeoutError, httpx2.TimeoutException):
            cause, said = "timeout", f"{origin} did not answer in time"
        except (httpx2.RemoteProtocolError, httpx2.ReadError):
            cause, said = "truncated", f"{origin} broke off its answer"
        except httpx2.TransportError as problem:
            if _is_certificate_trouble(problem):
                cause, said = "tls", f"the certificate of {origin} cannot be trusted"
            else:
                cause, said = "unreachable", f"{origin} cannot be reached"
        except Undecodable as problem:
            cause = problem.cause
            said = f"{origin} sent an answer to {call.template} that cannot be read ({cause})"
            if cause == "too_large":  # asking again would only bring it again
                raise Transient(said, cause=cause) from None
        raise AskAgain(Transient(said, cause=cause, hint=self._hint(cause))) from None

    async def _send(self, request: httpx2.Request) -> Answer:
        response = await self._wire.handle_async_request(request)
        try:
            reader = BodyReader(response.headers.get("content-encoding", ""), self._caps.body_bytes)
            async for chunk in response.aiter_raw():
                reader.feed(chunk)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status_code, headers=headers, body=reader.body())
        finally:
            await response.aclose()

    def _request(self, call: Call) -> httpx2.Request:
        self._sent += 1
        trace = self._link.trace_id
        span = _span_id(trace, self._link.connection_id, self._sent)
        total = call.total_seconds or self._caps.total_seconds
        seconds = {
            "connect": self._caps.connect_seconds,
            "read": total,
            "write": total,
            "pool": total,
        }
        return httpx2.Request(
            call.method,
            f"{self._source.origin}{call.path_and_query}",
            headers={
                "accept": "application/json",
                "accept-encoding": "gzip",
                "user-agent": f"claw/{__version__} ({self._link.manifest.key})",
                "traceparent": f"00-{trace}-{span}-01",
                **call.headers,
            },
            content=call.body,
            extensions={"timeout": seconds},
        )

    def _hint(self, cause: str) -> str | None:
        if cause in ("unreachable", "tls"):
            return f"check {self._source.origin_setting}, then the network"
        return None


def word_of(error: ConnectorError) -> str:
    """What the observer is told of an error: its code, or what passing trouble it was."""
    return error.cause if isinstance(error, Transient) else error.code


def _span_id(trace_id: str, connection_id: str, number: int) -> str:
    """The W3C span id of one request: told apart within its trace, no chance needed."""
    named = f"{trace_id} {connection_id} {number}".encode()
    return hashlib.sha256(named).hexdigest()[:16]


def _is_certificate_trouble(problem: BaseException) -> bool:
    link: BaseException | None = problem
    while link is not None:
        if isinstance(link, ssl.SSLError):
            return True
        link = link.__cause__ or link.__context__
    return False
