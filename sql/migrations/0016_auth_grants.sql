-- Schema auth belongs to the auth service. The API roles may call its functions and see none of its rows.
do $owner$
declare
    item record;
begin
    for item in
        select format('alter table %s owner to supabase_auth_admin', oid::regclass) as statement
        from pg_class
        where relnamespace = 'auth'::regnamespace and relkind in ('r', 'p')
            and relowner <> 'supabase_auth_admin'::regrole
        union all
        select format('alter type %s owner to supabase_auth_admin', oid::regtype)
        from pg_type
        where typnamespace = 'auth'::regnamespace and typtype = 'e' and typowner <> 'supabase_auth_admin'::regrole
    loop
        execute item.statement;
    end loop;

    -- No policies: only the owner, and roles that bypass row-level security, see rows.
    for item in
        select oid::regclass as name
        from pg_class
        where relnamespace = 'auth'::regnamespace and relkind in ('r', 'p')
    loop
        execute format('alter table %s enable row level security', item.name);
        execute format('revoke all on %s from public, anon, authenticated, service_role', item.name);
        execute format('grant select on %s to postgres with grant option', item.name);
    end loop;
end
$owner$;
