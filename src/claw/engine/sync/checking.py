"""What a mapped record must be before it may be stored. Pure.

A connector's types are only as true as its code: a record is read back from its own bytes,
so that a status nobody knows or a list where a text belongs stops here.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime

import msgspec
from msgspec import Struct

from claw.core.errors import InvalidInput
from claw.core.model.canonical import NotCanonical
from claw.core.model.normalise import StoredForm, decode_record, settled_form, store_form
from claw.core.model.records import Appointment, ArrivalWindow, Record, Shift, references_of
from claw.core.model.reference import Ref, belongs_to, parse_ref
from claw.core.time import FIRST_YEAR, LAST_YEAR, local_date, whole_seconds

_DATED = (Appointment, Shift)
_WHERE = re.compile(r" - at `\$\.?([^`]*)`$")


MOST_COMPANIONS = 4_000
"""Records that come along with others and are remembered, some 5 MB."""

# What names an entry of the field's reports is part of a key, which PostgreSQL bounds.
_LONGEST_EVIDENCE = 300


class Checked(Struct, frozen=True, gc=False):
    """A record in its stored form, with the instant and the local date it starts, if it does."""

    form: StoredForm
    starts_at: datetime | None
    local_date: date | None


def checked(record: Record, connection: str) -> Checked:
    """A record of ``connection`` in its stored form.

    Raises:
        NotCanonical: saying where it breaks which rule, without quoting a value.
    """
    try:
        return _checked(record, connection)
    except NotCanonical:
        raise
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise NotCanonical("", f"a value of the wrong type ({type(error).__name__})") from None


def _checked(record: Record, connection: str) -> Checked:
    for ref in (record.ref, *references_of(record)):
        if belongs_to(ref, connection):
            continue
        try:
            parse_ref(ref)
        except InvalidInput:
            raise NotCanonical("ref", "a reference is not well formed") from None
        raise NotCanonical("ref", "a reference names another connection")
    if isinstance(record, _DATED):
        day = _checked_date(record)
        return Checked(_form(record), whole_seconds(record.starts_at), day)
    return Checked(_form(record), None, None)


class Companions:
    """The records that come along with others, each checked once while it stays the same.

    A read brings the same customers, places and people with row after row. No more than
    :data:`MOST_COMPANIONS` are remembered, so that the largest business needs no more memory.
    """

    def __init__(self) -> None:
        self._known: dict[Ref, tuple[Record, Checked]] = {}

    def checked(self, record: Record, connection: str) -> Checked:
        """:func:`checked`, remembered."""
        known = self._known.get(record.ref)
        if known is not None and known[0] == record:
            return known[1]
        found = checked(record, connection)
        if known is None and len(self._known) >= MOST_COMPANIONS:
            del self._known[next(iter(self._known))]
        self._known[record.ref] = (record, found)
        return found


def _form(record: Record) -> StoredForm:
    try:
        form = settled_form(record)
        if form is None:
            form = store_form(record)
            decode_record(form.canonical)
    except msgspec.ValidationError as error:
        # The message may quote the value; only where it was is kept.
        where = _WHERE.search(str(error))
        raise NotCanonical(where[1] if where else "", "not a value of the schema") from None
    return form


def _checked_date(record: Appointment | Shift) -> date:
    for path, instant in _instants(record):
        if isinstance(instant, datetime) and not FIRST_YEAR <= instant.year <= LAST_YEAR:
            raise NotCanonical(path, f"not between {FIRST_YEAR} and {LAST_YEAR}")
    try:
        day = local_date(record.starts_at, record.zone)
        backwards = record.ends_at < record.starts_at
    except (ValueError, TypeError, OverflowError):
        raise NotCanonical("zone", "the start has no date in the zone") from None
    if backwards:
        raise NotCanonical("ends_at", "the end is before the start")
    if isinstance(record, Appointment):
        for index, segment in enumerate(record.segments):
            if segment.ends_at < segment.starts_at:
                raise NotCanonical(f"segments[{index}]", "the end is before the start")
        for index, entry in enumerate(record.progress):
            if len(entry.evidence) > _LONGEST_EVIDENCE:
                raise NotCanonical(f"progress[{index}].evidence", "longer than a name may be")
    return day


def _instants(record: Appointment | Shift) -> Iterator[tuple[str, object]]:
    """Every instant that a day is made of, and where it stands.

    Sources write ``9999-12-31`` for an end that nobody knows; a day's arithmetic on it fails.
    """
    yield "starts_at", record.starts_at
    yield "ends_at", record.ends_at
    if isinstance(record, Shift):
        return
    for index, segment in enumerate(record.segments):
        yield f"segments[{index}].starts_at", segment.starts_at
        yield f"segments[{index}].ends_at", segment.ends_at
    for index, entry in enumerate(record.progress):
        yield f"progress[{index}].at", entry.at
    if isinstance(record.window, ArrivalWindow):
        yield "window.starts_at", record.window.starts_at
        yield "window.ends_at", record.window.ends_at
    yield "actual_starts_at", record.actual_starts_at
    yield "actual_ends_at", record.actual_ends_at
