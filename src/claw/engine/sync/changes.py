"""Looking again at what a change feed hints at: the sync between two whole reads.

A feed says where to look and proves nothing. What it hints at is asked for by id, made
visible as always, and only then, in the same transaction, the feed's cursor moves. A
cursor that leads nowhere any more is forgotten, so that the feed is followed from the whole
read on. Which days were read completely, and as of when, is not touched: nothing was read
completely.
"""

from collections.abc import Collection, Sequence

from claw.core.errors import Refused
from claw.core.time import span
from claw.engine.sync.absence import RunSoFar, decide_absences
from claw.engine.sync.applying import Place, apply_absences
from claw.engine.sync.bundles import PreparedBundle, filled_from_each_other
from claw.engine.sync.connector_calls import connector_code
from claw.engine.sync.leases import writing
from claw.engine.sync.reading import ByIdRead, ask_by_id
from claw.engine.sync.slices import SliceWork
from claw.engine.sync.source import Source
from claw.ports.connector import Hints, Mode, NoHints, PullsHints
from claw.ports.connector_errors import ConnectorBug, ConnectorError
from claw.ports.lease_store import Lease
from claw.ports.manifest import StreamDeclaration
from claw.ports.record_store import CurrentRecord
from claw.ports.sync_store import SyncRun
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork


def feed_of(source: Source, stream: StreamDeclaration) -> PullsHints | None:
    """The stream's change feed, None where there is none or its hints cannot be followed."""
    connector = source.connector
    return connector if isinstance(connector, PullsHints) and Mode.BY_ID in stream.modes else None


class ChangesWork:
    """Follows the change feed of one stream."""

    def __init__(
        self,
        db: Database,
        tenant: Tenant,
        source: Source,
        stream: StreamDeclaration,
        place: Place,
        lease: Lease,
        work: SliceWork,
        run: SyncRun,
    ) -> None:
        self._db = db
        self._tenant = tenant
        self._source = source
        self._stream = stream
        self._place = place
        self._lease = lease
        self._work = work
        self._run = run

    async def follow(self, feed: PullsHints) -> ConnectorError | None:
        """Pull hints, ask for what they mean, commit; returns what stopped the asking.

        What was answered before that is visible, and the cursor stays for the next run.

        Raises:
            ConnectorError: the feed could not be read; nothing changed.
            Refused: the feed cannot be followed; its cursor is forgotten.
            LeaseLost: another run took over; nothing was written.
        """
        hints = await self._pull(feed)
        ids = await self._meant_by(hints)
        asked = ByIdRead(found=(), absent=frozenset())
        if ids:
            asked = await ask_by_id(self._source, self._stream.name, ids)
        await self._commit(hints, asked)
        return asked.trouble

    async def _pull(self, feed: PullsHints) -> Hints:
        name, connection_id = self._stream.name, self._place.connection_id
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            cursor = await uow.hints.find(connection_id, name)
            days = await uow.sync.covered(self._run.first, self._run.last)
        read_at = [
            day.data_as_of
            for day in days
            if (day.connection_id, day.stream) == (connection_id, name)
        ]
        if not read_at:
            raise Refused(
                f"nothing of {name} was ever read completely, so there is nothing to change",
                code="never_read",
                hint="run `claw sync` once",
            )
        with connector_code():
            hints = await feed.pull_hints(self._source.context, name, cursor, min(read_at))
        if isinstance(hints, NoHints):
            # Only following moves it: kept, it would lead nowhere again, whatever is read.
            async with writing(self._db, self._tenant.tenant_id, self._lease) as uow:
                await uow.hints.forget(connection_id, name)
            raise Refused(
                hints.message,
                code=hints.code,
                hint="run `claw sync`; changes are followed again from then on",
            )
        if not hints.next_cursor:
            raise ConnectorBug("the connector followed its feed to nowhere")
        return hints

    async def _meant_by(self, hints: Hints) -> Sequence[str]:
        """The rows to ask for: those named, and those known to be made from what is named."""
        name, connection_id = self._stream.name, self._place.connection_id
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            known = await uow.raws.primaries_to_remap(
                connection_id, name, changed=hints.linked, read=()
            )
            records = await uow.records.current_of_primaries(connection_id, name, known)
        gone = {record.primary_id for record in records if record.gone}
        return sorted({*hints.ids, *(each for each in known if each not in gone)})

    async def _commit(self, hints: Hints, asked: ByIdRead) -> None:
        bundles = filled_from_each_other(asked.found)
        prepared = await self._work.prepare(bundles)
        async with writing(self._db, self._tenant.tenant_id, self._lease) as uow:
            applied = await self._work.apply(uow, bundles, prepared)
            gone, held = await self._judge(uow, asked, prepared)
            await uow.sync.release(
                self._place.connection_id, self._stream.name, sorted(asked.absent)
            )
            if asked.trouble is None:
                await uow.hints.move(
                    self._place.connection_id,
                    self._stream.name,
                    hints.next_cursor,
                    self._place.now,
                )
        self._work.count(prepared, applied, gone=gone, held=held)

    async def _judge(
        self, uow: UnitOfWork, asked: ByIdRead, prepared: Sequence[PreparedBundle]
    ) -> tuple[int, int]:
        """Judge what the source says does not exist, of the days that were read completely."""
        skipped = {bundle.primary_id for bundle in prepared if bundle.skipped}
        missing = asked.absent | skipped
        standing = await self._standing_beside(uow, missing)
        if not standing:
            return 0, 0
        absences = decide_absences(
            standing,
            seen={record.primary_id for record in standing if record.primary_id} - missing,
            confirmed=missing,
            absent_after=self._stream.absent_after,
            held_before=await uow.sync.held(self._place.connection_id, self._stream.name),
            run=RunSoFar(standing=len(standing), due=0),
        )
        await apply_absences(uow, self._place, absences)
        return len(absences.removed), len(absences.held)

    async def _standing_beside(
        self, uow: UnitOfWork, missing: Collection[str]
    ) -> Sequence[CurrentRecord]:
        """What stands in the known days around the missing rows, those rows included."""
        name, connection_id = self._stream.name, self._place.connection_id
        records = await uow.records.current_of_primaries(connection_id, name, missing)
        days = [r.local_date for r in records if r.local_date is not None and not r.gone]
        if not days:
            return ()
        first, last = min(self._run.first, *days), max(self._run.last, *days)
        known = {
            day.local_date
            for day in await uow.sync.covered(first, last)
            if (day.connection_id, day.stream) == (connection_id, name)
        }
        window = span(self._tenant.zone, first, last)
        standing = await uow.records.standing_in(connection_id, name, window.start, window.end)
        return [record for record in standing if record.local_date in known]
