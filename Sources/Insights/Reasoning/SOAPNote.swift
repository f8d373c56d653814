/// The second insight part. Subjective quotes the doctor, objective lists the documents, assessment restates what
/// is out of range or concluded by a radiologist, plan offers steps tied to those findings and nothing else.
struct SOAPNote: Sendable {
    var subjective: String
    var objective: String
    var assessment: String
    var plan: String
    var confidence: Double

    /// Characters of one report's findings quoted; the file has the rest.
    private static let quoteCharactersMax = 6_000

    init(_ evidence: CaseEvidence) {
        subjective =
            evidence.notes.map { "Doctor's notes, as typed: \($0)" }
            ?? "No notes were provided; complaints and history are not documented in this case."
        objective = Self.objective(evidence)
        assessment = Self.assessment(evidence)
        plan = Self.plan(evidence)
        // Without notes half of a SOAP note's purpose is missing.
        confidence = (evidence.coverage * (evidence.notes == nil ? 0.8 : 0.95)).asConfidence
    }

    private static func objective(_ evidence: CaseEvidence) -> String {
        var paragraphs: [String] = []
        for source in evidence.sources {
            let reading = source.reading
            if !reading.labValues.isEmpty {
                let out = reading.labValues.filter { $0.status.isOutOfRange }
                let rest = reading.labValues.filter { !$0.status.isOutOfRange }
                var text = "\(source.document.fileName), laboratory:"
                if !out.isEmpty { text += " Out of range: " + out.map(\.statement).joined(separator: "; ") + "." }
                if !rest.isEmpty { text += " Other values: " + rest.map(\.statement).joined(separator: "; ") + "." }
                paragraphs.append(text)
            }
            if !reading.findings.isEmpty {
                let quote = reading.findings.prefix(quoteCharactersMax)
                let more = quote.count < reading.findings.count ? " (continued in the document)" : ""
                paragraphs.append("\(source.document.fileName), findings as stated: \(quote)\(more)")
            }
            if reading.labValues.isEmpty, !reading.statesRadiology { paragraphs.append(reading.summary) }
        }
        paragraphs += evidence.uninterpreted.map(\.reading.summary)
        return paragraphs.isEmpty
            ? "No document could be read; there are no objective data." : paragraphs.joined(separator: "\n\n")
    }

    private static func assessment(_ evidence: CaseEvidence) -> String {
        var lines = evidence.impressions.map {
            "Radiology impression as stated: \($0.text.asSentence) (\($0.fileName))"
        }
        lines += evidence.findings.map { finding in
            (finding.label.title.map { "\($0): " } ?? "") + finding.sentence.asSentence
        }
        if lines.isEmpty {
            return evidence.isEmpty
                ? "Nothing can be assessed: no document could be interpreted."
                : "No abnormality is documented in the files that were read."
        }
        lines.append("This restates the documents; their clinical meaning is for the treating doctor to judge.")
        return lines.joined(separator: "\n")
    }

    private static func plan(_ evidence: CaseEvidence) -> String {
        var lines: [String] = []
        for finding in evidence.findings {
            let urgency =
                finding.isCritical
                ? "marked critical, consider acting on it without delay"
                : "correlate clinically and consider repeating it if it is unexpected"
            lines.append("\(finding.value.name) (\(finding.value.value)): \(urgency).")
        }
        for file in Set(evidence.impressions.filter { !$0.isUnremarkable }.map(\.fileName)).sorted() {
            lines.append("Stated impression in \(file): correlate clinically.")
        }
        for source in evidence.sources where !source.reading.uncertainRows.isEmpty {
            let names = source.reading.uncertainRows.map(\.name).joined(separator: ", ")
            lines.append("Check on \(source.document.fileName): \(names) could not be read for certain.")
        }
        lines += evidence.uninterpreted.map {
            "\($0.document.fileName) was not interpreted: have it read by a radiologist if that has not been done."
        }
        lines += evidence.failures.map {
            "\($0.fileName) could not be read (\($0.reason)): consider uploading it again."
        }
        if lines.isEmpty { lines = ["No step follows from the documents alone; correlate clinically."] }
        return "Suggestions for the treating doctor, each tied to a document:\n"
            + lines.map { "- \($0)" }.joined(separator: "\n")
    }
}
