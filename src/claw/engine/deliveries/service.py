"""What people ask of deliveries: what became of them, and one more try."""

from collections.abc import Sequence
from datetime import timedelta

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.routines.routine import SUMMARY_LATEST_SECONDS
from claw.ports.audit_store import AuditEntry
from claw.ports.clock import Clock
from claw.ports.delivery_store import Delivery
from claw.ports.ids import Ids
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

RETRIED_FOR = timedelta(seconds=SUMMARY_LATEST_SECONDS)
"""How long one that a person opened again is tried, however late it is."""

_LEAST_PREFIX = 8


class DeliveryService:
    """The use cases about deliveries."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def list(self, tenant: Tenant, *, limit: int) -> Sequence[Delivery]:
        """The latest deliveries, newest first."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.deliveries.list(limit)

    async def find(self, tenant: Tenant, prefix: str) -> Delivery:
        """The delivery of an id or its beginning.

        Raises:
            InvalidInput: when it can be no id, or begins several.
            NotFound: when there is none.
        """
        wanted = prefix.strip().lower()
        if len(wanted) < _LEAST_PREFIX:
            raise InvalidInput(
                f"{prefix!r} is too short for an id",
                code="id_invalid",
                field="delivery",
                hint="give at least 8 characters of what `claw delivery list` prints",
            )
        async with self._db.tenant(tenant.tenant_id) as uow:
            found = await uow.deliveries.find(wanted)
        if len(found) > 1:
            raise InvalidInput(
                f"{prefix!r} begins several deliveries' ids",
                code="id_ambiguous",
                field="delivery",
                hint="give more characters",
            )
        if not found:
            raise NotFound(
                f"there is no delivery {prefix!r}",
                code="delivery_unknown",
                field="delivery",
                hint="see `claw delivery list`",
            )
        return found[0]

    async def retry(self, tenant: Tenant, prefix: str, *, actor: str) -> Delivery:
        """Try a failed delivery again, or one whose fate is unknown: that is a person's choice.

        Raises:
            Refused: when it was sent, is still under way, or its routine is not active.
        """
        delivery = await self.find(tenant, prefix)
        require_wanted(delivery)
        async with self._db.tenant(tenant.tenant_id) as uow:
            until = self._clock.now() + RETRIED_FOR
            if not await uow.deliveries.retry(delivery.delivery_id, until=until):
                raise Refused(
                    f"the delivery is {delivery.state}",
                    code="delivery_not_failed",
                    field="delivery",
                    hint="only a failed one, or one whose fate is unknown, is tried again",
                )
            await uow.work.ring("delivery")
            await uow.audit.add(
                AuditEntry(
                    entry_id=self._ids.new(),
                    at=self._clock.now(),
                    actor=actor,
                    action="delivery.retry",
                    subject=str(delivery.delivery_id),
                    detail={"was": delivery.state},
                )
            )
        return await self.find(tenant, str(delivery.delivery_id))


def require_wanted(delivery: Delivery) -> None:
    """Refuse to send for a routine that was paused or removed."""
    if delivery.routine_status != "active":
        raise Refused(
            f"its routine {delivery.routine!r} is {delivery.routine_status}",
            code="routine_not_active",
            field="routine",
            hint=f"`claw routine resume {delivery.routine}`"
            if delivery.routine_status == "paused"
            else "add a routine like it and `claw routine run` that one",
        )
