-- Case files lie in the private bucket labdocs under {lab|radiology}_files/<case_id>/...; a doctor reaches those of
-- the cases that are theirs. There is no UPDATE policy: a document is added or removed, never replaced or moved.
-- Other buckets get their policies from the apps that make them.
drop policy if exists "labdocs: doctors read files of their own cases" on storage.objects;
create policy "labdocs: doctors read files of their own cases" on storage.objects
    for select to authenticated
    using (
        bucket_id = 'labdocs'
        and (storage.foldername(name))[1] in ('lab_files', 'radiology_files')
        and exists (
            select from public.cases
            where cases.case_id = (storage.foldername(name))[2] and cases.doctor_id = (select auth.uid())));

drop policy if exists "labdocs: doctors add files to their own cases" on storage.objects;
create policy "labdocs: doctors add files to their own cases" on storage.objects
    for insert to authenticated
    with check (
        bucket_id = 'labdocs'
        and (storage.foldername(name))[1] in ('lab_files', 'radiology_files')
        and exists (
            select from public.cases
            where cases.case_id = (storage.foldername(name))[2] and cases.doctor_id = (select auth.uid())));

drop policy if exists "labdocs: doctors remove files of their own cases" on storage.objects;
create policy "labdocs: doctors remove files of their own cases" on storage.objects
    for delete to authenticated
    using (
        bucket_id = 'labdocs'
        and (storage.foldername(name))[1] in ('lab_files', 'radiology_files')
        and exists (
            select from public.cases
            where cases.case_id = (storage.foldername(name))[2] and cases.doctor_id = (select auth.uid())));

-- Only consulted where the role could not be given BYPASSRLS.
drop policy if exists "the service role sees all objects" on storage.objects;
create policy "the service role sees all objects" on storage.objects
    to service_role
    using (true)
    with check (true);
