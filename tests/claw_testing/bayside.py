"""Bayside Plumbing: a trades business whose day holds something for every block of a summary.

Everything is said in Sydney wall time and lies around Tuesday 24 November 2026.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from msgspec import UNSET, UnsetType

from claw.core.model.normalise import normalise, store_form
from claw.core.model.records import (
    SCHEMA,
    Address,
    Appointment,
    Contact,
    Customer,
    Location,
    Money,
    Phone,
    Progress,
    Record,
    Resource,
    Segment,
    Shift,
)
from claw.core.model.reference import Ref
from claw.core.model.tombstones import mark_gone
from claw.core.snapshots.content import SnapshotContent, SnapshotSource
from claw.core.snapshots.identity import make_snapshot
from claw.core.snapshots.selection import date_of, select
from claw.core.snapshots.tree import Leaf, build_tree
from claw.core.summaries.context import SummaryContext
from claw.core.summaries.document import (
    RENDERER,
    SummaryDocument,
    SummaryInputs,
    build_document,
)
from claw.core.summaries.item import Block
from claw.core.time import resolve_local
from claw.core.verticals import VerticalPack, pack_hash, parse_pack

ZONE = "Australia/Sydney"
TODAY = date(2026, 11, 24)
FIRST, LAST = date(2026, 11, 23), date(2026, 12, 8)
DAYS = tuple(date(2026, 11, day) for day in range(23, 31)) + tuple(
    date(2026, 12, day) for day in range(1, 9)
)

LEE, SAM, PAT, VAN = (Ref(f"field/employee:{name}") for name in ("lee", "sam", "pat", "van"))


def at(wall: str) -> datetime:
    """``24 07:00`` of November 2026 on the wall in Sydney, as an instant."""
    return resolve_local(ZONE, datetime.fromisoformat(f"2026-11-{wall}:00")).instant


def job(
    name: str,
    start: str,
    end: str,
    *who: Ref,
    title: str = "Blocked drain",
    customer: str | None = "mina",
    place: str | None = "manly",
    phones: Sequence[Phone] = (Phone(raw="0412 345 678", kind="mobile", e164="+61412345678"),),
    **more: Any,
) -> Appointment:
    """A visit in which each of ``who`` works from start to end; nobody is unassigned work."""
    starts_at, ends_at = at(start), at(end)
    return Appointment(
        ref=Ref(f"field/schedule:{name}"),
        **{
            "kind": "visit",
            "status": "confirmed",
            "title": title,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "zone": ZONE,
            "segments": tuple(
                Segment(starts_at=starts_at, ends_at=ends_at, resource=ref)
                for ref in (who or (UNSET,))
            ),
            "customer": Ref(f"field/customer:{customer}") if customer else UNSET,
            "location": Ref(f"field/site:{place}") if place else UNSET,
            "contact": Contact(name="Mina O'Dell", phones=tuple(phones)) if customer else UNSET,
            **more,
        },
    )


def person(ref: Ref, name: str, **more: Any) -> Resource:
    """Somebody who works there."""
    return Resource(ref=ref, name=name, **{"kind": "person", "active": True, **more})


def hours(name: str, who: Ref, start: str, end: str) -> Shift:
    """Working hours."""
    return Shift(
        ref=Ref(f"field/shift:{name}"),
        resource=who,
        starts_at=at(start),
        ends_at=at(end),
        zone=ZONE,
        kind="work",
    )


PEOPLE: tuple[Record, ...] = (
    person(LEE, "Lee Nguyen"),
    person(SAM, "Sam Okafor"),
    person(PAT, "Pat de Groot"),
    person(VAN, "Jetter van", kind="equipment"),
    Customer(ref=Ref("field/customer:mina"), kind="person", name="Mina O'Dell"),
    Customer(ref=Ref("field/customer:strata"), kind="company", name="Strata <Plan> 4411 & Co"),
    Location(
        ref=Ref("field/site:manly"),
        name="Home",
        address=Address(lines=("3 Ocean St",), suburb="Manly", state="NSW", postcode="2095"),
    ),
    Location(
        ref=Ref("field/site:dee-why"),
        name="Block C",
        address=Address(lines=("11 Pittwater Rd",), suburb="Dee Why"),
    ),
    Location(ref=Ref("field/site:bare"), name="Site office", address=Address()),
)
LANDLINE = (Phone(raw="(02) 9977 1234", kind="landline", e164="+61299771234"),)


def yesterday() -> list[Record]:
    """What was known on Monday evening."""
    return [
        *PEOPLE,
        job("0", "23 09:00", "23 11:00", LEE, title="Gas check", status="completed"),
        job("1", "23 13:00", "23 15:00", SAM, title="Tap washer", source_status="On hold"),
        job("2", "23 21:00", "24 02:00", PAT, title="Burst main", place="dee-why"),
        job("3", "24 08:00", "24 10:00", LEE),
        job("4", "24 10:00", "24 12:00", LEE, title="Hot water", customer="strata"),
        job("5", "24 09:00", "24 10:00", SAM, title="Toilet seal"),
        job("6", "24 15:00", "24 16:00", SAM, title="Quote visit", kind="consultation"),
        job("7", "24 13:00", "24 14:00", PAT, title="Dripping tap"),
        job("10", "25 07:30", "25 09:00", LEE),
    ]


def today() -> list[Record]:
    """What is known on Tuesday at six: jobs 3, 4, 5, 6 and 7 changed, 8 and 9 are new."""
    kept = [r for r in yesterday() if r.ref.rpartition(":")[2] not in {"3", "4", "5", "6", "7"}]
    return [
        *kept,
        job("3", "24 07:00", "24 09:00", LEE, value=Money(amount_minor=24_500, currency="AUD")),
        job("4", "24 08:30", "24 10:30", LEE, VAN, title="Hot water", customer="strata",
            place="dee-why", phones=LANDLINE,
            value=Money(amount_minor=189_000, currency="AUD")),
        job("5", "24 09:00", "24 10:00", PAT, title="Toilet seal", status="tentative"),
        job("6", "24 15:00", "24 16:00", SAM, title="Quote visit", kind="consultation",
            place="bare", flags=("time_conflict",)),
        mark_gone(job("7", "24 13:00", "24 14:00", PAT, title="Dripping tap")),
        job("8", "24 11:00", "24 12:30", title="Roof leak", place="dee-why"),
        job("9", "24 09:30", "24 11:00", SAM, title="Toolbox talk", kind="absence",
            customer=None, place=None),
        job("11", "25 10:00", "25 11:00", title="Gutter"),
        job("12", "24 00:00", "24 23:59", SAM, title="Order parts", precision="day",
            customer=None, place="manly"),
        hours("1", LEE, "24 07:00", "24 10:00"),
        hours("2", PAT, "24 08:00", "24 16:00"),
    ]  # fmt: skip


def noon() -> list[Record]:
    """What is known on Tuesday at noon: one job is under way, of the others nothing is heard."""
    arrived = Progress(state="on_site", at=at("24 07:05"), evidence="log:1", resource=LEE)
    kept = [r for r in today() if r.ref != Ref("field/schedule:3")]
    return [*kept, job("3", "24 07:00", "24 09:00", LEE, progress=(arrived,))]


def source(**more: Any) -> SnapshotSource:
    """One connection that was read completely at 5:52 am."""
    return SnapshotSource(
        **{
            "connection": "field",
            "stream": "appointments",
            "complete": True,
            "data_as_of": at("24 05:52"),
            "covered_days": DAYS,
            **more,
        }
    )


def snapshot_of(
    records: Iterable[Record],
    *,
    taken_at: datetime | None = None,
    sources: Sequence[SnapshotSource] = (),
    first: date = FIRST,
    last: date = LAST,
    previous: str | None = None,
) -> SnapshotContent:
    """The snapshot that would be taken of these records, as of Tuesday 6 am."""
    by_ref = {record.ref: normalise(record) for record in records}
    chosen = {ref: by_ref[ref] for ref in sorted(select(by_ref, first, last))}
    leaves = [
        Leaf(ref=ref, content_hash=store_form(record).content_hash, local_date=date_of(record))
        for ref, record in chosen.items()
    ]
    snapshot = make_snapshot(
        tree=build_tree(leaves).tree_hash,
        schema=SCHEMA,
        first=first,
        last=last,
        zone=ZONE,
        taken_at=taken_at or at("24 06:00"),
        sources=sources or (source(),),
        tzdata_version="2026f",
        previous=previous,
    )
    return SnapshotContent(snapshot=snapshot, records=chosen)


@cache
def pack(vertical: str = "trades") -> VerticalPack:
    """A vertical as shipped."""
    return parse_pack((resources.files("claw.core.verticals") / f"{vertical}.toml").read_bytes())


@cache
def morning() -> tuple[SnapshotContent, SnapshotContent]:
    """Tuesday at six, and the snapshot of the evening before."""
    return snapshot_of(today()), snapshot_of(yesterday(), taken_at=at("23 18:00"))


def document(
    now: SnapshotContent,
    previous: SnapshotContent | None = None,
    *,
    day: date = TODAY,
    view: str = "owner",
    audience: Ref | UnsetType = UNSET,
    vertical: str = "trades",
    **context: Any,
) -> SummaryDocument:
    """The summary of a day, from these snapshots."""
    words = pack(vertical)
    inputs = SummaryInputs(
        snapshot=now.snapshot.snapshot_id,
        previous=previous.snapshot.snapshot_id if previous else UNSET,
        date=day,
        view=view,
        audience=audience,
        locale="en-AU",
        renderer=RENDERER,
        context=SummaryContext(
            **{
                "tenant": "bayside",
                "tenant_name": "Bayside Plumbing",
                "zone": ZONE,
                "locale": "en-AU",
                "vertical": vertical,
                "vertical_hash": pack_hash(words),
                "renderer": RENDERER,
                "tzdata": "2026f",
                "phones": "9.0.43",
                "country": "AU",
                "region": "NSW",
                "holiday_data": "0.109",
                "holidays": (),
                **context,
            }
        ),
    )
    return build_document(inputs, now, previous, words)


def block_of(told: SummaryDocument, name: str) -> Block:
    """One block of a summary."""
    (found,) = [block for block in told.blocks if block.block == name]
    return found


def lines_of(told: SummaryDocument, name: str) -> list[tuple[str, str, str]]:
    """When, text and note of each line of a block."""
    return [
        (str(item.when or ""), item.text, str(item.note or ""))
        for item in block_of(told, name).items
    ]
