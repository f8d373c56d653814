/// The mark a laboratory prints beside a value.
enum ResultFlag: Sendable, Hashable {
    case low, high, critical, abnormal, normal

    /// `H`, `L`, `HH`, `#`, `*`, `High`, arrows, each also in brackets. Nil for anything else.
    init?(_ text: String) {
        let bare = text.trimmed { "()[]{}".contains($0) }
        guard !bare.isEmpty else { return nil }
        switch bare.lowercased() {
        case "h", "high", "↑", "h*", "*h", "h#", "▲": self = .high
        case "l", "low", "↓", "l*", "*l", "l#", "▼": self = .low
        case "hh", "ll", "critical", "crit", "panic", "hh*", "ll*", "↑↑", "↓↓", "!!": self = .critical
        case "#", "*", "**", "a", "abn", "abnormal", "!", "##": self = .abnormal
        case "n", "normal", "wnl": self = .normal
        default: return nil
        }
    }
}

extension StringProtocol {
    /// Without the leading and trailing characters that satisfy `isEdge`.
    func trimmed(_ isEdge: (Character) -> Bool) -> String {
        var rest = self[...]
        while let first = rest.first, isEdge(first) { rest = rest.dropFirst() }
        while let last = rest.last, isEdge(last) { rest = rest.dropLast() }
        return String(rest)
    }
}
