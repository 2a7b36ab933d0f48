"""Writing down what people did, in the transaction that does it."""

from claw.ports.audit_store import AuditEntry
from claw.ports.clock import Clock
from claw.ports.ids import Ids
from claw.ports.unit_of_work import UnitOfWork


class Auditor:
    """Makes audit entries. Details are names and counts: no secret, no person."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    async def note(
        self, uow: UnitOfWork, *, actor: str, action: str, subject: str, **detail: str
    ) -> None:
        """Add one entry; it stands or falls with the transaction."""
        await uow.audit.add(
            AuditEntry(
                entry_id=self._ids.new(),
                at=self._clock.now(),
                actor=actor,
                action=action,
                subject=subject,
                detail=detail,
            )
        )
