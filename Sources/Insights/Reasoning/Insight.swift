public import Core

/// One `ai_insights` row: case summary, SOAP note and primary diagnosis (contract sections 4 and 7).
public struct Insight: Sendable, Hashable {
    /// Patient, notes and what each file says, in paragraphs.
    public var comprehensiveSummary: String
    /// Most important first, each with its source.
    public var keyFindings: [String]
    /// As given.
    public var patientContext: Patient
    /// The case summary the doctor typed, verbatim; nil when none was.
    public var doctorNotes: String?
    /// The lab files' summaries joined by "; "; empty without any.
    public var labSummary: String
    /// The radiology files' summaries joined by "; "; empty without any.
    public var radiologySummary: String
    /// 0 to 1: how much of what was handed in is understood, and how surely.
    public var caseSummaryConfidence: Double
    /// Quotes the doctor.
    public var soapSubjective: String
    /// Lists what the documents measure and find.
    public var soapObjective: String
    /// Restates what is out of range or concluded by a radiologist.
    public var soapAssessment: String
    /// Suggestions, each tied to a finding.
    public var soapPlan: String
    /// 0 to 1.
    public var soapConfidence: Double
    /// The weightiest thing the documents state, worded as a finding.
    public var primaryDiagnosis: String
    /// ICD-10-CM.
    public var icdCode: String
    /// Where it is stated and what the code means.
    public var diagnosisDescription: String
    /// Sentences with their sources.
    public var supportingEvidence: [String]
    /// 0 to 1; low when the evidence is thin.
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
