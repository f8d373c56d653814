/// The header row of a table of results: which column is where.
struct TableHeader: Sendable {
    enum Role: Sendable, Hashable {
        case name, result, unit, range, flag
        /// Method, specimen, previous result, serial number: a column whose content is not wanted.
        case ignored
    }

    struct Column: Sendable {
        var role: Role
        var left: Double
        var right: Double
    }

    var columns: [Column]
    var bottom: Double

    /// Nil unless the row names at least tests and results, and nothing that belongs to a bill.
    init?(_ row: TextRow) {
        guard (2...16).contains(row.words.count) else { return nil }
        var columns: [Column] = []
        var unknown = 0
        for (index, word) in row.words.enumerated() {
            let key = word.text.lowercased().trimmed { "().:,*#[]/".contains($0) }
            if Self.money.contains(key) { return nil }
            let isNear = !columns.isEmpty && row.gap(before: index) < 1.8
            if let role = Self.role(key, after: isNear ? columns.last?.role : nil) {
                if isNear, let last = columns.indices.last, columns[last].role == role || role == .ignored {
                    columns[last].right = word.right
                } else {
                    columns.append(Column(role: role, left: word.left, right: word.right))
                }
            } else if Self.modifiers.contains(key) || key.isEmpty {
                if isNear, let last = columns.indices.last { columns[last].right = word.right }
            } else {
                unknown += 1
            }
        }
        let roles = columns.map(\.role)
        let sure = roles.contains(.unit) || roles.contains(.range) || roles.contains(.flag)
        guard roles.contains(.result), roles.count(where: { $0 == .result }) == 1, unknown * 3 <= row.words.count,
            roles.contains(.name) && (sure || unknown == 0) || roles.contains(.unit) && roles.contains(.range)
        else { return nil }
        if !roles.contains(.name) {
            // A table may leave the column of test names without a heading.
            guard let first = columns.first, first.left > row.characterWidth * 12 else { return nil }
            columns.insert(Column(role: .name, left: 0, right: first.left / 2), at: 0)
        }
        self.columns = columns
        bottom = row.bottom
    }

    private static func role(_ key: String, after previous: Role?) -> Role? {
        // "Normal value", "Reference values", "Previous result": the first word decides.
        if let previous, previous == .range || previous == .ignored,
            ["value", "values", "result", "results"].contains(key)
        {
            return previous
        }
        return words[key]
    }

    private static let words: [String: Role] = [
        "test": .name, "tests": .name, "investigation": .name, "investigations": .name, "parameter": .name,
        "parameters": .name, "analyte": .name, "component": .name, "examination": .name, "assay": .name,
        "result": .result, "results": .result, "value": .result, "values": .result, "observed": .result,
        "observation": .result, "reading": .result,
        "unit": .unit, "units": .unit, "uom": .unit,
        "reference": .range, "ref": .range, "range": .range, "ranges": .range, "interval": .range,
        "intervals": .range, "normal": .range, "biological": .range, "bio": .range, "expected": .range,
        "limits": .range,
        "flag": .flag, "flags": .flag, "status": .flag, "abnormal": .flag, "h/l": .flag, "hl": .flag,
        "method": .ignored, "methodology": .ignored, "technique": .ignored, "specimen": .ignored,
        "sample": .ignored, "previous": .ignored, "last": .ignored, "prior": .ignored, "date": .ignored,
        "time": .ignored, "s.no": .ignored, "sno": .ignored, "sr": .ignored, "sl": .ignored, "no": .ignored,
        "loinc": .ignored, "lab": .ignored, "code": .ignored,
    ]
    private static let modifiers: Set<String> = [
        "name", "names", "description", "done", "of", "your", "patient", "&", "and", "desired", "your's",
    ]
    private static let money: Set<String> = [
        "amount", "price", "rate", "rs", "inr", "usd", "eur", "qty", "quantity", "total", "discount", "tax", "gst",
        "hsn", "charges", "charge", "fee", "fees", "mrp", "cost", "paid", "balance", "debit", "credit",
    ]

    /// Where each column ends, found from the rows below: between two headings, the place that the fewest words of
    /// table rows cross, and of several such places the one nearest to where the next heading begins.
    func boundaries(rows: [TextRow]) -> [Double] {
        // Running text has no gaps as wide as those between columns.
        let body = rows.filter { row in row.words.indices.dropFirst().contains { row.gap(before: $0) >= 2 } }
        return zip(columns, columns.dropFirst()).map { left, right in
            let start = (left.left + left.right) / 2
            let end = max(start, (right.left + right.right) / 2)
            let places = stride(from: start, through: end, by: 2).map { x in
                let crossing = body.count { row in row.words.contains { $0.left < x && x < $0.right } }
                return (x: x, crossing: crossing, distance: abs(x - (right.left - 2)))
            }
            let best = places.min { ($0.crossing, $0.distance) < ($1.crossing, $1.distance) }
            return best?.x ?? right.left
        }
    }
}
