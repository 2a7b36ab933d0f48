"""SQL of runs, coverage, quarantine and held removals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from claw.core.model.reference import Ref
from claw.ports.sync_store import (
    CoveredDay,
    HeldRemoval,
    KeptRun,
    QuarantinedRow,
    RunOutcome,
    SyncRun,
)
from claw.store.tenancy import Row, Transaction

_RUN = "run_id, outcome, first_date as first, last_date as last, started_at, finished_at"


class PostgresSync:
    """``SyncStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def start_run(self, run: SyncRun, connections: Collection[UUID]) -> None:
        await self._tx.execute(
            """
            insert into claw.sync_run
                (tenant_id, run_id, outcome, first_date, last_date, started_at)
            values ($1, $2, $3, $4, $5, $6)
            """,
            self._tenant_id,
            run.run_id,
            run.outcome,
            run.first,
            run.last,
            run.started_at,
        )
        await self._tx.execute(
            """
            insert into claw.sync_run_connection (tenant_id, run_id, connection_id)
            select $1, $2, connection_id from unnest($3::uuid[]) as c (connection_id)
            """,
            self._tenant_id,
            run.run_id,
            list(connections),
        )

    async def finish_run(
        self, run_id: UUID, outcome: RunOutcome, finished_at: datetime, report: bytes
    ) -> None:
        await self._tx.execute(
            """
            update claw.sync_run set outcome = $3, finished_at = $4, report = $5
            where tenant_id = $1 and run_id = $2
            """,
            self._tenant_id,
            run_id,
            outcome,
            finished_at,
            report.decode("utf-8"),
        )

    async def interrupt_runs(self, finished_at: datetime, *, except_run: UUID) -> int:
        rows = await self._tx.fetch(
            """
            update claw.sync_run r set outcome = 'interrupted', finished_at = $2
            where tenant_id = $1 and outcome = 'running' and run_id <> $3
              and not exists (select from claw.lease l
                              where l.tenant_id = $1 and l.owner = r.run_id
                                and l.until > clock_timestamp())
            returning run_id
            """,
            self._tenant_id,
            finished_at,
            except_run,
        )
        return len(rows)

    async def read_well(
        self,
        connections: Collection[UUID],
        first: date,
        last: date,
        *,
        begun_from: datetime,
        ended: tuple[datetime, datetime],
    ) -> bool:
        lacking = await self._tx.fetchval(
            """
            select exists (
                select from claw.connection c
                where c.tenant_id = $1 and c.connection_id = any($2::uuid[])
                  and not exists (
                      select from claw.sync_run r,
                          jsonb_array_elements(r.report -> 'connections') as one
                      where r.tenant_id = $1 and r.report ->> 'mode' = 'window'
                        and r.first_date <= $3 and r.last_date >= $4
                        and r.started_at >= $5 and r.started_at > c.changed_at
                        and r.finished_at between $6 and $7
                        and one ->> 'connection' = c.name and one ->> 'status' = 'ok'))
            """,
            self._tenant_id,
            list(connections),
            first,
            last,
            begun_from,
            *ended,
        )
        return lacking is False

    async def find_run(self, run_id: UUID) -> SyncRun | None:
        row = await self._tx.fetchrow(
            f"select {_RUN} from claw.sync_run where tenant_id = $1 and run_id = $2",
            self._tenant_id,
            run_id,
        )
        return None if row is None else SyncRun(**dict(row.items()))

    async def runs_of(self, connection_id: UUID, name: str, limit: int) -> Sequence[KeptRun]:
        rows = await self._tx.fetch(
            f"""
            select {_RUN}, (
                select one from jsonb_array_elements(report -> 'connections') as c (one)
                where one ->> 'connection' = $3 limit 1) as report
            from claw.sync_run_connection rc join claw.sync_run r using (tenant_id, run_id)
            where tenant_id = $1 and rc.connection_id = $2
            order by started_at desc, run_id desc limit $4
            """,
            self._tenant_id,
            connection_id,
            name,
            limit,
        )
        return [_kept_run(row) for row in rows]

    async def kept_runs(self, prefix: str) -> Sequence[KeptRun]:
        rows = await self._tx.fetch(
            f"""
            select {_RUN}, report from claw.sync_run
            where tenant_id = $1 and starts_with(run_id::text, $2) order by run_id limit 2
            """,
            self._tenant_id,
            prefix,
        )
        return [_kept_run(row) for row in rows]

    async def cover(
        self,
        connection_id: UUID,
        stream: str,
        days: Collection[date],
        as_of: datetime,
        run_id: UUID,
    ) -> None:
        await self._tx.execute(
            """
            insert into claw.coverage
                (tenant_id, connection_id, stream, local_date, data_as_of, run_id)
            select $1, $2, $3, day, $5, $6 from unnest($4::date[]) as d (day)
            on conflict (tenant_id, connection_id, stream, local_date)
            do update set data_as_of = excluded.data_as_of, run_id = excluded.run_id
            """,
            self._tenant_id,
            connection_id,
            stream,
            sorted(days),
            as_of,
            run_id,
        )

    async def ever_read(self, connection_id: UUID) -> bool:
        found = await self._tx.fetchval(
            """
            select exists (select from claw.coverage
                           where tenant_id = $1 and connection_id = $2)
            """,
            self._tenant_id,
            connection_id,
        )
        return found is True

    async def covered(self, first: date, last: date) -> Sequence[CoveredDay]:
        rows = await self._tx.fetch(
            """
            select connection_id, stream, local_date, data_as_of from claw.coverage
            where tenant_id = $1 and local_date between $2 and $3
            order by connection_id, stream collate "C", local_date
            """,
            self._tenant_id,
            first,
            last,
        )
        return [CoveredDay(**dict(row.items())) for row in rows]

    async def quarantine(self, rows: Sequence[QuarantinedRow]) -> None:
        await self._tx.executemany(
            """
            insert into claw.quarantine (tenant_id, connection_id, stream, source_id, raw_hash,
                                         code, path, detail, since)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (tenant_id, connection_id, stream, source_id) do update set
                raw_hash = excluded.raw_hash, code = excluded.code, path = excluded.path,
                detail = excluded.detail
            """,
            [
                (
                    self._tenant_id,
                    row.connection_id,
                    row.stream,
                    row.source_id,
                    row.raw_hash,
                    row.code,
                    row.path,
                    row.detail,
                    row.since,
                )
                for row in rows
            ],
        )

    async def release(self, connection_id: UUID, stream: str, source_ids: Collection[str]) -> None:
        await self._tx.execute(
            """
            delete from claw.quarantine
            where tenant_id = $1 and connection_id = $2 and stream = $3
              and source_id = any($4::text[])
            """,
            self._tenant_id,
            connection_id,
            stream,
            sorted(source_ids),
        )

    async def quarantined(self) -> Sequence[QuarantinedRow]:
        rows = await self._tx.fetch(
            """
            select connection_id, stream, source_id, raw_hash, code, path, detail, since
            from claw.quarantine where tenant_id = $1
            order by connection_id, stream collate "C", source_id collate "C"
            """,
            self._tenant_id,
        )
        return [QuarantinedRow(**dict(row.items())) for row in rows]

    async def hold(self, removals: Sequence[HeldRemoval]) -> None:
        await self._tx.executemany(
            """
            insert into claw.held_removal (tenant_id, connection_id, stream, ref, run_id)
            values ($1, $2, $3, $4, $5)
            on conflict (tenant_id, ref) do nothing
            """,
            [
                (
                    self._tenant_id,
                    removal.connection_id,
                    removal.stream,
                    removal.ref,
                    removal.run_id,
                )
                for removal in removals
            ],
        )

    async def held(self, connection_id: UUID, stream: str) -> Mapping[Ref, HeldRemoval]:
        rows = await self._tx.fetch(
            """
            select connection_id, stream, ref, run_id from claw.held_removal
            where tenant_id = $1 and connection_id = $2 and stream = $3
            """,
            self._tenant_id,
            connection_id,
            stream,
        )
        return {Ref(row["ref"]): HeldRemoval(**dict(row.items())) for row in rows}

    async def held_by(self, run_id: UUID) -> Sequence[HeldRemoval]:
        rows = await self._tx.fetch(
            """
            select connection_id, stream, ref, run_id from claw.held_removal
            where tenant_id = $1 and run_id = $2 order by ref collate "C"
            """,
            self._tenant_id,
            run_id,
        )
        return [HeldRemoval(**dict(row.items())) for row in rows]

    async def drop_held(self, refs: Collection[Ref]) -> None:
        await self._tx.execute(
            "delete from claw.held_removal where tenant_id = $1 and ref = any($2::text[])",
            self._tenant_id,
            sorted(refs),
        )


def _kept_run(row: Row) -> KeptRun:
    fields = dict(row.items())
    report = fields.pop("report")
    return KeptRun(run=SyncRun(**fields), report=None if report is None else report.encode("utf-8"))
