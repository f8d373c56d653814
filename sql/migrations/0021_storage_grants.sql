-- Schema storage belongs to the storage service; as the owner it is not held back by row-level security. Callers
-- reach buckets and objects within their policies, of which a fresh database has only those for labdocs.
do $owner$
declare
    item record;
begin
    for item in
        select format('alter table %s owner to supabase_storage_admin', oid::regclass) as statement
        from pg_class
        where relnamespace = 'storage'::regnamespace and relkind in ('r', 'p')
            and relowner <> 'supabase_storage_admin'::regrole
        union all
        select format('alter type %s owner to supabase_storage_admin', oid::regtype)
        from pg_type
        where typnamespace = 'storage'::regnamespace and typtype = 'e' and typowner <> 'supabase_storage_admin'::regrole
    loop
        execute item.statement;
    end loop;

    for item in
        select oid::regclass as name
        from pg_class
        where relnamespace = 'storage'::regnamespace and relkind in ('r', 'p')
    loop
        execute format('alter table %s enable row level security', item.name);
    end loop;
end
$owner$;

-- TRUNCATE knows no row-level security and no delete guard, so it is not among the caller's rights.
revoke all on storage.buckets, storage.objects from anon, authenticated, service_role;
grant select, insert, update, delete, references, trigger
    on storage.buckets, storage.objects to anon, authenticated, service_role;
grant all on storage.buckets, storage.objects to postgres with grant option;

grant select on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to anon, authenticated;
grant all on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to service_role, postgres;
grant all
    on storage.buckets_analytics, storage.buckets_vectors, storage.vector_indexes,
        storage.iceberg_namespaces, storage.iceberg_tables
    to service_role, postgres;
