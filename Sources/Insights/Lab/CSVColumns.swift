/// Which column of a CSV file holds what, by its first row.
struct CSVColumns: Sendable, Hashable {
    var name: Int
    var value: Int
    var unit: Int?
    var range: Int?
    var low: Int?
    var high: Int?
    var flag: Int?

    /// Nil unless tests and values are named, and nothing that belongs to a bill.
    init?(header: [String]) {
        var columns: [Role: Int] = [:]
        for (index, cell) in header.enumerated() {
            let key = cell.lowercased().filter { $0.isLetter || $0 == "/" }
            if Self.money.contains(key) { return nil }
            if let role = Self.roles[key], columns[role] == nil { columns[role] = index }
        }
        let isSure = [Role.unit, .range, .low, .high, .flag].contains { columns[$0] != nil }
        guard let value = columns[.value], let name = columns[.test] ?? (isSure ? columns[.name] : nil) else {
            return nil
        }
        self.name = name
        self.value = value
        unit = columns[.unit]
        range = columns[.range]
        low = columns[.low]
        high = columns[.high]
        flag = columns[.flag]
    }

    private enum Role: Hashable { case test, name, value, unit, range, low, high, flag }

    private static let roles: [String: Role] = [
        "test": .test, "testname": .test, "tests": .test, "parameter": .test, "analyte": .test,
        "investigation": .test, "component": .test, "examination": .test, "assay": .test, "labtest": .test,
        "name": .name, "item": .name, "description": .name,
        "value": .value, "result": .value, "results": .value, "observedvalue": .value, "testvalue": .value,
        "resultvalue": .value, "testresult": .value,
        "unit": .unit, "units": .unit, "uom": .unit,
        "range": .range, "referencerange": .range, "refrange": .range, "reference": .range, "normalrange": .range,
        "referenceinterval": .range, "normal": .range, "biologicalreferenceinterval": .range, "normalvalues": .range,
        "low": .low, "referencelow": .low, "reflow": .low, "lowerlimit": .low, "min": .low,
        "high": .high, "referencehigh": .high, "refhigh": .high, "upperlimit": .high, "max": .high,
        "flag": .flag, "flags": .flag, "status": .flag, "abnormal": .flag, "abnormalflag": .flag, "h/l": .flag,
    ]
    private static let money: Set<String> = [
        "amount", "price", "rate", "qty", "quantity", "total", "discount", "tax", "gst", "charges", "cost", "fee",
        "balance", "debit", "credit", "mrp",
    ]

    /// The row as a measurement; nil when it has no name or its value is no value.
    func measurement(_ cells: [String]) -> LabRow? {
        func cell(_ index: Int?) -> String { index.flatMap { $0 < cells.count ? cells[$0] : nil } ?? "" }
        let name = cell(name)
        let words = cell(value).split(separator: " ").map(String.init)
        guard !name.isEmpty, name.count <= Limits.nameCharactersMax, name.contains(where: \.isLetter),
            let result = ResultCell(words, allowsWords: true),
            let rest = RowTail(Array(words.dropFirst(result.wordCount)), flag: result.flag, repairsUnits: false)
        else { return nil }
        let unit = cell(unit).isEmpty ? rest.unit : cell(unit)
        return LabRow(
            name: name, value: result.value, valueText: result.text, flag: rest.flag ?? ResultFlag(cell(flag)),
            unit: unit, unitIsKnown: unit.isEmpty || UnitGrammar.recognises(unit),
            rangeText: rangeText(cell(range), cell(low), cell(high)), page: 1, top: 0, bottom: 1, valueConfidence: 1,
            nameConfidence: 1, valueGap: 0)
    }

    private func rangeText(_ range: String, _ low: String, _ high: String) -> String {
        if !range.isEmpty { return String(ReferenceRange.tidied(range).prefix(Limits.rangeCharactersMax)) }
        switch (low.isEmpty, high.isEmpty) {
        case (false, false): return "\(low) - \(high)"
        case (false, true): return ">= \(low)"
        case (true, false): return "<= \(high)"
        case (true, true): return ""
        }
    }
}
