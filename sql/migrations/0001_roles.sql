-- The roles every service, policy and dump of a Supabase project refers to. Passwords are set by the server, never
-- here.
--
-- On our own cluster the migrator is a superuser. On a managed database it is an ordinary role with CREATEROLE, which
-- may lack the right to hand out BYPASSRLS, REPLICATION or SUPERUSER: those roles are then made without the attribute
-- and a warning says so. Nothing here takes an attribute away from a role that already exists.

-- Roles belong to the cluster, while the migrator's lock belongs to one database: two databases of one cluster that are
-- migrated at once take turns here.
do $turns$
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        lock table pg_catalog.pg_authid in share row exclusive mode;
    end if;
end
$turns$;

do $roles$
declare
    is_superuser boolean := (select rolsuper from pg_roles where rolname = current_user);
    wanted record;
begin
    for wanted in
        select *
        from (values
            ('anon',                       'nologin noinherit',                    ''),
            ('authenticated',              'nologin noinherit',                    ''),
            ('service_role',               'nologin noinherit',                    'bypassrls'),
            ('authenticator',              'login noinherit',                      ''),
            ('supabase_admin',             'login createrole createdb',            'superuser replication bypassrls'),
            ('supabase_auth_admin',        'login noinherit createrole',           ''),
            ('supabase_storage_admin',     'login noinherit',                      ''),
            ('supabase_realtime_admin',    'nologin noinherit',                    ''),
            ('supabase_replication_admin', 'login',                                'replication'),
            ('supabase_read_only_user',    'login',                                'bypassrls'),
            ('dashboard_user',             'nologin createrole createdb',          'replication'),
            ('postgres',                   'login createrole createdb',            'replication bypassrls'),
            -- Background jobs and the case service: sees no row of a patient by itself, only as the doctor who asked.
            ('medmitra_service',           'login noinherit',                      '')
        ) as role (name, attributes, privileged)
    loop
        continue when exists (select from pg_roles where rolname = wanted.name);
        begin
            execute format('create role %I %s %s', wanted.name, wanted.attributes, wanted.privileged);
        exception when insufficient_privilege then
            -- Raised again below when even the plain role may not be made.
            execute format('create role %I %s', wanted.name, wanted.attributes);
            raise warning 'role % was made without: %', wanted.name, wanted.privileged
                using hint = 'A superuser can add it with ALTER ROLE.';
        end;
    end loop;

    -- A service_role made by hand without BYPASSRLS would silently see nothing.
    if is_superuser and exists (select from pg_roles where rolname = 'service_role' and not rolbypassrls) then
        alter role service_role bypassrls;
    end if;
end
$roles$;

-- Who may become whom. With NOINHERIT on the login roles a membership is only the right to SET ROLE.
do $memberships$
declare
    wanted record;
begin
    for wanted in
        select *
        from (values
            ('anon',                    'authenticator',           true),
            ('authenticated',           'authenticator',           true),
            ('service_role',            'authenticator',           true),
            -- Reaches anon, authenticated and service_role through authenticator.
            ('authenticator',           'supabase_storage_admin',  true),
            ('anon',                    'medmitra_service',        true),
            ('authenticated',           'medmitra_service',        true),
            ('anon',                    'postgres',                true),
            ('authenticated',           'postgres',                true),
            ('service_role',            'postgres',                true),
            ('supabase_auth_admin',     'postgres',                false),
            ('supabase_storage_admin',  'postgres',                false),
            ('supabase_realtime_admin', 'postgres',                false),
            ('pg_read_all_data',        'supabase_read_only_user', false),
            -- The migrator hands objects over to these owners and later alters them, which takes membership.
            ('supabase_auth_admin',     current_user::text,        true),
            ('supabase_storage_admin',  current_user::text,        true),
            ('supabase_realtime_admin', current_user::text,        true),
            ('medmitra_service',        current_user::text,        true)
        ) as membership (role, member, required)
    loop
        continue when wanted.member = wanted.role
            or exists (select from pg_roles where rolname = wanted.member and rolsuper)
            or exists (
                select
                from pg_auth_members held
                join pg_roles granted on granted.oid = held.roleid
                join pg_roles holder on holder.oid = held.member
                where granted.rolname = wanted.role and holder.rolname = wanted.member
                    -- From PostgreSQL 16 the maker of a role holds ADMIN on it without being able to use it.
                    and coalesce((to_jsonb(held) ->> 'set_option')::boolean, true)
                    and (coalesce((to_jsonb(held) ->> 'inherit_option')::boolean, true) or not holder.rolinherit));
        begin
            execute format('grant %I to %I', wanted.role, wanted.member);
        exception when insufficient_privilege then
            if wanted.required then
                raise;
            end if;
            raise notice 'role % could not be granted to %', wanted.role, wanted.member;
        end;
    end loop;
end
$memberships$;
