-- What GoTrue does not keep about second factors and this gateway needs: which codes were used and how many guesses
-- failed. In tables of our own, because those of schema auth keep the shape their clients and dumps expect.
create table if not exists medmitra.mfa_factor_guards (
    factor_id uuid not null
        constraint mfa_factor_guards_pkey primary key
        constraint mfa_factor_guards_factor_id_fkey references auth.mfa_factors (id) on delete cascade,
    -- The time step (RFC 6238) of the newest code that was accepted: no code of this step or before is taken again.
    last_step bigint,
    failures integer not null default 0 constraint mfa_factor_guards_failures_positive check (failures >= 0),
    failed_at timestamptz
);
comment on table medmitra.mfa_factor_guards is 'Auth: used codes and failed guesses of second factors.';

revoke all on medmitra.mfa_factor_guards from public, anon, authenticated, service_role;
grant select, insert, update, delete on medmitra.mfa_factor_guards to supabase_auth_admin;
