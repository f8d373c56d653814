-- Tables join this publication to be followed by Realtime. It starts empty.
do $publication$
begin
    if not exists (select from pg_publication where pubname = 'supabase_realtime') then
        create publication supabase_realtime;
    end if;
exception when insufficient_privilege then
    raise warning 'publication supabase_realtime could not be made: %', sqlerrm;
end
$publication$;
