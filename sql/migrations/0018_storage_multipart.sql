-- Multipart uploads of the S3 protocol and the parts that have arrived.
create table if not exists storage.s3_multipart_uploads (
    id text not null constraint s3_multipart_uploads_pkey primary key,
    in_progress_size bigint not null default 0,
    upload_signature text not null,
    bucket_id text not null
        constraint s3_multipart_uploads_bucket_id_fkey references storage.buckets (id),
    key text collate "C" not null,
    version text not null,
    owner_id text,
    created_at timestamptz not null default now()
);
alter table storage.s3_multipart_uploads
    add column if not exists user_metadata jsonb,
    add column if not exists metadata jsonb;

create table if not exists storage.s3_multipart_uploads_parts (
    id uuid not null default gen_random_uuid() constraint s3_multipart_uploads_parts_pkey primary key,
    upload_id text not null
        constraint s3_multipart_uploads_parts_upload_id_fkey
        references storage.s3_multipart_uploads (id) on delete cascade,
    size bigint not null default 0,
    part_number integer not null,
    bucket_id text not null
        constraint s3_multipart_uploads_parts_bucket_id_fkey references storage.buckets (id),
    key text collate "C" not null,
    etag text not null,
    owner_id text,
    version text not null,
    created_at timestamptz not null default now()
);
alter table storage.s3_multipart_uploads_parts
    alter column size type bigint;

create index if not exists idx_multipart_uploads_list on storage.s3_multipart_uploads (bucket_id, key, created_at);
-- Not upstream: ending an upload cascades to its parts.
create index if not exists idx_multipart_parts_upload_id on storage.s3_multipart_uploads_parts (upload_id, part_number);
