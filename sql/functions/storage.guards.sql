-- Triggers that keep rows of buckets and objects in step with the bytes they stand for.

create or replace function storage.protect_delete() returns trigger
language plpgsql
as $function$
begin
    -- Deleting a row by SQL would orphan its bytes. The service says who it is for the length of its transaction.
    if coalesce(current_setting('storage.allow_delete_query', true), '') <> 'true' then
        raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
            using errcode = 'insufficient_privilege',
                hint = 'This prevents accidental data loss from orphaned objects.';
    end if;
    return null;
end
$function$;

create or replace function storage.enforce_bucket_name_length() returns trigger
language plpgsql
as $function$
begin
    if length(new.name) > 100 then
        raise exception 'bucket name "%" is too long (% characters). Max is 100.', new.name, length(new.name);
    end if;
    return new;
end
$function$;

create or replace function storage.update_updated_at_column() returns trigger
language plpgsql
as $function$
begin
    new.updated_at = now();
    return new;
end
$function$;

alter function storage.protect_delete() owner to supabase_storage_admin;
alter function storage.enforce_bucket_name_length() owner to supabase_storage_admin;
alter function storage.update_updated_at_column() owner to supabase_storage_admin;

-- A statement trigger: it fires even when the statement finds no row, so a refusal does not tell what exists.
create or replace trigger protect_buckets_delete
    before delete on storage.buckets
    for each statement execute function storage.protect_delete();
create or replace trigger protect_objects_delete
    before delete on storage.objects
    for each statement execute function storage.protect_delete();
create or replace trigger enforce_bucket_name_length_trigger
    before insert or update of name on storage.buckets
    for each row execute function storage.enforce_bucket_name_length();
create or replace trigger update_objects_updated_at
    before update on storage.objects
    for each row execute function storage.update_updated_at_column();
