"""Brings a mapped record into the one form that is stored and hashed.

Two mappings of the same facts give the same bytes: text is NFC, lists have their one
order, a boolean that is false is absent, instants are whole seconds of UTC. What changes
without the schedule changing (when the source touched the row, where a person opens it,
that a linked record could not be read this time) is set apart as volatile.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from operator import itemgetter
from typing import TypeVar, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from claw.core.model.canonical import (
    MAX_INTEGER,
    NotCanonical,
    canonical_bytes,
    check_canonical,
    content_hash,
    encode_settled,
    encode_timeless,
    is_key,
    is_plain,
    nfc,
)
from claw.core.model.flags import STALE_ENRICHMENT
from claw.core.model.records import (
    Appointment,
    Customer,
    Location,
    Progress,
    Record,
    Resource,
    Segment,
    Shift,
)
from claw.core.time import whole_seconds

T = TypeVar("T")

_decoder = msgspec.json.Decoder(Record)
# A record is read back as what it is, which is quicker than finding that out again.
_read_back: dict[type, Callable[[bytes], Record]] = {
    each: msgspec.json.Decoder(each).decode
    for each in (Appointment, Customer, Location, Resource, Shift)
}
# Booleans that are always written, because false is the source's own word.
_ALWAYS_WRITTEN = frozenset({"active"})
# Inside extensions every boolean is a value of its own.
_OPAQUE = frozenset({"extensions"})


class Volatile(Struct, frozen=True, kw_only=True, gc=False):
    """What is shown with a record and never hashed."""

    source_updated_at: datetime | UnsetType = UNSET
    source_url: str | UnsetType = UNSET
    stale_enrichment: bool = False


_NOT_VOLATILE = Volatile()


class StoredForm(Struct, frozen=True, kw_only=True, gc=False):
    """A record as stored: its canonical bytes, the name they have, and what is volatile."""

    canonical: bytes
    content_hash: str
    volatile: Volatile


def store_form(record: Record) -> StoredForm:
    """The stored form of a record.

    Raises:
        NotCanonical: when a value is outside the canonical profile.
    """
    return _form(record, stored_bytes(record))


def stored_bytes(record: Record) -> bytes:
    """The canonical bytes of a record in its one form.

    Raises:
        NotCanonical: when a value is outside the canonical profile.
    """
    return _settled_bytes(record) or canonical_bytes(normalise(record))


def settled_form(record: Record) -> StoredForm | None:
    """:func:`store_form` of a record that is in its one form already, None when it may not be."""
    canonical = _settled_bytes(record)
    return None if canonical is None else _form(record, canonical)


def _settled_bytes(record: Record) -> bytes | None:
    """:func:`stored_bytes` of a record in its one form, None when it may not be in it.

    Most are, since connectors make them with the kit. Such a record's bytes read back as a
    record, which also proves that its values are of the types they should be.
    """
    try:
        settled = _ordered(record) if isinstance(record, Appointment) else record
        at_once = _is_in_utc(settled)
        canonical = encode_timeless(settled) if at_once else encode_settled(settled)
        if canonical is None or _says_false(record):
            return None
        read_back = _read_back[type(record)](canonical)
        # Only instants can read back as something else: of an offset below a minute.
        if not at_once and read_back != settled:
            return None
        return canonical if _is_exact(settled) else None
    except (NotCanonical, msgspec.DecodeError, TypeError, ValueError, LookupError, AttributeError):
        return None


def normalise(record: Record) -> Record:
    """The record without its volatile parts, every value in its one form."""
    clean = _clean(record)
    return _ordered(clean) if isinstance(clean, Appointment) else clean


def decode_record(canonical: bytes) -> Record:
    """Read a stored record back.

    Raises:
        msgspec.ValidationError: when the bytes are no record of this schema.
    """
    return _decoder.decode(canonical)


def with_volatile(record: Record, volatile: Volatile) -> Record:
    """The record as it is shown: its volatile parts put back."""
    if not isinstance(record, Appointment):
        return record
    flags = set(record.flags)
    if volatile.stale_enrichment:
        flags.add(STALE_ENRICHMENT)
    return replace(
        record,
        flags=tuple(sorted(flags)),
        source_updated_at=volatile.source_updated_at,
        source_url=volatile.source_url,
    )


def _form(record: Record, canonical: bytes) -> StoredForm:
    volatile = _NOT_VOLATILE
    if isinstance(record, Appointment):
        volatile = Volatile(
            source_updated_at=_whole(record.source_updated_at),
            source_url=record.source_url,
            stale_enrichment=STALE_ENRICHMENT in record.flags,
        )
    return StoredForm(
        canonical=canonical, content_hash=content_hash("record", canonical), volatile=volatile
    )


def _is_in_utc(record: Record) -> bool:
    """Whether all its instants are whole seconds of UTC itself; False when it takes long to say."""
    if isinstance(record, Appointment):
        if not (record.window is record.actual_starts_at is record.actual_ends_at is UNSET):
            return False
        if record.progress:
            return False
        for segment in record.segments:
            if not (_is_whole(segment.starts_at) and _is_whole(segment.ends_at)):
                return False
    elif not isinstance(record, Shift):
        return True
    return _is_whole(record.starts_at) and _is_whole(record.ends_at)


def _is_whole(instant: datetime) -> bool:
    return instant.tzinfo is UTC and not instant.microsecond


def _says_false(record: Record) -> bool:
    """Whether a boolean that is absent when false was written as false."""
    if isinstance(record, Appointment):
        for segment in record.segments:
            if segment.flexible is False:
                return True
        spoken = (record.gone, record.fixed)
    elif isinstance(record, Customer):
        spoken = (record.gone, record.do_not_contact)
    else:
        spoken = (record.gone,)
    return False in spoken


def _is_exact(record: Record) -> bool:
    """Whether the integers are small enough and the extensions canonical as they are."""
    extensions = record.extensions
    if isinstance(record, Appointment) and record.value is not UNSET:
        if abs(record.value.amount_minor) > MAX_INTEGER:
            return False
    elif isinstance(record, Location):
        degrees = (record.latitude_e7, record.longitude_e7)
        if any(d is not UNSET and abs(d) > MAX_INTEGER for d in degrees):
            return False
    for source, members in extensions.items():
        if not is_plain(members) or not is_key(source):
            check_canonical(extensions)
            return _clean_extension(extensions) == extensions
    return True


def _clean(value: T) -> T:
    """Normalise text and instants everywhere and drop booleans that are false."""
    if not isinstance(value, Struct):
        return cast("T", _clean_plain(value))
    changes: dict[str, object] = {}
    for name in value.__struct_fields__:
        before: object = getattr(value, name)
        after = _clean_extension(before) if name in _OPAQUE else _clean(before)
        if after is False and name not in _ALWAYS_WRITTEN:
            after = UNSET
        if after is not before:
            changes[name] = after
    return replace(value, **changes) if changes else value


def _clean_plain(value: object) -> object:
    match value:
        case str():
            return nfc(value)
        case datetime():
            return whole_seconds(value)
        case tuple():
            return tuple(_clean(item) for item in cast("tuple[object, ...]", value))
        case _:
            return value


def _clean_extension(value: object) -> object:
    match value:
        case str():
            return nfc(value)
        case list():
            items = [_clean_extension(item) for item in cast("list[object]", value)]
            return sorted(items, key=_extension_key)
        case dict():
            members = cast("dict[object, object]", value)
            return {key: _clean_extension(member) for key, member in members.items()}
        case _:
            return value


def _extension_key(item: object) -> tuple[str, bytes]:
    """Lists of ``{name, value}`` go by name, everything else by canonical bytes."""
    members = cast("dict[str, object]", item) if isinstance(item, dict) else {}
    name = members.get("name", "")
    return (name if isinstance(name, str) else "", canonical_bytes(cast("object", item)))


def _ordered(appointment: Appointment) -> Appointment:
    """In the one order of each list, without what is volatile."""
    if len(appointment.segments) < 2 and not appointment.progress and not appointment.flags:
        return replace(appointment, source_updated_at=UNSET, source_url=UNSET)
    return replace(
        appointment,
        segments=_sorted(appointment.segments, _segment_key),
        progress=_sorted(appointment.progress, _progress_key),
        flags=tuple(sorted(set(appointment.flags) - {STALE_ENRICHMENT})),
        source_updated_at=UNSET,
        source_url=UNSET,
    )


def _sorted(items: tuple[T, ...], key: Callable[[T], tuple[object, ...]]) -> tuple[T, ...]:
    """In order of ``key``; ties end with the canonical bytes."""
    if len(items) < 2:
        return tuple(items)
    keys = [key(item) for item in items]
    if len(set(keys)) < len(keys):
        return tuple(sorted(items, key=lambda item: (*key(item), canonical_bytes(item))))
    return tuple(item for _, item in sorted(zip(keys, items, strict=True), key=itemgetter(0)))


def _segment_key(segment: Segment) -> tuple[object, ...]:
    service = "" if segment.service is UNSET else segment.service.name
    return (segment.starts_at, segment.ends_at, segment.resource or "", service)


def _progress_key(entry: Progress) -> tuple[object, ...]:
    return (entry.at, entry.resource or "", entry.state, entry.evidence)


def _whole(instant: datetime | UnsetType) -> datetime | UnsetType:
    return instant if isinstance(instant, UnsetType) else whole_seconds(instant)
