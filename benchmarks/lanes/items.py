"""The tiny domain: one row is one item of work, governed like every table of a tenant."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from claw.ports.tenant_store import Tenant
from claw.store.tenancy import Pool, Transaction

SCHEMA = """
create table claw.bench_item (
    tenant_id uuid not null references claw.tenant (tenant_id),
    item integer not null,
    state text not null default 'planned',
    claimed_until timestamptz,
    primary key (tenant_id, item)
);
create index bench_item_open on claw.bench_item (tenant_id) where state <> 'done';
select claw.govern('claw.bench_item');
select claw.show_to_platform('claw.bench_item', 'tenant_id, state, claimed_until');
create function claw.tenants_with_items() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $due$
    select distinct tenant_id from claw.bench_item
    where state <> 'done' and (claimed_until is null or claimed_until <= clock_timestamp())
$due$;
select claw.entrust('claw.tenants_with_items()');
"""
_ADD = "insert into claw.bench_item (tenant_id, item) select $1, generate_series(1, $2)"
_DUE = "select t from claw.tenants_with_items() as t"
# As the lanes of the product do: one more is looked at than is taken, to know whether to go on.
_CLAIM = """
with due as (
    select item from claw.bench_item
    where tenant_id = $1 and state <> 'done'
      and (claimed_until is null or claimed_until <= clock_timestamp())
    order by item limit $2::integer + 1 for update skip locked
), taken as (
    update claw.bench_item i
    set state = 'claimed', claimed_until = clock_timestamp() + interval '60 seconds'
    from (select item from due order by item limit $2::integer) as t
    where i.tenant_id = $1 and i.item = t.item
    returning i.item
)
select array(select item from taken) as items, (select count(*) > $2::integer from due) as more
"""
_FINISH = """
update claw.bench_item set state = 'done', claimed_until = null
where tenant_id = $1 and item = any($2::integer[]) and state = 'claimed'
"""


class ItemLane:
    """``LaneKind`` that claims a batch in one transaction and finishes it in another.

    ``finished`` is told how many items each batch had.
    """

    def __init__(self, pool: Pool, batch: int, finished: Callable[[int], None]) -> None:
        self._pool = pool
        self._batch = batch
        self._finished = finished

    @property
    def kind(self) -> str:
        """``item``."""
        return "item"

    async def due_tenants(self, now: datetime) -> Sequence[UUID]:
        """Tenants with rows that nobody holds."""
        async with self._pool.platform() as tx:
            return await due(tx)

    async def work(self, tenant: Tenant, now: datetime) -> bool:
        """Claim, do nothing, finish."""
        async with self._pool.tenant(tenant.tenant_id) as tx:
            row = await tx.fetchrow(_CLAIM, tenant.tenant_id, self._batch)
        if row is None or not row["items"]:
            return False
        async with self._pool.tenant(tenant.tenant_id) as tx:
            await tx.execute(_FINISH, tenant.tenant_id, row["items"])
        self._finished(len(row["items"]))
        return row["more"] is True


Done: TypeAlias = Callable[[], Awaitable[bool]]


async def due(tx: Transaction) -> list[UUID]:
    """Whose rows are not done, and not held either."""
    return [row["t"] for row in await tx.fetch(_DUE)]


async def add(pool: Pool, tenant_id: UUID, number: int) -> None:
    """Make so many rows due."""
    async with pool.tenant(tenant_id) as tx:
        await tx.execute(_ADD, tenant_id, number)


async def whole(tx: Transaction) -> bool:
    """Whether every row of every tenant is done, or held by somebody who is about it."""
    return not await due(tx)


async def forget(pool: Pool, tenant_id: UUID) -> None:
    """Take a tenant's rows away.

    Raises:
        RuntimeError: when one of them is not done.
    """
    async with pool.tenant(tenant_id) as tx:
        if await tx.fetchval("select exists (select from claw.bench_item where state <> 'done')"):
            raise RuntimeError("an item was left behind")
        await tx.execute("delete from claw.bench_item")
