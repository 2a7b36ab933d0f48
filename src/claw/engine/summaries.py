"""Summaries: made from the newest snapshot, kept with what they were made from, replayed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec
from msgspec import UNSET, UnsetType

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.events.catalog import SummaryMade
from claw.core.model.canonical import parse_hash_prefix
from claw.core.model.records import Resource
from claw.core.model.reference import Ref
from claw.core.phones import metadata_version
from claw.core.snapshots.content import Snapshot, SnapshotContent
from claw.core.summaries.context import SummaryContext
from claw.core.summaries.document import (
    RENDERER,
    SummaryDocument,
    SummaryInputs,
    build_document,
    stale_connections,
)
from claw.core.time import day_window, local_date
from claw.core.verticals import VIEWS, VerticalPack, pack_hash
from claw.engine.snapshots import SnapshotService
from claw.engine.summary_replay import VerifiedSummary, kept_summary, replay
from claw.ports.clock import Clock
from claw.ports.holidays import HolidayCalendar
from claw.ports.summary_store import KeptSummary
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork

HOLIDAYS_AHEAD_DAYS = 8
"""How many days after its own a summary looks for public holidays."""


class SummaryService:
    """The use cases about summaries."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        snapshots: SnapshotService,
        verticals: Mapping[str, VerticalPack],
        holidays: HolidayCalendar,
        tzdata_version: str,
    ) -> None:
        self._db = db
        self._clock = clock
        self._snapshots = snapshots
        self._verticals = verticals
        self._holidays = holidays
        self._tzdata_version = tzdata_version

    def pack(self, vertical: str) -> VerticalPack:
        """A vertical's words."""
        return self._verticals[vertical]

    async def summarise(
        self,
        tenant: Tenant,
        *,
        day: date | None = None,
        view: str = "owner",
        audience: str | None = None,
        snapshot: str | None = None,
        previous: str | None = None,
    ) -> SummaryDocument:
        """Say what a day holds, from the newest snapshot of it; takes none, reads no source.

        ``snapshot`` and ``previous`` pin what it is made from and compared with, by name;
        without, they are the newest that holds the day and the last such from before it.

        Raises:
            InvalidInput: an unknown view, or a staff view for nobody.
            NotFound: no snapshot of the day, one whose records were erased, or a day that
                was never read completely: that is never an empty day.
        """
        if view not in VIEWS:
            raise InvalidInput(
                f"{view!r} is no view",
                code="view_unknown",
                field="view",
                hint=f"one of: {', '.join(VIEWS)}",
            )
        now = self._clock.now()
        day = day or local_date(now, tenant.zone)
        told = await self._told(tenant, day, snapshot)
        self._refuse_unread(told, day)
        content = await self._snapshots.content(tenant, told)
        _refuse_erased(tenant, content)
        before = await self._before(tenant, day, told, previous)
        inputs = SummaryInputs(
            snapshot=told.snapshot_id,
            previous=before.snapshot_id if before else UNSET,
            date=day,
            view=view,
            audience=_audience(content, view, audience),
            locale=tenant.locale,
            renderer=RENDERER,
            context=self._context(tenant, day, stale_connections(told, now)),
        )
        earlier = await self._snapshots.content(tenant, before) if before else None
        document = build_document(inputs, content, earlier, self._verticals[tenant.vertical])
        async with self._db.tenant(tenant.tenant_id) as uow:
            await _refuse_thinned(uow, told, before)
            if await uow.summaries.put(kept_summary(inputs, document)):
                made = SummaryMade(
                    summary=document.id,
                    snapshot=inputs.snapshot,
                    date=day.isoformat(),
                    view=view,
                )
                uow.events.add(made, subject=document.id, at=now)
                uow.metering.count(local_date(now, tenant.zone), "summaries")
        return document

    def _context(self, tenant: Tenant, day: date, stale: tuple[str, ...]) -> SummaryContext:
        last = day + timedelta(days=HOLIDAYS_AHEAD_DAYS)
        known = self._holidays.between(tenant.country, tenant.region, day, last)
        return SummaryContext(
            tenant=tenant.slug,
            tenant_name=tenant.name,
            zone=tenant.zone,
            locale=tenant.locale,
            vertical=tenant.vertical,
            vertical_hash=pack_hash(self._verticals[tenant.vertical]),
            renderer=RENDERER,
            tzdata=self._tzdata_version,
            phones=metadata_version(),
            stale=stale,
            country=tenant.country,
            region=tenant.region or UNSET,
            holiday_data=self._holidays.version,
            holidays=UNSET if known is None else tuple(known),
        )

    async def read(self, tenant: Tenant, prefix: str) -> SummaryDocument:
        """A kept summary as it was made. Raises InvalidInput and NotFound as :meth:`verify`."""
        kept = await self._find(tenant, prefix)
        return msgspec.json.decode(kept.document, type=SummaryDocument)

    async def verify(self, tenant: Tenant, prefix: str) -> VerifiedSummary:
        """Check a kept summary's bytes and make it again from what it was made from.

        Raises:
            CheckFailed: the bytes were changed, or making it again gives others.
            InvalidInput, NotFound: when ``prefix`` names none, or several.
        """

        async def load(name: str) -> SnapshotContent:
            return await self._snapshots.content(tenant, await self._snapshots.find(tenant, name))

        return await replay(
            await self._find(tenant, prefix),
            load,
            verticals=self._verticals,
            tzdata=self._tzdata_version,
        )

    async def _told(self, tenant: Tenant, day: date, pinned: str | None) -> Snapshot:
        if pinned is not None:
            snapshot = await self._snapshots.find(tenant, pinned)
            if not snapshot.first <= day <= snapshot.last:
                raise _no_snapshot_of(tenant, day, f"that snapshot does not hold {day}")
            return snapshot
        async with self._db.tenant(tenant.tenant_id) as uow:
            found = await uow.snapshots.newest(holding=day)
            any_other = await uow.snapshots.newest()
            was_read = await uow.sync.covered(day, day)
        if found is not None:
            return found
        if any_other is None:
            raise NotFound(
                "there is no snapshot to tell from",
                code="no_snapshot",
                hint=f"`claw snapshot take --tenant {tenant.slug}`",
            )
        if not was_read:
            raise _never_read(day)
        raise _no_snapshot_of(tenant, day, f"no snapshot holds {day}")

    def _refuse_unread(self, snapshot: Snapshot, day: date) -> None:
        if not any(
            source.appointments and day in source.covered_days for source in snapshot.sources
        ):
            raise _never_read(day)

    async def _before(
        self, tenant: Tenant, day: date, newest: Snapshot, pinned: str | None
    ) -> Snapshot | None:
        """What it is compared with: by default the last snapshot of it from before it began."""
        if pinned is not None:
            return await self._snapshots.find(tenant, pinned)
        window = day_window(tenant.zone, day)
        before: datetime = window.start if window else newest.taken_at
        async with self._db.tenant(tenant.tenant_id) as uow:
            found = await uow.snapshots.newest(before=min(before, newest.taken_at), holding=day)
        return found if found and found.snapshot_id != newest.snapshot_id else None

    async def _find(self, tenant: Tenant, prefix: str) -> KeptSummary:
        wanted = parse_hash_prefix(prefix, field="summary")
        async with self._db.tenant(tenant.tenant_id) as uow:
            found = await uow.summaries.find(wanted)
        if len(found) > 1:
            raise InvalidInput(
                f"{prefix!r} begins several summaries' names",
                code="id_ambiguous",
                field="summary",
                hint="give more digits",
            )
        if not found:
            raise NotFound(
                f"there is no summary {prefix!r}", code="summary_unknown", field="summary"
            )
        return found[0]


async def _refuse_thinned(uow: UnitOfWork, *snapshots: Snapshot | None) -> None:
    """What a summary was made from is kept as long as it: from here on it is in use."""
    await uow.snapshots.hold_shared()
    for snapshot in snapshots:
        if snapshot is not None and not await uow.snapshots.find(snapshot.snapshot_id):
            raise Refused(
                "a snapshot was thinned while the summary was made",
                code="snapshot_thinned",
                hint="ask again",
            )


def _never_read(day: date) -> NotFound:
    return NotFound(
        f"{day} was never read completely, so nobody knows what it holds",
        code="day_never_read",
        field="date",
        hint=f"`claw sync --from {day} --to {day}`, "
        f"then `claw snapshot take --from {day} --to {day}`",
    )


def _no_snapshot_of(tenant: Tenant, day: date, message: str) -> NotFound:
    return NotFound(
        message,
        code="no_snapshot",
        field="date",
        hint=f"`claw snapshot take --tenant {tenant.slug} --from {day} --to {day}` takes one",
    )


def _refuse_erased(tenant: Tenant, content: SnapshotContent) -> None:
    """What is left of a snapshot would tell an emptier day than there was."""
    if content.erased:
        raise NotFound(
            f"{len(content.erased)} records of the newest snapshot were erased",
            code="snapshot_erased",
            hint=f"`claw snapshot take --tenant {tenant.slug}` keeps what is known now",
        )


def _audience(content: SnapshotContent, view: str, named: str | None) -> Ref | UnsetType:
    """The resource a summary is for, by reference or unique name."""
    if named is None:
        if view == "staff":
            raise InvalidInput(
                "the staff view is for one person",
                code="audience_missing",
                field="for",
                hint="give --for a reference or a name",
            )
        return UNSET
    found = [
        record.ref
        for record in content.records.values()
        if isinstance(record, Resource)
        and (named == record.ref or named.casefold() == record.name.casefold())
    ]
    if len(found) == 1:
        return found[0]
    raise InvalidInput(
        f"{named!r} names {'several resources' if found else 'nobody'} in this snapshot",
        code="audience_unknown",
        field="for",
        hint="use a reference that `claw records --type resource` prints",
    )
