-- Removing a connection, and which connections a run was to read.
--
-- A removed connection keeps its row: its name is never used again, and what was told from
-- its records stays explainable. status_by and status_at say who set the status, and when.
alter table claw.connection
    drop constraint connection_status_check,
    add constraint connection_status_check check (status in ('active', 'paused', 'removed')),
    add column status_by text,
    add column status_at timestamptz,
    add column removal text check (removal in ('keep_history', 'with_data')),
    add check ((removal is not null) = (status = 'removed'));

-- What may let somebody in is never written for a connection that was removed, however late
-- the writer is: the row is locked against the removal, or the write is left out.
create function claw.only_while_present()
returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $present$
declare
    now_is text;
begin
    select c.status into now_is from claw.connection c
    where c.tenant_id = new.tenant_id and c.connection_id = new.connection_id
    for share;
    -- Of another tenant's connection nothing is seen here: the policy refuses the row.
    if now_is = 'removed' then
        return null;
    end if;
    return new;
end
$present$;
create trigger only_while_present before insert or update on claw.connection_secret
    for each row execute function claw.only_while_present();
create trigger only_while_present before insert or update on claw.oauth_grant
    for each row execute function claw.only_while_present();

-- Which connections a run was to read, whatever became of it. Its report says the rest.
create table claw.sync_run_connection (
    tenant_id uuid not null,
    run_id uuid not null,
    connection_id uuid not null,
    primary key (tenant_id, connection_id, run_id),
    foreign key (tenant_id, run_id) references claw.sync_run (tenant_id, run_id),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id)
);
select claw.govern('claw.sync_run_connection');

-- Bodies that nothing refers to any more are deleted; each deletion looks who refers to it.
create index raw_current_by_hash on claw.raw_current (tenant_id, raw_hash);
create index quarantine_by_hash on claw.quarantine (tenant_id, raw_hash);
