-- Who is calling, as policies, column defaults and views of apps ask it. The gateway sets request.jwt.claims for each
-- transaction; older PostgREST versions set one setting a claim (request.jwt.claim.<name>), which wins when it is
-- there. An empty setting counts as absent: that is what a custom setting reverts to after its transaction.
create or replace function auth.uid() returns uuid
language sql stable
as $function$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$function$;
comment on function auth.uid() is 'The id of the calling user, null without one.';

create or replace function auth.role() returns text
language sql stable
as $function$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$function$;
comment on function auth.role() is 'The role claim of the calling token.';

create or replace function auth.email() returns text
language sql stable
as $function$
    select coalesce(
        nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
    )
$function$;
comment on function auth.email() is 'The e-mail claim of the calling token.';

create or replace function auth.jwt() returns jsonb
language sql stable
as $function$
    select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$function$;
comment on function auth.jwt() is 'All claims of the calling token.';

alter function auth.uid() owner to supabase_auth_admin;
alter function auth.role() owner to supabase_auth_admin;
alter function auth.email() owner to supabase_auth_admin;
alter function auth.jwt() owner to supabase_auth_admin;
grant execute on function auth.uid(), auth.role(), auth.email(), auth.jwt() to public;
