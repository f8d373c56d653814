-- Bytes to remove from the object store once the transaction that gave them up has committed. Rows come from triggers
-- on storage.objects and from services that abandon a write. Before removing anything, a sweeper must look whether a
-- live row of storage.objects names the same bytes: a key may have been moved away and back.
create table if not exists medmitra.object_deletions (
    id bigserial constraint object_deletions_pkey primary key,
    bucket_id text not null,
    key text not null,
    version text not null,
    queued_at timestamptz not null default now()
);
create index if not exists object_deletions_queued_at_idx on medmitra.object_deletions (queued_at, id);
comment on table medmitra.object_deletions is 'Bytes waiting to be removed: bucket_id/key/version in the object store.';

revoke all on medmitra.object_deletions from public, anon, authenticated, service_role;
grant select, insert, update, delete on medmitra.object_deletions to medmitra_service, supabase_storage_admin;
grant usage on sequence medmitra.object_deletions_id_seq to medmitra_service, supabase_storage_admin;
