-- The service finds nearly everything by key, mostly in memory, and plans its statements once a connection. With the
-- default price of a random page such a plan, made while a table is small, reads the whole table, and goes on to do so
-- while the table grows until it is analysed. Compiling gains nothing on queries of this size. A value an operator has
-- already chosen stays.
do $settings$
declare
    wanted record;
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        -- Roles belong to the cluster: two databases of one cluster that are migrated at once take turns here.
        lock table pg_catalog.pg_authid in share row exclusive mode;
    end if;
    for wanted in
        select * from (values ('random_page_cost', '1.1'), ('jit', 'off')) as setting (name, value)
    loop
        continue when exists (
            select
            from pg_db_role_setting chosen
            cross join lateral unnest(chosen.setconfig) as entry
            where chosen.setrole = 'supabase_auth_admin'::regrole and split_part(entry, '=', 1) = wanted.name);
        begin
            execute format('alter role supabase_auth_admin set %I = %L', wanted.name, wanted.value);
        exception when insufficient_privilege then
            raise warning 'could not set % of role supabase_auth_admin to %', wanted.name, wanted.value;
        end;
    end loop;
end
$settings$;
