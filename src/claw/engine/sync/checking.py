"""What a mapped record must be before it may be stored. Pure.

A connector's types are only as true as its code: a record is read back from its own bytes,
so that a status nobody knows or a list where a text belongs stops here.
"""

import re

import msgspec

from claw.core.errors import InvalidInput
from claw.core.model.canonical import NotCanonical
from claw.core.model.normalise import StoredForm, decode_record, store_form
from claw.core.model.records import Appointment, Record, Shift, references_of
from claw.core.model.reference import connection_of, parse_ref
from claw.core.time import local_date

_WHERE = re.compile(r" - at `\$\.?([^`]*)`$")


def checked_form(record: Record, connection: str) -> StoredForm:
    """The stored form of a record of ``connection``.

    Raises:
        NotCanonical: saying where it breaks which rule, without quoting a value.
    """
    for ref in (record.ref, *references_of(record)):
        try:
            parse_ref(ref)
        except InvalidInput:
            raise NotCanonical("ref", "a reference is not well formed") from None
        if connection_of(ref) != connection:
            raise NotCanonical("ref", "a reference names another connection")
    if isinstance(record, Appointment | Shift):
        _check_times(record)
    try:
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


def _check_times(record: Appointment | Shift) -> None:
    try:
        local_date(record.starts_at, record.zone)
        backwards = record.ends_at < record.starts_at
    except (ValueError, TypeError, OverflowError):
        raise NotCanonical("zone", "the start has no date in the zone") from None
    if backwards:
        raise NotCanonical("ends_at", "the end is before the start")
    if isinstance(record, Appointment):
        for index, segment in enumerate(record.segments):
            if segment.ends_at < segment.starts_at:
                raise NotCanonical(f"segments[{index}]", "the end is before the start")
