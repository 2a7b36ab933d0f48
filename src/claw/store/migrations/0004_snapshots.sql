-- Versions of a schedule, and what was told from them. Everything here is named by its
-- content and never changes once written.

create table claw.snapshot_node (
    tenant_id uuid not null references claw.tenant (tenant_id),
    node_hash text not null check (node_hash ~ '^sha256:[0-9a-f]{64}$'),
    kind text not null check (kind in ('part', 'tree')),
    canonical bytea not null,
    primary key (tenant_id, node_hash)
);
select claw.govern('claw.snapshot_node', append_only => true);

create table claw.snapshot (
    tenant_id uuid not null references claw.tenant (tenant_id),
    snapshot_id text not null check (snapshot_id ~ '^sha256:[0-9a-f]{64}$'),
    tree text not null,
    taken_at timestamptz not null,
    document bytea not null,
    primary key (tenant_id, snapshot_id),
    foreign key (tenant_id, tree) references claw.snapshot_node (tenant_id, node_hash)
);
create index snapshot_by_time on claw.snapshot (tenant_id, taken_at);
select claw.govern('claw.snapshot', append_only => true);

create table claw.summary (
    tenant_id uuid not null references claw.tenant (tenant_id),
    summary_id text not null check (summary_id ~ '^sha256:[0-9a-f]{64}$'),
    snapshot_id text not null,
    inputs bytea not null,
    document bytea not null,
    document_hash text not null,
    primary key (tenant_id, summary_id),
    foreign key (tenant_id, snapshot_id) references claw.snapshot (tenant_id, snapshot_id)
);
select claw.govern('claw.summary', append_only => true);
