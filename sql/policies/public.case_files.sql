-- Files belong to their case, and so to its doctor. A row is tied to a case by a foreign key, which alone would tell
-- whether a case exists; the checks below come first and refuse a foreign case exactly like one that does not exist.
alter table public.case_files enable row level security;

-- Without a signed-in doctor there is nothing to do here, and TRUNCATE would pass by the policies.
revoke all on public.case_files from public, anon, authenticated;
grant select, insert, update, delete on public.case_files to authenticated;
grant all on public.case_files to service_role;

-- The owner is compared here again, not left to the policies on public.cases, so that a policy added there to share
-- cases does not silently share this table as well.
drop policy if exists "doctors see files of their own cases" on public.case_files;
create policy "doctors see files of their own cases" on public.case_files
    for select to authenticated
    using (exists (
        select from public.cases
        where cases.case_id = case_files.case_id and cases.doctor_id = (select auth.uid())));

drop policy if exists "doctors add files to their own cases" on public.case_files;
create policy "doctors add files to their own cases" on public.case_files
    for insert to authenticated
    with check (exists (
        select from public.cases
        where cases.case_id = case_files.case_id and cases.doctor_id = (select auth.uid())));

-- WITH CHECK sees the new row: nothing can be moved into another doctor's case.
drop policy if exists "doctors change files of their own cases" on public.case_files;
create policy "doctors change files of their own cases" on public.case_files
    for update to authenticated
    using (exists (
        select from public.cases
        where cases.case_id = case_files.case_id and cases.doctor_id = (select auth.uid())))
    with check (exists (
        select from public.cases
        where cases.case_id = case_files.case_id and cases.doctor_id = (select auth.uid())));

drop policy if exists "doctors delete files of their own cases" on public.case_files;
create policy "doctors delete files of their own cases" on public.case_files
    for delete to authenticated
    using (exists (
        select from public.cases
        where cases.case_id = case_files.case_id and cases.doctor_id = (select auth.uid())));

-- Only consulted where the role could not be given BYPASSRLS.
drop policy if exists "the service role sees all files" on public.case_files;
create policy "the service role sees all files" on public.case_files
    to service_role
    using (true)
    with check (true);

-- The trigger that removes a deleted file's object asks whether another row shares it. It may look at the four
-- columns granted in sql/functions/medmitra.object_deletions.sql.
drop policy if exists "object removal sees which files share an object" on public.case_files;
create policy "object removal sees which files share an object" on public.case_files
    for select to supabase_storage_admin
    using (true);
