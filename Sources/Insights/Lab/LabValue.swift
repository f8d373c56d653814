public import Core

/// One measurement as a document states it. Texts are kept as printed: a value of `7.30` stays `7.30`.
public struct LabValue: Sendable, Hashable {
    /// Against the printed reference range and the printed flag, never against knowledge of our own.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case low, normal, high
        /// Marked or differing from the reference without a direction, or mark and range contradict each other.
        case abnormal
        /// Marked critical on the document.
        case critical
        /// The document gives nothing to compare with, or what it gives could not be read for certain.
        case unknown

        /// Out of range in whatever way.
        public var isOutOfRange: Bool {
            switch self {
            case .low, .high, .abnormal, .critical: true
            case .normal, .unknown: false
            }
        }
    }

    /// As printed.
    public var name: String
    /// As printed, without marks.
    public var value: String
    /// Empty when none is printed.
    public var unit: String
    /// Without enclosing brackets; empty when none is printed.
    public var referenceRange: String
    /// See ``Status``.
    public var status: Status
    /// Counted from 1.
    public var page: Int
    /// 0 to 1: how sure the reading of this row is.
    public var confidence: Double

    public init(
        name: String, value: String, unit: String, referenceRange: String, status: Status, page: Int,
        confidence: Double
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.referenceRange = referenceRange
        self.status = status
        self.page = page
        self.confidence = confidence
    }
}

extension LabValue {
    /// `{name, value, unit, reference_range, status, page, confidence}`; value, unit and range are strings.
    public var json: JSON {
        [
            "name": .string(name), "value": .string(value), "unit": .string(unit),
            "reference_range": .string(referenceRange), "status": .string(status.rawValue), "page": .int(page),
            "confidence": .double(confidence),
        ]
    }

    /// Nil when a member is missing or of another kind.
    public init?(json: JSON) {
        guard let name = json["name"]?.string, let value = json["value"]?.string, let unit = json["unit"]?.string,
            let range = json["reference_range"]?.string, let status = json["status"]?.string.flatMap(Status.init),
            let page = json["page"]?.int, let confidence = json["confidence"]?.double
        else { return nil }
        self.init(
            name: name, value: value, unit: unit, referenceRange: range, status: status, page: page,
            confidence: confidence)
    }
}

extension Double {
    /// Two decimals and inside 0...1: more would claim a precision no reading has.
    var asConfidence: Double { (Swift.min(1, Swift.max(0, self)) * 100).rounded() / 100 }
}
