-- Buckets and objects, with the columns of Supabase Storage.
do $type$
declare
    label text;
begin
    if to_regtype('storage.buckettype') is null then
        create type storage.buckettype as enum ('STANDARD', 'ANALYTICS');
    end if;
    foreach label in array array['STANDARD', 'ANALYTICS', 'VECTOR']
    loop
        if not exists (select from pg_enum where enumtypid = 'storage.buckettype'::regtype and enumlabel = label) then
            execute format('alter type storage.buckettype add value %L', label);
        end if;
    end loop;
end
$type$;

create table if not exists storage.buckets (
    id text not null constraint buckets_pkey primary key,
    name text not null,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now()
);
alter table storage.buckets
    add column if not exists public boolean default false,
    add column if not exists avif_autodetection boolean default false,
    add column if not exists file_size_limit bigint,
    add column if not exists allowed_mime_types text[],
    add column if not exists owner_id text,
    add column if not exists type storage.buckettype not null default 'STANDARD',
    add column if not exists versioning_status text not null default 'DISABLED'
        constraint buckets_versioning_status_check check (versioning_status in ('DISABLED', 'ENABLED', 'SUSPENDED')),
    -- The owner is a claim of the caller, not always a user of this database.
    drop constraint if exists buckets_owner_fkey;
comment on column storage.buckets.owner is 'Deprecated: owner_id holds the caller whatever form its id has.';
create unique index if not exists bname on storage.buckets (name);

create table if not exists storage.objects (
    id uuid not null default gen_random_uuid() constraint objects_pkey primary key,
    bucket_id text,
    name text,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_accessed_at timestamptz default now(),
    metadata jsonb
);
alter table storage.objects
    alter column id set default gen_random_uuid(),
    add column if not exists path_tokens text[] generated always as (string_to_array(name, '/')) stored,
    add column if not exists version text,
    add column if not exists owner_id text,
    add column if not exists user_metadata jsonb,
    add column if not exists archived_at timestamptz,
    add column if not exists is_delete_marker boolean not null default false,
    add column if not exists is_versioned boolean not null default false,
    -- Not upstream. Listings ignore case; a comparison on lower(name) may not use an index under row-level security,
    -- because lower() is not leakproof, while a comparison of a plain column may.
    add column if not exists name_lower text collate "C" generated always as (lower(name)) stored,
    drop constraint if exists objects_owner_fkey;
comment on column storage.objects.owner is 'Deprecated: owner_id holds the caller whatever form its id has.';
comment on column storage.objects.version is
    'Names the bytes that are live: bucket_id/name/version in the object store.';

do $reference$
begin
    if not exists (
        select from pg_constraint where conrelid = 'storage.objects'::regclass and conname = 'objects_bucketId_fkey')
    then
        alter table storage.objects
            add constraint "objects_bucketId_fkey" foreign key (bucket_id) references storage.buckets (id);
    end if;
end
$reference$;

create unique index if not exists bucketid_objname on storage.objects (bucket_id, name);
create index if not exists idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
create index if not exists idx_objects_bucket_id_name_folded
    on storage.objects (bucket_id, name_lower, name collate "C");
create index if not exists name_prefix_search on storage.objects (name text_pattern_ops);
