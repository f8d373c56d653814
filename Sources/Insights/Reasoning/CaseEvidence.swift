/// Everything the documents of a case state, with its sources, in the order it matters.
struct CaseEvidence: Sendable {
    struct Source: Sendable {
        var document: CaseDocument
        var reading: DocumentReading
    }

    struct Impression: Sendable, Hashable {
        var text: String
        var fileName: String
        var examination: String
        /// The reading's.
        var confidence: Double
        var isUnremarkable: Bool
    }

    var patient: Patient
    /// As typed; nil when nothing but white space was.
    var notes: String?
    /// Documents something was understood of.
    var sources: [Source] = []
    /// Stored but not interpreted.
    var uninterpreted: [Source] = []
    var failures: [(fileName: String, reason: String)] = []
    /// Critical first, then by weight, then as the documents have them.
    var findings: [LabFinding] = []
    var impressions: [Impression] = []

    init(patient: Patient, notes: String?, outcomes: [(document: CaseDocument, outcome: ReadingOutcome)]) {
        self.patient = patient
        self.notes = notes.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        for (document, outcome) in outcomes {
            switch outcome {
            case .failed(let reason): failures.append((document.fileName, reason))
            case .read(let reading) where reading.method == .none:
                uninterpreted.append(.init(document: document, reading: reading))
            case .read(let reading): sources.append(.init(document: document, reading: reading))
            }
        }
        let found = sources.flatMap { source in
            source.reading.labValues.filter { $0.status.isOutOfRange }.map {
                LabFinding($0, fileName: source.document.fileName, patient: patient)
            }
        }
        findings = found.enumerated().sorted { left, right in
            let a = left.element
            let b = right.element
            if a.isCritical != b.isCritical { return a.isCritical }
            if a.label.weight != b.label.weight { return a.label.weight > b.label.weight }
            return left.offset < right.offset
        }.map(\.element)
        impressions = sources.flatMap(Self.impressions)
    }

    private static func impressions(_ source: Source) -> [Impression] {
        source.reading.impressions.split(separator: "\n").map { line in
            let text = RadiologyReport.withoutNumber(String(line))
            return Impression(
                text: text, fileName: source.document.fileName, examination: source.reading.examination,
                confidence: source.reading.confidence, isUnremarkable: RadiologyReport.isUnremarkable(text))
        }
    }

    var values: [LabValue] { sources.flatMap(\.reading.labValues) }
    var isEmpty: Bool { sources.isEmpty }
    var documentCount: Int { sources.count + uninterpreted.count + failures.count }

    /// How much of what was handed in is understood, and how surely: files that failed or were not interpreted
    /// count as 0.
    var coverage: Double {
        guard documentCount > 0 else { return 0 }
        return sources.map(\.reading.confidence).reduce(0, +) / Double(documentCount)
    }
}
