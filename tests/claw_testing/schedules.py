"""Canonical records and snapshots for tests, made by hand or by chance."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from claw.core.model.normalise import decode_record, store_form
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
    Service,
    Shift,
)
from claw.core.model.reference import Ref, make_ref, source_id
from claw.core.snapshots.content import Snapshot, SnapshotContent, SnapshotSource
from claw.core.snapshots.identity import make_snapshot
from claw.core.snapshots.selection import date_of
from claw.core.snapshots.tree import Leaf, build_tree

ZONE = "Australia/Sydney"
TAKEN_AT = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""07:00 on Wednesday, 25 November 2026 in Sydney."""


def ref(kind: str, key: int | str) -> Ref:
    """A reference of the connection ``field``."""
    return make_ref("field", source_id(kind, key))


def at(text: str) -> datetime:
    """An instant of UTC, as in ``2026-11-25T22:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def visit(
    number: int,
    starts_at: datetime | str = "2026-11-24T22:00",
    *,
    minutes: int = 60,
    by: Iterable[int] = (1,),
    **fields: Any,
) -> Appointment:
    """A confirmed visit with one segment for each of some employees."""
    start = at(starts_at) if isinstance(starts_at, str) else starts_at
    end = start + timedelta(minutes=minutes)
    stated: dict[str, Any] = {
        "ref": ref("schedule", number),
        "kind": "visit",
        "status": "confirmed",
        "title": f"Job {number}",
        "starts_at": start,
        "ends_at": end,
        "zone": ZONE,
        "segments": tuple(
            Segment(starts_at=start, ends_at=end, resource=ref("employee", each)) for each in by
        ),
    }
    return Appointment(**stated | fields)


def employee(number: int, **fields: Any) -> Resource:
    """An active person."""
    stated: dict[str, Any] = {
        "ref": ref("employee", number),
        "kind": "person",
        "name": f"Employee {number}",
        "active": True,
    }
    return Resource(**stated | fields)


def customer(number: int, **fields: Any) -> Customer:
    """A person who is a customer."""
    stated: dict[str, Any] = {
        "ref": ref("customer", number),
        "kind": "person",
        "name": f"Customer {number}",
    }
    return Customer(**stated | fields)


def stored(record: Record) -> Record:
    """The record as it is read back from the store."""
    return decode_record(store_form(record).canonical)


def leaves(records: Iterable[Record]) -> list[Leaf]:
    """The leaves that stand for some records."""
    return [
        Leaf(ref=r.ref, content_hash=store_form(r).content_hash, local_date=date_of(r))
        for r in records
    ]


def snapshot(
    *records: Record,
    first: date = date(2026, 11, 24),
    last: date = date(2026, 12, 9),
    taken_at: datetime = TAKEN_AT,
    complete: bool = True,
    schema: str = SCHEMA,
    previous: str | None = None,
) -> Snapshot:
    """A snapshot that holds exactly these records."""
    return make_snapshot(
        tree=build_tree(leaves(records)).tree_hash,
        schema=schema,
        first=first,
        last=last,
        zone=ZONE,
        taken_at=taken_at,
        sources=[
            SnapshotSource(
                connection="field",
                stream="appointments",
                complete=complete,
                data_as_of=taken_at,
                covered_days=(first,),
            )
        ],
        tzdata_version="2026f",
        previous=previous,
    )


def content(*records: Record, **fields: Any) -> SnapshotContent:
    """A snapshot with exactly these records, as read back from the store."""
    return SnapshotContent(
        snapshot=snapshot(*records, **fields), records={r.ref: stored(r) for r in records}
    )


instants = st.integers(946_684_800, 4_102_358_400).map(lambda s: datetime.fromtimestamp(s, UTC))
"""Whole seconds from 2000 to 2099."""
_words = st.text(max_size=12)
_numbers = st.integers(0, 50)
_integers = st.integers(-(2**53) + 1, 2**53 - 1)
_keys = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
_values: st.SearchStrategy[object] = st.recursive(
    _words | _integers | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=6,
)
_extensions: st.SearchStrategy[dict[str, dict[str, object]]] = st.dictionaries(
    _keys, st.dictionaries(_keys, _values, max_size=3), max_size=2
)
_phones = st.builds(Phone, raw=_words, kind=st.sampled_from(["mobile", "landline", "unknown"]))
_contacts = st.builds(
    Contact,
    name=_words,
    phones=st.lists(_phones, max_size=2).map(tuple),
    emails=st.lists(_words, max_size=2).map(tuple),
)
_employees = st.integers(1, 4).map(lambda number: ref("employee", number))
_segments = st.builds(
    Segment,
    starts_at=instants,
    ends_at=instants,
    resource=_employees,
    service=st.builds(Service, name=_words),
    flexible=st.booleans(),
)
_progress = st.builds(
    Progress,
    state=st.sampled_from(["travelling", "on_site", "paused", "complete"]),
    at=instants,
    evidence=_words,
    resource=_employees,
)


def _optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A mapping with the value under ``it``, or without."""
    return st.one_of(st.just({}), values.map(lambda value: {"it": value}))


@st.composite
def appointments(draw: st.DrawFn) -> Appointment:
    """Any appointment a connector may hand over, not yet normalised."""
    optional: dict[str, Any] = {}
    for name, values in {
        "customer": _numbers.map(lambda number: ref("customer", number)),
        "location": _numbers.map(lambda number: ref("site", number)),
        "contact": _contacts,
        "value": st.builds(Money, amount_minor=_integers, currency=st.just("AUD")),
        "notes": _words,
        "fixed": st.booleans(),
        "gone": st.booleans(),
        "source_updated_at": instants,
        "source_url": _words,
    }.items():
        drawn = draw(_optional(values))
        if drawn:
            optional[name] = drawn["it"]
    return Appointment(
        ref=ref("schedule", draw(_numbers)),
        kind=draw(st.sampled_from(["visit", "booking", "absence"])),
        status=draw(st.sampled_from(["confirmed", "completed", "cancelled", "missing"])),
        title=draw(_words),
        starts_at=draw(instants),
        ends_at=draw(instants),
        zone=draw(st.sampled_from([ZONE, "Pacific/Auckland", "America/St_Johns"])),
        segments=tuple(draw(st.lists(_segments, max_size=3))),
        progress=tuple(draw(st.lists(_progress, max_size=3))),
        flags=tuple(
            draw(st.lists(st.sampled_from(["unassigned", "overlong", "stale_enrichment"])))
        ),
        extensions=draw(_extensions),
        **optional,
    )


records: st.SearchStrategy[Record] = st.one_of(
    appointments(),
    st.builds(employee, st.integers(1, 4), name=_words, active=st.booleans()),
    st.builds(customer, _numbers, name=_words, emails=st.lists(_words, max_size=2).map(tuple)),
    st.builds(
        Location,
        ref=_numbers.map(lambda number: ref("site", number)),
        name=_words,
        address=st.builds(Address, lines=st.lists(_words, max_size=3).map(tuple)),
        latitude_e7=st.integers(-900_000_000, 900_000_000),
        extensions=_extensions,
    ),
    st.builds(
        Shift,
        ref=_numbers.map(lambda number: ref("shift", number)),
        resource=_employees,
        starts_at=instants,
        ends_at=instants,
        zone=st.just(ZONE),
        kind=st.sampled_from(["work", "break", "on_call"]),
    ),
)
"""Any record a connector may hand over."""

schedules = st.lists(records, max_size=12, unique_by=lambda record: record.ref)
"""Records of different references, in any order."""
