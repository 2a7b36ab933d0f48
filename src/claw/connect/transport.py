"""The only way to a vendor's API: declared reads, with limits, retries and caps.

``Transport`` implements the port ``Http`` for one connection during one run. It sends
exactly one request at a time through an HTTP transport without cookies, redirects,
proxies from the environment or logs of its own, and decides everything else itself. The
credential goes to the connection's origin and nowhere else.
"""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import httpx2
from msgspec import Struct

from claw import __version__
from claw.connect.answers import (
    REDIRECTS,
    Answer,
    AskAgain,
    Source,
    redirect_target,
    response_of,
)
from claw.connect.decode import BodyReader, Undecodable
from claw.connect.limits import Limiter, Limiters
from claw.connect.machine import Machine
from claw.connect.reads import DeclaredReads, Target
from claw.connect.retry import RetryPolicy, backoff_seconds, http_date
from claw.connect.settings import check_origin
from claw.core.errors import InvalidInput
from claw.ports.clock import Clock
from claw.ports.connector import Response
from claw.ports.connector_errors import ConfigInvalid, ConnectorError, RateLimited, Transient
from claw.ports.manifest import Manifest
from claw.ports.request_observer import RequestAttempt, RequestObserver

MOST_REDIRECTS = 2


class Caps(Struct, frozen=True, kw_only=True):
    """Bounds of one attempt. ``body_bytes`` counts the body unpacked."""

    body_bytes: int = 32 * 1024 * 1024
    connect_seconds: float = 10.0
    total_seconds: float = 60.0


class Link(Struct, frozen=True, kw_only=True):
    """One connection as the transport needs it. ``refreshable``: the credential runs out."""

    manifest: Manifest
    connection: str
    connection_id: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    trace_id: str
    refreshable: bool = False


class Transports:
    """Opens transports; one for the process, because limits are shared."""

    def __init__(
        self,
        *,
        limiters: Limiters,
        clock: Clock,
        machine: Machine,
        observer: RequestObserver,
        retry: RetryPolicy | None = None,
        caps: Caps | None = None,
        allow_plain_http_loopback: bool = False,
    ) -> None:
        self._limiters = limiters
        self._clock = clock
        self._machine = machine
        self._observer = observer
        self._retry = retry or RetryPolicy()
        self._caps = caps or Caps()
        self._allow_plain_http_loopback = allow_plain_http_loopback

    @asynccontextmanager
    async def open(
        self, link: Link, *, wire: httpx2.AsyncBaseTransport | None = None
    ) -> "AsyncGenerator[Transport]":
        """A transport for ``link``, closed with the block. ``wire`` replaces the network.

        Raises:
            ConfigInvalid: when the connection's origin or credential cannot be used.
        """
        source = _source(link, self._allow_plain_http_loopback)
        limit = link.manifest.limit
        limiter = self._limiters.of(limit, origin=source.origin, connection_id=link.connection_id)
        wire = wire or httpx2.AsyncHTTPTransport(trust_env=False)
        async with wire:
            yield Transport(
                link=link,
                source=source,
                limiter=limiter,
                clock=self._clock,
                machine=self._machine,
                observer=self._observer,
                retry=self._retry,
                caps=self._caps,
                wire=wire,
            )


class Transport:
    """The port ``Http`` for one connection; made by :class:`Transports`."""

    def __init__(
        self,
        *,
        link: Link,
        source: Source,
        limiter: Limiter,
        clock: Clock,
        machine: Machine,
        observer: RequestObserver,
        retry: RetryPolicy,
        caps: Caps,
        wire: httpx2.AsyncBaseTransport,
    ) -> None:
        self._link = link
        self._source = source
        self._reads = DeclaredReads(link.manifest)
        self._rate = _polite_rate(link)
        self._limiter = limiter
        self._clock = clock
        self._machine = machine
        self._observer = observer
        self._retry = retry
        self._caps = caps
        self._wire = wire
        self._sent = 0
        self._skew: int | None = None

    @property
    def clock_skew_seconds(self) -> int | None:
        """The source's clock minus ours at its latest answer, None until it says a time."""
        return self._skew

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one declared read until it has a final answer; see the port ``Http``."""
        target = self._reads.target(template, path, query or {})
        failures = throttles = 0
        while True:
            try:
                return await self._follow(target, attempt=failures + throttles + 1)
            except AskAgain as again:
                if isinstance(again.error, RateLimited):
                    throttles += 1
                    await self._after_throttle(again, throttles)
                else:
                    failures += 1
                    await self._after_failure(again, failures)

    async def _follow(self, target: Target, *, attempt: int) -> Response:
        """One attempt, with the redirects within the origin that are declared reads."""
        for _ in range(MOST_REDIRECTS + 1):
            outcome = await self._attempt(target, attempt)
            if isinstance(outcome, Response):
                return outcome
            target = outcome
        raise AskAgain(Transient(f"{self._source.origin} redirects in circles", cause="redirected"))

    async def _attempt(self, target: Target, attempt: int) -> Response | Target:
        """Send one request and tell the observer how it went."""
        async with self._limiter.slot(self._rate):
            began = self._machine.seconds()
            answer: Answer | None = None
            outcome = "cancelled"
            try:
                answer = await self._exchange(target)
                self._note_time(answer)
                if answer.status in REDIRECTS:
                    result: Response | Target = redirect_target(
                        answer, target, self._source, self._reads
                    )
                else:
                    result = response_of(answer, target, self._source, self._clock.now())
                outcome = "ok"
            except AskAgain as again:
                outcome = _word(again.error)
                raise
            except ConnectorError as error:
                outcome = _word(error)
                raise
            finally:
                self._observer.attempted(
                    RequestAttempt(
                        connection=self._link.connection,
                        method=target.read.method,
                        template=target.read.template,
                        status=answer.status if answer else None,
                        outcome=outcome,
                        attempt=attempt,
                        seconds=self._machine.seconds() - began,
                        received_bytes=len(answer.body) if answer else 0,
                        trace_id=self._link.trace_id,
                    )
                )
        self._limiter.went_well(self._rate)
        return result

    async def _exchange(self, target: Target) -> Answer:
        """One request and its whole answer, or ``AskAgain``.

        The library's errors are not chained: they carry the request, and with it the
        query and the credential.
        """
        origin = self._source.origin
        try:
            async with asyncio.timeout(self._caps.total_seconds):
                return await self._send(self._request(target))
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
            said = (
                f"{origin} sent an answer to {target.read.template} that cannot be read ({cause})"
            )
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

    def _request(self, target: Target) -> httpx2.Request:
        self._sent += 1
        trace = self._link.trace_id
        span = _span_id(trace, self._link.connection_id, self._sent)
        headers = {
            "accept": "application/json",
            "accept-encoding": "gzip",
            "user-agent": f"claw/{__version__} ({self._link.manifest.key})",
            "traceparent": f"00-{trace}-{span}-01",
        }
        if self._source.secrets:
            headers["authorization"] = f"Bearer {self._source.secrets[0]}"
        seconds = {
            "connect": self._caps.connect_seconds,
            "read": self._caps.total_seconds,
            "write": self._caps.total_seconds,
            "pool": self._caps.total_seconds,
        }
        return httpx2.Request(
            target.read.method,
            f"{self._source.origin}{target.path_and_query}",
            headers=headers,
            extensions={"timeout": seconds},
        )

    async def _after_throttle(self, again: AskAgain, throttles: int) -> None:
        wait = self._wait(again, throttles)
        self._limiter.throttled(self._rate, wait)
        if throttles >= self._retry.throttled_attempts:
            raise again.error from None

    async def _after_failure(self, again: AskAgain, failures: int) -> None:
        if failures >= self._retry.attempts:
            raise again.error from None
        await self._machine.sleep(self._wait(again, failures))

    def _wait(self, again: AskAgain, failures: int) -> float:
        """Seconds to wait: what the source says, a little spread, else our own backoff."""
        if again.wait_seconds is None:
            return backoff_seconds(failures, self._retry, self._machine.uniform)
        stated = min(again.wait_seconds, self._retry.longest_stated_seconds)
        return stated + self._machine.uniform(0.0, self._retry.first_seconds)

    def _note_time(self, answer: Answer) -> None:
        stated = http_date(answer.headers.get("date", ""))
        if stated is not None:
            self._skew = round((stated - self._clock.now()).total_seconds())

    def _hint(self, cause: str) -> str | None:
        if cause in ("unreachable", "tls"):
            return f"check {self._source.origin_setting}, then the network"
        return None


def _source(link: Link, allow_plain_http_loopback: bool) -> Source:
    manifest = link.manifest
    try:
        origin = check_origin(
            link.settings.get(manifest.origin, ""),
            field=manifest.origin,
            allow_plain_http_loopback=allow_plain_http_loopback,
        )
    except InvalidInput as problem:
        raise ConfigInvalid(problem.message, field=manifest.origin, hint=problem.hint) from None
    name = manifest.auth.secret
    secret = link.secrets.get(name, "").strip() if name is not None else ""
    if name is not None and not secret:
        raise ConfigInvalid(f"{name} is missing", field=name, hint=f"set {name} again")
    return Source(
        name=manifest.name,
        origin=origin,
        origin_setting=manifest.origin,
        secret_setting=name,
        secrets=(secret,) if secret else (),
        refreshable=link.refreshable,
    )


def _polite_rate(link: Link) -> float:
    """Requests per second: the setting, else what the shared budget can grant for ever."""
    limit = link.manifest.limit
    highest = limit.requests / limit.per_seconds
    stated = link.settings.get(limit.rate_setting or "", "")
    if not stated:
        return limit.requests / (limit.per_seconds + 1)
    try:
        rate = float(stated)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= highest:
        field = limit.rate_setting or "limit"
        raise ConfigInvalid(f"{field} must be above 0 and at most {highest:g}", field=field)
    return rate


def _span_id(trace_id: str, connection_id: str, number: int) -> str:
    """The W3C span id of one request: told apart within its trace, no chance needed."""
    named = f"{trace_id} {connection_id} {number}".encode()
    return hashlib.sha256(named).hexdigest()[:16]


def _word(error: ConnectorError) -> str:
    return error.cause if isinstance(error, Transient) else error.code


def _is_certificate_trouble(problem: BaseException) -> bool:
    link: BaseException | None = problem
    while link is not None:
        if isinstance(link, ssl.SSLError):
            return True
        link = link.__cause__ or link.__context__
    return False
