/// A printed range with several cases: by sex, by adult or child, by category (desirable, borderline, high).
enum StratifiedRange {
    /// The case that holds for the patient, `.undecided` when the text is such a list but none can be chosen for
    /// certain, nil when it is no such list.
    static func range(_ text: String, sex: Sex?, age: Int?) -> ReferenceRange? {
        let segments = segments(text)
        guard segments.contains(where: { !$0.labels.isEmpty }) else { return nil }
        let judged = segments.map { ($0, RangeScanner.bounds($0.text)) }
        guard judged.contains(where: { $0.1 != nil }) else { return nil }
        // An age span or another condition that is not understood makes every choice a guess.
        guard judged.allSatisfy({ $0.1 != nil || $0.0.text.isEmpty }) else { return .undecided }
        let fitting = judged.filter { segment, bounds in
            bounds != nil && segment.labels.allSatisfy { $0.fits(sex: sex, age: age) == true }
        }
        let undecided = judged.contains { segment, _ in
            segment.labels.contains { $0.fits(sex: sex, age: age) == nil }
        }
        guard !undecided, fitting.count == 1, let bounds = fitting[0].1 else { return .undecided }
        return .bounds(bounds)
    }

    private enum Label: Hashable {
        case sex(Sex)
        case adult, child
        /// The category that counts as normal.
        case normal
        /// Borderline, high, deficient: a category that is not normal.
        case other

        /// Nil when the patient's record does not say.
        func fits(sex: Sex?, age: Int?) -> Bool? {
            switch self {
            case .sex(let wanted): sex.map { $0 == wanted }
            case .adult: age.map { $0 >= 18 }
            case .child: age.map { $0 < 18 }
            case .normal: true
            case .other: false
            }
        }

        /// Initials count only with a colon behind them.
        init?(_ word: String) {
            let bare = word.lowercased().trimmed { "(),;:=-.[]".contains($0) }
            let hasColon = word.hasSuffix(":") || word.hasSuffix("=")
            switch bare {
            case "male", "males", "men", "man": self = .sex(.male)
            case "female", "females", "women", "woman": self = .sex(.female)
            case "m" where hasColon: self = .sex(.male)
            case "f" where hasColon: self = .sex(.female)
            case "adult", "adults": self = .adult
            case "child", "children", "paediatric", "pediatric": self = .child
            case "normal", "desirable", "optimal", "sufficient", "sufficiency", "negative", "non-diabetic":
                self = .normal
            case "borderline", "high", "low", "deficient", "deficiency", "insufficient", "insufficiency", "elevated",
                "positive", "diabetic", "prediabetic", "pre-diabetic", "prediabetes", "diabetes", "toxic", "toxicity",
                "optimum-high", "intermediate", "equivocal", "newborn", "newborns", "infant", "infants", "pregnant",
                "pregnancy", "cord":
                self = .other
            default: return nil
            }
        }
    }

    private struct Segment {
        var labels: [Label] = []
        var text = ""
    }

    private static func segments(_ text: String) -> [Segment] {
        var segments: [Segment] = []
        // "Male:13-17" has no space to split at.
        let spaced = text.map { ":=".contains($0) ? "\($0) " : String($0) }.joined()
        for word in spaced.split(whereSeparator: { " ;".contains($0) }).map(String.init) {
            if let label = Label(word) {
                if let last = segments.indices.last, segments[last].text.isEmpty {
                    segments[last].labels.append(label)
                } else {
                    segments.append(Segment(labels: [label]))
                }
            } else if word.contains(where: { $0.isLetter || $0.isNumber || "<>≤≥-–".contains($0) }) {
                if segments.isEmpty { segments.append(Segment()) }
                let last = segments.count - 1
                segments[last].text += (segments[last].text.isEmpty ? "" : " ") + word.trimmed { ",".contains($0) }
            }
        }
        return segments
    }
}
