public import Core

/// Dates of HTTP header fields: IMF-fixdate, RFC 9110 section 5.6.7.
public enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    public static func format(_ time: Timestamp) -> String {
        let text = time.rfc3339(fractionDigits: 0)
        let parts = text.split { "-T:Z".contains($0) }
        guard parts.count == 6, let month = Int(parts[1]) else { return "" }
        let second = ((time.seconds % 604_800) + 604_800) % 604_800
        let weekday = days[second / 86_400]
        return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }

    /// Reads an IMF-fixdate; other forms, which nobody has sent for decades, are nil.
    public static func parse(_ text: String) -> Timestamp? {
        let parts = text.split { " :,".contains($0) }
        guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(of: String(parts[2])), let hour = Int(parts[4]), let minute = Int(parts[5]),
            let second = Int(parts[6]), (1...31).contains(day), (1970...9999).contains(year),
            (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
        else { return nil }
        // Days from 1 March of year 0, so that the leap day is the last of its year.
        let shiftedYear = month < 2 ? year - 1 : year
        let shiftedMonth = (month + 10) % 12
        let dayNumber =
            365 * shiftedYear + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
            + (153 * shiftedMonth + 2) / 5 + day - 1 - 719_468
        let midnight = Timestamp(seconds: dayNumber * 86_400)
        // A day that its month does not have comes out as one of the next month.
        guard format(midnight).dropFirst(3).hasPrefix(", \(parts[1]) \(parts[2]) \(parts[3]) ") else { return nil }
        return midnight.advanced(by: .seconds(hour * 3600 + minute * 60 + second))
    }
}
