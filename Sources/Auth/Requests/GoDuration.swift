/// Durations as Go writes them: `24h`, `1h30m`, `1.5s`. Signs are not accepted: nothing here lasts a negative time.
enum GoDuration {
    /// Nil for any other text and for more than a century.
    static func parse(_ text: String) -> Duration? {
        guard !text.isEmpty else { return nil }
        if text == "0" { return .zero }
        var seconds = 0.0
        var rest = Substring(text)
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            // Two-letter units before their first letters.
            guard let (unit, length) = units.first(where: { rest.hasPrefix($0.0) }), isNumber(number),
                let value = Double(number)
            else { return nil }
            seconds += value * length
            rest = rest.dropFirst(unit.count)
        }
        guard seconds <= AuthLimits.durationHoursMax * 3600 else { return nil }
        return .microseconds(Int64((seconds * 1_000_000).rounded()))
    }

    private static let units: [(String, Double)] = [
        ("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("h", 3600), ("m", 60), ("s", 1),
    ]

    private static func isNumber(_ text: Substring) -> Bool {
        text.contains { $0 != "." } && text.filter { $0 == "." }.count <= 1
    }
}
