"""From bundles to what will be stored: parts resolved, records mapped and checked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from claw.core.model.canonical import NotCanonical, raw_hash
from claw.core.model.normalise import StoredForm
from claw.core.model.records import Appointment, Record
from claw.engine.sync.checking import Companions, checked
from claw.engine.sync.connector_calls import plain_quarantine
from claw.ports.connector import (
    Bundle,
    Connector,
    MapEnv,
    Mapped,
    MapResult,
    Missing,
    Quarantined,
    Raw,
    Skipped,
)
from claw.ports.raw_store import StoredPart, StoredRaw


class PreparedRecord(Struct, frozen=True, kw_only=True, gc=False):
    """A canonical record in its stored form. ``primary`` when it stands for the source row.

    ``local_date`` is the date of its start on its own wall clock, where it has a start.
    """

    record: Record
    form: StoredForm
    primary: bool
    starts_at: datetime | None = None
    local_date: date | None = None


class PreparedBundle(Struct, frozen=True, kw_only=True):
    """One source row, mapped: exactly one of records, ``skipped`` and ``quarantined``."""

    primary_id: str
    primary_hash: str
    records: tuple[PreparedRecord, ...] = ()
    skipped: Skipped | None = None
    quarantined: Quarantined | None = None
    parts: tuple[StoredPart, ...] = ()
    unreadable: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


def ids_to_recall(bundles: Sequence[Bundle]) -> frozenset[str]:
    """Parts that could not be read this time and may be known from an earlier one."""
    return frozenset(
        part.source_id
        for bundle in bundles
        for part in bundle.parts.values()
        if isinstance(part, Missing) and part.code != "not_found"
    )


def raws_of(bundles: Sequence[Bundle]) -> list[StoredRaw]:
    """Every body that was read, once for each object."""
    raws: dict[str, StoredRaw] = {}
    for bundle in bundles:
        for raw in (bundle.primary, *bundle.parts.values()):
            if isinstance(raw, Raw):
                raws[raw.source_id] = StoredRaw(
                    source_id=raw.source_id, raw_hash=raw_hash(raw.body), body=raw.body
                )
    return [raws[key] for key in sorted(raws)]


def filled_from_each_other(bundles: Sequence[Bundle]) -> list[Bundle]:
    """The bundles, a part that one of them could not have taken from another that could."""
    read = {
        part.source_id: part
        for bundle in bundles
        for part in bundle.parts.values()
        if isinstance(part, Raw)
    }
    return [
        replace(
            bundle,
            parts={role: read.get(part.source_id, part) for role, part in bundle.parts.items()},
        )
        for bundle in bundles
    ]


def parts_gone(bundles: Sequence[Bundle]) -> frozenset[str]:
    """Parts that the source says permanently do not exist."""
    return frozenset(
        part.source_id
        for bundle in bundles
        for part in bundle.parts.values()
        if isinstance(part, Missing) and part.code == "not_found"
    )


def prepare(
    bundle: Bundle,
    recalled: Mapping[str, StoredRaw],
    connector: Connector,
    env: MapEnv,
    companions: Companions | None = None,
) -> PreparedBundle:
    """Map one bundle; ``companions`` remembers from one bundle of a read to the next.

    A part that could not be read is replaced by its last good body, and the records say
    so; a part with no last good body stays missing, which is the mapper's to express.
    """
    resolved = {role: _resolve(part, recalled) for role, part in sorted(bundle.parts.items())}
    stale = {role for role, part in resolved.items() if part is not bundle.parts[role]}
    result = _mapped(Bundle(primary=bundle.primary, parts=resolved), connector, env)
    records: tuple[PreparedRecord, ...] = ()
    if isinstance(result, Mapped):
        try:
            records = _prepared(
                result.records, env.connection, companions or Companions(), stale=bool(stale)
            )
        except NotCanonical as error:
            result = Quarantined(code="not_canonical", path=error.path, detail=error.why)
    prepared = PreparedBundle(
        primary_id=bundle.primary.source_id,
        primary_hash=raw_hash(bundle.primary.body),
        records=records,
        skipped=result if isinstance(result, Skipped) else None,
        quarantined=plain_quarantine(result) if isinstance(result, Quarantined) else None,
    )
    if not resolved:
        return prepared
    return replace(
        prepared,
        parts=tuple(
            StoredPart(
                primary_id=bundle.primary.source_id,
                role=role,
                part_id=part.source_id,
                raw_hash=raw_hash(part.body) if isinstance(part, Raw) else None,
                missing=part.code if isinstance(part, Missing) else None,
                stale=role in stale,
            )
            for role, part in resolved.items()
        ),
        unreadable=_roles(bundle, "unreadable"),
        forbidden=_roles(bundle, "forbidden"),
    )


def _resolve(part: Raw | Missing, recalled: Mapping[str, StoredRaw]) -> Raw | Missing:
    if isinstance(part, Raw) or part.code == "not_found":
        return part
    known = recalled.get(part.source_id)
    return part if known is None else Raw(source_id=part.source_id, body=known.body)


def _mapped(bundle: Bundle, connector: Connector, env: MapEnv) -> MapResult:
    try:
        return connector.map(bundle, env)
    except Exception as error:  # noqa: BLE001
        # A defect of the connector must not take the other rows with it: the row is kept
        # raw and shown. The message may quote the row, so only the type is kept.
        return Quarantined(code="mapping_failed", path="", detail=type(error).__name__)


def _prepared(
    records: Sequence[Record], connection: str, companions: Companions, *, stale: bool
) -> tuple[PreparedRecord, ...]:
    if not records:
        raise NotCanonical("", "nothing was mapped and no reason was given")
    prepared: list[PreparedRecord] = []
    for record in records:
        check = companions.checked if prepared else checked
        found = check(record, connection)
        form = found.form
        if stale and isinstance(record, Appointment):
            form = replace(form, volatile=replace(form.volatile, stale_enrichment=True))
        prepared.append(
            PreparedRecord(
                record=record,
                form=form,
                primary=not prepared,
                starts_at=found.starts_at,
                local_date=found.local_date,
            )
        )
    return tuple(prepared)


def _roles(bundle: Bundle, code: str) -> tuple[str, ...]:
    return tuple(
        sorted(
            role
            for role, part in bundle.parts.items()
            if isinstance(part, Missing) and part.code == code
        )
    )
