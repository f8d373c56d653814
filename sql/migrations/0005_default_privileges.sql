-- Apps create tables in public and expect the API roles to reach them at once; row-level security is what protects.
-- Default privileges belong to the creating role, so they are set for each role that creates.
do $privileges$
declare
    creator name;
    kind text;
begin
    for creator in
        select rolname
        from pg_roles
        where rolname in ('postgres', 'supabase_admin', current_user)
            and pg_has_role(current_user, oid, 'member')
    loop
        foreach kind in array array['tables', 'functions', 'sequences']
        loop
            begin
                execute format(
                    'alter default privileges for role %I in schema public grant all on %s'
                        ' to postgres, anon, authenticated, service_role',
                    creator, kind);
            exception when insufficient_privilege then
                raise warning 'default privileges of % in public are not set', creator;
            end;
        end loop;
    end loop;
end
$privileges$;
