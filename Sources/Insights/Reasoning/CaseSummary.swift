/// The first insight part: what the case holds, abnormal things first.
struct CaseSummary: Sendable {
    var text: String
    var keyFindings: [String]
    var labSummary: String
    var radiologySummary: String
    var confidence: Double

    /// More than a reader takes in; the documents' summaries have the rest.
    static let keyFindingsMax = 50

    init(_ evidence: CaseEvidence) {
        keyFindings = Self.keyFindings(evidence)
        let all = evidence.sources + evidence.uninterpreted
        labSummary = Self.joined(all.filter { $0.document.category == .lab })
        radiologySummary = Self.joined(all.filter { $0.document.category == .radiology })
        text = Self.text(evidence, keyFindings: keyFindings)
        let base = evidence.documentCount == 0 ? (evidence.notes == nil ? 0 : 0.3) : evidence.coverage
        confidence = base.asConfidence
    }

    private static func joined(_ sources: [CaseEvidence.Source]) -> String {
        sources.map(\.reading.summary).filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private static func keyFindings(_ evidence: CaseEvidence) -> [String] {
        var findings = evidence.findings.map { finding in
            finding.label.title.map { "\($0): \(finding.sentence)" } ?? finding.sentence
        }
        let abnormal = evidence.impressions.filter { !$0.isUnremarkable }
        let stated = abnormal.map { "Radiology impression as stated: \($0.text.asSentence) (\($0.fileName))" }
        // A critical value stays first; a radiologist's conclusion outranks single numbers.
        let critical = evidence.findings.count { $0.isCritical }
        findings.insert(contentsOf: stated, at: critical)
        findings += evidence.sources.flatMap { source in
            source.reading.uncertainRows.map {
                "\($0.name) could not be read for certain, please check (\(source.document.fileName), page \($0.page))"
            }
        }
        if findings.isEmpty, !evidence.isEmpty {
            findings = ["No abnormality is documented in the files that were read."]
        }
        return Array(findings.prefix(keyFindingsMax))
    }

    private static func text(_ evidence: CaseEvidence, keyFindings: [String]) -> String {
        var paragraphs = [Self.opening(evidence)]
        if let notes = evidence.notes { paragraphs.append("Doctor's notes: \(notes)") }
        paragraphs += (evidence.sources + evidence.uninterpreted).map(\.reading.summary)
        paragraphs += evidence.failures.map { "\($0.fileName) could not be read: \($0.reason)" }
        if evidence.documentCount == 0 { paragraphs.append("No files were provided.") }
        if evidence.findings.isEmpty, evidence.impressions.allSatisfy(\.isUnremarkable), !evidence.isEmpty {
            paragraphs.append("No abnormality is documented in the files that were read.")
        }
        return paragraphs.joined(separator: "\n\n")
    }

    private static func opening(_ evidence: CaseEvidence) -> String {
        let patient = evidence.patient
        let gender = patient.gender.isEmpty ? "gender not stated" : patient.gender
        let files = evidence.documentCount
        return "Patient of \(patient.age) years (\(gender)); \(files) file\(files == 1 ? "" : "s"), "
            + "\(evidence.sources.count) of them read."
    }
}
