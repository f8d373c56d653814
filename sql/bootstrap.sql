-- The ledger of what has been applied. It runs before every migration, so each statement tolerates its own result.
-- The schema belongs to whoever migrates: the services may use what is in it, but never change its shape.
create schema if not exists medmitra;

create table if not exists medmitra.schema_migrations (
    name text constraint schema_migrations_pkey primary key,
    checksum text not null,
    kind text not null,
    applied_at timestamptz not null default now()
);

comment on schema medmitra is
    'What MedMitra Gateway keeps for itself: migrations, jobs, keys. Not exposed to API callers.';
comment on table medmitra.schema_migrations is 'Which files of sql/ were applied, with the checksum they had then.';
