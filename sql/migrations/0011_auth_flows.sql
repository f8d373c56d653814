-- What waits between two requests: PKCE and OAuth flows, one-time tokens of mails and text messages.
create table if not exists auth.flow_state (
    id uuid not null constraint flow_state_pkey primary key,
    user_id uuid,
    auth_code text,
    code_challenge_method auth.code_challenge_method,
    code_challenge text,
    provider_type text not null,
    provider_access_token text,
    provider_refresh_token text,
    created_at timestamptz,
    updated_at timestamptz
);
alter table auth.flow_state
    add column if not exists authentication_method text not null default '',
    add column if not exists auth_code_issued_at timestamptz,
    add column if not exists invite_token text,
    add column if not exists referrer text,
    add column if not exists oauth_client_state_id uuid,
    add column if not exists linking_target_id uuid,
    add column if not exists email_optional boolean not null default false;
alter table auth.flow_state
    -- The default only serves rows that are older than the column; the rest are older NOT NULLs.
    alter column authentication_method drop default,
    alter column auth_code drop not null,
    alter column code_challenge_method drop not null,
    alter column code_challenge drop not null;
comment on table auth.flow_state is 'Auth: logins under way (PKCE, external providers).';

create table if not exists auth.one_time_tokens (
    id uuid not null constraint one_time_tokens_pkey primary key,
    user_id uuid not null,
    token_type auth.one_time_token_type not null,
    token_hash text not null constraint one_time_tokens_token_hash_check check (char_length(token_hash) > 0),
    relates_to text not null,
    -- Without a zone, as in Supabase Auth; the value is UTC.
    created_at timestamp not null default now(),
    updated_at timestamp not null default now()
);
comment on table auth.one_time_tokens is 'Auth: outstanding links and codes.';
