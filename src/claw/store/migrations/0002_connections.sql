-- Connections: one account of a vendor each. Settings are public, secrets are sealed
-- by the application before they get here, facts are what the last check learnt.

create table claw.connection (
    tenant_id uuid not null references claw.tenant (tenant_id),
    connection_id uuid not null,
    name text not null check (name ~ '^[a-z][a-z0-9-]{0,30}$'),
    connector text not null,
    settings jsonb not null,
    status text not null check (status in ('active', 'paused')),
    paused_reason text,
    facts jsonb,
    created_at timestamptz not null,
    -- When its settings or secrets last changed: a read from before says little of it now.
    changed_at timestamptz not null,
    primary key (tenant_id, connection_id),
    unique (tenant_id, name)
);
select claw.govern('claw.connection', append_only => false);

create table claw.connection_secret (
    tenant_id uuid not null,
    connection_id uuid not null,
    name text not null,
    sealed bytea not null,
    primary key (tenant_id, connection_id, name),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id)
);
select claw.govern('claw.connection_secret', append_only => false);
