/// Finds the measurements of one page by its rows and columns.
struct LabTable: Sendable {
    var rows: [LabRow] = []
    /// Rows with a unit and a range whose value could not be made out.
    var unreadable: [UnreadRow] = []
    /// The header in force at the end of the page, for the next page.
    var header: TableHeader?

    /// `isRecognised` says that the words come from recognition, where single characters may be wrong.
    init(page: PageWords, header carried: TableHeader?, isRecognised: Bool) {
        var reader = PageReader(page: page.number, isRecognised: isRecognised, header: carried, isCarried: true)
        let rows = isRecognised ? page.rows().map(\.withNumbersJoined) : page.rows()
        if let carried { reader.boundaries = carried.boundaries(rows: rows) }
        for (index, row) in rows.enumerated() where row.words.count <= Limits.rowWordsMax {
            if let header = TableHeader(row) {
                let below = rows[(index + 1)...]
                let body = below.prefix { TableHeader($0) == nil }
                reader.begin(header, boundaries: header.boundaries(rows: Array(body)))
            } else {
                reader.read(row)
            }
        }
        self.rows = reader.accepted
        unreadable = reader.notUnderstood
        self.header = reader.header
    }
}

/// A row that looks like a measurement and is not understood.
struct UnreadRow: Sendable, Hashable {
    var name: String
    var page: Int
    var centerY: Double

    var uncertain: DocumentReading.UncertainRow { .init(name: name, page: page) }
}

private struct PageReader {
    let page: Int
    let isRecognised: Bool
    var header: TableHeader?
    /// The header stands on an earlier page, so a row needs more evidence of its own.
    var isCarried: Bool
    var boundaries: [Double] = []
    var found: [(row: LabRow, isOutsideTable: Bool)] = []
    var unreadable: [UnreadRow] = []
    /// Rows with a name and a number that were not understood; they count when they stand inside a table.
    var leftOver: [UnreadRow] = []

    init(page: Int, isRecognised: Bool, header: TableHeader?, isCarried: Bool) {
        self.page = page
        self.isRecognised = isRecognised
        self.header = header
        self.isCarried = isCarried
    }

    /// Without a header, a single row may be prose that happens to look like a measurement; a set-off value or
    /// several such rows make a table.
    var accepted: [LabRow] {
        let isTable = found.count >= 3
        return found.filter { !$0.isOutsideTable || isTable || $0.row.valueGap >= 1.6 }.map(\.row)
    }

    mutating func begin(_ header: TableHeader, boundaries: [Double]) {
        self.header = header
        self.boundaries = boundaries
        isCarried = false
    }

    mutating func read(_ row: TextRow) {
        if let header {
            let zones = ZonedRow(row, header: header, boundaries: boundaries)
            if let understood = zones.measurement(page: page, isRecognised: isRecognised), hasEvidence(understood) {
                found.append((understood, false))
                return
            }
            if continueRange(zones, row) { return }
            let result = zones.span(of: .result)
            if let understood = FreeRow(row, isRecognised: isRecognised).measurement(page: page, valueWithin: result) {
                found.append((understood, false))
            } else if let name = zones.unreadableName(isRecognised: isRecognised) {
                unreadable.append(UnreadRow(name: name, page: page, centerY: row.centerY))
            } else {
                keep(row)
            }
            return
        }
        let free = FreeRow(row, isRecognised: isRecognised)
        if let understood = free.measurement(page: page, valueWithin: nil) {
            found.append((understood, true))
        } else if let name = free.unreadableName() {
            unreadable.append(UnreadRow(name: name, page: page, centerY: row.centerY))
        } else {
            keep(row)
        }
    }

    private mutating func keep(_ row: TextRow) {
        let columns = row.words.indices.dropFirst().filter { row.gap(before: $0) >= 2 }
        guard let first = columns.first, let name = TestName.from(Array(row.words[..<first])),
            row.words[first...].contains(where: { $0.text.contains(where: \.isASCIIDigit) })
        else { return }
        leftOver.append(UnreadRow(name: name, page: page, centerY: row.centerY))
    }

    /// All rows that a person should look at.
    var notUnderstood: [UnreadRow] {
        guard found.count >= 3, let top = found.map(\.row.top).min(), let bottom = found.map(\.row.bottom).max() else {
            return unreadable
        }
        return unreadable + leftOver.filter { (top...bottom).contains($0.centerY) }
    }

    private func hasEvidence(_ row: LabRow) -> Bool {
        guard isCarried else { return true }
        return !row.rangeText.isEmpty || (!row.unit.isEmpty && row.unitIsKnown)
    }

    /// A line that holds only more of the range column belongs to the row above it.
    private mutating func continueRange(_ zones: ZonedRow, _ row: TextRow) -> Bool {
        guard let last = found.indices.last, let text = zones.onlyRange, !found[last].row.rangeText.isEmpty,
            row.top - found[last].row.bottom < 2.5 * row.height
        else { return false }
        let joined = found[last].row.rangeText + " " + text
        guard joined.count <= Limits.rangeCharactersMax else { return false }
        found[last].row.rangeText = joined
        found[last].row.bottom = row.bottom
        return true
    }
}
