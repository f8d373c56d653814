-- uuid-ossp and pgcrypto live in schema extensions, where apps' migrations look for them. Both are trusted
-- extensions: CREATE on the database is enough. An extension that is installed elsewhere stays there.
do $extensions$
declare
    wanted text;
begin
    foreach wanted in array array['uuid-ossp', 'pgcrypto']
    loop
        continue when exists (select from pg_extension where extname = wanted);
        begin
            execute format('create extension %I with schema extensions', wanted);
        exception when insufficient_privilege or undefined_file or feature_not_supported then
            -- undefined_file, later feature_not_supported: the server's contrib package is not installed.
            raise warning 'extension % is not available: %', wanted, sqlerrm;
        end;
    end loop;
end
$extensions$;
