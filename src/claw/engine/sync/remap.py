"""Mapping anew what was read earlier, because what it was made from has changed since.

A visit next month shows the customer's telephone number. When a read of this week brings
a new number, next month's visit changes too, although nobody read it.
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from claw.engine.sync.applying import Place
from claw.engine.sync.bundles import PreparedBundle, prepare
from claw.engine.sync.source import Source
from claw.ports.connector import Bundle, Connector, MapEnv, Missing, Part, Raw
from claw.ports.raw_store import StoredPart, StoredRaw
from claw.ports.unit_of_work import UnitOfWork


class ReadParts(Struct, frozen=True, kw_only=True):
    """What a slice brought besides its own rows, by source id."""

    changed: frozenset[str]
    """New, or another body than before, or permanently gone since."""
    read: frozenset[str]
    """Read well, changed or not."""
    gone: frozenset[str]
    """The source says permanently that there is no such object."""


NOTHING_READ = ReadParts(changed=frozenset(), read=frozenset(), gone=frozenset())


async def map_again(
    uow: UnitOfWork,
    place: Place,
    source: Source,
    parts: ReadParts,
    *,
    just_mapped: Collection[str],
) -> list[PreparedBundle]:
    """Bundles outside of what was just mapped whose parts are no longer what they were."""
    affected = [
        primary_id
        for primary_id in await uow.raws.primaries_to_remap(
            place.connection_id,
            place.stream,
            changed=parts.changed,
            read=parts.read,
            gone=parts.gone,
        )
        if primary_id not in just_mapped
    ]
    return await map_kept(uow, place, source.connector, source.map_env(), affected, parts)


async def map_left_behind(uow: UnitOfWork, place: Place, source: Source) -> list[PreparedBundle]:
    """Bundles of a stream whose parts another stream read, and found changed or gone."""
    connection_id, stream = place.connection_id, place.stream
    behind = await uow.raws.primaries_left_behind(connection_id, stream)
    if not behind:
        return []
    lineage = await uow.raws.parts_of(connection_id, stream, behind)
    listed = [part for parts in lineage.values() for part in parts]
    raws = await uow.raws.current_raws(connection_id, {part.part_id for part in listed})
    parts = ReadParts(
        changed=frozenset(),
        read=frozenset(
            part.part_id
            for part in listed
            if part.part_id in raws and raws[part.part_id].raw_hash != part.raw_hash
        ),
        gone=frozenset(part.part_id for part in listed if part.part_id not in raws),
    )
    return await map_kept(uow, place, source.connector, source.map_env(), behind, parts)


async def map_kept(
    uow: UnitOfWork,
    place: Place,
    connector: Connector,
    env: MapEnv,
    primary_ids: Sequence[str],
    parts: ReadParts = NOTHING_READ,
) -> list[PreparedBundle]:
    """These primary objects mapped from the bodies that are kept; what is gone stays so."""
    if not primary_ids:
        return []
    lineage = await uow.raws.parts_of(place.connection_id, place.stream, primary_ids)
    part_ids = {part.part_id for listed in lineage.values() for part in listed}
    raws = await uow.raws.current_raws(place.connection_id, {*primary_ids, *part_ids})
    records = await uow.records.current_of_primaries(place.connection_id, place.stream, primary_ids)
    gone = {record.primary_id for record in records if record.gone}
    again: list[PreparedBundle] = []
    for primary_id in primary_ids:
        primary = raws.get(primary_id)
        if primary is None or primary_id in gone:
            continue
        bundle = Bundle(
            primary=Raw(source_id=primary_id, body=primary.body),
            parts={part.role: _part(part, raws, parts) for part in lineage.get(primary_id, ())},
        )
        again.append(prepare(bundle, raws, connector, env))
    return again


def _part(part: StoredPart, raws: Mapping[str, StoredRaw], parts: ReadParts) -> Part:
    """What is known of a part now. Missing ones have their last good body recalled."""
    known = raws.get(part.part_id)
    if part.part_id in parts.gone:
        return Missing(source_id=part.part_id, code="not_found")
    if known is None:
        return Missing(source_id=part.part_id, code=part.missing or "unreadable")
    if part.stale and part.part_id not in parts.read:
        return Missing(source_id=part.part_id, code="unreadable")
    return Raw(source_id=part.part_id, body=known.body)
