-- Roles belong to the cluster, while the migrator's lock belongs to one database: two databases of one cluster that are
-- migrated at once take turns here.
do $turns$
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        lock table pg_catalog.pg_authid in share row exclusive mode;
    end if;
end
$turns$;

-- Time-outs and search paths of the roles. A value an operator has already chosen stays.
do $settings$
declare
    wanted record;
begin
    for wanted in
        select *
        from (values
            -- A caller from the public internet must not hold a connection for long; a signed-in one a little longer.
            ('anon',                   'statement_timeout',                   '3s'),
            ('authenticated',          'statement_timeout',                   '8s'),
            ('authenticator',          'statement_timeout',                   '8s'),
            ('authenticator',          'lock_timeout',                        '8s'),
            ('supabase_auth_admin',    'idle_in_transaction_session_timeout', '60s'),
            ('medmitra_service',       'idle_in_transaction_session_timeout', '60s'),
            -- Policies raise the estimated cost of short queries past the threshold for compiling them, which costs
            -- tens of milliseconds each time and gains nothing on queries of this size.
            ('authenticator',          'jit',                                 'off'),
            ('supabase_storage_admin', 'jit',                                 'off'),
            ('medmitra_service',       'jit',                                 'off'),
            ('supabase_auth_admin',    'search_path',                         'auth'),
            ('supabase_storage_admin', 'search_path',                         'storage'),
            ('medmitra_service',       'search_path',                         'medmitra'),
            ('supabase_admin',         'search_path',                         '"$user", public, auth, extensions'),
            ('postgres',               'search_path',                         '"$user", public, extensions')
        ) as setting (role, name, value)
    loop
        continue when exists (
            select
            from pg_db_role_setting chosen
            join pg_roles on pg_roles.oid = chosen.setrole
            cross join lateral unnest(chosen.setconfig) as entry
            where pg_roles.rolname = wanted.role and split_part(entry, '=', 1) = wanted.name);
        begin
            -- A search path is a list of identifiers, anything else one literal.
            execute format(
                'alter role %I set %I = %s', wanted.role, wanted.name,
                case when wanted.name = 'search_path' then wanted.value else quote_literal(wanted.value) end);
        exception when insufficient_privilege then
            raise warning 'could not set % of role % to %', wanted.name, wanted.role, wanted.value;
        end;
    end loop;
end
$settings$;
