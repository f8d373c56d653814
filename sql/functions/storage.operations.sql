-- What the storage service is doing while a policy is asked; it sets storage.operation for each transaction, for
-- example storage.object.upload. The prefix "storage." may be left out in policies.
create or replace function storage.operation() returns text
language sql stable
as $function$
    select current_setting('storage.operation', true)
$function$;

create or replace function storage.allow_any_operation(expected_operations text[]) returns boolean
language sql stable
as $function$
    select exists (
        select
        from unnest(expected_operations) as expected (operation)
        where expected.operation <> ''
            and regexp_replace(expected.operation, '^storage\.', '')
                = regexp_replace(current_setting('storage.operation', true), '^storage\.', ''))
$function$;

create or replace function storage.allow_only_operation(expected_operation text) returns boolean
language sql stable
as $function$
    select storage.allow_any_operation(array[expected_operation])
$function$;

-- Tries an upload against the policies without leaving a row: success is the error PT200.
create or replace function storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) returns void
language plpgsql
as $function$
begin
    insert into storage.objects (bucket_id, name, owner, metadata)
    values (bucketid, can_insert_object.name, can_insert_object.owner, can_insert_object.metadata);
    raise sqlstate 'PT200' using message = 'ROLLBACK', detail = 'rollback successful insert';
end
$function$;

create or replace function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language sql stable
as $function$
    select sum((objects.metadata ->> 'size')::bigint)::bigint, objects.bucket_id
    from storage.objects
    group by objects.bucket_id
$function$;

alter function storage.operation() owner to supabase_storage_admin;
alter function storage.allow_any_operation(text[]) owner to supabase_storage_admin;
alter function storage.allow_only_operation(text) owner to supabase_storage_admin;
alter function storage.can_insert_object(text, text, uuid, jsonb) owner to supabase_storage_admin;
alter function storage.get_size_by_bucket() owner to supabase_storage_admin;
