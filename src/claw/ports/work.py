"""Calling for work, and whoever answers.

An entry of the doorbell says (tenant, kind) and nothing else; what there is to do stands in
the domain's own tables. A call that is lost costs seconds: the sweep finds what is due.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias
from uuid import UUID

from msgspec import Struct

from claw.ports.tenant_store import Tenant

WEBHOOK = "webhook"
"""The kinds of work that go to one endpoint each are named ``webhook:<endpoint id>``."""

OCCURRENCE = "occurrence"
"""The kind of work that plans and runs routines."""

Answer: TypeAlias = Callable[[UUID, str], Awaitable[object]]
"""What is done about a call for (tenant, kind)."""


class Doorbell(Protocol):
    """Calls for work of one tenant, in the transaction that makes it due."""

    async def ring(self, kind: str) -> None:
        """Call once the transaction has committed; once for a kind, however often asked."""
        ...


class PlatformDoorbell(Protocol):
    """Calls for work of many tenants."""

    async def ring_all(self, kind: str, tenants: Sequence[UUID], *, ahead: bool = False) -> None:
        """Call for each that nobody called for already; ``ahead`` of those that wait in turn."""
        ...


class WorkRuntime(Protocol):
    """Hears calls, of any process, and answers them here."""

    async def run(self, answer: Answer, *, stop: asyncio.Event) -> None:
        """Answer calls until ``stop`` is set, then let those under way finish.

        Raises whatever ends it for good: the database that is gone, a listener that is deaf.
        """
        ...


class LaneHold(Struct, frozen=True, kw_only=True):
    """The right to work a lane. ``rung`` is how often it was called when last looked at."""

    kind: str
    owner: UUID
    fence: int
    rung: int


class LaneState(Struct, frozen=True, kw_only=True):
    """A lane as it is: how often it was called, and whether somebody works it now."""

    kind: str
    rung: int
    fence: int
    held: bool


class LaneStore(Protocol):
    """One tenant's lanes. Leases run on machine time."""

    async def tenant(self) -> Tenant | None:
        """Whose lanes these are, as it is now; None when there is no such business."""
        ...

    async def list(self) -> Sequence[LaneState]:
        """Every lane that was ever called, by kind."""
        ...

    async def call(self, kind: str, owner: UUID, *, seconds: int) -> LaneHold | None:
        """Count a call and take the lane if nobody holds it; None while somebody does."""
        ...

    async def look(self, hold: LaneHold, *, seconds: int) -> LaneHold | None:
        """Prolong the hold and see how often it was called; None when it was lost."""
        ...

    async def release(self, hold: LaneHold) -> bool:
        """Let it go if nobody called since ``hold`` looked; False when somebody did."""
        ...

    async def let_go(self, hold: LaneHold) -> None:
        """Let it go whoever called; for a holder that has rung again, or that ends."""
        ...


class IdleLanes(Protocol):
    """Lanes across tenants."""

    async def of(self, kind: str, tenants: Sequence[UUID]) -> Sequence[UUID]:
        """Those of ``tenants`` whose lane of this kind nobody holds."""
        ...
