internal import Core
internal import Postgres

/// SQL on `public.cases`. Always run as the doctor; row-level security keeps the rest out of sight.
enum CaseStatements {

    static func insert(
        caseID: String, doctorID: String, name: String, age: Int, gender: String, summary: String?
    ) -> SQL {
        """
        with c as (
            insert into public.cases
                (case_id, doctor_id, patient_name, patient_age, patient_gender, case_summary, status)
            values (\(caseID), \(doctorID)::uuid, \(name), \(age)::int, \(gender), \(summary), 'processing')
            returning *)
        select row_to_json(x) from (select c.*, c.doctor_id as user_id from c) x
        """
    }

    static func read(_ id: RecordID) -> SQL {
        """
        select row_to_json(x), x.case_id
        from (select c.*, c.doctor_id as user_id from public.cases c where \(predicate(id))) x
        """
    }

    static func newestInsight(caseID: SQL) -> SQL {
        """
        select row_to_json(i) from public.ai_insights i
        where i.case_id = \(caseID) order by i.created_at desc, i.id desc limit 1
        """
    }

    static func delete(_ id: RecordID) -> SQL {
        "delete from public.cases c where \(predicate(id)) returning c.case_id"
    }

    static func setStatus(_ id: RecordID, _ status: String) -> SQL {
        """
        with c as (update public.cases c set status = \(status) where \(predicate(id)) returning c.*)
        select row_to_json(x), x.case_id from (select c.*, c.doctor_id as user_id from c) x
        """
    }

    /// Only what is given changes; the columns a client may not change have no place here.
    static func update(_ id: RecordID, _ change: CaseChange) -> SQL {
        """
        with c as (
            update public.cases c set
                patient_name = coalesce(\(change.name), c.patient_name),
                patient_age = coalesce(\(change.age)::int, c.patient_age),
                patient_gender = coalesce(\(change.gender), c.patient_gender),
                case_summary = case when \(change.summary != nil)::boolean then \(change.summary) else c.case_summary end,
                status = coalesce(\(change.status), c.status)
            where \(predicate(id)) returning c.*)
        select row_to_json(x) from (select c.*, c.doctor_id as user_id from c) x
        """
    }

    static func predicate(_ id: RecordID) -> SQL {
        switch id {
        case .uuid(let uuid): "c.case_id = \(uuid)"
        case .row(let row): "c.id = \(row)::bigint"
        }
    }

    static func enqueueAnalysis(caseID: String, runID: String, options: JSON) -> SQL {
        "select created from medmitra.enqueue_analysis(\(caseID), \(runID)::uuid, \(options)::jsonb)"
    }

    /// What a doctor wrote by hand in place of an analysis.
    static func insertManualInsight(caseID: String, runID: String, text: String) -> SQL {
        """
        insert into public.ai_insights (case_id, run_id, comprehensive_summary, key_findings, patient_context,
            doctor_notes, lab_summary, radiology_summary, case_summary_confidence_score, soap_subjective,
            soap_objective, soap_assessment, soap_plan, soap_confidence_score, primary_diagnosis, icd_code,
            diagnosis_description, diagnosis_confidence_score, supporting_evidence, overall_confidence_score,
            generated_at)
        select c.case_id, \(runID)::uuid, \(text), '[]',
            json_build_object('name', c.patient_name, 'age', c.patient_age, 'gender', c.patient_gender)::text,
            c.case_summary, '', '', 1, '', '', '', '', 1, '', '', '', 1, '[]', 1, now()
        from public.cases c where c.case_id = \(caseID)
        """
    }
}

/// A change of a case; nil leaves a column as it is.
struct CaseChange: Sendable, Hashable {
    var name: String?
    var age: Int?
    var gender: String?
    var summary: String?
    var status: String?

    var isEmpty: Bool { self == CaseChange() }
}
