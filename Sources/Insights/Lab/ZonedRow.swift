/// A row whose words are sorted into the columns of a header.
struct ZonedRow {
    private let row: TextRow
    private let header: TableHeader
    private let boundaries: [Double]
    private let cells: [[Word]]

    init(_ row: TextRow, header: TableHeader, boundaries: [Double]) {
        self.row = row
        self.header = header
        self.boundaries = boundaries
        var cells = [[Word]](repeating: [], count: header.columns.count)
        for word in row.words {
            let column = boundaries.firstIndex { word.centerX < $0 } ?? boundaries.count
            if column < cells.count { cells[column].append(word) }
        }
        self.cells = cells
    }

    private func words(_ role: TableHeader.Role) -> [Word] {
        zip(header.columns, cells).flatMap { $0.role == role ? $1 : [] }
    }

    private func text(_ role: TableHeader.Role) -> String { words(role).map(\.text).joined(separator: " ") }

    /// Where the words of the column's kind may stand.
    func span(of role: TableHeader.Role) -> ClosedRange<Double>? {
        guard let index = header.columns.firstIndex(where: { $0.role == role }) else { return nil }
        let left = index == 0 ? 0 : boundaries[index - 1]
        let right = index < boundaries.count ? boundaries[index] : Double.infinity
        return left <= right ? left...right : nil
    }

    func measurement(page: Int, isRecognised: Bool) -> LabRow? {
        let nameWords = words(.name)
        let resultWords = words(.result)
        let resultTexts = resultWords.map(\.text)
        guard let name = TestName.from(nameWords), let cell = ResultCell(resultTexts, allowsWords: true),
            let rest = RowTail(
                Array(resultTexts.dropFirst(cell.wordCount)), flag: cell.flag, repairsUnits: isRecognised),
            let unit = unit(besides: rest, isRecognised: isRecognised)
        else { return nil }
        let printed = isRecognised ? ReferenceRange.tidiedRecognised(text(.range)) : ReferenceRange.tidied(text(.range))
        let range = [rest.rangeText, printed].filter { !$0.isEmpty }.joined(separator: " ")
        guard isPlausible(cell.value, unit: unit, range: range) else { return nil }
        let valueWords = resultWords.prefix(cell.wordCount)
        let first = row.words.firstIndex { $0 == valueWords.first } ?? 0
        return LabRow(
            name: name, value: cell.value, valueText: cell.text, flag: rest.flag ?? ResultFlag(text(.flag)),
            unit: unit.text, unitIsKnown: unit.isKnown, unitIsRepaired: unit.isRepaired,
            unitSpan: Self.span(words(.unit)), rangeText: range, page: page, top: row.top, bottom: row.bottom,
            valueConfidence: valueWords.map(\.confidence).min() ?? 0,
            nameConfidence: nameWords.map(\.confidence).reduce(0, +) / Double(max(1, nameWords.count)),
            valueGap: row.gap(before: first))
    }

    private static func span(_ words: [Word]) -> ClosedRange<Double>? {
        guard let left = words.map(\.left).min(), let right = words.map(\.right).max(), left <= right else {
            return nil
        }
        return left...right
    }

    private typealias Unit = (text: String, isKnown: Bool, isRepaired: Bool)

    /// Nil when the place of the unit holds prose.
    private func unit(besides rest: RowTail, isRecognised: Bool) -> Unit? {
        let printed = text(.unit)
        if printed.isEmpty { return (rest.unit, rest.unitIsKnown, rest.unitIsRepaired) }
        if ["-", "--", "n/a"].contains(printed.lowercased()) { return ("", true, false) }
        if UnitGrammar.recognises(printed) { return (printed, true, false) }
        if isRecognised, let repaired = UnitGrammar.repaired(printed) { return (repaired, true, true) }
        // An unknown unit is one or two words. A number or a known unit among them means that words of a neighbouring
        // column were caught.
        let texts = words(.unit).map(\.text)
        guard texts.count <= 2, printed.count <= 24, !texts.contains(where: { PrintedNumber($0) != nil }),
            texts.count == 1 || !texts.contains(where: UnitGrammar.recognises)
        else { return nil }
        return (printed, false, false)
    }

    /// A footer or a comment below a table has something in its columns too, but not a range or a unit.
    private func isPlausible(_ value: PrintedValue, unit: Unit, range: String) -> Bool {
        let rangeIsOne = ReferenceRange(range, sex: nil, age: nil) != nil
        if !range.isEmpty { return rangeIsOne || (unit.isKnown && !unit.text.isEmpty) }
        if !unit.text.isEmpty { return unit.isKnown }
        return words(.name).count <= 6
    }

    /// The text, when only the range column has any.
    var onlyRange: String? {
        let range = words(.range)
        return !range.isEmpty && range.count == row.words.count ? text(.range) : nil
    }

    /// The name of a row with a unit and a range whose value is no value.
    func unreadableName(isRecognised: Bool) -> String? {
        guard !words(.result).isEmpty, UnitGrammar.recognises(text(.unit)),
            ReferenceRange(text(.range), sex: nil, age: nil) != nil
        else { return nil }
        return TestName.from(words(.name))
    }
}
