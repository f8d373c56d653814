/// A row without a header to explain it: name, value, then marks, unit and range with no word left over. The range
/// and the unit (or brackets around the range) are the evidence that this is a measurement.
struct FreeRow {
    let row: TextRow
    let isRecognised: Bool

    init(_ row: TextRow, isRecognised: Bool) {
        self.row = row
        self.isRecognised = isRecognised
    }

    /// `valueWithin` limits where the value may stand, when a header says so; the evidence asked for is the same.
    func measurement(page: Int, valueWithin zone: ClosedRange<Double>?) -> LabRow? {
        let words = row.words
        guard words.count >= 3 else { return nil }
        for index in 1..<words.count {
            if let zone, !zone.contains(words[index].centerX) { continue }
            let texts = words[index...].map(\.text)
            guard let cell = ResultCell(texts, allowsWords: false), isSetOff(index),
                let name = TestName.from(Array(words[..<index])),
                let tail = RowTail(Array(texts.dropFirst(cell.wordCount)), flag: cell.flag, repairsUnits: isRecognised),
                isEvidence(tail)
            else { continue }
            let valueWords = words[index..<index + cell.wordCount]
            return LabRow(
                name: name, value: cell.value, valueText: cell.text, flag: tail.flag, unit: tail.unit,
                unitIsKnown: tail.unitIsKnown, unitIsRepaired: tail.unitIsRepaired,
                unitSpan: tail.unitWords.map {
                    words[index + cell.wordCount + $0.lowerBound]
                        .left...words[index + cell.wordCount + $0.upperBound - 1].right
                },
                rangeText: tail.rangeText, page: page, top: row.top, bottom: row.bottom,
                valueConfidence: valueWords.map(\.confidence).min() ?? 0,
                nameConfidence: words[..<index].map(\.confidence).reduce(0, +) / Double(index),
                valueGap: row.gap(before: index))
        }
        return nil
    }

    private func isEvidence(_ tail: RowTail) -> Bool {
        guard !tail.rangeText.isEmpty else { return false }
        return (!tail.unit.isEmpty && tail.unitIsKnown) || tail.rangeIsBracketed
    }

    /// A number in a column of its own before this one would be a second result, and which of the two counts is
    /// not known. "Vitamin B 12" has its number close by.
    /// Two numbers close together are one that recognition has split.
    private func isSetOff(_ index: Int) -> Bool {
        guard index > 1, PrintedNumber(row.words[index - 1].text) != nil else { return true }
        return row.gap(before: index - 1) < 2 && row.gap(before: index) >= 2
    }

    /// The name of a row that ends in a known unit and a range but has no number where the value belongs.
    func unreadableName() -> String? {
        let words = row.words
        guard words.count >= 4 else { return nil }
        for index in 2..<words.count {
            guard row.gap(before: index - 1) >= 1.6,
                let tail = RowTail(words[index...].map(\.text), flag: nil, repairsUnits: isRecognised),
                !tail.rangeText.isEmpty, !tail.unit.isEmpty, tail.unitIsKnown
            else { continue }
            return TestName.from(Array(words[..<(index - 1)]))
        }
        return nil
    }
}
