-- Opaque API keys (sb_publishable_..., sb_secret_...). Only digests are kept; several keys may be valid at a time.
create table if not exists medmitra.api_keys (
    id uuid not null default gen_random_uuid() constraint api_keys_pkey primary key,
    name text not null constraint api_keys_name_present check (name <> ''),
    kind text not null constraint api_keys_kind_known check (kind in ('publishable', 'secret')),
    key_sha256 bytea not null
        constraint api_keys_key_sha256_key unique
        constraint api_keys_key_sha256_length check (octet_length(key_sha256) = 32),
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);
create unique index if not exists api_keys_live_name_key on medmitra.api_keys (kind, name) where revoked_at is null;
comment on table medmitra.api_keys is
    'Digests of the opaque API keys. A key has enough randomness for a plain SHA-256.';

revoke all on medmitra.api_keys from public, anon, authenticated, service_role;
grant select, insert, update (revoked_at) on medmitra.api_keys to medmitra_service;
