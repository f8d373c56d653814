/// The third insight part: the one thing the documents state most weightily, worded and coded as a finding. It is
/// never more than they say.
struct PrimaryDiagnosis: Sendable {
    var title: String
    var code: String
    var description: String
    var evidence: [String]
    var confidence: Double

    private static let evidenceMax = 50

    init(_ evidence: CaseEvidence) {
        let stated = evidence.impressions.first { !$0.isUnremarkable }
        if let first = evidence.findings.first, stated == nil || first.isCritical {
            self.init(leading: first, evidence)
        } else if let stated {
            self.init(stated: stated, evidence)
        } else if evidence.values.isEmpty, evidence.impressions.isEmpty {
            self.init(undeterminedFrom: evidence)
        } else {
            self.init(unremarkable: evidence)
        }
        self.evidence = Array(self.evidence.prefix(Self.evidenceMax))
    }

    private init(title: String, code: String, description: String, evidence: [String], confidence: Double) {
        self.title = title
        self.code = code
        self.description = description
        self.evidence = evidence
        self.confidence = confidence.asConfidence
    }

    private init(leading finding: LabFinding, _ evidence: CaseEvidence) {
        let others = evidence.findings.dropFirst()
        var text =
            "\(finding.sentence.asSentence) Coded as \(finding.label.code), \(finding.label.codeTitle): "
            + "a laboratory finding, not a disease."
        if !others.isEmpty {
            text += " Also out of range: \(others.map { $0.measurement }.joined(separator: "; "))."
        }
        let title =
            finding.label.title.map { "\($0) (\(finding.measurement))" }
            ?? "Abnormal laboratory finding (\(finding.measurement))"
        // One number outside its range says little about what a patient has; a name of its own says a little more.
        let weight =
            finding.isCritical ? 0.65 : finding.label.title == nil ? 0.3 : finding.label.weight >= 50 ? 0.5 : 0.35
        self.init(
            title: title, code: finding.label.code, description: text,
            evidence: evidence.findings.map(\.sentence) + Self.impressions(evidence),
            confidence: weight * finding.value.confidence)
    }

    private init(stated: CaseEvidence.Impression, _ evidence: CaseEvidence) {
        let imaging = ImagingCode.code(examination: stated.examination)
        let subject = stated.examination.isEmpty ? "radiology report" : "radiology report (\(stated.examination))"
        self.init(
            title: "As stated in the \(subject): \(stated.text)", code: imaging.code,
            description:
                "The first abnormal item of the impression in \(stated.fileName), quoted. Coded as \(imaging.code), "
                + "\(imaging.title): an imaging finding; the disease is for the treating doctor to code.",
            evidence: Self.impressions(evidence) + evidence.findings.map(\.sentence),
            confidence: 0.75 * stated.confidence)
    }

    private init(unremarkable evidence: CaseEvidence) {
        let judged = evidence.values.filter { $0.status == .normal }
        let isCompared = !judged.isEmpty || !evidence.impressions.isEmpty
        var support: [String] = []
        if !judged.isEmpty {
            support.append("\(judged.count) measured values are within their printed reference ranges.")
        }
        support += Self.impressions(evidence)
        self.init(
            title: isCompared
                ? "No abnormality documented" : "No abnormality documented; values without reference ranges",
            code: "Z01.89",
            description:
                "The files that were read document nothing out of range. Z01.89, Encounter for other specified special "
                + "examinations, says only that examinations were made.",
            evidence: support, confidence: (isCompared ? 0.5 : 0.15) * evidence.coverage)
    }

    private init(undeterminedFrom evidence: CaseEvidence) {
        self.init(
            title: "Undetermined: no document states a finding", code: "R69",
            description:
                "No measurement and no stated impression could be read, so nothing supports a diagnosis. R69, Illness, "
                + "unspecified, stands for that.",
            evidence: evidence.failures.map { "\($0.fileName): \($0.reason)" }
                + (evidence.sources + evidence.uninterpreted).map(\.reading.summary), confidence: 0)
    }

    private static func impressions(_ evidence: CaseEvidence) -> [String] {
        evidence.impressions.map { "Impression as stated: \($0.text.asSentence) (\($0.fileName))" }
    }
}
