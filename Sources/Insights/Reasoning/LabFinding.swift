/// An out-of-range value with what it is called and where it stands.
struct LabFinding: Sendable, Hashable {
    var value: LabValue
    var fileName: String
    /// -1 below, 1 above, nil when the document gives no direction.
    var direction: Int?
    var label: FindingLabel

    init(_ value: LabValue, fileName: String, patient: Patient) {
        self.value = value
        self.fileName = fileName
        switch value.status {
        case .low: direction = -1
        case .high: direction = 1
        case .critical: direction = Self.direction(value, patient)
        case .abnormal, .normal, .unknown: direction = nil
        }
        label = FindingLabel.of(name: value.name, unit: value.unit, direction: direction)
    }

    private static func direction(_ value: LabValue, _ patient: Patient) -> Int? {
        guard let cell = ResultCell(value.value.split(separator: " ").map(String.init), allowsWords: true),
            let range = ReferenceRange(value.referenceRange, sex: patient.sex, age: patient.age)
        else { return nil }
        switch LabJudgement.compare(cell.value, with: range) {
        case .low: return -1
        case .high: return 1
        case .normal, .abnormal, .critical, .unknown, nil: return nil
        }
    }

    var isCritical: Bool { value.status == .critical }

    /// `MCV (Derived) 82.1 fl, below 83.0-101.0`.
    var measurement: String {
        let unit = value.unit.isEmpty ? "" : (value.unit == "%" ? "%" : " \(value.unit)")
        let relation =
            switch direction {
            case .some(-1): value.referenceRange.isEmpty ? ", marked low" : ", below \(value.referenceRange)"
            case .some(1): value.referenceRange.isEmpty ? ", marked high" : ", above \(value.referenceRange)"
            default:
                value.referenceRange.isEmpty
                    ? ", \(value.status.wording)" : ", \(value.status.wording) (reference \(value.referenceRange))"
            }
        return "\(value.name) \(value.value)\(unit)\(relation)\(isCritical ? ", marked critical" : "")"
    }

    var source: String { "\(fileName), page \(value.page)" }

    /// Below this a person should look at the paper before relying on the value.
    static let confidenceForReliance = 0.7

    /// The measurement with its source, as a finding.
    var sentence: String {
        let doubt = value.confidence < Self.confidenceForReliance ? "; read with low certainty, please check" : ""
        return "\(measurement) (\(source)\(doubt))"
    }
}
