-- The part of its country whose public holidays a business keeps; null: those of all of it.
alter table claw.tenant add column region text check (region <> '');
grant update (region) on claw.tenant to claw_app, claw_worker;
