/// One table row understood as a measurement, before it is judged.
struct LabRow: Sendable, Hashable {
    var name: String
    var value: PrintedValue
    /// The value as printed, without marks.
    var valueText: String
    var flag: ResultFlag?
    var unit: String
    /// The unit is one, not merely text in its place.
    var unitIsKnown: Bool
    /// A single character of the unit was mended.
    var unitIsRepaired = false
    /// Where the unit stands across the page; nil when none is printed.
    var unitSpan: ClosedRange<Double>?
    /// Tidied text; empty when none is printed.
    var rangeText: String
    var page: Int
    var top: Double
    var bottom: Double
    /// Of the value's words, 0 to 1.
    var valueConfidence: Double
    var nameConfidence: Double
    /// White space before the value, in character widths.
    var valueGap: Double

    var centerY: Double { (top + bottom) / 2 }
}
