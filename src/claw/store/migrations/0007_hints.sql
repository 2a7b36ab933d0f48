-- How far each stream's change feed was followed. A feed says where to look again and proves
-- nothing, so this moves in the transaction that makes visible what was looked at, and never
-- touches claw.coverage. The cursor is the connector's own text, its version inside.
create table claw.hint_cursor (
    tenant_id uuid not null,
    connection_id uuid not null,
    stream text not null,
    cursor text not null check (cursor <> ''),
    moved_at timestamptz not null,
    primary key (tenant_id, connection_id, stream),
    foreign key (tenant_id, connection_id) references claw.connection (tenant_id, connection_id)
);
select claw.govern('claw.hint_cursor');
