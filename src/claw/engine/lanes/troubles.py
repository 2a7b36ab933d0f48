"""Work that did not go well: what is tried again by itself, and what waits for a person.

Each has an id that says what it is: ``delivery:<id>``, ``occurrence:<routine>/<key>``,
``webhook:<name>``; of a removed routine the id stands for its name.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.engine.deliveries.service import RETRIED_FOR, require_wanted
from claw.ports.audit_store import AuditEntry
from claw.ports.clock import Clock
from claw.ports.delivery_store import Delivery
from claw.ports.ids import Ids
from claw.ports.routine_store import Occurrence
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork
from claw.ports.webhook_store import Endpoint
from claw.ports.work import WEBHOOK, LaneState

_MOST = 200


class Trouble(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of work that failed, or is being tried again. ``dead`` waits for a person.

    ``routine`` is what its routine is called, or was before it was removed.
    """

    id: str
    kind: str
    state: str
    dead: bool
    attempts: int
    routine: str | None = None
    due_at: datetime | None = None
    reason: str | None = None


class TroubleService:
    """What people ask of work that did not go well."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def list(self, tenant: Tenant) -> Sequence[Trouble]:
        """Dead letters and what is tried again, the latest due first."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            names = await uow.routines.names()
            kept = {r.routine_id for r in await uow.routines.list()}
            found = [
                _of_occurrence(o, names[o.routine_id], removed=o.routine_id not in kept)
                for o in await uow.routines.troubled(_MOST)
            ]
            found += [_of_delivery(d) for d in await uow.deliveries.troubled(_MOST)]
            found += [_of_webhook(e) for e in await uow.webhooks.list() if _is_troubled(e)]
        return sorted(found, key=lambda t: (t.due_at is None, t.due_at, t.id), reverse=True)

    async def find(self, tenant: Tenant, id_: str) -> Trouble:
        """One of them. Raises NotFound."""
        for trouble in await self.list(tenant):
            if trouble.id == id_:
                return trouble
        raise NotFound(
            f"there is no troubled work {id_!r}",
            code="work_unknown",
            field="work",
            hint=f"see `claw work list --tenant {tenant.slug}`",
        )

    async def lanes(self, tenant: Tenant) -> Sequence[LaneState]:
        """The tenant's lanes: how often each was called, and which are worked now."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.lanes.list()

    async def retry(self, tenant: Tenant, id_: str, *, actor: str) -> None:
        """Open a dead letter again, its attempts forgotten.

        Raises:
            InvalidInput: when it is no id of work.
            NotFound: when there is no such work.
            Refused: when it is not dead, or its routine is not active.
        """
        trouble = await self.find(tenant, id_)
        kind, _, name = id_.partition(":")
        async with self._db.tenant(tenant.tenant_id) as uow:
            match kind:
                case "occurrence":
                    opened = await _retry_occurrence(uow, name)
                case "delivery":
                    (delivery,) = await uow.deliveries.find(name)
                    require_wanted(delivery)
                    until = self._clock.now() + RETRIED_FOR
                    opened = await uow.deliveries.retry(delivery.delivery_id, until=until)
                case "webhook":
                    kind, opened = await _retry_webhook(uow, name)
                case _:
                    raise InvalidInput(f"{id_!r} is no id of work", code="id_invalid", field="work")
            if not opened:
                raise Refused(
                    f"it is {trouble.state} and tried again by itself",
                    code="work_not_dead",
                    field="work",
                    hint="only what was given up is opened again",
                )
            await uow.work.ring(kind)
            await uow.audit.add(
                AuditEntry(
                    entry_id=self._ids.new(),
                    at=self._clock.now(),
                    actor=actor,
                    action="work.retry",
                    subject=id_,
                    detail={"was": trouble.state},
                )
            )


async def _retry_occurrence(uow: UnitOfWork, name: str) -> bool:
    routine, _, key = name.partition("/")
    stored = await uow.routines.find(routine)
    status = None if stored is None else await uow.routines.lock(stored.routine_id)
    if stored is None or status != "active":
        raise Refused(
            "its routine was removed" if stored is None else "its routine is paused",
            code="routine_not_active",
            field="work",
            hint="add a routine like it and `claw routine run` that one"
            if stored is None
            else f"`claw routine resume {routine}`",
        )
    return await uow.routines.retry(stored.routine_id, key)


async def _retry_webhook(uow: UnitOfWork, name: str) -> tuple[str, bool]:
    """The endpoint's kind of work, and whether it was disabled and is told again."""
    endpoint = await uow.webhooks.find(name)
    if endpoint is None or endpoint.status != "disabled":
        return WEBHOOK, False
    kind = f"{WEBHOOK}:{endpoint.endpoint_id}"
    return kind, await uow.webhooks.reopen(endpoint.endpoint_id, cursor=None)


def _is_troubled(endpoint: Endpoint) -> bool:
    return endpoint.status == "disabled" or endpoint.failing_since is not None


def _of_webhook(endpoint: Endpoint) -> Trouble:
    return Trouble(
        id=f"webhook:{endpoint.name}",
        kind=WEBHOOK,
        state=endpoint.status,
        dead=endpoint.status == "disabled",
        attempts=endpoint.attempts,
        due_at=endpoint.failing_since,
        reason=endpoint.disabled_reason or "failing",
    )


def _of_occurrence(occurrence: Occurrence, routine: str, *, removed: bool) -> Trouble:
    # A removed routine has lost its name to whoever takes it next.
    name = str(occurrence.routine_id) if removed else routine
    return Trouble(
        id=f"occurrence:{name}/{occurrence.key}",
        kind="occurrence",
        state=occurrence.state,
        dead=occurrence.state == "failed",
        attempts=occurrence.attempts,
        routine=routine,
        due_at=occurrence.due_at,
        reason=occurrence.reason,
    )


def _of_delivery(delivery: Delivery) -> Trouble:
    return Trouble(
        id=f"delivery:{delivery.delivery_id}",
        kind="delivery",
        state=delivery.state,
        dead=delivery.state in ("failed", "unknown"),
        attempts=delivery.attempts,
        routine=delivery.routine,
        due_at=delivery.not_before,
        reason=delivery.reason,
    )
