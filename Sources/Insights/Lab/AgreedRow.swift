/// One measurement that several readings of the same scanned page agree on.
struct AgreedRow: Sendable, Hashable {
    var row: LabRow
    /// 0 to 1, by how many readings agree on value, range and unit and how sure recognition was.
    var certainty: Double
    var rangeIsTrusted: Bool
}

/// Compares readings of one scanned page, each made under other settings. A value counts only when at least two
/// readings print the same digits; what is seen but not agreed on is named as uncertain and never guessed.
struct ReadingComparison: Sendable {
    var agreed: [AgreedRow] = []
    var uncertain: [DocumentReading.UncertainRow] = []
    /// All readings say the same in every field.
    var isUnanimous = true

    init(_ readings: [LabTable]) {
        var settled: [(centerY: Double, height: Double)] = []
        for cluster in Self.clusters(readings) {
            settled += cluster.map { ($0.centerY, $0.bottom - $0.top) }
            if let row = Self.vote(cluster, readings: readings.count) {
                agreed.append(row)
                isUnanimous = isUnanimous && Self.isUnanimous(cluster, readings: readings.count)
            } else {
                isUnanimous = false
                let surest = cluster.max { $0.nameConfidence < $1.nameConfidence }
                uncertain += surest.map { [.init(name: $0.name, page: $0.page)] } ?? []
            }
        }
        // Rows that no reading understood, each once.
        for unread in readings.flatMap(\.unreadable) {
            if settled.contains(where: { abs($0.centerY - unread.centerY) < $0.height * 0.6 }) { continue }
            settled.append((unread.centerY, 12))
            isUnanimous = false
            uncertain.append(unread.uncertain)
        }
    }

    /// Rows at the same height, at most one of each reading, from top to bottom.
    private static func clusters(_ readings: [LabTable]) -> [[LabRow]] {
        var clusters: [(centerY: Double, height: Double, readings: Set<Int>, rows: [LabRow])] = []
        for (reading, table) in readings.enumerated() {
            for row in table.rows {
                let match = clusters.firstIndex { cluster in
                    !cluster.readings.contains(reading) && abs(cluster.centerY - row.centerY) < cluster.height * 0.6
                }
                if let match {
                    clusters[match].readings.insert(reading)
                    clusters[match].rows.append(row)
                } else {
                    clusters.append((row.centerY, row.bottom - row.top, [reading], [row]))
                }
            }
        }
        return clusters.sorted { $0.centerY < $1.centerY }.map(\.rows)
    }

    private static func isUnanimous(_ rows: [LabRow], readings: Int) -> Bool {
        guard rows.count == readings else { return false }
        return Set(rows.map(\.valueText)).count == 1 && Set(rows.map(\.flag)).count == 1
            && Set(rows.map(\.rangeText.withoutSpaces)).count == 1 && Set(rows.map(\.unit.withoutSpaces)).count == 1
            && Set(rows.map(\.name.withoutSpaces)).count == 1 && rows.allSatisfy(\.unitIsKnown)
    }

    private static func vote(_ rows: [LabRow], readings: Int) -> AgreedRow? {
        let values = rows.map(\.valueText.withoutSpaces)
        // Two readings against two others settle nothing.
        guard let (value, valueVotes) = winner(values), valueVotes >= 2, valueVotes * 2 > values.count else {
            return nil
        }
        let same = rows.filter { $0.valueText.withoutSpaces == value }
        guard var row = same.max(by: { $0.valueConfidence < $1.valueConfidence }) else { return nil }
        let (range, rangeVotes) = winner(rows.map(\.rangeText.withoutSpaces)) ?? ("", 0)
        let printed = rows.first { $0.rangeText.withoutSpaces == range }?.rangeText ?? ""
        let rangeIsTrusted = rangeVotes >= 2 && rangeVotes * 2 > rows.count && isReadable(printed)
        // A range that could not be made out is not stated: half-read digits would be taken for printed ones.
        row.rangeText = rangeIsTrusted ? printed : ""
        let unitVotes = settleUnit(&row, rows)
        settleName(&row, rows)
        // A mark counts when at least half of the readings see it: marks are small and get lost, not invented.
        let marks = rows.compactMap(\.flag)
        row.flag = marks.count * 2 >= rows.count ? winner(marks)?.0 : nil
        let total = Double(readings)
        let certainty =
            0.55 * Double(valueVotes) / total + 0.2 * Double(rangeVotes) / total + 0.1 * Double(unitVotes) / total
            + 0.15 * row.valueConfidence
        return AgreedRow(row: row, certainty: certainty, rangeIsTrusted: rangeIsTrusted)
    }

    private static func isReadable(_ range: String) -> Bool {
        range.isEmpty || ReferenceRange(range, sex: nil, age: nil) != nil
    }

    /// A unit that is one beats a mended one, which beats a text that is none.
    private static func settleUnit(_ row: inout LabRow, _ rows: [LabRow]) -> Int {
        let exact = rows.filter { $0.unitIsKnown && !$0.unitIsRepaired && !$0.unit.isEmpty }
        let known = rows.filter { $0.unitIsKnown && !$0.unit.isEmpty }
        let pool = !exact.isEmpty ? exact : !known.isEmpty ? known : rows
        guard let (unit, votes) = winner(pool.map(\.unit.withoutSpaces)),
            let found = pool.first(where: { $0.unit.withoutSpaces == unit })
        else { return 0 }
        row.unit = found.unit
        row.unitIsKnown = found.unitIsKnown
        row.unitIsRepaired = found.unitIsRepaired
        return votes
    }

    /// A unit that no reading made out, looked for again among the words that another reading has in its place.
    mutating func settleUnits(from page: PageWords) {
        let words = page.rows().flatMap(\.words)
        for index in agreed.indices where !agreed[index].row.unitIsKnown {
            let row = agreed[index].row
            guard let span = row.unitSpan else { continue }
            let margin = (row.bottom - row.top) / 2
            let there = words.filter {
                $0.left > span.lowerBound - margin && $0.right < span.upperBound + margin && $0.centerY > row.top
                    && $0.centerY < row.bottom
            }
            let text = there.sorted { $0.left < $1.left }.map(\.text).joined(separator: " ")
            guard UnitGrammar.recognises(text) else { continue }
            agreed[index].row.unit = text
            agreed[index].row.unitIsKnown = true
        }
    }

    private static func settleName(_ row: inout LabRow, _ rows: [LabRow]) {
        if let whole = uncut(rows.map(\.name)) {
            row.name = whole
            return
        }
        guard let (name, votes) = winner(rows.map(\.name.withoutSpaces)) else { return }
        let pool = votes >= 2 ? rows.filter { $0.name.withoutSpaces == name } : rows
        // The edge of a box eats first letters; where no two agree, the longer name has lost less.
        let best = pool.max {
            ($0.name.withoutSpaces.count, $0.nameConfidence) < ($1.name.withoutSpaces.count, $1.nameConfidence)
        }
        if let best { row.name = best.name }
    }

    /// The line of a box beside a column eats the first letter of a name, or becomes one. A capitalised name that a
    /// second reading has without its capital ("Troponin" and "roponin") was cut, however many readings cut it.
    private static func uncut(_ names: [String]) -> String? {
        names.first { name in
            guard let first = name.first, first.isUppercase, !"IL".contains(first) else { return false }
            let cut = name.dropFirst().withoutSpaces
            return cut.first?.isLowercase == true && names.contains { $0.withoutSpaces == cut }
        }
    }

    /// The commonest item and its count; of equals the one seen first.
    private static func winner<Item: Hashable>(_ items: [Item]) -> (Item, Int)? {
        var counts: [Item: Int] = [:]
        for item in items { counts[item, default: 0] += 1 }
        let most = counts.values.max() ?? 0
        return items.first { counts[$0] == most }.map { ($0, most) }
    }
}

extension StringProtocol {
    var withoutSpaces: String { String(filter { !$0.isWhitespace }) }
}
