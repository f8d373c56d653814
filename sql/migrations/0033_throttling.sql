-- How often something may be done, shared by all processes of the gateway. Both tables are unlogged: a check writes one
-- row and waits for no disk, and a crash of the database forgives everybody, which is the right way round.

-- Token buckets. A bucket is known by the moment at which it will be full again; one that is full need not be kept.
create unlogged table if not exists medmitra.rate_buckets (
    -- A keyed hash of what is limited and whose it is: no address is kept.
    key bytea not null constraint rate_buckets_pkey primary key,
    full_at timestamptz not null
) with (fillfactor = 50);
comment on table medmitra.rate_buckets is 'Token buckets of the rate limits, by the moment at which each is full again.';

-- Wrong passwords and codes in a row, and until when no further one is looked at.
create unlogged table if not exists medmitra.attempts (
    -- A keyed hash of the account, and perhaps of the address that it is tried from.
    key bytea not null constraint attempts_pkey primary key,
    failures integer not null,
    last_at timestamptz not null,
    blocked_until timestamptz not null
) with (fillfactor = 50);
comment on table medmitra.attempts is 'Wrong passwords and codes in a row, by a keyed hash of the account.';

revoke all on medmitra.rate_buckets, medmitra.attempts from public, anon, authenticated, service_role;
grant select, insert, update, delete on medmitra.rate_buckets, medmitra.attempts to supabase_auth_admin;
