-- Sessions, their refresh tokens and the methods by which each session was authenticated.
create table if not exists auth.sessions (
    id uuid not null constraint sessions_pkey primary key,
    user_id uuid not null,
    created_at timestamptz,
    updated_at timestamptz
);
alter table auth.sessions
    add column if not exists factor_id uuid,
    add column if not exists aal auth.aal_level,
    add column if not exists not_after timestamptz,
    -- Without a zone, as in Supabase Auth; the value is UTC.
    add column if not exists refreshed_at timestamp,
    add column if not exists user_agent text,
    add column if not exists ip inet,
    add column if not exists tag text,
    add column if not exists oauth_client_id uuid,
    add column if not exists refresh_token_hmac_key text,
    add column if not exists refresh_token_counter bigint,
    add column if not exists scopes text;
comment on table auth.sessions is 'Auth: one row a sign-in; deleting it ends the session.';

create table if not exists auth.refresh_tokens (
    instance_id uuid,
    id bigserial constraint refresh_tokens_pkey primary key,
    token varchar(255),
    user_id varchar(255),
    revoked boolean,
    created_at timestamptz,
    updated_at timestamptz
);
alter table auth.refresh_tokens
    add column if not exists parent varchar(255),
    add column if not exists session_id uuid;
comment on table auth.refresh_tokens is 'Auth: refresh tokens; parent names the token each one replaced.';

create table if not exists auth.mfa_amr_claims (
    session_id uuid not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    authentication_method text not null,
    id uuid not null constraint amr_id_pk primary key
);
comment on table auth.mfa_amr_claims is 'Auth: how a session was authenticated.';
