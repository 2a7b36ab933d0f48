"""One slice from the first request to the commit."""

from collections.abc import Callable, Collection, Sequence

from claw.core.model.reference import Ref
from claw.core.time import dates
from claw.engine.sync.absence import RunSoFar, decide_absences
from claw.engine.sync.applying import (
    Applied,
    Place,
    apply_absences,
    apply_coverage,
    apply_records,
)
from claw.engine.sync.bundles import (
    PreparedBundle,
    filled_from_each_other,
    ids_to_recall,
    parts_gone,
    prepare,
    raws_of,
)
from claw.engine.sync.checking import Companions
from claw.engine.sync.leases import writing
from claw.engine.sync.plan import PlannedSlice
from claw.engine.sync.reading import ByIdRead, SliceRead, ask_by_id, read_slice
from claw.engine.sync.remap import ReadParts, map_again, map_left_behind
from claw.engine.sync.report import StreamReport
from claw.engine.sync.source import Source
from claw.ports.connector import Bundle, Mode, Removal, Slice
from claw.ports.connector_errors import ConnectorBug
from claw.ports.lease_store import Lease
from claw.ports.manifest import StreamDeclaration
from claw.ports.record_store import CurrentRecord
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork


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
        self._can_ask = Mode.BY_ID in stream.modes
        self._infers_absence = stream.removal == Removal.WINDOW_DIFF
        self._standing_before = 0
        self._due = 0
        self._judged: set[Ref] = set()
        self._seen: set[str] = set()
        self.unreadable_roles: set[str] = set()
        self.forbidden_roles: set[str] = set()

    async def begin(self, window: Slice) -> None:
        """Remember what stood in the whole window before the first request."""
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            self._standing_before = len(await self._standing(uow, window))

    async def read_and_apply(self, planned: PlannedSlice, tell: Callable[[int], None]) -> None:
        """Read a slice whole, ask about what it no longer shows, commit everything.

        Raises:
            ConnectorError: nothing of the slice became visible.
            LeaseLost: another run took over; nothing was written.
        """
        read = await read_slice(self._source, self._stream.name, planned.slice, tell)
        asked = await self._ask_about_missing(read)
        bundles = filled_from_each_other([*read.bundles, *(asked.found if asked else ())])
        prepared = await self.prepare(bundles)
        async with writing(self._db, self._tenant.tenant_id, self._lease) as uow:
            standing = await self._standing(uow, read.covered)
            applied = await self.apply(uow, bundles, prepared)
            gone, held = await self._apply_absences(uow, standing, asked, prepared)
            await apply_coverage(uow, self._place, list(dates(planned.first, planned.last)))
        self.count(prepared, applied, gone=gone, held=held)

    async def review_quarantine(self) -> None:
        """Ask for rows in quarantine that the window did not show; done after all slices.

        They have no record whose start would say which slice should have shown them.
        """
        if not self._can_ask:
            return
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            ids = [
                row.source_id
                for row in await uow.sync.quarantined()
                if (row.connection_id, row.stream) == (self._place.connection_id, self._stream.name)
                and row.source_id not in self._seen
            ]
        if not ids:
            return
        asked = await ask_by_id(self._source, self._stream.name, ids)
        bundles = filled_from_each_other(asked.found)
        prepared = await self.prepare(bundles)
        async with writing(self._db, self._tenant.tenant_id, self._lease) as uow:
            applied = await self.apply(uow, bundles, prepared)
            await uow.sync.release(
                self._place.connection_id, self._stream.name, sorted(asked.absent)
            )
        self.count(prepared, applied)

    async def catch_up(self) -> None:
        """Map again what another stream of the connection has read parts of meanwhile."""
        async with writing(self._db, self._tenant.tenant_id, self._lease) as uow:
            again = await map_left_behind(uow, self._place, self._source)
            applied = await apply_records(uow, self._place, (), again)
        self.count((), applied)

    async def _ask_about_missing(self, read: SliceRead) -> ByIdRead | None:
        """Ask for the records a complete read no longer shows; None where nobody can ask."""
        if not (self._infers_absence and self._can_ask):
            return None
        seen = {bundle.primary.source_id for bundle in read.bundles}
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            standing = await self._standing(uow, read.covered)
        ids = [r.primary_id for r in standing if r.primary_id and r.primary_id not in seen]
        if not ids:
            return ByIdRead(found=(), absent=frozenset())
        return await ask_by_id(self._source, self._stream.name, ids)

    async def prepare(self, bundles: Sequence[Bundle]) -> list[PreparedBundle]:
        """Map bundles, with the last good bodies of parts that could not be read."""
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            recalled = await uow.raws.current_raws(
                self._place.connection_id, ids_to_recall(bundles)
            )
        env, connector, companions = self._source.map_env(), self._source.connector, Companions()
        return [prepare(bundle, recalled, connector, env, companions) for bundle in bundles]

    async def apply(
        self, uow: UnitOfWork, bundles: Sequence[Bundle], prepared: Sequence[PreparedBundle]
    ) -> Applied:
        """Write what was read, and what has to be mapped again because of it."""
        raws = raws_of(bundles)
        changed = await uow.raws.put_raws(self._place.connection_id, raws, self._place.now)
        read = frozenset(raw.source_id for raw in raws)
        gone = parts_gone(bundles) - read
        forgotten = await uow.raws.forget_raws(self._place.connection_id, gone)
        again = await map_again(
            uow,
            self._place,
            self._source,
            ReadParts(changed=frozenset(changed) | frozenset(forgotten), read=read, gone=gone),
            just_mapped={bundle.primary_id for bundle in prepared},
        )
        return await apply_records(uow, self._place, prepared, again)

    async def _apply_absences(
        self,
        uow: UnitOfWork,
        standing: Sequence[CurrentRecord],
        asked: ByIdRead | None,
        prepared: Sequence[PreparedBundle],
    ) -> tuple[int, int]:
        """Judge what the slice no longer shows; returns how many are gone and held."""
        if not self._infers_absence:
            return 0, 0
        skipped = {bundle.primary_id for bundle in prepared if bundle.skipped}
        # What stood before the read, as it is after it: parts may have changed meanwhile.
        current = await uow.records.current([record.ref for record in standing])
        held = await uow.sync.held(self._place.connection_id, self._stream.name)
        absences = decide_absences(
            # A connector may read wider than it was asked to: nothing is judged twice.
            [current[record.ref] for record in standing if record.ref not in self._judged],
            seen={bundle.primary_id for bundle in prepared} - skipped,
            # A row that is skipped on purpose is as good as confirmed: there is nothing to ask.
            confirmed=None if asked is None else asked.absent | skipped,
            absent_after=self._stream.absent_after,
            held_before=held,
            run=RunSoFar(standing=self._standing_before, due=self._due),
        )
        await apply_absences(uow, self._place, absences)
        self._judged.update(record.ref for record in standing)
        due = [*absences.removed, *absences.held]
        self._due += sum(1 for record in due if record.ref not in held)
        return len(absences.removed), len(absences.held)

    async def _standing(self, uow: UnitOfWork, span: Slice) -> Sequence[CurrentRecord]:
        return await uow.records.standing_in(
            self._place.connection_id, self._stream.name, span.start, span.end
        )

    def count(
        self,
        prepared: Collection[PreparedBundle],
        applied: Applied,
        *,
        gone: int = 0,
        held: int = 0,
    ) -> None:
        """Add what became visible to the stream's counts."""
        counts = self._counts
        counts.read += len(prepared)
        counts.mapped += sum(1 for b in prepared if b.records)
        counts.skipped += sum(1 for b in prepared if b.skipped)
        counts.quarantined += sum(1 for b in prepared if b.quarantined)
        if counts.read != counts.mapped + counts.skipped + counts.quarantined:
            raise ConnectorBug("the rows read are not the rows mapped, skipped and quarantined")
        counts.added += applied.added
        counts.changed += applied.changed
        counts.unchanged += applied.unchanged
        counts.returned += applied.returned
        counts.gone += gone
        counts.held += held
        for bundle in prepared:
            self._seen.add(bundle.primary_id)
            self.unreadable_roles.update(bundle.unreadable)
            self.forbidden_roles.update(bundle.forbidden)
