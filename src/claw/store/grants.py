"""SQL of grants. Every time in it is the database's own."""

from uuid import UUID

from claw.ports.grant_store import Grant, GrantLease
from claw.ports.manifest import GrantKind
from claw.store.tenancy import Transaction

_FIND = """
    select kind, seed, generation, access_token, refresh_token, failures, revoked_reason,
           case when revoked_reason is not null then 'revoked'
                when lease_until > now then 'refreshing'
                when cool_until > now then 'cooling'
                else 'active' end as state,
           case when access_token is null then 0 else life_seconds end as life_seconds,
           case when access_token is null then 0
                else greatest(0, extract(epoch from expires_at - now)) end as seconds_left,
           greatest(0, coalesce(extract(epoch from cool_until - now), 0)) as cooling_seconds,
           extract(epoch from now - renewed_at) as idle_seconds
    from claw.oauth_grant, (select clock_timestamp() as now) as clock
    where tenant_id = $1 and connection_id = $2
"""

# What a holder may write: its own lease, on the generation it was taken for.
_HELD = """
    tenant_id = $1 and connection_id = $2 and generation = $3
    and lease_owner = $4 and fence = $5 and revoked_reason is null
"""


class PostgresGrants:
    """``GrantStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def find(self, connection_id: UUID) -> Grant | None:
        row = await self._tx.fetchrow(_FIND, self._tenant_id, connection_id)
        if row is None:
            return None
        idle = row["idle_seconds"]
        return Grant(
            kind=row["kind"],
            seed=row["seed"],
            state=row["state"],
            generation=row["generation"],
            access_token=row["access_token"],
            refresh_token=row["refresh_token"],
            seconds_left=float(row["seconds_left"]),
            life_seconds=float(row["life_seconds"]),
            cooling_seconds=float(row["cooling_seconds"]),
            idle_seconds=None if idle is None else float(idle),
            failures=row["failures"],
            revoked_reason=row["revoked_reason"],
        )

    async def begin(
        self, connection_id: UUID, *, kind: GrantKind, seed: bytes, refresh_token: bytes | None
    ) -> None:
        await self._tx.execute(
            """
            insert into claw.oauth_grant as g
                (tenant_id, connection_id, kind, seed, generation, refresh_token,
                 life_seconds, fence, failures)
            values ($1, $2, $3, $4, 0, $5, 0, 0, 0)
            on conflict (tenant_id, connection_id) do update
                set kind = excluded.kind, seed = excluded.seed, generation = g.generation + 1,
                    access_token = null, refresh_token = excluded.refresh_token,
                    previous_refresh_token = null, life_seconds = 0, expires_at = null,
                    renewed_at = null, lease_owner = null, lease_taken_at = null,
                    lease_until = null, failures = 0, cool_until = null, revoked_reason = null
                where g.seed <> excluded.seed
            """,
            self._tenant_id,
            connection_id,
            kind,
            seed,
            refresh_token,
        )

    async def take(
        self, connection_id: UUID, *, generation: int, owner: UUID, seconds: int
    ) -> GrantLease | None:
        fence = await self._tx.fetchval(
            """
            update claw.oauth_grant
            set lease_owner = $4, lease_taken_at = clock_timestamp(), fence = fence + 1,
                lease_until = clock_timestamp() + make_interval(secs => $5::integer)
            where tenant_id = $1 and connection_id = $2 and generation = $3
              and (lease_until is null or lease_until <= clock_timestamp())
              and (cool_until is null or cool_until <= clock_timestamp())
              and revoked_reason is null
            returning fence
            """,
            self._tenant_id,
            connection_id,
            generation,
            owner,
            seconds,
        )
        if not isinstance(fence, int):
            return None
        return GrantLease(
            connection_id=connection_id, generation=generation, owner=owner, fence=fence
        )

    async def save(
        self,
        lease: GrantLease,
        *,
        access_token: bytes,
        refresh_token: bytes | None,
        life_seconds: int,
    ) -> bool:
        saved = await self._tx.fetchval(
            f"""
            update claw.oauth_grant
            set generation = generation + 1, access_token = $6, life_seconds = $8,
                expires_at = lease_taken_at + make_interval(secs => $8::integer),
                previous_refresh_token = case when $7::bytea is null
                    then previous_refresh_token else refresh_token end,
                refresh_token = coalesce($7, refresh_token),
                renewed_at = clock_timestamp(), failures = 0, cool_until = null,
                lease_owner = null, lease_taken_at = null, lease_until = null
            where {_HELD} returning true
            """,
            *self._held(lease),
            access_token,
            refresh_token,
            life_seconds,
        )
        return saved is True

    async def cool(self, lease: GrantLease, seconds: float) -> None:
        await self._tx.execute(
            f"""
            update claw.oauth_grant
            set failures = failures + 1, lease_owner = null, lease_until = null,
                cool_until = clock_timestamp() + make_interval(secs => $6)
            where {_HELD}
            """,
            *self._held(lease),
            seconds,
        )

    async def revoke(self, lease: GrantLease, reason: str) -> bool:
        revoked = await self._tx.fetchval(
            f"""
            update claw.oauth_grant
            set revoked_reason = $6, lease_owner = null, lease_until = null, cool_until = null
            where {_HELD} returning true
            """,
            *self._held(lease),
            reason,
        )
        return revoked is True

    async def reopen(self, connection_id: UUID) -> None:
        await self._tx.execute(
            """
            update claw.oauth_grant
            set revoked_reason = null, cool_until = null, failures = 0, renewed_at = null
            where tenant_id = $1 and connection_id = $2
            """,
            self._tenant_id,
            connection_id,
        )

    async def forget(self, connection_id: UUID) -> None:
        await self._tx.execute(
            "delete from claw.oauth_grant where tenant_id = $1 and connection_id = $2",
            self._tenant_id,
            connection_id,
        )

    def _held(self, lease: GrantLease) -> tuple[object, ...]:
        return (
            self._tenant_id,
            lease.connection_id,
            lease.generation,
            lease.owner,
            lease.fence,
        )
