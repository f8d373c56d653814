-- A case belongs to the doctor who made it; nobody else sees that it exists. The same table is reachable through REST
-- with the public key, so this is the only guard that counts.
alter table public.cases enable row level security;

-- Without a signed-in doctor there is nothing to do here, and TRUNCATE would pass by the policies.
revoke all on public.cases from public, anon, authenticated;
grant select, insert, update, delete on public.cases to authenticated;
grant all on public.cases to service_role;

-- (select auth.uid()) is computed once a query instead of once a row.
drop policy if exists "doctors see their own cases" on public.cases;
create policy "doctors see their own cases" on public.cases
    for select to authenticated
    using (doctor_id = (select auth.uid()));

drop policy if exists "doctors make cases of their own" on public.cases;
create policy "doctors make cases of their own" on public.cases
    for insert to authenticated
    with check (doctor_id = (select auth.uid()));

-- WITH CHECK sees the new row: a case cannot be pushed over to another doctor.
drop policy if exists "doctors change their own cases" on public.cases;
create policy "doctors change their own cases" on public.cases
    for update to authenticated
    using (doctor_id = (select auth.uid()))
    with check (doctor_id = (select auth.uid()));

drop policy if exists "doctors delete their own cases" on public.cases;
create policy "doctors delete their own cases" on public.cases
    for delete to authenticated
    using (doctor_id = (select auth.uid()));

-- medmitra.enqueue_analysis runs as this role on behalf of a caller, and sees what the caller would.
drop policy if exists "queueing sees the caller's cases" on public.cases;
create policy "queueing sees the caller's cases" on public.cases
    for select to medmitra_service
    using (doctor_id = (select auth.uid()));

-- Only consulted where the role could not be given BYPASSRLS.
drop policy if exists "the service role sees all cases" on public.cases;
create policy "the service role sees all cases" on public.cases
    to service_role
    using (true)
    with check (true);
