-- Routines, and one row for each of their occurrences.

create table claw.routine (
    tenant_id uuid not null references claw.tenant (tenant_id),
    routine_id uuid not null,
    name text not null check (name ~ '^[a-z][a-z0-9-]{0,30}$'),
    definition jsonb not null,
    -- Null: the tenant's own.
    zone text generated always as (definition ->> 'zone') stored,
    status text not null check (status in ('active', 'paused', 'removed')),
    paused_at timestamptz,
    created_at timestamptz not null,
    -- Every occurrence due before this has its row.
    planned_until timestamptz not null,
    -- The zone and the version of its data that what is planned was computed by.
    planned_zone text not null default '',
    planned_tzdata text not null default '',
    primary key (tenant_id, routine_id)
);
-- A removed routine keeps its occurrences; its name is free again.
create unique index routine_name on claw.routine (tenant_id, name) where status <> 'removed';
create index routine_to_plan on claw.routine (planned_until) where status = 'active';
select claw.govern('claw.routine');
select claw.show_to_platform('claw.routine',
    'tenant_id, routine_id, status, planned_until, zone, planned_zone, planned_tzdata');

-- The key is what makes an occurrence happen once: the local date, the instant for those
-- that are spaced, manual:<id> for one that a person asked for.
create table claw.occurrence (
    tenant_id uuid not null,
    routine_id uuid not null,
    key text not null check (key <> ''),
    local_date date not null,
    nominal timestamp not null,
    zone text not null,
    tzdata text not null,
    odd text,
    due_at timestamptz,
    prepare_at timestamptz,
    state text not null check (state in
        ('planned', 'claimed', 'done', 'failed', 'missed', 'skipped', 'cancelled')),
    reason text,
    -- A person wants it run: it takes nothing from the planned ones and is never too late.
    asked boolean not null default false,
    fence bigint not null default 0,
    attempts integer not null default 0,
    claimed_by uuid,
    -- Machine time: the database's own clock, never compared with due_at.
    claimed_until timestamptz,
    try_again_at timestamptz,
    snapshot_id text,
    summary_id text,
    started_at timestamptz,
    finished_at timestamptz,
    primary key (tenant_id, routine_id, key),
    foreign key (tenant_id, routine_id) references claw.routine (tenant_id, routine_id),
    -- Neither for a date that lacks the time: such an occurrence is skipped, never open.
    check ((due_at is null) = (prepare_at is null))
);
create index occurrence_open on claw.occurrence (prepare_at)
    where state in ('planned', 'claimed');
create index occurrence_runs on claw.occurrence (tenant_id, routine_id, due_at);
select claw.govern('claw.occurrence');
select claw.show_to_platform('claw.occurrence',
    'tenant_id, routine_id, state, prepare_at, claimed_until, try_again_at');

-- Active tenants with something to plan before `plan_until`, or planned in another zone or by
-- older zone data than `tzdata`, or to begin by `moment` with nobody working on it. Ids only.
-- Older data alone: while an installation is upgraded, two versions must not take turns.
create function claw.tenants_with_occurrences(
    moment timestamptz, plan_until timestamptz, tzdata text)
returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $due$
    select r.tenant_id from claw.routine r
    join claw.tenant t on t.tenant_id = r.tenant_id
    where t.status = 'active' and r.status = 'active'
      and (r.planned_until < plan_until
           or r.planned_zone <> coalesce(r.zone, t.zone)
           or r.planned_tzdata < tzdata collate "C")
    union
    select o.tenant_id from claw.occurrence o
    join claw.routine r on r.tenant_id = o.tenant_id and r.routine_id = o.routine_id
    join claw.tenant t on t.tenant_id = o.tenant_id
    where o.state in ('planned', 'claimed') and o.prepare_at <= moment
      and t.status = 'active' and r.status = 'active'
      and (o.claimed_until is null or o.claimed_until <= clock_timestamp())
      and (o.try_again_at is null or o.try_again_at <= clock_timestamp())
$due$;
select claw.entrust('claw.tenants_with_occurrences(timestamptz, timestamptz, text)');
