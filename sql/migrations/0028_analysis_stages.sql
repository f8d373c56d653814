-- Results of the stages of an analysis run, so that a run taken up again continues where it stopped. They hold what
-- was read in a patient's documents and go with the case.
create table if not exists medmitra.analysis_stages (
    id bigserial constraint analysis_stages_pkey primary key,
    case_id text not null
        constraint analysis_stages_case_id_fkey references public.cases (case_id) on delete cascade,
    run_id uuid not null,
    stage text not null,
    result jsonb not null,
    created_at timestamptz not null default now(),
    constraint analysis_stages_run_id_stage_key unique (run_id, stage)
);
create index if not exists analysis_stages_case_id_idx on medmitra.analysis_stages (case_id);
comment on table medmitra.analysis_stages is 'Finished stages of analysis runs.';

revoke all on medmitra.analysis_stages from public, anon, authenticated, service_role;
grant select, insert, update, delete on medmitra.analysis_stages to medmitra_service;
grant usage on sequence medmitra.analysis_stages_id_seq to medmitra_service;
