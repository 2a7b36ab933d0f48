-- The ground every later migration stands on: how a table is governed, and the tables
-- that belong to the installation instead of a tenant.
--
-- FOR LATER MIGRATIONS (they run as claw_owner; none of these is callable by an application role)
--
--   select claw.govern('claw.some_table');                      -- select, insert, update, delete
--   select claw.govern('claw.some_log', append_only => true);   -- select, insert
--       signature: claw.govern(relation regclass, append_only boolean default false) returns void
--       Enables and forces row security, creates THE policy (FOR ALL to claw_app and
--       claw_worker) and grants. On a partition it only seals: row security without a policy
--       and without grants, so that rows are reached through the parent alone.
--       The table needs tenant_id uuid not null, first in its keys and in every unique index.
--
--   select claw.show_to_platform('claw.some_table', 'tenant_id, due_at');
--       Lets claw_platform (which nobody can log in as) read these columns of all tenants,
--       for the SECURITY DEFINER functions below. List the table in platform_tables.toml.
--
--   select claw.entrust('claw.some_function(timestamptz)');
--       Hands a SECURITY DEFINER function to claw_platform and lets claw_app and claw_worker
--       call it. It must pin search_path; it returns ids only. List it in platform_tables.toml.
--
--   grant execute on function claw.pure(text) to claw_app, claw_worker;
--       for an ordinary function (security invoker); PUBLIC never gets anything.
--
-- Row security is forced, so claw_owner sees no tenant's rows either. A migration that must
-- rewrite rows says so: alter table … no force row level security; update …; alter table …
-- force row level security.

-- EXECUTE is PUBLIC's by default; take it back for everything that follows.
alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;

create function claw.govern(relation regclass, append_only boolean default false)
returns void language plpgsql set search_path = pg_catalog, pg_temp as $govern$
declare
    -- The only policy text there is. nullif: after a local set_config the setting reads ''
    -- and not null. The sub-select makes it one evaluation per statement.
    only_own_rows constant text :=
        'tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid)';
begin
    execute format('alter table %s enable row level security', relation);
    execute format('alter table %s force row level security', relation);
    execute format('revoke all on table %s from public', relation);
    if (select relispartition from pg_class where oid = relation) then
        return;
    end if;
    execute format(
        'create policy only_own_rows on %s for all to claw_app, claw_worker'
        ' using (%s) with check (%s)', relation, only_own_rows, only_own_rows);
    execute format(
        'grant %s on table %s to claw_app, claw_worker',
        case when append_only then 'select, insert'
             else 'select, insert, update, delete' end,
        relation);
end
$govern$;

create function claw.show_to_platform(relation regclass, columns text)
returns void language plpgsql set search_path = pg_catalog, pg_temp as $show$
begin
    execute format('create policy platform_reads on %s for select to claw_platform using (true)',
                   relation);
    execute format('grant select (%s) on table %s to claw_platform', columns, relation);
end
$show$;

create function claw.entrust(routine regprocedure)
returns void language plpgsql set search_path = pg_catalog, pg_temp as $entrust$
begin
    if not exists (
        select from pg_proc
        where oid = routine and prosecdef
          and exists (select from unnest(proconfig) setting
                      where setting like 'search\_path=pg\_catalog%')
    ) then
        raise exception 'function % must be SECURITY DEFINER with search_path = pg_catalog, …',
            routine;
    end if;
    execute format('revoke all on function %s from public', routine);
    execute format('grant execute on function %s to claw_app, claw_worker', routine);
    -- The new owner must be able to create in the schema while it takes over, and only then.
    grant create on schema claw to claw_platform;
    execute format('alter function %s owner to claw_platform', routine);
    revoke create on schema claw from claw_platform;
end
$entrust$;

revoke all on schema claw from public;
grant usage on schema claw to claw_app, claw_worker, claw_platform;

-- Which migrations this database has; created by the runner before the first of them.
grant select on claw.migration to claw_app, claw_worker;

-- The businesses of this installation. They are the subject of the platform unit of work,
-- so the table has no policy: any application connection reads a tenant's slug, zone and
-- status; none can rename, re-key or delete one. Nothing of a tenant's customers is here.
create table claw.tenant (
    tenant_id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z][a-z0-9-]{0,62}$'),
    name text not null check (name <> ''),
    zone text not null check (zone <> ''),
    country text not null check (country ~ '^[A-Z]{2}$'),
    locale text not null check (locale <> ''),
    vertical text not null check (vertical <> ''),
    status text not null default 'active' check (status in ('active', 'suspended')),
    created_at timestamptz not null
);
grant select, insert on claw.tenant to claw_app, claw_worker;
grant update (name, zone, country, locale, vertical, status) on claw.tenant
    to claw_app, claw_worker;
-- Work is found for active tenants alone.
grant select (tenant_id, zone, status) on claw.tenant to claw_platform;

-- One row for each party that shares a vendor's rate limit, keyed by a keyed hash so that
-- the row tells nobody who that is. Reached through claw.take_rate alone.
create table claw.rate_budget (
    key bytea primary key,
    kept_for interval not null,
    granted_at timestamptz[] not null
);
alter table claw.rate_budget enable row level security;
alter table claw.rate_budget force row level security;
create policy platform_only on claw.rate_budget for all to claw_platform
    using (true) with check (true);
grant select, insert, update on claw.rate_budget to claw_platform;

-- Takes one request out of a budget, or says how many seconds to wait before asking again
-- (0: granted). At most `requests` grants fall into any `per_seconds` seconds, wherever those
-- begin: the instants of the recent grants are kept and counted, there are no fixed buckets.
-- The clock is read after the row is locked, so grants of all processes are in one order.
-- An instant in the future means that the server's clock was set back: it counts as now,
-- which waits too long once instead of granting too much.
-- Call it in a transaction of its own and commit before the request leaves: a rollback
-- would forget the grant, and the row stays locked until then.
create function claw.take_rate(budget bytea, requests integer, per_seconds integer)
returns double precision
language plpgsql security definer set search_path = pg_catalog, pg_temp as $take$
declare
    moment timestamptz;
    span constant interval := make_interval(secs => per_seconds);
    recent timestamptz[];
    keep interval;
begin
    if budget is null or requests is null or per_seconds is null
       or requests < 1 or per_seconds < 1 or requests > 10000 or per_seconds > 86400
       or octet_length(budget) not between 16 and 64 then
        raise exception 'a rate budget needs a digest, and limits above zero'
            using errcode = 'invalid_parameter_value';
    end if;
    insert into claw.rate_budget as b (key, kept_for, granted_at)
    values (budget, span, '{}')
    on conflict (key) do update set kept_for = greatest(b.kept_for, excluded.kept_for)
    returning b.granted_at, b.kept_for into recent, keep;

    moment := clock_timestamp();
    select coalesce(array_agg(least(at, moment) order by least(at, moment)), '{}')
    into recent from unnest(recent) as at where at > moment - keep;

    -- The grant that must leave the window before another fits: the requests-th newest.
    if cardinality(recent) >= requests
       and recent[cardinality(recent) - requests + 1] > moment - span then
        return greatest(0.001, extract(epoch from
            recent[cardinality(recent) - requests + 1] + span - moment));
    end if;
    update claw.rate_budget set granted_at = recent || moment where key = budget;
    return 0;
end
$take$;
select claw.entrust('claw.take_rate(bytea, integer, integer)');
