"""The document of a summary: what every renderer renders."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import UNSET, Struct, UnsetType

from claw.core.model.canonical import canonical_bytes, content_hash
from claw.core.model.reference import Ref
from claw.core.snapshots.content import SnapshotContent
from claw.core.summaries import blocks
from claw.core.summaries.facts import Facts, count_once, first_start
from claw.core.summaries.item import Block
from claw.core.summaries.wording import clock, date_and_clock
from claw.core.time import format_instant
from claw.core.verticals import VerticalPack, View

RENDERER = "1"
STALE_AFTER_SECONDS = 6 * 3600


class SummaryContext(Struct, frozen=True, kw_only=True):
    """Everything besides the snapshots that a summary is made from; stored with it."""

    tenant: str
    tenant_name: str
    zone: str
    locale: str
    vertical: str
    vertical_hash: str
    renderer: str
    tzdata: str
    phones: str


class SummaryInputs(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What names a summary: hashing it gives the summary's id."""

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
    data_as_of: str | None
    complete: bool


class Headline(Struct, frozen=True, kw_only=True):
    """The day in numbers, for the forms that have room for no more."""

    appointments: int
    resources: int
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


def summary_id(inputs: SummaryInputs) -> str:
    """The name of a summary made from these inputs."""
    return content_hash("summary", canonical_bytes(inputs))


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
        zone=inputs.context.zone,
        audience=None if isinstance(inputs.audience, UnsetType) else inputs.audience,
        pack=pack,
    )
    view: View = inputs.view  # pyright: ignore[reportAssignmentType]  # checked by the engine
    banners = _banners(facts)
    return SummaryDocument(
        id=summary_id(inputs),
        snapshot=inputs.snapshot,
        tenant=inputs.context.tenant,
        tenant_name=inputs.context.tenant_name,
        date=inputs.date,
        zone=inputs.context.zone,
        view=inputs.view,
        vertical=pack.name,
        degraded=bool(banners),
        headline=_headline(facts),
        banners=banners,
        blocks=tuple(blocks.BLOCKS[name](facts) for name in pack.blocks[view]),
        data=_data(content),
        previous=inputs.previous,
        for_=inputs.audience,
    )


def _headline(facts: Facts) -> Headline:
    people = {
        segment.resource
        for appointment in facts.work
        for segment in appointment.segments
        if (resource := facts.resource(segment.resource)) and resource.kind != "equipment"
    }
    first = first_start(facts.work)
    return Headline(
        appointments=count_once(facts.work),
        resources=len(people),
        first=UNSET if first is None else clock(first, facts.zone),
    )


def _banners(facts: Facts) -> tuple[str, ...]:
    """What the reader must know before anything else: what is missing, what is old."""
    snapshot = facts.content.snapshot
    found: list[str] = []
    for source in snapshot.sources:
        if facts.day not in source.covered_days:
            found.append(
                f"{source.connection} was not read completely for this day: "
                "what it holds may be missing here"
            )
        elif source.data_as_of and _age(snapshot.taken_at, source.data_as_of):
            as_of = date_and_clock(source.data_as_of, facts.zone)
            found.append(f"{source.connection} is old: as of {as_of}")
        if source.held_back:
            found.append(
                f"{source.held_back} rows of {source.connection} cannot be read "
                "and are missing here (see `claw quarantine list`)"
            )
    return tuple(found)


def _age(now: datetime, as_of: datetime) -> bool:
    return (now - as_of).total_seconds() > STALE_AFTER_SECONDS


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
