-- updated_at moves with every change, whoever makes it.
create or replace function medmitra.touch_updated_at() returns trigger
language plpgsql
set search_path = ''
as $function$
begin
    new.updated_at = now();
    return new;
end
$function$;
revoke all on function medmitra.touch_updated_at() from public;

create or replace trigger touch_updated_at
    before update on public.cases
    for each row execute function medmitra.touch_updated_at();
create or replace trigger touch_updated_at
    before update on public.ai_insights
    for each row execute function medmitra.touch_updated_at();
