-- Insights belong to their case, and so to its doctor. A row is tied to a case by a foreign key, which alone would
-- tell whether a case exists; the checks below come first and refuse a foreign case exactly like one that does not
-- exist.
alter table public.ai_insights enable row level security;

-- Without a signed-in doctor there is nothing to do here, and TRUNCATE would pass by the policies.
revoke all on public.ai_insights from public, anon, authenticated;
grant select, insert, update, delete on public.ai_insights to authenticated;
grant all on public.ai_insights to service_role;

-- The owner is compared here again, not left to the policies on public.cases, so that a policy added there to share
-- cases does not silently share this table as well.
drop policy if exists "doctors see insights of their own cases" on public.ai_insights;
create policy "doctors see insights of their own cases" on public.ai_insights
    for select to authenticated
    using (exists (
        select from public.cases
        where cases.case_id = ai_insights.case_id and cases.doctor_id = (select auth.uid())));

drop policy if exists "doctors add insights to their own cases" on public.ai_insights;
create policy "doctors add insights to their own cases" on public.ai_insights
    for insert to authenticated
    with check (exists (
        select from public.cases
        where cases.case_id = ai_insights.case_id and cases.doctor_id = (select auth.uid())));

-- WITH CHECK sees the new row: nothing can be moved into another doctor's case.
drop policy if exists "doctors change insights of their own cases" on public.ai_insights;
create policy "doctors change insights of their own cases" on public.ai_insights
    for update to authenticated
    using (exists (
        select from public.cases
        where cases.case_id = ai_insights.case_id and cases.doctor_id = (select auth.uid())))
    with check (exists (
        select from public.cases
        where cases.case_id = ai_insights.case_id and cases.doctor_id = (select auth.uid())));

drop policy if exists "doctors delete insights of their own cases" on public.ai_insights;
create policy "doctors delete insights of their own cases" on public.ai_insights
    for delete to authenticated
    using (exists (
        select from public.cases
        where cases.case_id = ai_insights.case_id and cases.doctor_id = (select auth.uid())));

-- Only consulted where the role could not be given BYPASSRLS.
drop policy if exists "the service role sees all insights" on public.ai_insights;
create policy "the service role sees all insights" on public.ai_insights
    to service_role
    using (true)
    with check (true);
