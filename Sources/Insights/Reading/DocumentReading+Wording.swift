extension DocumentReading {
    /// The reading of a document that has text.
    static func of(
        _ document: CaseDocument, pages: [PageWords], method: Method, findings: LabFindings, report: RadiologyReport?
    ) -> DocumentReading {
        let text = DocumentReading.joined(pages: pages.map { $0.text() })
        var reading = DocumentReading(
            text: String(text.prefix(Limits.textCharactersMax)), labValues: findings.values,
            uncertainRows: findings.uncertain, confidence: 0, method: method, pages: pages.count)
        if text.count > Limits.textCharactersMax { reading.diagnostics.append("The kept text was cut at its limit.") }
        if let report {
            reading.findings = report.findings
            reading.impressions = report.impressions
            reading.examination = report.examination
        }
        let textCertainty =
            method == .textLayer ? 0.95 : pages.map(\.confidence).reduce(0, +) / Double(max(1, pages.count))
        reading.conclude(document, textCertainty: textCertainty, impressionItems: report?.impressionItems ?? [])
        return reading
    }

    /// A file that was checked and kept without being interpreted.
    static func uninterpreted(_ document: CaseDocument, what: String, examination: String) -> DocumentReading {
        let sentence =
            "\(what) stored as \(document.fileName); it was not interpreted, because no vision model is configured."
        return DocumentReading(
            text: nil, summary: sentence, examination: examination, confidence: 0, method: .none, pages: 1)
    }

    /// Fills summary, key abnormalities and confidence from what was read.
    mutating func conclude(_ document: CaseDocument, textCertainty: Double, impressionItems: [String]) {
        var sentences: [String] = []
        if statesRadiology { sentences.append(radiologySentence(impressionItems)) }
        if !labValues.isEmpty { sentences += labSentences }
        if !uncertainRows.isEmpty {
            let names = uncertainRows.prefix(10).map { "\($0.name) (page \($0.page))" }.joined(separator: ", ")
            sentences.append("Not certain enough to state, please check on the document: \(names).")
        }
        if sentences.isEmpty {
            sentences = [
                "The text of \(pages) page\(pages == 1 ? "" : "s") was read; no table of measurements was found in it."
            ]
        }
        summary = "\(document.fileName): " + sentences.joined(separator: " ")
        keyAbnormalities =
            labValues.filter { $0.status.isOutOfRange }.map(\.statement)
            + impressionItems.filter { !RadiologyReport.isUnremarkable($0) }
        confidence = certainty(textCertainty).asConfidence
    }

    private func radiologySentence(_ items: [String]) -> String {
        let subject = examination.isEmpty ? "Radiology report" : "Radiology report (\(examination))"
        if items.isEmpty { return "\(subject) with findings and without a stated impression." }
        return "\(subject). Impression as stated: \(items.map(\.asSentence).joined(separator: " "))"
    }

    private var labSentences: [String] {
        let out = labValues.filter { $0.status.isOutOfRange }
        let normal = labValues.count { $0.status == .normal }
        let unknown = labValues.count { $0.status == .unknown }
        let source = method == .opticalRecognition || method == .mixed ? " by text recognition" : ""
        var sentences = ["\(labValues.count) measured value\(labValues.count == 1 ? "" : "s") read\(source)."]
        if out.isEmpty {
            sentences.append("None is out of its printed reference range.")
        } else {
            sentences.append("Out of range: \(out.map(\.statement).joined(separator: "; ")).")
        }
        if normal > 0 { sentences.append("\(normal) within the printed range.") }
        if unknown > 0 { sentences.append("\(unknown) without a range to compare with.") }
        return sentences
    }

    private func certainty(_ textCertainty: Double) -> Double {
        if !labValues.isEmpty {
            let mean = labValues.map(\.confidence).reduce(0, +) / Double(labValues.count)
            return mean * Double(labValues.count) / Double(labValues.count + uncertainRows.count)
        }
        if statesRadiology { return 0.95 * textCertainty }
        // Text alone: it was read, but nothing was understood.
        return 0.4 * textCertainty
    }
}

extension LabValue {
    /// `MCV (Derived) 82.1 fl (low; reference 83.0-101.0; page 3)`.
    var statement: String {
        let unit = unit.isEmpty ? "" : (unit == "%" ? "%" : " \(unit)")
        let range = referenceRange.isEmpty ? "" : "; reference \(referenceRange)"
        return "\(name) \(value)\(unit) (\(status.wording)\(range); page \(page))"
    }
}

extension LabValue.Status {
    var wording: String {
        switch self {
        case .low: "low"
        case .normal: "within range"
        case .high: "high"
        case .abnormal: "marked abnormal"
        case .critical: "marked critical"
        case .unknown: "not judged"
        }
    }
}

extension String {
    /// Ends with a full stop.
    var asSentence: String {
        guard let last, !".!?".contains(last) else { return self }
        return self + "."
    }
}
