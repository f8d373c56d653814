internal import Core
internal import Insights
internal import Postgres

/// SQL of the analysis. Stages are the service's own; everything in `public` runs as the doctor.
enum AnalysisStatements {
    static func readCase(_ order: AnalysisOrder) -> SQL {
        """
        select c.patient_name, c.patient_age, c.patient_gender, c.case_summary
        from public.cases c where c.case_id = \(order.caseID)
        """
    }

    static func readStages(_ order: AnalysisOrder) -> SQL {
        "select stage, result from medmitra.analysis_stages where run_id = \(order.runID)::uuid"
    }

    static func saveStage(_ order: AnalysisOrder, stage: String, result: JSON) -> SQL {
        """
        insert into medmitra.analysis_stages (case_id, run_id, stage, result)
        values (\(order.caseID), \(order.runID)::uuid, \(stage), \(result)::jsonb)
        on conflict (run_id, stage) do update set result = excluded.result
        """
    }

    static func deleteStages(_ order: AnalysisOrder) -> SQL {
        "delete from medmitra.analysis_stages where run_id = \(order.runID)::uuid"
    }

    /// A case that was deleted or changed by hand meanwhile keeps what it has.
    static func finishCase(_ order: AnalysisOrder, status: String) -> SQL {
        """
        update public.cases c set status = \(status)
        where c.case_id = \(order.caseID) and c.status = 'processing'
        """
    }

    /// One row a run: taken up again, a run cannot write a second one.
    static func insertInsight(_ insight: Insight, _ order: AnalysisOrder) -> SQL {
        let row = insight.json.withoutNULs
        func text(_ column: String) -> String? { row[column]?.string }
        func number(_ column: String) -> Double? { row[column]?.double }
        func encoded(_ column: String) -> String? { row[column]?.text }
        return """
            insert into public.ai_insights (case_id, run_id, comprehensive_summary, key_findings, patient_context,
                doctor_notes, lab_summary, radiology_summary, case_summary_confidence_score, soap_subjective,
                soap_objective, soap_assessment, soap_plan, soap_confidence_score, primary_diagnosis, icd_code,
                diagnosis_description, diagnosis_confidence_score, supporting_evidence, overall_confidence_score,
                generated_at)
            select c.case_id, \(order.runID)::uuid, \(text("comprehensive_summary")), \(encoded("key_findings")),
                \(encoded("patient_context")), \(text("doctor_notes")), \(text("lab_summary")),
                \(text("radiology_summary")), \(number("case_summary_confidence_score"))::float8,
                \(text("soap_subjective")), \(text("soap_objective")), \(text("soap_assessment")),
                \(text("soap_plan")), \(number("soap_confidence_score"))::float8, \(text("primary_diagnosis")),
                \(text("icd_code")), \(text("diagnosis_description")),
                \(number("diagnosis_confidence_score"))::float8, \(encoded("supporting_evidence")),
                \(number("overall_confidence_score"))::float8, now()
            from public.cases c where c.case_id = \(order.caseID)
            on conflict (run_id) do nothing
            """
    }
}
