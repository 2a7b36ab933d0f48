"""How often a source may be asked: politely by default, never beyond the vendor's number.

The vendor counts requests when they *arrive*, we only know when we let them go. Three
rules, each enough for a part of the problem, keep arrivals within bounds:

1. **Pace.** A connection's polite rate (its manifest's ``rate_setting``) with a burst of
   one second's worth, but never faster than the shared budget can grant for ever (rule 3):
   to ask sooner would only be to wait at the budget, and to take it from others in bursts.
   It halves when the vendor says 429 and recovers by a tenth of a request a second with
   every good answer. This is what is felt normally.
2. **Occupancy, within this process; exact whatever the latency.** A request occupies the
   limit from when it is let go until ``per_seconds`` after its exchange *ended*; at most
   ``requests`` occupy it at once. Take any window of ``per_seconds`` in which requests
   arrive, and the last of them to be let go: the others arrived inside the window, so
   they ended inside it or later, so they still occupied the limit at that moment. Hence
   no more than ``requests`` arrive in any window, early or late as each may be.
3. **Shared budget, across processes.** Grants are counted by the database over
   ``per_seconds`` plus one second of allowance: n grants in any (p + 1) seconds can only
   become more than n arrivals in p seconds if two requests' ways differ by over a second.
   A grant that took longer than half the allowance to reach us is stale and thrown away,
   so that a slow database or a stalled event loop does not eat the allowance unnoticed.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from claw.connect.machine import Machine
from claw.ports.connector_errors import Transient
from claw.ports.manifest import Limit
from claw.ports.rate_budget import RateBudget

ALLOWANCE_SECONDS = 1
"""Added to the vendor's span when grants are shared (rule 3). Whole seconds."""

_CLOCK_MARGIN_SECONDS = 0.02
"""Added to the span within this process (rule 2): the vendor's clock ticks differently."""

_MOST_STALE_GRANTS = 10
_SLOWEST_PER_SECOND = 0.25
_RECOVERY_PER_SECOND = 0.1
_LEAST_BETWEEN_HALVINGS_SECONDS = 1.0


class Pace:
    """The polite rate: evenly spaced, with a burst of one second's worth (rule 1)."""

    def __init__(self) -> None:
        self._next_seconds = 0.0
        self._reduced: float | None = None
        self._halved_at = -math.inf

    def rate(self, polite: float) -> float:
        """Requests per second now allowed to whoever is allowed ``polite``."""
        return polite if self._reduced is None else min(polite, self._reduced)

    def wait(self, now: float, polite: float) -> float:
        """Seconds until the next request is due, 0 when it is."""
        rate = self.rate(polite)
        burst = max(1.0, math.floor(rate))
        return max(0.0, self._next_seconds - (burst - 1) / rate - now)

    def took(self, now: float, polite: float) -> None:
        """Count one request let go at ``now``."""
        self._next_seconds = max(self._next_seconds, now) + 1 / self.rate(polite)

    def throttled(self, now: float, polite: float) -> None:
        """Halve; once for all the requests that were refused together."""
        if now - self._halved_at >= _LEAST_BETWEEN_HALVINGS_SECONDS:
            self._halved_at = now
            self._reduced = max(_SLOWEST_PER_SECOND, self.rate(polite) / 2)

    def went_well(self, polite: float) -> None:
        """Recover a little."""
        if self._reduced is not None:
            self._reduced += _RECOVERY_PER_SECOND
            if self._reduced >= polite:
                self._reduced = None


class Limiter:
    """Lets requests to one unit (a vendor's origin, or a connection) go, in order of asking."""

    def __init__(self, key: bytes, limit: Limit, budget: RateBudget, machine: Machine) -> None:
        self._key = key
        self._limit = limit
        self._budget = budget
        self._machine = machine
        self._pace = Pace()
        self._for_ever = limit.requests / (limit.per_seconds + ALLOWANCE_SECONDS)
        self._ended: deque[float] = deque()
        self._in_flight = 0
        self._not_before = -math.inf
        self._room = asyncio.Semaphore(min(limit.max_in_flight, limit.requests))
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def slot(self, polite_rate: float) -> AsyncGenerator[None]:
        """Wait until a request may go; it is under way for as long as the block lasts.

        Raises:
            Transient: ``budget_slow``, when grants keep arriving too late to be used.
        """
        rate = self._sustainable(polite_rate)
        async with self._room:
            async with self._turn:
                await self._wait_until_free(rate)
                self._pace.took(self._machine.seconds(), rate)
                self._in_flight += 1
            try:
                yield
            finally:
                self._in_flight -= 1
                self._ended.append(self._machine.seconds())

    def throttled(self, polite_rate: float, pause_seconds: float) -> None:
        """The vendor said 429: slow down, and let nothing go for ``pause_seconds``."""
        now = self._machine.seconds()
        self._pace.throttled(now, self._sustainable(polite_rate))
        self._not_before = max(self._not_before, now + pause_seconds)

    def went_well(self, polite_rate: float) -> None:
        """The vendor answered: speed up a little if we had slowed down."""
        self._pace.went_well(self._sustainable(polite_rate))

    def _sustainable(self, polite_rate: float) -> float:
        return min(polite_rate, self._for_ever)

    async def _wait_until_free(self, rate: float) -> None:
        stale = 0
        while stale < _MOST_STALE_GRANTS:
            now = self._machine.seconds()
            wait = max(self._not_before - now, self._pace.wait(now, rate), self._occupied(now))
            if wait > 0:
                await self._machine.sleep(wait)
                continue
            wait = await self._budget.acquire(
                self._key,
                requests=self._limit.requests,
                per_seconds=self._limit.per_seconds + ALLOWANCE_SECONDS,
            )
            if wait > 0:
                await self._machine.sleep(wait)
            elif self._machine.seconds() - now <= ALLOWANCE_SECONDS / 2:
                return
            else:
                stale += 1
        raise Transient(
            "the shared rate budget answers too slowly to be relied on",
            cause="budget_slow",
            hint="look at the load of the database and of this machine",
        )

    def _occupied(self, now: float) -> float:
        """Seconds until the limit is free again as rule 2 counts, 0 when it is."""
        span = self._limit.per_seconds + _CLOCK_MARGIN_SECONDS
        while self._ended and self._ended[0] < now - span:
            self._ended.popleft()
        surplus = self._in_flight + len(self._ended) - self._limit.requests
        if surplus < 0:
            return 0.0
        # There is always one that ended: fewer are under way than the limit (``_room``).
        return self._ended[min(surplus, len(self._ended) - 1)] + span - now + 0.001


class Limiters:
    """One limiter for each unit, shared by all the connections of this process.

    ``digest`` turns a unit's name into the key of the shared budget, so that the budget's
    table names nobody.
    """

    def __init__(
        self, budget: RateBudget, machine: Machine, digest: Callable[[str], bytes]
    ) -> None:
        self._budget = budget
        self._machine = machine
        self._digest = digest
        self._by_unit: dict[str, Limiter] = {}

    def of(self, limit: Limit, *, origin: str, connection_id: str) -> Limiter:
        """The limiter of the unit that ``limit`` names."""
        unit = f"origin {origin}" if limit.unit == "origin" else f"connection {connection_id}"
        if unit not in self._by_unit:
            self._by_unit[unit] = Limiter(self._digest(unit), limit, self._budget, self._machine)
        return self._by_unit[unit]
