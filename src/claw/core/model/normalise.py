"""Brings a mapped record into the one form that is stored and hashed.

Two mappings of the same facts give the same bytes: text is NFC, lists have their one
order, a boolean that is false is absent, instants are whole seconds of UTC. What changes
without the schedule changing (when the source touched the row, where a person opens it,
that a linked record could not be read this time) is set apart as volatile.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from claw.core.model.canonical import canonical_bytes, content_hash, nfc
from claw.core.model.flags import STALE_ENRICHMENT
from claw.core.model.records import Appointment, Progress, Record, Segment
from claw.core.time import whole_seconds

T = TypeVar("T")

_decoder = msgspec.json.Decoder(Record)
# Booleans that are always written, because false is the source's own word.
_ALWAYS_WRITTEN = frozenset({"active"})
# Inside extensions every boolean is a value of its own.
_OPAQUE = frozenset({"extensions"})


class Volatile(Struct, frozen=True, kw_only=True):
    """What is shown with a record and never hashed."""

    source_updated_at: datetime | UnsetType = UNSET
    source_url: str | UnsetType = UNSET
    stale_enrichment: bool = False


class StoredForm(Struct, frozen=True, kw_only=True):
    """A record as stored: its canonical bytes, the name they have, and what is volatile."""

    canonical: bytes
    content_hash: str
    volatile: Volatile


def store_form(record: Record) -> StoredForm:
    """The stored form of a record.

    Raises:
        NotCanonical: when a value is outside the canonical profile.
    """
    volatile = Volatile()
    if isinstance(record, Appointment):
        volatile = Volatile(
            source_updated_at=_whole(record.source_updated_at),
            source_url=record.source_url,
            stale_enrichment=STALE_ENRICHMENT in record.flags,
        )
    canonical = canonical_bytes(normalise(record))
    return StoredForm(
        canonical=canonical, content_hash=content_hash("record", canonical), volatile=volatile
    )


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
    return tuple(sorted(items, key=lambda item: (*key(item), canonical_bytes(item))))


def _segment_key(segment: Segment) -> tuple[object, ...]:
    service = "" if segment.service is UNSET else segment.service.name
    return (segment.starts_at, segment.ends_at, segment.resource or "", service)


def _progress_key(entry: Progress) -> tuple[object, ...]:
    return (entry.at, entry.resource or "", entry.state, entry.evidence)


def _whole(instant: datetime | UnsetType) -> datetime | UnsetType:
    return instant if isinstance(instant, UnsetType) else whole_seconds(instant)
