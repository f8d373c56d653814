-- Ended authorization requests are removed a few at a time, oldest first.
create index if not exists oauth_authorizations_expires_at_idx on auth.oauth_authorizations (expires_at);
