"""The document of a summary: what every renderer renders."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict

from claw.core.model.canonical import canonical_bytes, content_hash
from claw.core.model.reference import Ref
from claw.core.snapshots.content import (
    Snapshot,
    SnapshotContent,
    SnapshotSource,
    removed_since,
)
from claw.core.summaries import blocks
from claw.core.summaries.blocks.people import is_person
from claw.core.summaries.context import SummaryContext
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, told
from claw.core.summaries.visits import count_once, first_start
from claw.core.summaries.wording import clock, counted, date_and_clock, one_line, shortened
from claw.core.time import format_instant
from claw.core.verticals import VerticalPack, View

RENDERER = "2"
STALE_AFTER_SECONDS = 6 * 3600
_LONGEST_NAME = 120


class SummaryInputs(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a summary is made from and named by."""

    snapshot: str
    date: date
    view: str
    locale: str
    renderer: str
    context: SummaryContext
    previous: str | UnsetType = UNSET
    audience: Ref | UnsetType = UNSET


class DataAge(Struct, frozen=True, kw_only=True):
    """How old and how complete what one connection gave is."""

    connection: str
    data_as_of: str | None = None
    complete: bool


class Headline(Struct, frozen=True, kw_only=True):
    """The day in numbers, for the forms that have room for no more.

    ``resources`` is absent when the summary is for one of them.
    """

    appointments: int
    resources: int | UnsetType = UNSET
    first: str | UnsetType = UNSET


class SummaryDocument(Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """A summary, before it is put into any form."""

    id: str
    snapshot: str
    tenant: str
    tenant_name: str
    date: date
    zone: str
    view: str
    vertical: str
    degraded: bool
    headline: Headline
    banners: tuple[str, ...]
    blocks: tuple[Block, ...]
    data: tuple[DataAge, ...]
    previous: str | UnsetType = UNSET
    for_: Ref | UnsetType = UNSET
    for_name: str | UnsetType = UNSET


def summary_id(inputs: SummaryInputs) -> str:
    """The name of a summary made from these inputs; the context enters by its hash."""
    context = content_hash("context", canonical_bytes(inputs.context))
    named = {name: value for name, value in asdict(inputs).items() if value is not UNSET}
    return content_hash("summary", canonical_bytes(named | {"context": context}))


def stale_connections(snapshot: Snapshot, now: datetime) -> tuple[str, ...]:
    """The connections whose data in a snapshot is older than six hours."""
    return tuple(
        sorted(
            {
                source.connection
                for source in snapshot.sources
                if source.data_as_of is not None
                and (now - source.data_as_of).total_seconds() > STALE_AFTER_SECONDS
            }
        )
    )


def build_document(
    inputs: SummaryInputs,
    content: SnapshotContent,
    previous: SnapshotContent | None,
    pack: VerticalPack,
) -> SummaryDocument:
    """Say what a day holds.

    Only what was read completely is stated as fact; what was not is named in a banner.
    """
    facts = Facts(
        content=content,
        previous=previous,
        day=inputs.date,
        context=inputs.context,
        audience=None if isinstance(inputs.audience, UnsetType) else inputs.audience,
        pack=pack,
    )
    view: View = inputs.view  # pyright: ignore[reportAssignmentType]  # checked by the engine
    banners = _banners(facts, inputs.context.stale)
    return SummaryDocument(
        id=summary_id(inputs),
        snapshot=inputs.snapshot,
        tenant=inputs.context.tenant,
        tenant_name=shortened(one_line(inputs.context.tenant_name), _LONGEST_NAME),
        date=inputs.date,
        zone=inputs.context.zone,
        view=inputs.view,
        vertical=pack.name,
        degraded=bool(banners),
        headline=_headline(facts),
        banners=banners,
        blocks=tuple(told(blocks.BLOCKS[name](facts)) for name in pack.blocks[view]),
        data=_data(content),
        previous=inputs.previous,
        for_=inputs.audience,
        for_name=shortened(one_line(facts.resource_name(facts.audience)), _LONGEST_NAME)
        if facts.audience
        else UNSET,
    )


def _headline(facts: Facts) -> Headline:
    people = {
        segment.resource
        for appointment in facts.work
        for segment in appointment.segments
        if isinstance(segment.resource, str) and is_person(facts, segment.resource)
    }
    first = first_start(facts.work)
    return Headline(
        appointments=count_once(facts.work),
        resources=len(people) if facts.audience is None else UNSET,
        first=UNSET if first is None else clock(first, facts.zone),
    )


def _banners(facts: Facts, stale: Iterable[str]) -> tuple[str, ...]:
    """What the reader must know before anything else: what is missing, what is old."""
    found: list[str] = []
    for source in facts.content.snapshot.sources:
        if source.appointments and facts.day not in source.covered_days:
            found.append(
                f"{source.connection} was not read completely for this day: "
                "what it holds may be missing here"
            )
        if source.data_as_of is not None and source.connection in stale:
            as_of = date_and_clock(source.data_as_of, facts.zone)
            found.append(f"{source.connection} is old: as of {as_of}")
        found += _unreadable(facts, source)
    if facts.previous is not None:
        found += [
            f"{name} was removed: what it held is no longer told here"
            for name in sorted(removed_since(facts.previous.snapshot, facts.content.snapshot))
        ]
    return tuple(dict.fromkeys(found))


def _unreadable(facts: Facts, source: SnapshotSource) -> list[str]:
    """Rows in quarantine: nobody knows the date of those that were never read."""
    found: list[str] = []
    if source.held_back:
        rows = counted(source.held_back, "row", "rows")
        found.append(
            f"{rows} of {source.connection} cannot be read and may be missing here "
            "(see `claw quarantine list`)"
        )
    told_today = {appointment.ref for appointment in facts.content.appointments_on(facts.day)}
    if outdated := len(told_today.intersection(source.outdated)):
        rows = counted(outdated, "row", "rows")
        found.append(
            f"{rows} of {source.connection} cannot be read any more: the last version that "
            "could be is shown (see `claw quarantine list`)"
        )
    return found


def _data(content: SnapshotContent) -> tuple[DataAge, ...]:
    by_connection: dict[str, list[tuple[datetime | None, bool]]] = {}
    for source in content.snapshot.sources:
        by_connection.setdefault(source.connection, []).append((source.data_as_of, source.complete))
    return tuple(_data_age(name, rows) for name, rows in sorted(by_connection.items()))


def _data_age(name: str, rows: Sequence[tuple[datetime | None, bool]]) -> DataAge:
    known = [as_of for as_of, _ in rows if as_of is not None]
    return DataAge(
        connection=name,
        data_as_of=format_instant(min(known)) if known else None,
        complete=all(complete for _, complete in rows),
    )
