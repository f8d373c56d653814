-- Second factors and passkeys.
create table if not exists auth.mfa_factors (
    id uuid not null constraint mfa_factors_pkey primary key,
    user_id uuid not null,
    friendly_name text,
    factor_type auth.factor_type not null,
    status auth.factor_status not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    secret text
);
alter table auth.mfa_factors
    add column if not exists phone text,
    add column if not exists last_challenged_at timestamptz,
    add column if not exists web_authn_credential jsonb,
    add column if not exists web_authn_aaguid uuid,
    add column if not exists last_webauthn_challenge_data jsonb;
comment on table auth.mfa_factors is 'Auth: enrolled second factors.';

create table if not exists auth.mfa_challenges (
    id uuid not null constraint mfa_challenges_pkey primary key,
    factor_id uuid not null,
    created_at timestamptz not null,
    verified_at timestamptz,
    ip_address inet not null
);
alter table auth.mfa_challenges
    add column if not exists otp_code text,
    add column if not exists web_authn_session_data jsonb;
comment on table auth.mfa_challenges is 'Auth: challenges to second factors.';

create table if not exists auth.webauthn_credentials (
    id uuid not null default gen_random_uuid() constraint webauthn_credentials_pkey primary key,
    user_id uuid not null,
    credential_id bytea not null,
    public_key bytea not null,
    attestation_type text not null default '',
    aaguid uuid,
    sign_count bigint not null default 0,
    transports jsonb not null default '[]',
    backup_eligible boolean not null default false,
    backed_up boolean not null default false,
    friendly_name text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    last_used_at timestamptz
);
comment on table auth.webauthn_credentials is 'Auth: passkeys.';

create table if not exists auth.webauthn_challenges (
    id uuid not null default gen_random_uuid() constraint webauthn_challenges_pkey primary key,
    user_id uuid,
    challenge_type text not null
        constraint webauthn_challenges_challenge_type_check
        check (challenge_type in ('signup', 'registration', 'authentication')),
    session_data jsonb not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
comment on table auth.webauthn_challenges is 'Auth: open passkey ceremonies.';
