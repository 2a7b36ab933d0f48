-- Deliveries: one row for each (routine, occurrence, channel, recipient), there before
-- anything is sent.

create table claw.delivery (
    tenant_id uuid not null,
    delivery_id uuid not null,
    routine_id uuid not null,
    occurrence text not null,
    channel text not null check (channel in ('console', 'email', 'sms', 'webhook')),
    address text not null,
    summary_id text not null,
    state text not null check (state in
        ('planned', 'attempting', 'sent', 'failed', 'unknown', 'cancelled')),
    reason text,
    not_before timestamptz not null,
    -- Nobody wants it any more after this.
    expires_at timestamptz not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    attempts integer not null default 0,
    -- Attempts of which nobody ever said how they ended.
    lapses integer not null default 0,
    fence bigint not null default 0,
    -- Machine time: the database's own clock, never compared with not_before.
    claimed_until timestamptz,
    try_again_at timestamptz,
    receipt text,
    primary key (tenant_id, delivery_id),
    unique (tenant_id, routine_id, occurrence, channel, address),
    foreign key (tenant_id, routine_id, occurrence)
        references claw.occurrence (tenant_id, routine_id, key)
);
create index delivery_open on claw.delivery (not_before)
    where state in ('planned', 'attempting');
select claw.govern('claw.delivery');
select claw.show_to_platform('claw.delivery',
    'tenant_id, state, not_before, claimed_until, try_again_at');

-- Active tenants with something to deliver by `moment` that nobody is working on. Ids only.
create function claw.tenants_with_deliveries(moment timestamptz)
returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $due$
    select distinct d.tenant_id from claw.delivery d
    join claw.tenant t on t.tenant_id = d.tenant_id
    where t.status = 'active'
      and d.state in ('planned', 'attempting') and d.not_before <= moment
      and (d.claimed_until is null or d.claimed_until <= clock_timestamp())
      and (d.try_again_at is null or d.try_again_at <= clock_timestamp())
$due$;
select claw.entrust('claw.tenants_with_deliveries(timestamptz)');
