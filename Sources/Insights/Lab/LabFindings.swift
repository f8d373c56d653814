/// The measurements of a whole document, judged.
struct LabFindings: Sendable, Hashable {
    var values: [LabValue] = []
    var uncertain: [DocumentReading.UncertainRow] = []

    /// From pages with a text layer, where the words are exact and only their meaning is inferred.
    init(textPages: [PageWords], patient: Patient) {
        var header: TableHeader?
        var rows: [LabRow] = []
        for page in textPages {
            let table = LabTable(page: page, header: header, isRecognised: false)
            header = table.header
            rows += table.rows
            uncertain += table.unreadable.map(\.uncertain)
        }
        let marksAreUsed = rows.contains { $0.flag != nil && $0.flag != .normal }
        values = rows.prefix(Limits.labValuesMax).map { row in
            let judgement = LabJudgement(
                row, patient: patient, rangeIsTrusted: true, marksAreUsed: marksAreUsed, isRecognised: false)
            return LabValue(row, status: judgement.status, confidence: 0.98 * judgement.trust)
        }
    }

    /// From rows that several readings of scanned pages agreed on.
    init(agreed: [AgreedRow], uncertain: [DocumentReading.UncertainRow], patient: Patient) {
        self.uncertain = uncertain
        let marksAreUsed = agreed.contains { $0.row.flag != nil && $0.row.flag != .normal }
        values = agreed.prefix(Limits.labValuesMax).map { agreed in
            let judgement = LabJudgement(
                agreed.row, patient: patient, rangeIsTrusted: agreed.rangeIsTrusted, marksAreUsed: marksAreUsed,
                isRecognised: true)
            return LabValue(
                agreed.row, status: judgement.status, confidence: min(0.97, agreed.certainty) * judgement.trust)
        }
    }

    init() {}

    static func + (left: LabFindings, right: LabFindings) -> LabFindings {
        var sum = LabFindings()
        // Pages in order, rows as they stand on each.
        sum.values = (left.values + right.values).enumerated()
            .sorted { ($0.element.page, $0.offset) < ($1.element.page, $1.offset) }.map(\.element)
        sum.uncertain = left.uncertain + right.uncertain
        return sum
    }
}

extension LabValue {
    init(_ row: LabRow, status: Status, confidence: Double) {
        self.init(
            name: row.name, value: row.valueText, unit: row.unit, referenceRange: row.rangeText, status: status,
            page: row.page, confidence: confidence.asConfidence)
    }
}
