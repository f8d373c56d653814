-- The parts of an object's key, as policies take them apart: (storage.foldername(name))[1] = auth.uid()::text.
create or replace function storage.foldername(name text) returns text[]
language sql immutable strict parallel safe
as $function$
    select case when name = '' then '{}' else trim_array(string_to_array(name, '/'), 1) end
$function$;
comment on function storage.foldername(text) is 'All segments of a key but the last.';

create or replace function storage.filename(name text) returns text
language sql immutable strict parallel safe
as $function$
    select split_part(name, '/', -1)
$function$;
comment on function storage.filename(text) is 'The last segment of a key.';

create or replace function storage.extension(name text) returns text
language sql immutable strict parallel safe
as $function$
    select split_part(split_part(name, '/', -1), '.', -1)
$function$;
comment on function storage.extension(text) is
    'What follows the last dot of the last segment; the segment without a dot.';

create or replace function storage.get_common_prefix(p_key text, p_prefix text, p_delimiter text) returns text
language sql immutable strict parallel safe
as $function$
    select case
        when p_delimiter <> '' and strpos(substr(p_key, length(p_prefix) + 1), p_delimiter) > 0
        then left(
            p_key,
            length(p_prefix) + strpos(substr(p_key, length(p_prefix) + 1), p_delimiter) + length(p_delimiter) - 1)
    end
$function$;
comment on function storage.get_common_prefix(text, text, text) is
    'The folder directly below the prefix that holds the key, delimiter included; null for an object of its own.';

alter function storage.foldername(text) owner to supabase_storage_admin;
alter function storage.filename(text) owner to supabase_storage_admin;
alter function storage.extension(text) owner to supabase_storage_admin;
alter function storage.get_common_prefix(text, text, text) owner to supabase_storage_admin;
