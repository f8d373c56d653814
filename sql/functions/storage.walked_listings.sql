-- The listings apps and the storage service call, under the names and columns of Supabase Storage. All run with the
-- caller's rights. The prefix is a plain text: % and _ mean themselves.

-- A restored project may have older forms with fewer parameters; beside ours they would make calls ambiguous.
drop function if exists storage.search(text, text, integer, integer, integer);
drop function if exists storage.search_v2(text, text, integer, integer, text);
drop function if exists storage.list_objects_with_delimiter(text, text, text, integer, text, text);

-- Listing of a folder, ignoring case, names relative to the folder. The folder is the prefix up to its last slash;
-- what follows, and "search", filter the entries by their beginning. "levels" is implied by the prefix and kept for
-- callers. Sorted by a time, folders come first, because they have none.
create or replace function storage.search(
    prefix text, bucketname text, limits integer default 100, levels integer default 1, offsets integer default 0,
    search text default '', sortcolumn text default 'name', sortorder text default 'asc'
)
returns table (
    name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
)
language plpgsql stable
set jit = off
as $function$
declare
    wanted text := lower(coalesce(prefix, '') || coalesce(search, ''));
    folder_length integer := length(coalesce(prefix, '')) - length(split_part(coalesce(prefix, ''), '/', -1));
    rows_max integer := least(coalesce(limits, 100), 1500);
    skipped integer := greatest(coalesce(offsets, 0), 0);
    direction text := case when lower(sortorder) = 'desc' then 'desc' else 'asc' end;
    sort_by text := lower(sortcolumn);
begin
    if sort_by is null or sort_by not in ('updated_at', 'created_at', 'last_accessed_at') then
        return query
        select
            substr(case when walked.is_folder then left(walked.key, -1) else walked.key end, folder_length + 1),
            walked.id, walked.updated_at, walked.created_at, walked.last_accessed_at, walked.metadata
        from storage.walk_keys(bucketname, wanted, '/', '', direction = 'desc', true, rows_max + skipped) as walked
        offset skipped;
        return;
    end if;

    return query execute format(
        $query$
        with listed as (
            select storage.get_common_prefix(o.name, $2, '/') as folder, o.*
            from storage.objects o
            where o.bucket_id = $1 and o.name_lower >= $2 and o.name_lower < $2 || chr(1114111)
        )
        select entry.name, entry.id, entry.updated_at, entry.created_at, entry.last_accessed_at, entry.metadata
        from (
            select substr(left(min(listed.folder), -1), $3 + 1) as name, null::uuid as id,
                null::timestamptz as updated_at, null::timestamptz as created_at,
                null::timestamptz as last_accessed_at, null::jsonb as metadata
            from listed
            where listed.folder is not null
            group by lower(listed.folder)
            union all
            select substr(listed.name, $3 + 1), listed.id, listed.updated_at, listed.created_at,
                listed.last_accessed_at, listed.metadata
            from listed
            where listed.folder is null
        ) as entry
        order by entry.id is not null, entry.%I %s, entry.name collate "C" %s
        limit $4 offset $5
        $query$, sort_by, direction, direction)
    using bucketname, wanted collate "C", folder_length, rows_max, skipped;
end
$function$;

-- Listing by exact prefix. Folders carry their trailing delimiter and a null id; next_token (or start_after) is the
-- name of the last entry of the page before. An empty delimiter lists every object.
create or replace function storage.list_objects_with_delimiter(
    _bucket_id text, prefix_param text, delimiter_param text, max_keys integer default 100,
    start_after text default '', next_token text default '', sort_order text default 'asc'
)
returns table (
    name text, id uuid, metadata jsonb, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz
)
language sql stable
as $function$
    select walked.key, walked.id, walked.metadata, walked.updated_at, walked.created_at, walked.last_accessed_at
    from storage.walk_keys(
        _bucket_id, coalesce(prefix_param, ''), coalesce(delimiter_param, ''),
        coalesce(nullif(next_token, ''), start_after), lower(coalesce(sort_order, 'asc')) = 'desc', false, max_keys
    ) as walked
$function$;

-- Listing by exact prefix in the order of a time, ties by name. Times count in milliseconds, as cursors carry them. A
-- folder has the time of its oldest object.
create or replace function storage.search_by_timestamp(
    p_prefix text, p_bucket_id text, p_limit integer, p_level integer, p_start_after text, p_sort_order text,
    p_sort_column text, p_sort_column_after text
)
returns table (
    key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
    metadata jsonb
)
language plpgsql stable
set jit = off
as $function$
declare
    wanted text := coalesce(p_prefix, '');
    folder_length integer := length(wanted) - length(split_part(wanted, '/', -1));
    descending boolean := lower(coalesce(p_sort_order, 'asc')) = 'desc';
    direction text := case when descending then 'desc' else 'asc' end;
    sort_by text := case when p_sort_column = 'updated_at' then 'updated_at' else 'created_at' end;
begin
    return query execute format(
        $query$
        with listed as (
            select storage.get_common_prefix(o.name, $2, '/') as folder, o.*
            from storage.objects o
            where o.bucket_id = $1 and o.name collate "C" >= $2 and o.name collate "C" < $2 || chr(1114111)
        ),
        entry as (
            select listed.folder as name, null::uuid as id, min(listed.created_at) as updated_at,
                min(listed.created_at) as created_at, null::timestamptz as last_accessed_at, null::jsonb as metadata
            from listed
            where listed.folder is not null
            group by listed.folder
            union all
            select listed.name, listed.id, listed.updated_at, listed.created_at, listed.last_accessed_at,
                listed.metadata
            from listed
            where listed.folder is null
        ),
        placed as (
            select entry.*, date_trunc('milliseconds', coalesce(entry.%I, 'epoch')) as place from entry
        )
        select substr(case when placed.id is null then left(placed.name, -1) else placed.name end, $3 + 1),
            placed.name, placed.id, placed.updated_at, placed.created_at, placed.last_accessed_at, placed.metadata
        from placed
        where $5 = '' or (placed.place, placed.name collate "C")
            %s (date_trunc('milliseconds', coalesce(nullif($6, '')::timestamptz, 'epoch')), $5)
        order by placed.place %s, placed.name collate "C" %s
        limit $4
        $query$, sort_by, case when descending then '<' else '>' end, direction, direction)
    using p_bucket_id, wanted, folder_length, p_limit, coalesce(p_start_after, ''), p_sort_column_after;
end
$function$;

-- One page of list-v2 with the delimiter "/": key is the name relative to the folder, name the full key (a folder's
-- ends in "/"). start_after, with sort_column_after for times, is the last entry of the page before.
create or replace function storage.search_v2(
    prefix text, bucket_name text, limits integer default 100, levels integer default 1, start_after text default '',
    sort_order text default 'asc', sort_column text default 'name', sort_column_after text default ''
)
returns table (
    key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
    metadata jsonb
)
language plpgsql stable
set jit = off
as $function$
declare
    wanted text := coalesce(prefix, '');
    folder_length integer := length(wanted) - length(split_part(wanted, '/', -1));
    rows_max integer := least(coalesce(limits, 100), 1500);
begin
    if lower(sort_column) in ('updated_at', 'created_at') then
        return query
        select *
        from storage.search_by_timestamp(
            wanted, bucket_name, rows_max, levels, start_after, sort_order, lower(sort_column), sort_column_after);
        return;
    end if;
    return query
    select
        substr(case when walked.is_folder then left(walked.key, -1) else walked.key end, folder_length + 1),
        walked.key, walked.id, walked.updated_at, walked.created_at, walked.last_accessed_at, walked.metadata
    from storage.walk_keys(
        bucket_name, wanted, '/', start_after, lower(coalesce(sort_order, 'asc')) = 'desc', false, rows_max
    ) as walked;
end
$function$;

-- Open multipart uploads in key order, keys behind the delimiter folded. One key may have several uploads.
create or replace function storage.list_multipart_uploads_with_delimiter(
    bucket_id text, prefix_param text, delimiter_param text, max_keys integer default 100,
    next_key_token text default '', next_upload_token text default ''
)
returns table (key text, id text, created_at timestamptz)
language plpgsql stable
as $function$
#variable_conflict use_column
declare
    wanted constant text := coalesce(prefix_param, '');
begin
    return query
    with listed as (
        select storage.get_common_prefix(u.key, wanted, coalesce(delimiter_param, '')) as folder,
            u.key, u.id, u.created_at
        from storage.s3_multipart_uploads u
        where u.bucket_id = list_multipart_uploads_with_delimiter.bucket_id
            and u.key >= wanted and u.key < wanted || chr(1114111)
    ),
    entry as (
        select listed.key, listed.id, listed.created_at
        from listed
        where listed.folder is null
        union all
        select listed.folder, min(listed.id), min(listed.created_at)
        from listed
        where listed.folder is not null
        group by listed.folder
    )
    select entry.key, entry.id, entry.created_at
    from entry
    where coalesce(next_key_token, '') = ''
        or entry.key collate "C" > next_key_token
        or (coalesce(next_upload_token, '') <> ''
            and entry.key = next_key_token and entry.id collate "C" > next_upload_token)
    order by entry.key collate "C", entry.id collate "C"
    limit max_keys;
end
$function$;

alter function storage.search(text, text, integer, integer, integer, text, text, text) owner to supabase_storage_admin;
alter function storage.list_objects_with_delimiter(text, text, text, integer, text, text, text)
    owner to supabase_storage_admin;
alter function storage.search_by_timestamp(text, text, integer, integer, text, text, text, text)
    owner to supabase_storage_admin;
alter function storage.search_v2(text, text, integer, integer, text, text, text, text) owner to supabase_storage_admin;
alter function storage.list_multipart_uploads_with_delimiter(text, text, text, integer, text, text)
    owner to supabase_storage_admin;
