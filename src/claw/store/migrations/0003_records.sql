-- What was read: raw bodies, canonical records, what each record was made from, what was
-- covered, held back or quarantined, and the runs that did it.

-- Bodies exactly as received, once each.
create table claw.raw_blob (
    tenant_id uuid not null references claw.tenant (tenant_id),
    raw_hash text not null check (raw_hash ~ '^sha256:[0-9a-f]{64}$'),
    body bytea not null,
    primary key (tenant_id, raw_hash)
);
select claw.govern('claw.raw_blob');

-- The last good body of each object of a source.
create table claw.raw_current (
    tenant_id uuid not null,
    connection_id uuid not null,
    source_id text not null,
    raw_hash text not null,
    observed_at timestamptz not null,
    primary key (tenant_id, connection_id, source_id),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id),
    foreign key (tenant_id, raw_hash) references claw.raw_blob (tenant_id, raw_hash)
);
select claw.govern('claw.raw_current');

-- Which bodies a primary object's records were last made from. raw_hash is null where the
-- part could not be had and no earlier body was known; stale where an earlier one stood in.
create table claw.bundle_part (
    tenant_id uuid not null,
    connection_id uuid not null,
    stream text not null,
    primary_id text not null,
    role text not null,
    part_id text not null,
    raw_hash text,
    missing text check (missing in ('not_found', 'forbidden', 'unreadable')),
    stale boolean not null,
    check ((raw_hash is null) = (missing is not null)),
    primary key (tenant_id, connection_id, stream, primary_id, role),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id)
);
create index bundle_part_by_part on claw.bundle_part (tenant_id, connection_id, part_id);
select claw.govern('claw.bundle_part');

-- Canonical bytes without their volatile parts, named by their content hash.
create table claw.record_blob (
    tenant_id uuid not null references claw.tenant (tenant_id),
    content_hash text not null check (content_hash ~ '^sha256:[0-9a-f]{64}$'),
    canonical bytea not null,
    primary key (tenant_id, content_hash)
);
select claw.govern('claw.record_blob');

-- The current version of each record, with its volatile parts. primary_id is the source
-- object it stands for, null for a record that only came along with another.
create table claw.record_current (
    tenant_id uuid not null,
    ref text not null,
    connection_id uuid not null,
    stream text not null,
    type text not null check (type in ('appointment', 'customer', 'location', 'resource', 'shift')),
    primary_id text,
    content_hash text not null,
    starts_at timestamptz,
    local_date date,
    source_updated_at timestamptz,
    source_url text,
    stale_enrichment boolean not null,
    gone boolean not null,
    absences integer not null check (absences >= 0),
    first_seen_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (tenant_id, ref),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id),
    foreign key (tenant_id, content_hash) references claw.record_blob (tenant_id, content_hash)
);
create index record_current_by_start
    on claw.record_current (tenant_id, connection_id, stream, starts_at);
create index record_current_by_date on claw.record_current (tenant_id, local_date);
select claw.govern('claw.record_current');

-- When we first learnt of something the field reported; evidence names the source's entry.
create table claw.progress_seen (
    tenant_id uuid not null,
    ref text not null,
    evidence text not null,
    seen_at timestamptz not null,
    primary key (tenant_id, ref, evidence),
    foreign key (tenant_id, ref) references claw.record_current (tenant_id, ref)
);
select claw.govern('claw.progress_seen');

create table claw.sync_run (
    tenant_id uuid not null references claw.tenant (tenant_id),
    run_id uuid not null,
    outcome text not null
        check (outcome in ('running', 'ok', 'degraded', 'failed', 'interrupted')),
    first_date date not null,
    last_date date not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    report jsonb,
    primary key (tenant_id, run_id)
);
create index sync_run_by_start on claw.sync_run (tenant_id, started_at);
create index sync_run_running on claw.sync_run (tenant_id) where outcome = 'running';
select claw.govern('claw.sync_run');

-- Local dates of the tenant that a stream was last read completely for, and as of when.
create table claw.coverage (
    tenant_id uuid not null,
    connection_id uuid not null,
    stream text not null,
    local_date date not null,
    data_as_of timestamptz not null,
    run_id uuid not null,
    primary key (tenant_id, connection_id, stream, local_date),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id),
    foreign key (tenant_id, run_id) references claw.sync_run (tenant_id, run_id)
);
select claw.govern('claw.coverage');

-- Source rows that cannot be mapped: kept and shown, never guessed.
create table claw.quarantine (
    tenant_id uuid not null,
    connection_id uuid not null,
    stream text not null,
    source_id text not null,
    raw_hash text not null,
    code text not null,
    path text not null,
    detail text not null,
    since timestamptz not null,
    primary key (tenant_id, connection_id, stream, source_id),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id),
    foreign key (tenant_id, raw_hash) references claw.raw_blob (tenant_id, raw_hash)
);
select claw.govern('claw.quarantine');

-- Removals too many to believe, until a second complete read agrees or a person accepts.
create table claw.held_removal (
    tenant_id uuid not null,
    connection_id uuid not null,
    stream text not null,
    ref text not null,
    run_id uuid not null,
    primary key (tenant_id, ref),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id),
    foreign key (tenant_id, ref) references claw.record_current (tenant_id, ref),
    foreign key (tenant_id, run_id) references claw.sync_run (tenant_id, run_id)
);
select claw.govern('claw.held_removal');

-- Who may write what, across network calls. Times are the database's.
create table claw.lease (
    tenant_id uuid not null references claw.tenant (tenant_id),
    subject text not null,
    owner uuid not null,
    until timestamptz not null,
    fence bigint not null,
    primary key (tenant_id, subject)
);
select claw.govern('claw.lease');

-- What people did, never changed.
create table claw.audit_entry (
    tenant_id uuid not null references claw.tenant (tenant_id),
    entry_id uuid not null,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null,
    detail jsonb not null,
    primary key (tenant_id, entry_id)
);
select claw.govern('claw.audit_entry', append_only => true);
