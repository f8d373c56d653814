-- Durable background work. A worker claims queued rows with FOR UPDATE SKIP LOCKED, holds a lease while it works, and
-- whose lease runs out is taken up by another.
create table if not exists medmitra.jobs (
    id bigserial constraint jobs_pkey primary key,
    kind text not null,
    payload jsonb not null default '{}',
    -- The person who asked: the job runs as this user. No reference, so that a job never keeps an account alive.
    subject uuid,
    -- At most one queued or running job a key; null means jobs of their own.
    unique_key text,
    state text not null default 'queued'
        constraint jobs_state_known check (state in ('queued', 'running', 'done', 'dead')),
    attempts integer not null default 0,
    attempts_max integer not null default 5 constraint jobs_attempts_max_positive check (attempts_max > 0),
    run_after timestamptz not null default now(),
    lease_owner uuid,
    lease_until timestamptz,
    -- For operators; never text from a document.
    last_error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint jobs_lease_while_running check (
        (state = 'running') = (lease_owner is not null and lease_until is not null))
);
create unique index if not exists jobs_active_unique_key
    on medmitra.jobs (unique_key) where state in ('queued', 'running');
create index if not exists jobs_claimable_idx on medmitra.jobs (run_after, id) where state = 'queued';
create index if not exists jobs_lease_idx on medmitra.jobs (lease_until) where state = 'running';
create index if not exists jobs_finished_idx on medmitra.jobs (finished_at) where state in ('done', 'dead');
comment on table medmitra.jobs is 'Work that outlives its request. Inserts notify channel medmitra_jobs.';

revoke all on medmitra.jobs from public, anon, authenticated, service_role;
grant usage on schema medmitra to medmitra_service, supabase_auth_admin, supabase_storage_admin;
grant select, insert, update, delete on medmitra.jobs to medmitra_service;
grant usage on sequence medmitra.jobs_id_seq to medmitra_service, supabase_auth_admin, supabase_storage_admin;
-- The other services may ask for work inside their own transactions, not do it.
grant insert on medmitra.jobs to supabase_auth_admin, supabase_storage_admin;
grant select (id, unique_key, state) on medmitra.jobs to supabase_auth_admin, supabase_storage_admin;
grant select on medmitra.schema_migrations to medmitra_service;
