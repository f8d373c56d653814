-- The engine of all listings by name: walks the keys below a prefix in byte order and folds what lies behind a
-- delimiter into one entry. After a folder it seeks past everything inside, so a page costs as many index descents as
-- it has entries, however many objects the folders hold.
--
-- Runs with the caller's rights: row-level security decides what is seen. Only comparisons of plain columns are used
-- to seek, because those may use an index below row-level security.
--
-- after_key continues a listing: a folder (ending in the delimiter) or an object key, as returned in "key".
-- Folded listings compare without regard to case; a folder then appears under the spelling that sorts first.
create or replace function storage.walk_keys(
    bucket text, key_prefix text, delimiter text, after_key text, descending boolean, folded boolean,
    entries_max integer
)
returns table (
    key text, is_folder boolean, id uuid, metadata jsonb,
    updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz
)
language plpgsql stable
-- One plan for all seeks, and never compiled: policies make the estimates high enough for the compiler, which then
-- takes a hundred times as long as the seek.
set plan_cache_mode = force_generic_plan
set jit = off
as $function$
declare
    -- Sorts after every key that continues the same text: the highest code point.
    beyond constant text := chr(1114111);
    -- Rows a cursor may hand out before it is opened again; the limit lets the planner trust the index order.
    rows_max constant integer := 1000;
    low text collate "C" := case when folded then lower(key_prefix) else key_prefix end;
    high text collate "C" := low || beyond;
    token text collate "C" := coalesce(after_key, '');
    -- Where to go on: behind (ascending) or before (descending) this pair. The second half tells keys apart that
    -- differ only in case; it is '' where the first half is no key but an edge, and unused unless folded.
    edge text collate "C";
    edge_name text collate "C" := '';
    walk refcursor;
    item record;
    rows_read integer;
    entries integer := 0;
    at_folder boolean;
begin
    at_folder := delimiter <> '' and right(token, length(delimiter)) = delimiter;
    if token = '' then
        edge := case when descending then high else low end;
    elsif at_folder then
        edge := case when folded then lower(token) else token end;
        if not descending then
            edge := edge || beyond;
        end if;
    else
        edge := case when folded then lower(token) else token end;
        edge_name := token;
    end if;
    -- A token from outside the prefix must not widen the walk.
    if edge < low or edge > high then
        edge := case when edge < low then low else high end;
        edge_name := '';
    end if;

    while entries < entries_max loop
        if folded and descending then
            open walk for
                select o.name, o.name_lower as position, o.id, o.metadata,
                    o.updated_at, o.created_at, o.last_accessed_at
                from storage.objects o
                where o.bucket_id = bucket and o.name_lower >= low
                    and (o.name_lower, o.name collate "C") < (edge, edge_name)
                order by o.name_lower desc, o.name collate "C" desc limit 1000;
        elsif folded then
            open walk for
                select o.name, o.name_lower as position, o.id, o.metadata,
                    o.updated_at, o.created_at, o.last_accessed_at
                from storage.objects o
                where o.bucket_id = bucket and o.name_lower < high
                    and (o.name_lower, o.name collate "C") > (edge, edge_name)
                order by o.name_lower, o.name collate "C" limit 1000;
        elsif descending then
            open walk for
                select o.name, o.name as position, o.id, o.metadata,
                    o.updated_at, o.created_at, o.last_accessed_at
                from storage.objects o
                where o.bucket_id = bucket and o.name collate "C" >= low and o.name collate "C" < edge
                order by o.name collate "C" desc limit 1000;
        elsif edge_name = '' then
            -- At an edge, the edge itself may be a key.
            open walk for
                select o.name, o.name as position, o.id, o.metadata,
                    o.updated_at, o.created_at, o.last_accessed_at
                from storage.objects o
                where o.bucket_id = bucket and o.name collate "C" >= edge and o.name collate "C" < high
                order by o.name collate "C" limit 1000;
        else
            open walk for
                select o.name, o.name as position, o.id, o.metadata,
                    o.updated_at, o.created_at, o.last_accessed_at
                from storage.objects o
                where o.bucket_id = bucket and o.name collate "C" > edge and o.name collate "C" < high
                order by o.name collate "C" limit 1000;
        end if;

        rows_read := 0;
        at_folder := false;
        while entries < entries_max and not at_folder loop
            fetch walk into item;
            exit when not found;
            rows_read := rows_read + 1;
            key := storage.get_common_prefix(item.name, low, delimiter);
            at_folder := key is not null;
            is_folder := at_folder;
            if at_folder then
                id := null; metadata := null; updated_at := null; created_at := null; last_accessed_at := null;
                edge := case when folded then lower(key) else key end;
                if not descending then
                    edge := edge || beyond;
                end if;
                edge_name := '';
            else
                key := item.name; id := item.id; metadata := item.metadata;
                updated_at := item.updated_at; created_at := item.created_at;
                last_accessed_at := item.last_accessed_at;
                edge := item.position;
                edge_name := item.name;
            end if;
            entries := entries + 1;
            return next;
        end loop;
        close walk;
        exit when not at_folder and rows_read < rows_max;
    end loop;
end
$function$;
comment on function storage.walk_keys(text, text, text, text, boolean, boolean, integer) is
    'Objects and folders below a prefix in key order, at most entries_max of them.';

alter function storage.walk_keys(text, text, text, text, boolean, boolean, integer) owner to supabase_storage_admin;
