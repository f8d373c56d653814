-- The OAuth server (clients, authorizations, consents) and custom OAuth providers.
create table if not exists auth.oauth_clients (
    id uuid not null constraint oauth_clients_pkey primary key,
    client_secret_hash text,
    registration_type auth.oauth_registration_type not null,
    redirect_uris text not null,
    grant_types text not null,
    client_name text constraint oauth_clients_client_name_length check (char_length(client_name) <= 1024),
    client_uri text constraint oauth_clients_client_uri_length check (char_length(client_uri) <= 2048),
    logo_uri text constraint oauth_clients_logo_uri_length check (char_length(logo_uri) <= 2048),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
alter table auth.oauth_clients
    alter column client_secret_hash drop not null,
    add column if not exists client_type auth.oauth_client_type not null default 'confidential',
    add column if not exists token_endpoint_auth_method text not null default 'client_secret_basic'
        constraint oauth_clients_token_endpoint_auth_method_check
        check (token_endpoint_auth_method in ('client_secret_basic', 'client_secret_post', 'none'));
alter table auth.oauth_clients
    -- The default only serves rows that are older than the column.
    alter column token_endpoint_auth_method drop default;
do $client_id$
begin
    -- Gone upstream since September 2025: the id is the client id.
    if exists (
        select from information_schema.columns
        where table_schema = 'auth' and table_name = 'oauth_clients' and column_name = 'client_id')
    then
        alter table auth.oauth_clients alter column client_id drop not null;
    end if;
end
$client_id$;
comment on table auth.oauth_clients is 'Auth: applications that sign users in through us.';

create table if not exists auth.oauth_authorizations (
    id uuid not null constraint oauth_authorizations_pkey primary key,
    authorization_id text not null constraint oauth_authorizations_authorization_id_key unique,
    client_id uuid not null,
    user_id uuid,
    redirect_uri text not null
        constraint oauth_authorizations_redirect_uri_length check (char_length(redirect_uri) <= 2048),
    scope text not null constraint oauth_authorizations_scope_length check (char_length(scope) <= 4096),
    state text constraint oauth_authorizations_state_length check (char_length(state) <= 4096),
    resource text constraint oauth_authorizations_resource_length check (char_length(resource) <= 2048),
    code_challenge text
        constraint oauth_authorizations_code_challenge_length check (char_length(code_challenge) <= 128),
    code_challenge_method auth.code_challenge_method,
    response_type auth.oauth_response_type not null default 'code',
    status auth.oauth_authorization_status not null default 'pending',
    authorization_code text
        constraint oauth_authorizations_authorization_code_key unique
        constraint oauth_authorizations_authorization_code_length check (char_length(authorization_code) <= 255),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '3 minutes',
    approved_at timestamptz,
    constraint oauth_authorizations_expires_at_future check (expires_at > created_at)
);
alter table auth.oauth_authorizations
    add column if not exists nonce text
        constraint oauth_authorizations_nonce_length check (char_length(nonce) <= 255);
comment on table auth.oauth_authorizations is 'Auth: authorization requests of OAuth clients.';

create table if not exists auth.oauth_consents (
    id uuid not null constraint oauth_consents_pkey primary key,
    user_id uuid not null,
    client_id uuid not null,
    scopes text not null
        constraint oauth_consents_scopes_length check (char_length(scopes) <= 2048)
        constraint oauth_consents_scopes_not_empty check (char_length(trim(scopes)) > 0),
    granted_at timestamptz not null default now(),
    revoked_at timestamptz,
    constraint oauth_consents_user_client_unique unique (user_id, client_id),
    constraint oauth_consents_revoked_after_granted check (revoked_at is null or revoked_at >= granted_at)
);
comment on table auth.oauth_consents is 'Auth: what a user has allowed a client.';

create table if not exists auth.oauth_client_states (
    id uuid not null constraint oauth_client_states_pkey primary key,
    provider_type text not null,
    code_verifier text,
    created_at timestamptz not null
);
comment on table auth.oauth_client_states is 'Auth: our own PKCE verifiers towards external providers.';

create table if not exists auth.custom_oauth_providers (
    id uuid not null default gen_random_uuid() constraint custom_oauth_providers_pkey primary key,
    provider_type text not null
        constraint custom_oauth_providers_provider_type_check check (provider_type in ('oauth2', 'oidc')),
    identifier text not null
        constraint custom_oauth_providers_identifier_key unique
        constraint custom_oauth_providers_identifier_format check (identifier ~ '^[a-z0-9][a-z0-9:-]{0,48}[a-z0-9]$'),
    name text not null constraint custom_oauth_providers_name_length check (char_length(name) between 1 and 100),
    client_id text not null
        constraint custom_oauth_providers_client_id_length check (char_length(client_id) between 1 and 512),
    client_secret text not null,
    acceptable_client_ids text[] not null default '{}',
    scopes text[] not null default '{}',
    pkce_enabled boolean not null default true,
    attribute_mapping jsonb not null default '{}',
    authorization_params jsonb not null default '{}',
    enabled boolean not null default true,
    email_optional boolean not null default false,
    issuer text
        constraint custom_oauth_providers_issuer_length check (char_length(issuer) between 1 and 2048),
    discovery_url text
        constraint custom_oauth_providers_discovery_url_length check (char_length(discovery_url) <= 2048),
    skip_nonce_check boolean not null default false,
    cached_discovery jsonb,
    discovery_cached_at timestamptz,
    authorization_url text
        constraint custom_oauth_providers_authorization_url_https check (starts_with(authorization_url, 'https://'))
        constraint custom_oauth_providers_authorization_url_length check (char_length(authorization_url) <= 2048),
    token_url text
        constraint custom_oauth_providers_token_url_https check (starts_with(token_url, 'https://'))
        constraint custom_oauth_providers_token_url_length check (char_length(token_url) <= 2048),
    userinfo_url text
        constraint custom_oauth_providers_userinfo_url_https check (starts_with(userinfo_url, 'https://'))
        constraint custom_oauth_providers_userinfo_url_length check (char_length(userinfo_url) <= 2048),
    jwks_uri text
        constraint custom_oauth_providers_jwks_uri_https check (starts_with(jwks_uri, 'https://'))
        constraint custom_oauth_providers_jwks_uri_length check (char_length(jwks_uri) <= 2048),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint custom_oauth_providers_oauth2_requires_endpoints check (
        provider_type <> 'oauth2'
        or (authorization_url is not null and token_url is not null and userinfo_url is not null)),
    constraint custom_oauth_providers_oidc_requires_issuer check (provider_type <> 'oidc' or issuer is not null),
    constraint custom_oauth_providers_oidc_issuer_https check (
        provider_type <> 'oidc' or starts_with(issuer, 'https://')),
    constraint custom_oauth_providers_oidc_discovery_url_https check (
        provider_type <> 'oidc' or starts_with(discovery_url, 'https://'))
);
alter table auth.custom_oauth_providers
    add column if not exists custom_claims_allowlist text[] not null default '{}';
comment on table auth.custom_oauth_providers is 'Auth: OAuth and OpenID Connect providers added by the operator.';
