-- OAuth 2 grants and what a person must do when one is refused for good.
--
-- Tokens are sealed by the application before they get here. Every time is the database's
-- own (clock_timestamp), so that two hosts whose clocks differ agree on a lease.

create table claw.oauth_grant (
    tenant_id uuid not null,
    connection_id uuid not null,
    kind text not null check (kind in ('client_credentials', 'authorization_code')),
    -- From which secrets of the connection this grant began; other secrets begin it anew.
    seed bytea not null,
    -- Grows with every change of the tokens; whoever renews one generation cannot overwrite
    -- another.
    generation bigint not null,
    access_token bytea,
    refresh_token bytea,
    -- The refresh token before: what the vendor last took, should it lose its own write.
    previous_refresh_token bytea,
    life_seconds integer not null,
    expires_at timestamptz,
    renewed_at timestamptz,
    fence bigint not null,
    lease_owner uuid,
    lease_taken_at timestamptz,
    lease_until timestamptz,
    failures integer not null,
    cool_until timestamptz,
    revoked_reason text,
    primary key (tenant_id, connection_id),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id)
);
select claw.govern('claw.oauth_grant', append_only => false);

create table claw.reconnect_task (
    tenant_id uuid not null,
    connection_id uuid not null,
    number integer not null,
    reason text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    closed_by text,
    primary key (tenant_id, connection_id, number),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id)
);
create unique index one_open_reconnect_task on claw.reconnect_task (tenant_id, connection_id)
    where closed_at is null;
select claw.govern('claw.reconnect_task', append_only => false);
