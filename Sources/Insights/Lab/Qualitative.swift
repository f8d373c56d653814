/// A result in words. Only words from this list count as results, so that prose never becomes one.
enum Qualitative: Sendable, Hashable {
    /// Not there: negative, nil, non-reactive.
    case absent
    /// There, in whatever amount: positive, trace, 2+.
    case present
    /// A description that is neither: yellow, clear, normal.
    case descriptive(String)

    init?(_ text: String) {
        let key = text.lowercased().map { "-–_".contains($0) ? " " : String($0) }.joined()
            .split(separator: " ").joined(separator: " ").trimmed { "().,;:".contains($0) }
        if Self.absentWords.contains(key) {
            self = .absent
        } else if Self.presentWords.contains(key) {
            self = .present
        } else if Self.descriptiveWords.contains(key) {
            self = .descriptive(key)
        } else {
            return nil
        }
    }

    /// Longest entry, in words.
    static let wordsMax = 3

    private static let absentWords: Set<String> = [
        "negative", "neg", "nil", "absent", "none", "none seen", "not seen", "not detected", "undetected",
        "nonreactive", "non reactive", "not present", "not found", "no growth",
    ]
    private static let presentWords: Set<String> = [
        "positive", "pos", "present", "reactive", "detected", "weakly positive", "weakly reactive", "trace",
        "traces", "seen", "+", "++", "+++", "++++", "1+", "2+", "3+", "4+", "+1", "+2", "+3", "+4",
    ]
    private static let descriptiveWords: Set<String> = [
        "normal", "abnormal", "clear", "turbid", "hazy", "cloudy", "slightly turbid", "slightly hazy", "yellow",
        "pale yellow", "light yellow", "dark yellow", "straw", "amber", "colourless", "colorless", "red", "brown",
        "acidic", "alkaline", "neutral", "adequate", "inadequate", "few", "occasional", "many", "rare", "moderate",
        "indeterminate", "equivocal", "borderline",
    ]
}
