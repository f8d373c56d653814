-- Analytics and vector buckets. We offer neither; the tables keep a restored project's rows.
create table if not exists storage.buckets_analytics (
    name text not null,
    type storage.buckettype not null default 'ANALYTICS',
    format text not null default 'ICEBERG',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    id uuid not null default gen_random_uuid() constraint buckets_analytics_pkey primary key,
    deleted_at timestamptz
);

create table if not exists storage.iceberg_namespaces (
    id uuid not null default gen_random_uuid() constraint iceberg_namespaces_pkey primary key,
    bucket_name text not null,
    name text collate "C" not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    metadata jsonb not null default '{}',
    catalog_id uuid not null
        constraint iceberg_namespaces_catalog_id_fkey references storage.buckets_analytics (id) on delete cascade
);

create table if not exists storage.iceberg_tables (
    id uuid not null default gen_random_uuid() constraint iceberg_tables_pkey primary key,
    namespace_id uuid not null
        constraint iceberg_tables_namespace_id_fkey references storage.iceberg_namespaces (id) on delete cascade,
    bucket_name text not null,
    name text collate "C" not null,
    location text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    remote_table_id text,
    shard_key text,
    shard_id text,
    catalog_id uuid not null
        constraint iceberg_tables_catalog_id_fkey references storage.buckets_analytics (id) on delete cascade
);

create table if not exists storage.buckets_vectors (
    id text not null constraint buckets_vectors_pkey primary key,
    type storage.buckettype not null default 'VECTOR',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table if not exists storage.vector_indexes (
    id text not null default gen_random_uuid() constraint vector_indexes_pkey primary key,
    name text collate "C" not null,
    bucket_id text not null
        constraint vector_indexes_bucket_id_fkey references storage.buckets_vectors (id),
    data_type text not null,
    dimension integer not null,
    distance_metric text not null,
    metadata_configuration jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create unique index if not exists vector_indexes_name_bucket_id_idx on storage.vector_indexes (name, bucket_id);

do $indexes$
begin
    -- A project restored from before the catalog ids keeps its own shape: these tables serve no feature here.
    if exists (
        select from information_schema.columns
        where table_schema = 'storage' and table_name = 'iceberg_tables' and column_name = 'catalog_id')
    then
        create unique index if not exists buckets_analytics_unique_name_idx
            on storage.buckets_analytics (name) where deleted_at is null;
        create unique index if not exists idx_iceberg_namespaces_bucket_id
            on storage.iceberg_namespaces (catalog_id, name);
        create unique index if not exists idx_iceberg_tables_namespace_id
            on storage.iceberg_tables (catalog_id, namespace_id, name);
        create unique index if not exists idx_iceberg_tables_location on storage.iceberg_tables (location);
    end if;
end
$indexes$;
