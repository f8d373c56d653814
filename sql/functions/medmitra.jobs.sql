-- Waking the workers, and the one way by which a caller's transaction asks for work.

create or replace function medmitra.notify_jobs() returns trigger
language plpgsql
set search_path = ''
as $function$
begin
    -- One notification a transaction reaches the listeners however many jobs it inserts.
    notify medmitra_jobs;
    return null;
end
$function$;
revoke all on function medmitra.notify_jobs() from public;

create or replace trigger notify_jobs
    after insert on medmitra.jobs
    for each statement execute function medmitra.notify_jobs();

-- Queues the analysis of one of the caller's own cases, in the caller's transaction. While one is queued or running
-- for the case, that one is answered with created = false. Raises no_data_found for a case that is not the caller's,
-- whether it exists or not.
--
-- It runs as medmitra_service, whom the policy on public.cases also shows only the caller's cases: a mistake here
-- cannot reach across doctors.
create or replace function medmitra.enqueue_analysis(
    wanted_case_id text, wanted_run_id uuid, options jsonb default '{}'
)
returns table (job_id bigint, created boolean)
language plpgsql security definer
set search_path = ''
as $function$
declare
    doctor constant uuid := auth.uid();
    wanted_key constant text := 'analysis:' || wanted_case_id;
begin
    if doctor is null or not exists (
        select from public.cases where cases.case_id = wanted_case_id and cases.doctor_id = doctor)
    then
        raise exception 'Case not found' using errcode = 'no_data_found';
    end if;

    -- The active job may finish between the conflict and the look at it; then there is room for ours.
    loop
        insert into medmitra.jobs (kind, payload, subject, unique_key)
        values (
            'analysis',
            jsonb_build_object('case_id', wanted_case_id, 'run_id', wanted_run_id, 'options', options),
            doctor, wanted_key)
        on conflict (unique_key) where state in ('queued', 'running') do nothing
        returning id into job_id;
        created := found;
        if not created then
            select jobs.id into job_id
            from medmitra.jobs
            where jobs.unique_key = wanted_key and jobs.state in ('queued', 'running');
        end if;
        exit when job_id is not null;
    end loop;
    return next;
end
$function$;
comment on function medmitra.enqueue_analysis(text, uuid, jsonb) is
    'Queues the analysis of one of the caller''s cases.';

-- Taking a function over needs CREATE on its schema for the new owner, for the length of this transaction.
grant create on schema medmitra to medmitra_service;
alter function medmitra.enqueue_analysis(text, uuid, jsonb) owner to medmitra_service;
revoke create on schema medmitra from medmitra_service;
revoke all on function medmitra.enqueue_analysis(text, uuid, jsonb) from public;
grant usage on schema medmitra to authenticated;
grant execute on function medmitra.enqueue_analysis(text, uuid, jsonb) to authenticated;
-- What the function may look at, within the policy for medmitra_service in sql/policies/public.cases.sql.
grant select (case_id, doctor_id) on public.cases to medmitra_service;
