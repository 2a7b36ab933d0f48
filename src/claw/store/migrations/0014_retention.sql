-- Thinning: snapshots that nobody needs any more go, and a day later what only they named.

-- Bytes that nothing names, and since when that is known: machine time, the database's own
-- clock. Whoever writes or names them again takes them off.
create table claw.unreferenced (
    tenant_id uuid not null references claw.tenant (tenant_id),
    kind text not null check (kind in ('node', 'record')),
    name text not null,
    since timestamptz not null default clock_timestamp(),
    primary key (tenant_id, kind, name)
);
select claw.govern('claw.unreferenced');

-- When a tenant's snapshots are next thinned; a tenant that never took one has no row.
create table claw.retention (
    tenant_id uuid not null references claw.tenant (tenant_id),
    due_at timestamptz not null,
    primary key (tenant_id)
);
create index retention_due on claw.retention (due_at);
select claw.govern('claw.retention');
select claw.show_to_platform('claw.retention', 'tenant_id, due_at');

-- Active tenants whose snapshots are to be thinned by `moment`. Ids only.
create function claw.tenants_to_thin(moment timestamptz)
returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $due$
    select r.tenant_id from claw.retention r
    join claw.tenant t on t.tenant_id = r.tenant_id
    where t.status = 'active' and r.due_at <= moment
$due$;
select claw.entrust('claw.tenants_to_thin(timestamptz)');

-- Both were written once and for good; what they say still never changes.
grant delete on claw.snapshot, claw.snapshot_node to claw_app, claw_worker;
-- Each deletion looks who refers to the row.
create index snapshot_by_tree on claw.snapshot (tenant_id, tree);
create index summary_by_snapshot on claw.summary (tenant_id, snapshot_id);
create index record_current_by_content on claw.record_current (tenant_id, content_hash);
