"""The vendor's token endpoint: the one POST that may leave without being a declared read.

It goes to the path the manifest names, below the connection's own origin, in its turn like
every other request. A redirect is never followed, whatever it says.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from claw.connect.answers import Answer, AskAgain
from claw.connect.auth.wire import Denied, Issued, Trouble, Verdict, verdict_of
from claw.connect.exchange import Call, Exchange, word_of
from claw.connect.retry import stated_seconds
from claw.ports.clock import Clock
from claw.ports.connector_errors import Transient
from claw.ports.manifest import OAuth2Spec

_FORM: Mapping[str, str] = {"content-type": "application/x-www-form-urlencoded"}
_WORDS = {"grant": "grant_refused", "client": "client_refused", "request": "source_changed"}


class TokenEndpoint(Protocol):
    """Where tokens are asked for."""

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Wait for a turn; one request may be sent inside the block."""
        ...

    async def send(self, form: bytes, *, seconds: float) -> Verdict:
        """Send one token request and say what its answer means; never asks twice."""
        ...


class ExchangedTokens:
    """``TokenEndpoint`` over the connection's own exchange."""

    def __init__(self, exchange: Exchange, spec: OAuth2Spec, clock: Clock) -> None:
        self._exchange = exchange
        self._spec = spec
        self._clock = clock

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Wait for a turn; one request may be sent inside the block."""
        return self._exchange.slot()

    async def send(self, form: bytes, *, seconds: float) -> Verdict:
        """Send one token request and say what its answer means; never asks twice."""
        path = self._spec.token_path
        call = Call(
            method="POST",
            template=path,
            path_and_query=path,
            headers=_FORM,
            body=form,
            total_seconds=seconds,
        )
        try:
            return await self._exchange.send(call, self._judge, attempt=1, word=_word)
        except AskAgain as again:
            return Trouble(cause=word_of(again.error), said="no whole answer")
        except Transient as error:
            return Trouble(cause=error.cause, said="no usable answer")

    def _judge(self, answer: Answer) -> Verdict:
        if answer.status == 429:
            waits = stated_seconds(
                answer.headers.get("retry-after"),
                date=answer.headers.get("date"),
                now=self._clock.now(),
            )
            self._exchange.throttled(min(waits or 1.0, 60.0))
        return verdict_of(answer, life_hint_seconds=self._spec.access_ttl_seconds)


def _word(verdict: Verdict) -> str:
    match verdict:
        case Issued():
            return "ok"
        case Denied(of=of):
            return _WORDS[of]
        case Trouble(cause=cause):
            return cause
