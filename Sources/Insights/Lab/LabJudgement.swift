/// Sets a value against its printed range and its printed mark.
struct LabJudgement: Sendable, Hashable {
    var status: LabValue.Status
    /// What the comparison leaves of the reading's certainty: below 1 where mark and range contradict each other or
    /// the digits look as if a decimal point was lost.
    var trust: Double

    /// `rangeIsTrusted` is false when readings disagree about the range. `marksAreUsed` says that the document marks
    /// other values.
    init(_ row: LabRow, patient: Patient, rangeIsTrusted: Bool, marksAreUsed: Bool, isRecognised: Bool) {
        let range = ReferenceRange(row.rangeText, sex: patient.sex, age: patient.age)
        let computed = rangeIsTrusted ? range.flatMap { Self.compare(row.value, with: $0) } : nil
        var trust = rangeIsTrusted ? 1.0 : 0.7
        switch (row.flag, computed) {
        case (nil, let computed):
            status = computed ?? .unknown
            if marksAreUsed, status.isOutOfRange { trust *= 0.8 }
        case (.critical, .normal): (status, trust) = (.abnormal, trust * Self.contradiction)
        case (.critical, _): status = .critical
        case (.low, nil), (.low, .low), (.low, .abnormal): status = .low
        case (.high, nil), (.high, .high), (.high, .abnormal): status = .high
        case (.abnormal, .low): status = .low
        case (.abnormal, .high): status = .high
        case (.abnormal, nil), (.abnormal, .abnormal): status = .abnormal
        case (.normal, nil), (.normal, .normal): status = .normal
        case (.low, _), (.high, _), (.abnormal, _), (.normal, _):
            (status, trust) = (.abnormal, trust * Self.contradiction)
        }
        if isRecognised { trust *= Self.digitTrust(row.value, range: range) }
        if !row.unit.isEmpty, !row.unitIsKnown { trust *= 0.85 }
        self.trust = trust
    }

    private static let contradiction = 0.6

    /// Low, normal, high or abnormal; nil when range and value cannot be compared.
    static func compare(_ value: PrintedValue, with range: ReferenceRange) -> LabValue.Status? {
        switch (value, range) {
        case (.number(let number), .bounds(let bounds)): return status(bounds.side(of: number.value))
        case (.bounded(let isBelow, let number), .bounds(let bounds)):
            return isBelow ? below(number.value, bounds) : above(number.value, bounds)
        case (.span(let low, let high), .bounds(let bounds)):
            let sides = (bounds.side(of: low.value), bounds.side(of: high.value))
            return sides.0 == sides.1 ? status(sides.0) : .abnormal
        case (.words(.absent), .bounds(let bounds)): return bounds.side(of: 0) == 0 ? .normal : nil
        case (.words(let found), .words(let expected)):
            if found == expected { return .normal }
            switch (found, expected) {
            case (.present, .absent), (.absent, .present): return .abnormal
            default: return nil
            }
        case (_, .undecided), (.titre, _), (.words, .bounds), (.number, .words), (.bounded, .words), (.span, .words):
            return nil
        }
    }

    private static func status(_ side: Int) -> LabValue.Status { side < 0 ? .low : side > 0 ? .high : .normal }

    /// The value lies somewhere below `limit`, and not below nothing.
    private static func below(_ limit: Double, _ bounds: ReferenceRange.Bounds) -> LabValue.Status? {
        if let low = bounds.low, low > 0 { return limit <= low ? .low : nil }
        return bounds.high.map { limit <= $0 } == true ? .normal : nil
    }

    private static func above(_ limit: Double, _ bounds: ReferenceRange.Bounds) -> LabValue.Status? {
        if let high = bounds.high { return limit >= high ? .high : nil }
        return bounds.low.map { limit >= $0 } == true ? .normal : nil
    }

    /// Recognition loses decimal points and takes points for commas.
    private static func digitTrust(_ value: PrintedValue, range: ReferenceRange?) -> Double {
        guard case .number(let number) = value else { return 1 }
        if number.hasDecimalComma { return 0.7 }
        guard case .bounds(let bounds) = range, bounds.fractionDigits > 0, number.fractionDigits == 0,
            bounds.side(of: number.value) != 0
        else { return 1 }
        return 0.6
    }
}
