-- How often a challenge to a second factor was answered: a handful of guesses ends it.
create table if not exists medmitra.mfa_challenge_guards (
    challenge_id uuid not null
        constraint mfa_challenge_guards_pkey primary key
        constraint mfa_challenge_guards_challenge_id_fkey references auth.mfa_challenges (id) on delete cascade,
    attempts integer not null
);
comment on table medmitra.mfa_challenge_guards is 'Auth: how often a challenge was answered.';

revoke all on medmitra.mfa_challenge_guards from public, anon, authenticated, service_role;
grant select, insert, update, delete on medmitra.mfa_challenge_guards to supabase_auth_admin;
