"""Snapshots of 100,000 records over a year of dates, taken on 31 days with 2 % changed.

Four in five changes lie within the next two weeks, the rest anywhere later, at random.
Taking is the product's own use case on a real database: select the records of the dates
and all they refer to, build parts and tree, name and keep the snapshot. What counts is the
CPU time of our process, against encoding the same records in memory with msgspec's
`order="sorted"` and hashing each with SHA-256. Kept bytes are what the tables of blobs,
parts, trees and snapshots hold, against one full export (JSON Lines) for each day. The
difference is the use case on two neighbouring days, loading included.
"""

import gc
import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID, uuid4

import msgspec

from benchmarks.harness.database import NOW, database, new_tenant
from benchmarks.harness.figures import Figure, Result, ratios, seconds
from benchmarks.harness.scale import Scale
from benchmarks.storing.batches import batches_of, store
from benchmarks.versions.business import FIRST, Business
from claw.connect.catalog import InstalledConnectors
from claw.core.model.records import Record
from claw.core.model.versions import released_versions
from claw.core.time import dates, tzdata_version
from claw.engine.snapshots import SnapshotService
from claw.ports.sync_store import SyncRun
from claw.ports.tenant_store import Tenant
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase

NAME = "snapshot"
_DATES = 365
_KEPT_BYTES = """
select (select sum(octet_length(canonical)) from claw.record_blob where tenant_id = $1)
     + (select sum(octet_length(canonical)) from claw.snapshot_node where tenant_id = $1)
     + (select sum(octet_length(document)) from claw.snapshot where tenant_id = $1) as whole,
       (select sum(pg_column_size(canonical)) from claw.record_blob where tenant_id = $1)
     + (select sum(pg_column_size(canonical)) from claw.snapshot_node where tenant_id = $1)
     + (select sum(pg_column_size(document)) from claw.snapshot where tenant_id = $1) as stored
"""


class _Days:
    """A clock that a day passes on."""

    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        """The day's moment."""
        return self.instant.astimezone(UTC)


class _Measured(msgspec.Struct):
    """What the days brought."""

    take: list[float] = []
    floor: list[float] = []
    diff: list[float] = []
    exported: int = 0
    whole: int = 0
    stored: int = 0


async def measure(scale: Scale) -> Result:
    """Live through the days."""
    business = Business(scale.records, min(_DATES, scale.records))
    found = _Measured()
    async with database() as urls, Pool(urls.app, largest=2) as pool:
        tenant, connection = await new_tenant(pool, name="visits", connector="visits")
        await _live(
            PostgresDatabase(pool), tenant, connection.connection_id, business, scale, found
        )
        async with pool.tenant(tenant.tenant_id) as tx:
            row = await tx.fetchrow(_KEPT_BYTES, tenant.tenant_id)
            assert row is not None
            found.whole, found.stored = int(row["whole"]), int(row["stored"])
    return Result(figures=_figures(found))


async def _live(
    db: PostgresDatabase,
    tenant: Tenant,
    connection_id: UUID,
    business: Business,
    scale: Scale,
    found: _Measured,
) -> None:
    clock = _Days()
    service = SnapshotService(
        db=db,
        clock=clock,
        catalog=InstalledConnectors(),
        versions=released_versions(),
        tzdata_version=tzdata_version(),
    )
    await _cover(db, tenant.tenant_id, connection_id, business)
    names: list[str] = []
    # An export is the stored bytes and, around each, what one export shows to be there.
    sizes: dict[str, int] = {}
    around = 0
    for day in range(scale.days):
        changed = business.pass_day(day) if day else range(len(business.records))
        wanted = [business.records[position] for position in changed]
        for rows, blobs in batches_of(wanted, connection_id, scale.batch):
            await store(db, tenant.tenant_id, (rows, blobs))
            sizes.update((row.ref, len(blobs[row.content_hash])) for row in rows)
        # What this process holds besides would be walked by the collector on their account.
        gc.freeze()
        began = time.process_time()
        taken = await service.take(tenant, first=FIRST, last=business.last)
        found.take.append(time.process_time() - began)
        found.floor.append(_encode_and_hash(business.records))
        names.append(taken.id)
        if day:
            began = time.process_time()
            difference = await service.diff(tenant, names[-2], names[-1])
            found.diff.append(time.process_time() - began)
            if len(difference.changes) != len(changed):
                raise AssertionError(f"{len(difference.changes)} of {len(changed)} changes found")
        if day == 0:
            lines = await service.export(tenant, taken.id)
            around = sum(len(line) + 1 for line in lines) - sum(sizes.values())
        found.exported += around + sum(sizes.values())
        clock.instant += timedelta(days=1)


def _encode_and_hash(records: Sequence[Record]) -> float:
    encode = msgspec.json.Encoder(order="sorted").encode
    began = time.process_time()
    for record in records:
        hashlib.sha256(encode(record)).hexdigest()
    return time.process_time() - began


async def _cover(
    db: PostgresDatabase, tenant_id: UUID, connection_id: UUID, business: Business
) -> None:
    run = SyncRun(run_id=uuid4(), outcome="ok", first=FIRST, last=business.last, started_at=NOW)
    async with db.tenant(tenant_id) as uow:
        await uow.sync.start_run(run, [connection_id])
        every = list(dates(FIRST, business.last))
        await uow.sync.cover(connection_id, "visits", every, NOW, run.run_id)


def _figures(found: _Measured) -> tuple[Figure, ...]:
    on_disk = found.stored / found.exported
    return (
        Figure(
            benchmark=NAME,
            what="CPU, take / encode and hash",
            rounds=ratios(found.take, found.floor),
            bar=1.5,
            keep="at most",
            detail=f"take {seconds(found.take)}, floor {seconds(found.floor)}",
        ),
        Figure(
            benchmark=NAME,
            what=f"bytes stored, {len(found.take)} snapshots / full exports",
            rounds=(on_disk,),
            bar=1 / 8,
            keep="under",
            detail=f"{found.stored / 1e6:,.0f} MB of {found.exported / 1e6:,.0f} MB; "
            f"{found.whole / found.exported:.3f} x before the database packs them",
        ),
        Figure(
            benchmark=NAME,
            what="diff of two neighbouring days",
            rounds=tuple(value * 1000 for value in found.diff),
            bar=100,
            keep="under",
            unit="CPU-ms",
            detail=f"{median(found.diff) * 1000:.0f} ms",
        ),
    )
