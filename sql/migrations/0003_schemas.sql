-- The schemas of a Supabase project, their owners, and who may look into them.
do $schemas$
declare
    wanted record;
    may_create boolean;
begin
    for wanted in
        select *
        from (values
            ('auth',           'supabase_auth_admin'),
            ('storage',        'supabase_storage_admin'),
            ('realtime',       'supabase_realtime_admin'),
            ('extensions',     current_user::text),
            ('graphql_public', current_user::text)
        ) as entry (name, owner)
    loop
        -- CREATE SCHEMA IF NOT EXISTS asks for CREATE on the database even when there is nothing to do.
        if to_regnamespace(wanted.name) is null then
            execute format('create schema %I', wanted.name);
            execute format('grant all on schema %I to %I', wanted.name, wanted.owner);
        end if;
    end loop;

    -- Handing a schema over takes CREATE on the database for the new owner; restored ones keep the owner they have.
    for wanted in
        select nspname as name, expected.owner
        from pg_namespace
        join (values
            ('auth', 'supabase_auth_admin'),
            ('storage', 'supabase_storage_admin'),
            ('realtime', 'supabase_realtime_admin')
        ) as expected (name, owner) on expected.name = nspname
        where pg_get_userbyid(nspowner) = current_user
    loop
        may_create := has_database_privilege(wanted.owner, current_database(), 'create');
        begin
            if not may_create then
                execute format('grant create on database %I to %I', current_database(), wanted.owner);
            end if;
            execute format('alter schema %I owner to %I', wanted.name, wanted.owner);
            if not may_create then
                execute format('revoke create on database %I from %I', current_database(), wanted.owner);
            end if;
        exception when insufficient_privilege then
            execute format('grant all on schema %I to %I', wanted.name, wanted.owner);
            raise notice 'schema % stays with %', wanted.name, current_user;
        end;
    end loop;

    -- A noinherit login role gets nothing through its memberships, so each is named. What is there already is not
    -- asked for again: on a managed database the owner of a schema may be somebody else.
    for wanted in
        select role.name as role, entry.name as name, 'usage' as privilege
        from unnest(array[
            'anon', 'authenticated', 'service_role', 'postgres',
            'supabase_auth_admin', 'supabase_storage_admin', 'medmitra_service']) as role (name)
        cross join unnest(array['public', 'extensions', 'auth', 'storage', 'graphql_public']) as entry (name)
        union all
        values ('postgres', 'public', 'create'), ('postgres', 'extensions', 'create')
    loop
        continue when has_schema_privilege(wanted.role, wanted.name, wanted.privilege);
        -- Without the right to grant, PostgreSQL itself warns.
        execute format('grant %s on schema %I to %I', wanted.privilege, wanted.name, wanted.role);
    end loop;
end
$schemas$;

-- Before PostgreSQL 15 everybody could create objects in public, which lets any caller shadow a function.
do $public$
begin
    revoke create on schema public from public;
    execute format('grant all on database %I to postgres', current_database());
exception when insufficient_privilege then
    raise warning 'could not tighten schema public: %', sqlerrm;
end
$public$;
