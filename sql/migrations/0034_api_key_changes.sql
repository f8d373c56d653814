-- Running gateways read the named API keys again as soon as one is made or revoked.
create or replace function medmitra.notify_api_keys() returns trigger
language plpgsql
set search_path = ''
as $function$
begin
    notify medmitra_api_keys;
    return null;
end
$function$;
revoke all on function medmitra.notify_api_keys() from public;

create or replace trigger notify_api_keys
    after insert or update or delete on medmitra.api_keys
    for each statement execute function medmitra.notify_api_keys();
