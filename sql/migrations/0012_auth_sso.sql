-- Single sign-on: identity providers, their mail domains, SAML state.
create table if not exists auth.sso_providers (
    id uuid not null constraint sso_providers_pkey primary key,
    resource_id text
        constraint "resource_id not empty" check (resource_id is null or char_length(resource_id) > 0),
    created_at timestamptz,
    updated_at timestamptz
);
alter table auth.sso_providers
    add column if not exists disabled boolean;
comment on table auth.sso_providers is 'Auth: single sign-on identity providers.';

create table if not exists auth.sso_domains (
    id uuid not null constraint sso_domains_pkey primary key,
    sso_provider_id uuid not null,
    domain text not null constraint "domain not empty" check (char_length(domain) > 0),
    created_at timestamptz,
    updated_at timestamptz
);
comment on table auth.sso_domains is 'Auth: which mail domains sign in through which provider.';

create table if not exists auth.saml_providers (
    id uuid not null constraint saml_providers_pkey primary key,
    sso_provider_id uuid not null,
    entity_id text not null
        constraint saml_providers_entity_id_key unique
        constraint "entity_id not empty" check (char_length(entity_id) > 0),
    metadata_xml text not null constraint "metadata_xml not empty" check (char_length(metadata_xml) > 0),
    metadata_url text
        constraint "metadata_url not empty" check (metadata_url is null or char_length(metadata_url) > 0),
    attribute_mapping jsonb,
    created_at timestamptz,
    updated_at timestamptz
);
alter table auth.saml_providers
    add column if not exists name_id_format text;
comment on table auth.saml_providers is 'Auth: SAML metadata of single sign-on providers.';

create table if not exists auth.saml_relay_states (
    id uuid not null constraint saml_relay_states_pkey primary key,
    sso_provider_id uuid not null,
    request_id text not null constraint "request_id not empty" check (char_length(request_id) > 0),
    for_email text,
    redirect_to text,
    created_at timestamptz,
    updated_at timestamptz
);
alter table auth.saml_relay_states
    add column if not exists flow_state_id uuid;
comment on table auth.saml_relay_states is 'Auth: SAML logins under way.';
