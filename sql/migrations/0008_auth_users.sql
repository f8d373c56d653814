-- Users and their identities. Every table of schema auth is written as "the first columns, then each further one if
-- it is missing", so that a schema restored from an older project is brought forward by the same statements.

-- Names that Supabase Auth gave up in 2021 and 2023; a very old dump still carries them.
do $renames$
begin
    if exists (
        select from information_schema.columns
        where table_schema = 'auth' and table_name = 'users' and column_name = 'confirmed_at'
            and is_generated = 'NEVER')
    then
        alter table auth.users rename column confirmed_at to email_confirmed_at;
    end if;
    if exists (
        select from information_schema.columns
        where table_schema = 'auth' and table_name = 'users' and column_name = 'email_change_token')
    then
        alter table auth.users rename column email_change_token to email_change_token_new;
    end if;
    if exists (
        select from information_schema.columns
        where table_schema = 'auth' and table_name = 'identities' and column_name = 'id' and data_type = 'text')
    then
        alter table auth.identities drop constraint if exists identities_pkey;
        alter table auth.identities rename column id to provider_id;
    end if;
end
$renames$;

create table if not exists auth.users (
    instance_id uuid,
    id uuid not null constraint users_pkey primary key
);
alter table auth.users
    add column if not exists aud varchar(255),
    add column if not exists role varchar(255),
    add column if not exists email varchar(255),
    add column if not exists encrypted_password varchar(255),
    add column if not exists email_confirmed_at timestamptz,
    add column if not exists invited_at timestamptz,
    add column if not exists confirmation_token varchar(255),
    add column if not exists confirmation_sent_at timestamptz,
    add column if not exists recovery_token varchar(255),
    add column if not exists recovery_sent_at timestamptz,
    add column if not exists email_change_token_new varchar(255),
    add column if not exists email_change varchar(255),
    add column if not exists email_change_sent_at timestamptz,
    add column if not exists last_sign_in_at timestamptz,
    add column if not exists raw_app_meta_data jsonb,
    add column if not exists raw_user_meta_data jsonb,
    add column if not exists is_super_admin boolean,
    add column if not exists created_at timestamptz,
    add column if not exists updated_at timestamptz,
    add column if not exists phone text default null,
    add column if not exists phone_confirmed_at timestamptz,
    add column if not exists phone_change text default '',
    add column if not exists phone_change_token varchar(255) default '',
    add column if not exists phone_change_sent_at timestamptz;
alter table auth.users
    add column if not exists confirmed_at timestamptz
        generated always as (least(email_confirmed_at, phone_confirmed_at)) stored;
alter table auth.users
    add column if not exists email_change_token_current varchar(255) default '',
    add column if not exists email_change_confirm_status smallint default 0,
    add column if not exists banned_until timestamptz,
    add column if not exists reauthentication_token varchar(255) default '',
    add column if not exists reauthentication_sent_at timestamptz,
    add column if not exists is_sso_user boolean not null default false,
    add column if not exists deleted_at timestamptz,
    add column if not exists is_anonymous boolean not null default false;
do $widen$
begin
    -- 15 characters once.
    if exists (
        select from information_schema.columns
        where table_schema = 'auth' and table_name = 'users' and column_name = 'phone' and data_type <> 'text')
    then
        alter table auth.users alter column phone type text, alter column phone_change type text;
    end if;
end
$widen$;
comment on table auth.users is 'Auth: one row a user. Written by the auth service alone.';

create table if not exists auth.identities (
    provider_id text not null,
    user_id uuid not null
);
alter table auth.identities
    add column if not exists identity_data jsonb not null default '{}',
    add column if not exists provider text not null default '',
    add column if not exists last_sign_in_at timestamptz,
    add column if not exists created_at timestamptz,
    add column if not exists updated_at timestamptz,
    add column if not exists id uuid not null default gen_random_uuid();
alter table auth.identities
    -- The default only serves rows that are older than the column.
    alter column identity_data drop default,
    alter column provider drop default,
    add column if not exists email text generated always as (lower(identity_data ->> 'email')) stored;
comment on table auth.identities is 'Auth: the ways a user can sign in, one row a provider account.';

create table if not exists auth.instances (
    id uuid not null constraint instances_pkey primary key,
    uuid uuid,
    raw_base_config text,
    created_at timestamptz,
    updated_at timestamptz
);
comment on table auth.instances is 'Auth: kept for compatibility, always empty.';

create table if not exists auth.audit_log_entries (
    instance_id uuid,
    id uuid not null constraint audit_log_entries_pkey primary key,
    payload json,
    created_at timestamptz
);
alter table auth.audit_log_entries
    add column if not exists ip_address varchar(64) not null default '';
comment on table auth.audit_log_entries is 'Auth: who did what to which account.';
