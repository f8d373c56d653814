-- Buckets are made and listed by the service role; who else may, an app says by policies of its own. Looking a bucket
-- up for an object is done by the storage service itself and needs none.
drop policy if exists "the service role sees all buckets" on storage.buckets;
-- Only consulted where the role could not be given BYPASSRLS.
create policy "the service role sees all buckets" on storage.buckets
    to service_role
    using (true)
    with check (true);
