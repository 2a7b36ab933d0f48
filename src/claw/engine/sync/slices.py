"""One slice from the first request to the commit."""

from collections.abc import Callable, Collection, Sequence

from claw.core.time import dates
from claw.engine.sync.absence import decide_absences
from claw.engine.sync.applying import (
    LeaseLost,
    Place,
    apply_absences,
    apply_coverage,
    apply_records,
)
from claw.engine.sync.bundles import PreparedBundle, ids_to_recall, prepare, raws_of
from claw.engine.sync.plan import PlannedSlice
from claw.engine.sync.reading import ByIdRead, SliceRead, ask_by_id, read_slice
from claw.engine.sync.report import StreamReport
from claw.engine.sync.source import Source
from claw.ports.connector import Bundle, Missing, Part, Raw
from claw.ports.manifest import StreamDeclaration
from claw.ports.sync_store import Lease
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork

_LEASE_SECONDS = 30


class SliceWork:
    """Reads slices of one stream and makes each visible, adding to the stream's counts."""

    def __init__(
        self,
        db: Database,
        tenant: Tenant,
        source: Source,
        stream: StreamDeclaration,
        place: Place,
        lease: Lease,
        counts: StreamReport,
    ) -> None:
        self._db = db
        self._tenant = tenant
        self._source = source
        self._stream = stream
        self._place = place
        self._lease = lease
        self._counts = counts
        self.unreadable_roles: set[str] = set()
        self.forbidden_roles: set[str] = set()

    async def read_and_apply(self, planned: PlannedSlice, tell: Callable[[int], None]) -> None:
        """Read a slice whole, ask about what it no longer shows, commit everything.

        Raises:
            ConnectorError: nothing of the slice became visible.
            LeaseLost: another run took over; nothing was written.
        """
        read = await read_slice(self._source, self._stream.name, planned.slice, tell)
        asked = await self._ask_about_missing(read)
        bundles = (*read.bundles, *(asked.found if asked else ()))
        prepared = await self._prepare(bundles)
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            if not await uow.sync.renew_lease(self._lease, _LEASE_SECONDS):
                raise LeaseLost
            changed = await uow.records.put_raws(
                self._place.connection_id, raws_of(bundles), self._place.now
            )
            again = await self._made_from(uow, changed, prepared)
            applied = await apply_records(uow, self._place, [*prepared, *again])
            held = await self._apply_absences(uow, read, asked, prepared)
            await apply_coverage(uow, self._place, list(dates(planned.first, planned.last)))
        counts = self._counts
        counts.read += len(prepared)
        counts.mapped += sum(1 for b in prepared if b.records)
        counts.skipped += sum(1 for b in prepared if b.skipped)
        counts.quarantined += sum(1 for b in prepared if b.quarantined)
        counts.added += applied.added
        counts.changed += applied.changed
        counts.unchanged += applied.unchanged
        counts.returned += applied.returned
        counts.gone += held[0]
        counts.held += held[1]
        for bundle in prepared:
            self.unreadable_roles.update(bundle.unreadable)
            self.forbidden_roles.update(bundle.forbidden)

    async def _ask_about_missing(self, read: SliceRead) -> ByIdRead | None:
        """Ask for the records a complete read no longer shows; None where nobody can ask."""
        if self._stream.removal != "window_diff" or "by_id" not in self._stream.modes:
            return None
        seen = {bundle.primary.source_id for bundle in read.bundles}
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            standing = await uow.records.standing_in(
                self._place.connection_id,
                self._stream.name,
                read.covered.start,
                read.covered.end,
            )
        ids = [r.primary_id for r in standing if r.primary_id and r.primary_id not in seen]
        if not ids:
            return ByIdRead(found=(), absent=frozenset())
        return await ask_by_id(self._source, self._stream.name, ids)

    async def _prepare(self, bundles: Sequence[Bundle]) -> list[PreparedBundle]:
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            recalled = await uow.records.current_raws(
                self._place.connection_id, ids_to_recall(bundles)
            )
        env = self._source.map_env()
        connector = self._source.connector
        return [prepare(bundle, recalled, connector, env) for bundle in bundles]

    async def _made_from(
        self, uow: UnitOfWork, changed: Collection[str], prepared: Sequence[PreparedBundle]
    ) -> list[PreparedBundle]:
        """Bundles outside this read whose parts changed with it, mapped anew."""
        just_read = {bundle.primary_id for bundle in prepared}
        affected = [
            primary_id
            for primary_id in await uow.records.primaries_made_from(
                self._place.connection_id, self._stream.name, changed
            )
            if primary_id not in just_read
        ]
        if not affected:
            return []
        connection_id = self._place.connection_id
        parts = await uow.records.parts_of(connection_id, self._stream.name, affected)
        part_ids = {part.part_id for listed in parts.values() for part in listed}
        raws = await uow.records.current_raws(connection_id, {*affected, *part_ids})
        gone = {
            record.primary_id
            for record in await uow.records.current_of_primaries(
                connection_id, self._stream.name, affected
            )
            if record.gone
        }
        env = self._source.map_env()
        again: list[PreparedBundle] = []
        for primary_id in affected:
            primary = raws.get(primary_id)
            if primary is None or primary_id in gone:
                continue
            roles: dict[str, Part] = {}
            for part in parts[primary_id]:
                known = raws.get(part.part_id)
                if part.missing == "not_found" or known is None:
                    code = part.missing or "unreadable"
                    roles[part.role] = Missing(source_id=part.part_id, code=code)
                else:
                    roles[part.role] = Raw(source_id=part.part_id, body=known.body)
            bundle = Bundle(primary=Raw(source_id=primary_id, body=primary.body), parts=roles)
            again.append(prepare(bundle, {}, self._source.connector, env))
        return again

    async def _apply_absences(
        self,
        uow: UnitOfWork,
        read: SliceRead,
        asked: ByIdRead | None,
        prepared: Sequence[PreparedBundle],
    ) -> tuple[int, int]:
        """Judge what the slice no longer shows; returns how many are gone and held."""
        if self._stream.removal != "window_diff":
            return 0, 0
        standing = await uow.records.standing_in(
            self._place.connection_id, self._stream.name, read.covered.start, read.covered.end
        )
        skipped = {bundle.primary_id for bundle in prepared if bundle.skipped}
        seen = {bundle.primary_id for bundle in prepared} - skipped
        absences = decide_absences(
            standing,
            seen=seen,
            # A row that is skipped on purpose is as good as confirmed: there is nothing to ask.
            confirmed=None if asked is None else asked.absent | skipped,
            absent_after=self._stream.absent_after,
            held_before=await uow.sync.held(self._place.connection_id, self._stream.name),
        )
        await apply_absences(uow, self._place, absences)
        return len(absences.removed), len(absences.held)
