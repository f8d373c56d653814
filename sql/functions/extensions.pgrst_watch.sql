-- A change of the schema tells every gateway to read it again (channel pgrst, payload "reload schema"). Event
-- triggers are a superuser's; without them the REST service notices a change only when somebody sends the
-- notification. The names are those of hosted projects, whose dumps carry the same triggers.
create or replace function extensions.pgrst_ddl_watch() returns event_trigger
language plpgsql
as $function$
begin
    -- One notification a transaction reaches the listeners however often it is sent.
    if exists (
        select
        from pg_event_trigger_ddl_commands() as command
        where command.schema_name is distinct from 'pg_temp'
            and command.command_tag = any (array[
                'CREATE SCHEMA', 'ALTER SCHEMA',
                'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE',
                'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE',
                'CREATE VIEW', 'ALTER VIEW', 'CREATE MATERIALIZED VIEW', 'ALTER MATERIALIZED VIEW',
                'CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE TRIGGER', 'CREATE TYPE', 'ALTER TYPE', 'CREATE RULE',
                'COMMENT']))
    then
        notify pgrst, 'reload schema';
    end if;
end
$function$;

create or replace function extensions.pgrst_drop_watch() returns event_trigger
language plpgsql
as $function$
begin
    if exists (
        select
        from pg_event_trigger_dropped_objects() as dropped
        where not dropped.is_temporary
            and dropped.object_type = any (array[
                'schema', 'table', 'table column', 'table constraint', 'foreign table', 'view', 'materialized view',
                'function', 'trigger', 'type', 'rule']))
    then
        notify pgrst, 'reload schema';
    end if;
end
$function$;

do $triggers$
begin
    if not exists (select from pg_event_trigger where evtname = 'pgrst_ddl_watch') then
        create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
    end if;
    if not exists (select from pg_event_trigger where evtname = 'pgrst_drop_watch') then
        create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();
    end if;
exception when insufficient_privilege then
    raise notice 'no event triggers for schema changes: they take a superuser. NOTIFY pgrst instead.';
end
$triggers$;
