"""SQL of what was used: one statement for each transaction, its rows in one order."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from claw.ports.metering_store import Metered, Used
from claw.store.tenancy import Transaction


class PostgresMetering:
    """``MeteringStore`` over one tenant's transaction; ``flush`` is the unit of work's."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id
        self._counted: Counter[tuple[date, str]] = Counter()

    @property
    def counted(self) -> bool:
        """Whether something was counted that is not written yet."""
        return bool(self._counted)

    def count(self, day: date, what: Metered, n: int = 1) -> None:
        if n:
            self._counted[day, what] += n

    async def used(self, first: date, last: date) -> Sequence[Used]:
        rows = await self._tx.fetch(
            "select day, what, count from claw.usage_count "
            'where tenant_id = $1 and day between $2 and $3 order by day, what collate "C"',
            self._tenant_id,
            first,
            last,
        )
        return [Used(day=row["day"], what=row["what"], count=row["count"]) for row in rows]

    async def flush(self) -> None:
        """Write what was counted, in one order everywhere: nobody waits in a circle."""
        if not self._counted:
            return
        rows = sorted(self._counted.items())
        await self._tx.execute(
            """
            insert into claw.usage_count as u (tenant_id, day, what, count)
            select $1, d, w, n
            from unnest($2::date[], $3::text[], $4::bigint[]) as given (d, w, n)
            on conflict (tenant_id, day, what) do update set count = u.count + excluded.count
            """,
            self._tenant_id,
            [day for (day, _), _ in rows],
            [what for (_, what), _ in rows],
            [n for _, n in rows],
        )
        self._counted.clear()
