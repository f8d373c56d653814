-- What a provider said about somebody who is to become one more identity of a user, between the callback and the exchange
-- of its code. Only the app that began has the verifier that the exchange asks for: before it nothing is linked, so that
-- nobody can have somebody else's identity linked to an account of his own.
create table if not exists medmitra.pending_links (
    -- The row of auth.flow_state.
    flow_id uuid not null constraint pending_links_pkey primary key,
    profile jsonb not null,
    created_at timestamptz not null
);
create index if not exists pending_links_created_at_idx on medmitra.pending_links (created_at);
comment on table medmitra.pending_links is 'Identities that are linked once the code of their flow is exchanged.';

revoke all on medmitra.pending_links from public, anon, authenticated, service_role;
grant select, insert, update, delete on medmitra.pending_links to supabase_auth_admin;
