import Testing

@testable import Insights

@Suite struct `Reading comparisons` {
    private func table(_ rows: [(name: String, value: String, unit: String, range: String, flag: ResultFlag?)]) throws
        -> LabTable
    {
        var table = LabTable(
            page: PageWords(number: 1, width: 1, height: 1, words: []), header: nil, isRecognised: true)
        table.rows = try rows.enumerated().map { index, row in
            let number = try #require(PrintedNumber(row.value))
            return LabRow(
                name: row.name, value: .number(number), valueText: row.value, flag: row.flag, unit: row.unit,
                unitIsKnown: UnitGrammar.recognises(row.unit), rangeText: row.range, page: 1, top: Double(index * 20),
                bottom: Double(index * 20 + 10), valueConfidence: 0.9, nameConfidence: 0.9, valueGap: 3)
        }
        return table
    }

    @Test func `two readings that agree settle a row`() throws {
        let reading = try table([("Urea", "21.0", "mg/dl", "17-43", nil)])
        let comparison = ReadingComparison([reading, reading])
        #expect(comparison.isUnanimous && comparison.agreed.count == 1 && comparison.uncertain.isEmpty)
        #expect(comparison.agreed[0].certainty > 0.9)
    }

    @Test func `digits that differ are settled by a third reading or not stated`() throws {
        let a = try table([("Urea", "21.0", "mg/dl", "17-43", nil)])
        let b = try table([("Urea", "27.0", "mg/dl", "17-43", nil)])
        let two = ReadingComparison([a, b])
        #expect(!two.isUnanimous && two.agreed.isEmpty && two.uncertain == [.init(name: "Urea", page: 1)])
        let three = ReadingComparison([a, b, a])
        #expect(three.agreed.first?.row.valueText == "21.0" && three.uncertain.isEmpty)
        #expect(three.agreed[0].certainty < 0.9)
        let c = try table([("Urea", "2.0", "mg/dl", "17-43", nil)])
        #expect(ReadingComparison([a, b, c]).agreed.isEmpty)
        #expect(ReadingComparison([a, b, a, b]).agreed.isEmpty)
        #expect(ReadingComparison([a, b, c, a]).agreed.isEmpty)
    }

    @Test func `a row that only one reading sees is uncertain`() throws {
        let a = try table([("Urea", "21.0", "mg/dl", "17-43", nil), ("Sodium", "139", "mmol/l", "136-145", nil)])
        let b = try table([("Urea", "21.0", "mg/dl", "17-43", nil)])
        let comparison = ReadingComparison([a, b, b])
        #expect(comparison.agreed.map(\.row.name) == ["Urea"])
        #expect(comparison.uncertain == [.init(name: "Sodium", page: 1)])
    }

    @Test func `a row that no reading understands is named once`() throws {
        var a = try table([("Urea", "21.0", "mg/dl", "17-43", nil)])
        a.unreadable = [
            UnreadRow(name: "Ureo", page: 1, centerY: a.rows[0].centerY), UnreadRow(name: "Iron", page: 1, centerY: 40),
        ]
        let comparison = ReadingComparison([a, a])
        #expect(comparison.agreed.map(\.row.name) == ["Urea"])
        #expect(comparison.uncertain == [.init(name: "Iron", page: 1)])
        #expect(!comparison.isUnanimous)
    }

    @Test func `ranges that differ are not trusted`() throws {
        let a = try table([("Urea", "21.0", "mg/dl", "17-43", nil)])
        let b = try table([("Urea", "21.0", "mg/dl", "77-43", nil)])
        let c = try table([("Urea", "21.0", "mg/dl", "11-43", nil)])
        let comparison = ReadingComparison([a, b, c])
        #expect(comparison.agreed.first?.rangeIsTrusted == false)
        #expect(comparison.agreed.first?.row.rangeText == "")
    }

    @Test func `names, units and marks take what is plausible`() throws {
        let a = try table([("roponin", "1.30", "gM", "0-9", nil)])
        let b = try table([("Troponin", "1.30", "g/dl", "0-9", .abnormal)])
        let c = try table([("roponin", "1.30", "gM", "0-9", .abnormal)])
        let row = try #require(ReadingComparison([a, b, c]).agreed.first?.row)
        #expect(row.name == "Troponin" && row.unit == "g/dl" && row.flag == .abnormal)
    }

    @Test func `a smudged unit is looked for in the words of another reading`() throws {
        var a = try table([("Haemoglobin", "15.1", "gM", "13-17", nil)])
        a.rows[0].unitSpan = 300...320
        var comparison = ReadingComparison([a, a])
        let words = [
            Word(text: "15", left: 200, top: 0, width: 10, height: 10, confidence: 1, line: 0),
            Word(text: "g/dl", left: 300, top: 0, width: 20, height: 10, confidence: 0.1, line: 0),
            Word(text: "mg/dl", left: 300, top: 20, width: 20, height: 10, confidence: 1, line: 1),
        ]
        comparison.settleUnits(from: PageWords(number: 1, width: 600, height: 800, words: words))
        #expect(comparison.agreed[0].row.unit == "g/dl" && comparison.agreed[0].row.unitIsKnown)
    }
}
