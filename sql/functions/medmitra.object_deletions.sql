-- Rows and bytes go together: whatever removes or replaces a row of storage.objects queues its bytes for removal in
-- the same transaction, and whatever removes a case's file removes its object. So nothing is forgotten when a case is
-- deleted through REST, by a cascade, or by an operator's SQL.

create or replace function medmitra.queue_object_deletion() returns trigger
language plpgsql security definer
set search_path = ''
as $function$
begin
    insert into medmitra.object_deletions (bucket_id, key, version) values (old.bucket_id, old.name, old.version);
    return null;
end
$function$;

create or replace function medmitra.delete_object_of_case_file() returns trigger
language plpgsql security definer
set search_path = ''
as $function$
declare
    allowed constant text := current_setting('storage.allow_delete_query', true);
begin
    -- Not a SET clause of the function: only a superuser may write one for a setting the server does not know.
    perform set_config('storage.allow_delete_query', 'true', true);
    -- The key of a row the original back end wrote follows from its other columns.
    delete from storage.objects
    where bucket_id = 'labdocs'
        and name = coalesce(
            old.storage_path, old.file_category || '_files/' || old.case_id || '/' || old.file_name)
        -- Two old rows of one name share an object; the last one takes it along.
        and not exists (
            select
            from public.case_files
            where case_files.storage_path is null and old.storage_path is null
                and case_files.case_id = old.case_id and case_files.file_category = old.file_category
                and case_files.file_name = old.file_name);
    perform set_config('storage.allow_delete_query', coalesce(allowed, ''), true);
    return null;
end
$function$;

-- Taking a function over needs CREATE on its schema for the new owner, for the length of this transaction.
grant create on schema medmitra to medmitra_service, supabase_storage_admin;
alter function medmitra.queue_object_deletion() owner to medmitra_service;
alter function medmitra.delete_object_of_case_file() owner to supabase_storage_admin;
revoke create on schema medmitra from medmitra_service, supabase_storage_admin;
revoke all on function medmitra.queue_object_deletion(), medmitra.delete_object_of_case_file() from public;
-- To see whether another old row shares the object; policy in sql/policies/public.case_files.sql.
grant usage on schema public to supabase_storage_admin;
grant select (case_id, file_category, file_name, storage_path) on public.case_files to supabase_storage_admin;

create or replace trigger queue_deletion_of_bytes
    after delete on storage.objects
    for each row when (old.version is not null)
    execute function medmitra.queue_object_deletion();
create or replace trigger queue_deletion_of_replaced_bytes
    after update of bucket_id, name, version on storage.objects
    for each row when (
        old.version is not null
        and (old.bucket_id, old.name, old.version) is distinct from (new.bucket_id, new.name, new.version))
    execute function medmitra.queue_object_deletion();
create or replace trigger delete_object
    after delete on public.case_files
    for each row execute function medmitra.delete_object_of_case_file();
