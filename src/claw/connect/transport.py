"""The only way to a vendor's API: declared reads, with limits, retries and caps.

``Transport`` implements the port ``Http`` for one connection during one run. It sends
exactly one request at a time through an HTTP transport without cookies, redirects,
proxies from the environment or logs of its own, and decides everything else itself. The
credential goes to the connection's origin and nowhere else.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import httpx2
from msgspec.structs import replace

from claw.connect.answers import (
    REDIRECTS,
    Answer,
    AskAgain,
    Source,
    redirect_target,
    response_of,
)
from claw.connect.auth.access import Access, KeyAccess, NoAccess, TokenAccess
from claw.connect.auth.endpoint import ExchangedTokens
from claw.connect.auth.tokens import TokenSource
from claw.connect.auth.vault import Token
from claw.connect.exchange import Call, Exchange
from claw.connect.limits import Limiters
from claw.connect.link import Caps, Link, source_of
from claw.connect.machine import Machine
from claw.connect.reads import DeclaredReads, Target
from claw.connect.retry import RetryPolicy, backoff_seconds, http_date
from claw.ports.clock import Clock
from claw.ports.connector import Response
from claw.ports.connector_errors import AuthExpired, ConfigInvalid, RateLimited, Transient
from claw.ports.request_observer import RequestObserver

__all__ = ["Caps", "Link", "Transport", "Transports"]

MOST_REDIRECTS = 2


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
        self,
        link: Link,
        *,
        tokens: TokenSource | None = None,
        wire: httpx2.AsyncBaseTransport | None = None,
    ) -> "AsyncGenerator[Transport]":
        """A transport for ``link``, closed with the block. ``wire`` replaces the network.

        With ``tokens`` each request carries an access token of that source, else the key
        that the link's secrets hold.

        Raises:
            ConfigInvalid: when the connection's origin or credential cannot be used.
        """
        source = source_of(
            link,
            refreshable=tokens is not None,
            allow_plain_http_loopback=self._allow_plain_http_loopback,
        )
        limit = link.manifest.limit
        limiter = self._limiters.of(limit, origin=source.origin, connection_id=link.connection_id)
        wire = wire or httpx2.AsyncHTTPTransport(trust_env=False)
        async with wire:
            exchange = Exchange(
                link=link,
                source=source,
                limiter=limiter,
                machine=self._machine,
                observer=self._observer,
                caps=self._caps,
                wire=wire,
            )
            yield Transport(
                source=source,
                reads=DeclaredReads(link.manifest),
                access=_access(link, exchange, tokens, self._clock),
                exchange=exchange,
                clock=self._clock,
                machine=self._machine,
                retry=self._retry,
            )


class Transport:
    """The port ``Http`` for one connection; made by :class:`Transports`."""

    def __init__(
        self,
        *,
        source: Source,
        reads: DeclaredReads,
        access: Access,
        exchange: Exchange,
        clock: Clock,
        machine: Machine,
        retry: RetryPolicy,
    ) -> None:
        self._source = source
        self._reads = reads
        self._access = access
        self._exchange = exchange
        self._clock = clock
        self._machine = machine
        self._retry = retry
        self._skew: int | None = None

    @property
    def clock_skew_seconds(self) -> int | None:
        """The source's clock minus ours at its latest answer, None until it says a time."""
        return self._skew

    async def renew_access(self) -> None:
        """Renew what runs out, without reading anything. Raises connector errors."""
        await self._access.renew()

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one declared read until it has a final answer; see the port ``Http``.

        A token that the source refuses is replaced once, and the read repeated with the
        next one.
        """
        target = self._reads.target(template, path, query or {})
        failures = throttles = replaced = 0
        while True:
            token = await self._access.token()
            try:
                return await self._follow(target, token, failures + throttles + replaced + 1)
            except AuthExpired:
                replaced += 1
                if replaced > 1:
                    raise self._access.refused_when_new() from None
                await self._access.replace(token)
            except AskAgain as again:
                if isinstance(again.error, RateLimited):
                    throttles += 1
                    await self._after_throttle(again, throttles)
                else:
                    failures += 1
                    await self._after_failure(again, failures)

    async def _follow(self, target: Target, token: Token | None, attempt: int) -> Response:
        """One attempt, with the redirects within the origin that are declared reads."""
        for _ in range(MOST_REDIRECTS + 1):
            outcome = await self._attempt(target, token, attempt)
            if isinstance(outcome, Response):
                return outcome
            target = outcome
        raise AskAgain(Transient(f"{self._source.origin} redirects in circles", cause="redirected"))

    async def _attempt(
        self, target: Target, token: Token | None, attempt: int
    ) -> Response | Target:
        """Send one request in its turn."""
        source = self._source
        headers: dict[str, str] = {}
        if token is not None:
            headers["authorization"] = f"Bearer {token.value}"
            source = replace(source, secrets=(token.value, *source.secrets))

        def judge(answer: Answer) -> Response | Target:
            self._note_time(answer)
            if answer.status in REDIRECTS:
                return redirect_target(answer, target, source, self._reads)
            return response_of(answer, target, source, self._clock.now())

        call = Call(
            method=target.read.method,
            template=target.read.template,
            path_and_query=target.path_and_query,
            headers=headers,
        )
        async with self._exchange.slot():
            return await self._exchange.send(call, judge, attempt=attempt)

    async def _after_throttle(self, again: AskAgain, throttles: int) -> None:
        wait = self._wait(again, throttles)
        self._exchange.throttled(wait)
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


def _access(link: Link, exchange: Exchange, tokens: TokenSource | None, clock: Clock) -> Access:
    """How requests of this connection are let in. Raises ConfigInvalid."""
    auth = link.manifest.auth
    if tokens is not None and auth.oauth2 is not None:
        endpoint = ExchangedTokens(exchange, auth.oauth2, clock)
        return TokenAccess(tokens, endpoint, link.manifest)
    if auth.kind == "none":
        return NoAccess()
    name = auth.secret or "secret"
    key = link.secrets.get(name, "").strip()
    if not key:
        raise ConfigInvalid(f"{name} is missing", field=name, hint=f"set {name} again")
    return KeyAccess(key)
