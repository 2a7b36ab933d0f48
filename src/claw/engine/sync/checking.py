"""What a mapped record must be before it may be stored. Pure.

A connector's types are only as true as its code: a record is read back from its own bytes,
so that a status nobody knows or a list where a text belongs stops here.
"""

import re
from datetime import date, datetime

import msgspec
from msgspec import Struct

from claw.core.errors import InvalidInput
from claw.core.model.canonical import NotCanonical
from claw.core.model.normalise import StoredForm, decode_record, settled_form, store_form
from claw.core.model.records import Appointment, Record, Shift, references_of
from claw.core.model.reference import Ref, belongs_to, parse_ref
from claw.core.time import local_date, whole_seconds

_WHERE = re.compile(r" - at `\$\.?([^`]*)`$")


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
    for ref in (record.ref, *references_of(record)):
        if belongs_to(ref, connection):
            continue
        try:
            parse_ref(ref)
        except InvalidInput:
            raise NotCanonical("ref", "a reference is not well formed") from None
        raise NotCanonical("ref", "a reference names another connection")
    if isinstance(record, Appointment | Shift):
        day = _checked_date(record)
        return Checked(_form(record), whole_seconds(record.starts_at), day)
    return Checked(_form(record), None, None)


class Companions:
    """The records that come along with others, each checked once while it stays the same.

    A read brings the same customers, places and people with row after row.
    """

    def __init__(self) -> None:
        self._known: dict[Ref, tuple[Record, Checked]] = {}

    def checked(self, record: Record, connection: str) -> Checked:
        """:func:`checked`, remembered."""
        known = self._known.get(record.ref)
        if known is not None and known[0] == record:
            return known[1]
        found = checked(record, connection)
        self._known[record.ref] = (record, found)
        return found


def _form(record: Record) -> StoredForm:
    try:
        form = settled_form(record)
        if form is None:
            form = store_form(record)
            decode_record(form.canonical)
    except NotCanonical:
        raise
    except msgspec.ValidationError as error:
        # The message may quote the value; only where it was is kept.
        where = _WHERE.search(str(error))
        raise NotCanonical(where[1] if where else "", "not a value of the schema") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise NotCanonical("", f"a value of the wrong type ({type(error).__name__})") from None
    return form


def _checked_date(record: Appointment | Shift) -> date:
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
    return day
