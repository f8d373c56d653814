public import Core

/// One `ai_insights` row: case summary, SOAP note and primary diagnosis (contract sections 4 and 7).
public struct Insight: Sendable, Hashable {
    public var comprehensiveSummary: String
    public var keyFindings: [String]
    public var patientContext: Patient
    /// The case summary the doctor typed, verbatim; nil when none was.
    public var doctorNotes: String?
    public var labSummary: String
    public var radiologySummary: String
    public var caseSummaryConfidence: Double
    public var soapSubjective: String
    public var soapObjective: String
    public var soapAssessment: String
    public var soapPlan: String
    public var soapConfidence: Double
    public var primaryDiagnosis: String
    /// ICD-10-CM.
    public var icdCode: String
    public var diagnosisDescription: String
    public var supportingEvidence: [String]
    public var diagnosisConfidence: Double

    /// The mean of the three confidences.
    public var overallConfidence: Double {
        ((caseSummaryConfidence + soapConfidence + diagnosisConfidence) / 3).asConfidence
    }

    public init(
        comprehensiveSummary: String, keyFindings: [String], patientContext: Patient, doctorNotes: String?,
        labSummary: String, radiologySummary: String, caseSummaryConfidence: Double, soapSubjective: String,
        soapObjective: String, soapAssessment: String, soapPlan: String, soapConfidence: Double,
        primaryDiagnosis: String, icdCode: String, diagnosisDescription: String, supportingEvidence: [String],
        diagnosisConfidence: Double
    ) {
        self.comprehensiveSummary = comprehensiveSummary
        self.keyFindings = keyFindings
        self.patientContext = patientContext
        self.doctorNotes = doctorNotes
        self.labSummary = labSummary
        self.radiologySummary = radiologySummary
        self.caseSummaryConfidence = caseSummaryConfidence
        self.soapSubjective = soapSubjective
        self.soapObjective = soapObjective
        self.soapAssessment = soapAssessment
        self.soapPlan = soapPlan
        self.soapConfidence = soapConfidence
        self.primaryDiagnosis = primaryDiagnosis
        self.icdCode = icdCode
        self.diagnosisDescription = diagnosisDescription
        self.supportingEvidence = supportingEvidence
        self.diagnosisConfidence = diagnosisConfidence
    }
}

extension Insight {
    /// The flat row under its column names, in the contract's order, without ids and timestamps.
    public var json: JSON {
        [
            "comprehensive_summary": .string(comprehensiveSummary),
            "key_findings": .array(keyFindings.map(JSON.string)),
            "patient_context": [
                "name": .string(patientContext.name), "age": .int(patientContext.age),
                "gender": .string(patientContext.gender),
            ],
            "doctor_notes": .optional(doctorNotes), "lab_summary": .string(labSummary),
            "radiology_summary": .string(radiologySummary),
            "case_summary_confidence_score": .double(caseSummaryConfidence),
            "soap_subjective": .string(soapSubjective), "soap_objective": .string(soapObjective),
            "soap_assessment": .string(soapAssessment), "soap_plan": .string(soapPlan),
            "soap_confidence_score": .double(soapConfidence), "primary_diagnosis": .string(primaryDiagnosis),
            "icd_code": .string(icdCode), "diagnosis_description": .string(diagnosisDescription),
            "diagnosis_confidence_score": .double(diagnosisConfidence),
            "supporting_evidence": .array(supportingEvidence.map(JSON.string)),
            "overall_confidence_score": .double(overallConfidence),
        ]
    }

    /// Nil when the value is not what ``json`` makes.
    public init?(json: JSON) {
        guard let row = json.object, let context = row["patient_context"], let name = context["name"]?.string,
            let age = context["age"]?.int, let gender = context["gender"]?.string,
            let findings = row["key_findings"]?.array, let evidence = row["supporting_evidence"]?.array,
            let caseConfidence = row["case_summary_confidence_score"]?.double,
            let soapConfidence = row["soap_confidence_score"]?.double,
            let diagnosisConfidence = row["diagnosis_confidence_score"]?.double
        else { return nil }
        let columns = [
            "comprehensive_summary", "lab_summary", "radiology_summary", "soap_subjective", "soap_objective",
            "soap_assessment", "soap_plan", "primary_diagnosis", "icd_code", "diagnosis_description",
        ]
        let texts = columns.compactMap { row[$0]?.string }
        guard texts.count == columns.count else { return nil }
        self.init(
            comprehensiveSummary: texts[0], keyFindings: findings.compactMap(\.string),
            patientContext: Patient(name: name, age: age, gender: gender), doctorNotes: row["doctor_notes"]?.string,
            labSummary: texts[1], radiologySummary: texts[2], caseSummaryConfidence: caseConfidence,
            soapSubjective: texts[3], soapObjective: texts[4], soapAssessment: texts[5], soapPlan: texts[6],
            soapConfidence: soapConfidence, primaryDiagnosis: texts[7], icdCode: texts[8],
            diagnosisDescription: texts[9], supportingEvidence: evidence.compactMap(\.string),
            diagnosisConfidence: diagnosisConfidence)
    }
}
