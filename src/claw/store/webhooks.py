"""SQL of webhook endpoints and calls. Rests and claims run on the database's clock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from msgspec.structs import replace

from claw.ports.webhook_store import CallBegun, CallEnded, Endpoint, PastCall, SealedSecrets
from claw.store.tenancy import Transaction

_ENDPOINT = (
    "endpoint_id, name, url, patterns, status, created_at, cursor, disabled_reason, "
    "failing_since, attempts, fence"
)
_MINE = "tenant_id = $1 and endpoint_id = $2 and fence = $3 and status = 'active'"


class PostgresWebhooks:
    """``WebhookStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def add(self, endpoint: Endpoint, secret: bytes) -> bool:
        added = await self._tx.fetchval(
            """
            insert into claw.webhook_endpoint
                (tenant_id, endpoint_id, name, url, patterns, secret, status, created_at, cursor)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (tenant_id, name) where status <> 'removed' do nothing
            returning true
            """,
            self._tenant_id,
            endpoint.endpoint_id,
            endpoint.name,
            endpoint.url,
            " ".join(endpoint.patterns),
            secret,
            endpoint.status,
            endpoint.created_at,
            endpoint.cursor,
        )
        return added is True

    async def list(self) -> Sequence[Endpoint]:
        rows = await self._tx.fetch(
            f"select {_ENDPOINT} from claw.webhook_endpoint "
            "where tenant_id = $1 and status <> 'removed' order by name collate \"C\"",
            self._tenant_id,
        )
        return [_endpoint(row) for row in rows]

    async def find(self, name: str) -> Endpoint | None:
        row = await self._tx.fetchrow(
            f"select {_ENDPOINT} from claw.webhook_endpoint "
            "where tenant_id = $1 and name = $2 and status <> 'removed'",
            self._tenant_id,
            name,
        )
        return None if row is None else _endpoint(row)

    async def secrets(self, endpoint_id: UUID) -> SealedSecrets | None:
        row = await self._tx.fetchrow(
            "select secret, previous_secret, previous_until from claw.webhook_endpoint "
            "where tenant_id = $1 and endpoint_id = $2",
            self._tenant_id,
            endpoint_id,
        )
        if row is None or row["secret"] is None:
            return None
        return SealedSecrets(
            current=row["secret"],
            previous=row["previous_secret"],
            previous_until=row["previous_until"],
        )

    async def rotate(self, endpoint_id: UUID, secret: bytes, *, previous_until: datetime) -> bool:
        return await self._changed(
            "set previous_secret = secret, previous_until = $4, secret = $3 "
            "where tenant_id = $1 and endpoint_id = $2 and status <> 'removed'",
            endpoint_id,
            secret,
            previous_until,
        )

    async def reopen(self, endpoint_id: UUID, *, cursor: int | None) -> bool:
        # A higher fence: a call that is under way must not move the cursor any more.
        return await self._changed(
            "set status = 'active', disabled_reason = null, cursor = coalesce($3, cursor), "
            "attempts = 0, failing_since = null, fence = fence + 1, claimed_until = null, "
            "try_again_at = null "
            "where tenant_id = $1 and endpoint_id = $2 and status <> 'removed'",
            endpoint_id,
            cursor,
        )

    async def remove(self, endpoint_id: UUID) -> bool:
        return await self._changed(
            "set status = 'removed', url = '', secret = null, previous_secret = null, "
            "previous_until = null, fence = fence + 1 "
            "where tenant_id = $1 and endpoint_id = $2 and status <> 'removed'",
            endpoint_id,
        )

    async def claim(self, endpoint_id: UUID, *, seconds: int) -> Endpoint | None:
        row = await self._tx.fetchrow(
            f"""
            update claw.webhook_endpoint
            set fence = fence + 1,
                claimed_until = clock_timestamp() + make_interval(secs => $3::integer)
            where tenant_id = $1 and endpoint_id = $2 and status = 'active'
              and (claimed_until is null or claimed_until <= clock_timestamp())
              and (try_again_at is null or try_again_at <= clock_timestamp())
            returning {_ENDPOINT}
            """,
            self._tenant_id,
            endpoint_id,
            seconds,
        )
        return None if row is None else _endpoint(row)

    async def skip(self, endpoint: Endpoint, cursor: int) -> bool:
        return await self._changed(
            f"set cursor = $4 where {_MINE}", endpoint.endpoint_id, endpoint.fence, cursor
        )

    async def begin(self, endpoint: Endpoint, seq: int, *, at: datetime) -> CallBegun | None:
        attempts = endpoint.attempts + 1
        if not await self._changed(
            f"set attempts = $4 where {_MINE}", endpoint.endpoint_id, endpoint.fence, attempts
        ):
            return None
        await self._tx.execute(
            "insert into claw.webhook_call (tenant_id, endpoint_id, fence, seq, attempt, at) "
            "values ($1, $2, $3, $4, $5, $6)",
            self._tenant_id,
            endpoint.endpoint_id,
            endpoint.fence,
            seq,
            attempts,
            at,
        )
        return CallBegun(endpoint=replace(endpoint, attempts=attempts), seq=seq)

    async def took(self, call: CallBegun, ended: CallEnded) -> bool:
        return await self._ended(
            call,
            ended,
            "set cursor = $4, attempts = 0, failing_since = null, claimed_until = null, "
            "try_again_at = null",
            call.seq,
        )

    async def failed(self, call: CallBegun, ended: CallEnded, *, rest_seconds: int) -> bool:
        return await self._ended(
            call,
            ended,
            "set failing_since = coalesce(failing_since, $4), claimed_until = null, "
            "try_again_at = clock_timestamp() + make_interval(secs => $5::integer)",
            ended.at,
            rest_seconds,
        )

    async def disable(self, call: CallBegun, ended: CallEnded, *, reason: str) -> bool:
        return await self._ended(
            call,
            ended,
            "set status = 'disabled', disabled_reason = $5, "
            "failing_since = coalesce(failing_since, $4), claimed_until = null",
            ended.at,
            reason,
        )

    async def switch_off(self, endpoint_id: UUID, *, reason: str) -> bool:
        return await self._changed(
            "set status = 'disabled', disabled_reason = $3, fence = fence + 1 "
            "where tenant_id = $1 and endpoint_id = $2 and status = 'active'",
            endpoint_id,
            reason,
        )

    async def let_go(self, endpoint: Endpoint) -> None:
        await self._changed(
            f"set claimed_until = null where {_MINE}", endpoint.endpoint_id, endpoint.fence
        )

    async def calls(self, endpoint_id: UUID, limit: int) -> Sequence[PastCall]:
        rows = await self._tx.fetch(
            """
            select c.seq, c.attempt, coalesce(o.at, c.at) as at,
                   coalesce(o.outcome, 'unknown') as outcome, o.status,
                   coalesce(o.excerpt, '') as excerpt
            from claw.webhook_call c
            left join claw.webhook_outcome o
                on o.tenant_id = c.tenant_id and o.endpoint_id = c.endpoint_id
                   and o.fence = c.fence
            where c.tenant_id = $1 and c.endpoint_id = $2 order by c.fence desc limit $3
            """,
            self._tenant_id,
            endpoint_id,
            limit,
        )
        return [PastCall(**dict(row.items())) for row in rows]

    async def wanting(self) -> Sequence[tuple[UUID, tuple[str, ...]]]:
        """Endpoints that are told at once, and what they want."""
        rows = await self._tx.fetch(
            "select endpoint_id, patterns from claw.webhook_endpoint "
            "where tenant_id = $1 and status = 'active' and try_again_at is null",
            self._tenant_id,
        )
        return [(row["endpoint_id"], tuple(row["patterns"].split())) for row in rows]

    async def _ended(self, call: CallBegun, ended: CallEnded, change: str, *values: object) -> bool:
        """Account for a call; its outcome is kept even where it was overtaken."""
        endpoint = call.endpoint
        await self._tx.execute(
            "insert into claw.webhook_outcome "
            "(tenant_id, endpoint_id, fence, outcome, status, excerpt, at) "
            "values ($1, $2, $3, $4, $5, $6, $7)",
            self._tenant_id,
            endpoint.endpoint_id,
            endpoint.fence,
            ended.outcome,
            ended.status,
            ended.excerpt,
            ended.at,
        )
        return await self._changed(
            f"{change} where {_MINE}", endpoint.endpoint_id, endpoint.fence, *values
        )

    async def _changed(self, change: str, endpoint_id: UUID, *values: object) -> bool:
        changed = await self._tx.fetchval(
            f"update claw.webhook_endpoint {change} returning true",
            self._tenant_id,
            endpoint_id,
            *values,
        )
        return changed is True


def _endpoint(row: asyncpg.Record) -> Endpoint:
    values = dict(row.items())
    patterns = tuple(str(values.pop("patterns")).split())
    return Endpoint(patterns=patterns, **values)
