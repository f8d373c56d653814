/// Makes the three insight parts from what documents state, by rules: every sentence restates a document or the
/// doctor's notes and names its source. No model, no randomness, no knowledge of the patient beyond the case.
public struct Reasoner: Sendable {
    public init() {}

    /// The insight for a case. `notes` are quoted verbatim. The same input always gives the same insight.
    public func insight(
        patient: Patient, notes: String?, readings: [(document: CaseDocument, outcome: ReadingOutcome)]
    ) -> Insight {
        let evidence = CaseEvidence(patient: patient, notes: notes, outcomes: readings)
        let summary = CaseSummary(evidence)
        let soap = SOAPNote(evidence)
        let diagnosis = PrimaryDiagnosis(evidence)
        return Insight(
            comprehensiveSummary: summary.text, keyFindings: summary.keyFindings, patientContext: patient,
            doctorNotes: notes, labSummary: summary.labSummary, radiologySummary: summary.radiologySummary,
            caseSummaryConfidence: summary.confidence, soapSubjective: soap.subjective,
            soapObjective: soap.objective, soapAssessment: soap.assessment, soapPlan: soap.plan,
            soapConfidence: soap.confidence, primaryDiagnosis: diagnosis.title, icdCode: diagnosis.code,
            diagnosisDescription: diagnosis.description, supportingEvidence: diagnosis.evidence,
            diagnosisConfidence: diagnosis.confidence)
    }
}
