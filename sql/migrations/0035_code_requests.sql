-- When a code or link was last asked for, by address: whether an account exists or not, so that neither the refusal of a
-- second request nor the work of the first tells. The table is logged for that reason alone: an unknown address waits for
-- the disk as a known one does.
create table if not exists medmitra.code_requests (
    -- A hash of the address, or of the account and what it asks for.
    key bytea not null constraint code_requests_pkey primary key,
    requested_at timestamptz not null
) with (fillfactor = 50);
create index if not exists code_requests_requested_at_idx on medmitra.code_requests (requested_at);
comment on table medmitra.code_requests is 'When a code or link was last asked for, by a hash of the address.';

revoke all on medmitra.code_requests from public, anon, authenticated, service_role;
grant select, insert, update, delete on medmitra.code_requests to supabase_auth_admin;
