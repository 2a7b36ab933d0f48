"""SQL of leases. Every time in it is the database's own."""

from uuid import UUID

from claw.ports.lease_store import Lease
from claw.store.tenancy import Transaction


class PostgresLeases:
    """``LeaseStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def take(self, subject: str, owner: UUID, seconds: int) -> Lease | None:
        row = await self._tx.fetchrow(
            """
            insert into claw.lease as l (tenant_id, subject, owner, until, fence)
            values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4::integer), 1)
            on conflict (tenant_id, subject) do update
                set owner = excluded.owner, until = excluded.until, fence = l.fence + 1
                where l.until <= clock_timestamp()
            returning fence
            """,
            self._tenant_id,
            subject,
            owner,
            seconds,
        )
        return None if row is None else Lease(subject=subject, owner=owner, fence=row["fence"])

    async def renew(self, lease: Lease, seconds: int) -> bool:
        renewed = await self._tx.fetchval(
            """
            update claw.lease set until = clock_timestamp() + make_interval(secs => $5::integer)
            where tenant_id = $1 and subject = $2 and owner = $3 and fence = $4
            returning true
            """,
            self._tenant_id,
            lease.subject,
            lease.owner,
            lease.fence,
            seconds,
        )
        return renewed is True

    async def end(self, lease: Lease) -> None:
        await self._tx.execute(
            """
            update claw.lease set until = clock_timestamp()
            where tenant_id = $1 and subject = $2 and owner = $3 and fence = $4
            """,
            self._tenant_id,
            lease.subject,
            lease.owner,
            lease.fence,
        )

    async def break_all(self, subjects: str, owner: UUID) -> bool:
        alive = await self._tx.fetchval(
            """
            select exists (select from claw.lease
                           where tenant_id = $1 and starts_with(subject, $2)
                             and until > clock_timestamp())
            """,
            self._tenant_id,
            subjects,
        )
        if alive is True:
            return False
        await self._tx.execute(
            """
            update claw.lease set owner = $3, fence = fence + 1
            where tenant_id = $1 and starts_with(subject, $2)
            """,
            self._tenant_id,
            subjects,
            owner,
        )
        return True
