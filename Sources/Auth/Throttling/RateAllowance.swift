/// How often something may be done: `count` times `per` time in the long run, and at most `burst` times at once.
public struct RateAllowance: Sendable, Hashable {
    /// At least 0; 0 allows nothing.
    public var count: Int
    public var per: Duration
    /// At least 1, unless `count` is 0.
    public var burst: Int

    public init(_ count: Int, per: Duration, burst: Int) {
        self.count = count
        self.per = per
        self.burst = burst
    }

    /// What `GOTRUE_RATE_LIMIT_EMAIL_SENT` and its like say: `30` is thirty an hour, `30/10m` thirty in ten minutes.
    /// Nil for every other text, for more than a million and for no time at all.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        // GoTrue reads these as floating point numbers; a whole number is all that anybody means.
        let digits = parts[0].hasSuffix(".0") ? parts[0].dropLast(2) : parts[0]
        guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit), let count = Int(digits), count <= 1_000_000 else {
            return nil
        }
        var period: Duration = .seconds(3600)
        if parts.count == 2 {
            guard let given = GoDuration.parse(String(parts[1])), given >= .milliseconds(1) else { return nil }
            period = given
        }
        self.init(count, per: period, burst: count)
    }

    /// Microseconds until one more is allowed.
    var intervalMicroseconds: Double { microseconds(per) / Double(max(1, count)) }
    /// Microseconds until all of the burst is allowed again.
    var capacityMicroseconds: Double { intervalMicroseconds * Double(max(1, burst)) }

    private func microseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e6 + Double(duration.components.attoseconds) / 1e12
    }
}
