-- What happened, in one order for each tenant; who wants to be told; and what was used.

-- The last number given. Its row is locked by the last statement of a transaction that tells
-- something, until the commit: numbers become visible in their own order.
create table claw.event_counter (
    tenant_id uuid primary key references claw.tenant (tenant_id),
    last bigint not null
);
select claw.govern('claw.event_counter');
select claw.show_to_platform('claw.event_counter', 'tenant_id, last');

create table claw.event (
    tenant_id uuid not null references claw.tenant (tenant_id),
    seq bigint not null,
    type text not null,
    subject text not null,
    at timestamptz not null,
    -- As it was written: what is signed is the same bytes whenever it is told.
    data json not null,
    primary key (tenant_id, seq)
);
select claw.govern('claw.event', append_only => true);

create table claw.webhook_endpoint (
    tenant_id uuid not null references claw.tenant (tenant_id),
    endpoint_id uuid not null,
    name text not null,
    url text not null,
    patterns text not null,
    secret bytea,
    previous_secret bytea,
    previous_until timestamptz,
    status text not null check (status in ('active', 'disabled', 'removed')),
    disabled_reason text,
    created_at timestamptz not null,
    cursor bigint not null,
    attempts integer not null default 0,
    failing_since timestamptz,
    fence bigint not null default 0,
    -- Machine time: the database's own clock.
    claimed_until timestamptz,
    try_again_at timestamptz,
    primary key (tenant_id, endpoint_id)
);
create unique index webhook_endpoint_name on claw.webhook_endpoint (tenant_id, name)
    where status <> 'removed';
create index webhook_endpoint_active on claw.webhook_endpoint (tenant_id)
    where status = 'active';
select claw.govern('claw.webhook_endpoint');
select claw.show_to_platform('claw.webhook_endpoint',
    'tenant_id, endpoint_id, status, cursor, claimed_until, try_again_at');

-- Every call stands here before it is made, and what became of it beside it. A call without
-- an outcome is one that nobody came back from.
create table claw.webhook_call (
    tenant_id uuid not null,
    endpoint_id uuid not null,
    fence bigint not null,
    seq bigint not null,
    attempt integer not null,
    at timestamptz not null,
    primary key (tenant_id, endpoint_id, fence),
    foreign key (tenant_id, endpoint_id)
        references claw.webhook_endpoint (tenant_id, endpoint_id)
);
select claw.govern('claw.webhook_call', append_only => true);

create table claw.webhook_outcome (
    tenant_id uuid not null,
    endpoint_id uuid not null,
    fence bigint not null,
    outcome text not null,
    status integer,
    excerpt text not null,
    at timestamptz not null,
    primary key (tenant_id, endpoint_id, fence),
    foreign key (tenant_id, endpoint_id, fence)
        references claw.webhook_call (tenant_id, endpoint_id, fence)
);
select claw.govern('claw.webhook_outcome', append_only => true);

-- Endpoints that are behind their active tenant's events and that nobody calls now. Ids only; at
-- most so many, since each is a lane of its own.
create function claw.webhooks_due(most integer)
returns table (tenant_id uuid, endpoint_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $due$
    select e.tenant_id, e.endpoint_id
    from claw.webhook_endpoint e
    join claw.event_counter c on c.tenant_id = e.tenant_id
    join claw.tenant t on t.tenant_id = e.tenant_id
    where t.status = 'active' and e.status = 'active' and e.cursor < c.last
      and (e.claimed_until is null or e.claimed_until <= clock_timestamp())
      and (e.try_again_at is null or e.try_again_at <= clock_timestamp())
    order by e.try_again_at nulls first, e.tenant_id, e.endpoint_id
    limit greatest(most, 0)
$due$;
select claw.entrust('claw.webhooks_due(integer)');

create table claw.usage_count (
    tenant_id uuid not null references claw.tenant (tenant_id),
    -- A date of the tenant's own calendar.
    day date not null,
    what text not null,
    count bigint not null,
    primary key (tenant_id, day, what)
);
select claw.govern('claw.usage_count');
