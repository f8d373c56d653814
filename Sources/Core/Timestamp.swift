/// A point in time with microseconds, as PostgreSQL keeps it: microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Sendable, Hashable, Comparable {
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }
    public init(seconds: Int) { self.init(microseconds: Int64(seconds) * 1_000_000) }

    /// Whole seconds since the epoch, rounded down: the NumericDate of RFC 7519.
    public var seconds: Int { Int((microseconds >= 0 ? microseconds : microseconds - 999_999) / 1_000_000) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// The time `duration` later, or earlier when it is negative; below a microsecond it is cut.
    public func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// RFC 3339 in UTC with `Z` and `fractionDigits` (0 to 6) digits of fraction.
    public func rfc3339(fractionDigits: Int = 6) -> String {
        let day = Int((microseconds >= 0 ? microseconds : microseconds - 86_399_999_999) / 86_400_000_000)
        let inDay = Int(microseconds) - day * 86_400_000_000
        let (year, month, dayOfMonth) = Timestamp.civil(day: day)
        let second = inDay / 1_000_000
        var text: [UInt8] = []
        text.reserveCapacity(28)
        /// Appends `value` with leading zeros, and `mark`.
        func put(_ value: Int, _ width: Int, _ mark: Unicode.Scalar) {
            let digits = String(value).utf8
            for _ in 0..<max(0, width - digits.count) { text.append(UInt8(ascii: "0")) }
            text.append(contentsOf: digits)
            text.append(UInt8(ascii: mark))
        }
        put(year, 4, "-")
        put(month, 2, "-")
        put(dayOfMonth, 2, "T")
        put(second / 3600, 2, ":")
        put(second / 60 % 60, 2, ":")
        put(second % 60, 2, fractionDigits > 0 ? "." : "Z")
        if fractionDigits > 0 {
            put(inDay % 1_000_000, 6, "Z")
            text.removeLast(7 - min(fractionDigits, 6))
            text.append(UInt8(ascii: "Z"))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Days since the epoch to a proleptic Gregorian date, by counting from 1 March so that leap days come last.
    static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

/// Where the time comes from, so that tests can move it by hand.
public protocol WallClock: Sendable {
    func now() -> Timestamp
}
