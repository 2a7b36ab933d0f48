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
        # An upsert would wait for a transaction that holds the row, so for a whole slice.
        await self._tx.execute(
            """
            insert into claw.lease (tenant_id, subject, owner, until, fence)
            select $1, $2, $3, '-infinity', 0
            where not exists (select from claw.lease where tenant_id = $1 and subject = $2)
            on conflict do nothing
            """,
            self._tenant_id,
            subject,
            owner,
        )
        row = await self._tx.fetchrow(
            """
            with free as (
                select subject from claw.lease
                where tenant_id = $1 and subject = $2 and until <= clock_timestamp()
                for update skip locked
            )
            update claw.lease l
            set owner = $3, fence = l.fence + 1,
                until = clock_timestamp() + make_interval(secs => $4::integer)
            from free where l.tenant_id = $1 and l.subject = free.subject
            returning l.fence
            """,
            self._tenant_id,
            subject,
            owner,
            seconds,
        )
        return None if row is None else Lease(subject=subject, owner=owner, fence=row["fence"])

    async def hold(self, lease: Lease, seconds: int) -> bool:
        held = await self._tx.fetchval(
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
        return held is True

    async def renew(self, lease: Lease, seconds: int) -> None:
        await self._tx.execute(
            """
            with ours as (
                select subject from claw.lease
                where tenant_id = $1 and subject = $2 and owner = $3 and fence = $4
                for update skip locked
            )
            update claw.lease l
            set until = clock_timestamp() + make_interval(secs => $5::integer)
            from ours where l.tenant_id = $1 and l.subject = ours.subject
            """,
            self._tenant_id,
            lease.subject,
            lease.owner,
            lease.fence,
            seconds,
        )

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

    async def discard(self, lease: Lease) -> None:
        await self._tx.execute(
            """
            delete from claw.lease
            where tenant_id = $1 and subject = $2 and owner = $3 and fence = $4
            """,
            self._tenant_id,
            lease.subject,
            lease.owner,
            lease.fence,
        )

    async def forget_ended(self, subjects: str, *, except_owner: UUID) -> None:
        await self._tx.execute(
            """
            delete from claw.lease
            where tenant_id = $1 and starts_with(subject, $2) and owner <> $3
              and until <= clock_timestamp()
            """,
            self._tenant_id,
            subjects,
            except_owner,
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
