/// What an out-of-range result is called and coded as. Codes are ICD-10-CM; wherever that has a code for the
/// laboratory finding itself it is preferred to one for a disease, because a number is not a diagnosis.
struct FindingLabel: Sendable, Hashable {
    /// `Microcytosis`; nil when the finding has no name of its own and is described by its measurement.
    var title: String?
    var code: String
    var codeTitle: String
    /// Orders findings of equal status: what needs attention sooner has more.
    var weight: Int

    /// By the words of the test's name. `direction` is -1 or 1, nil when unknown.
    static func of(name: String, unit: String, direction: Int?) -> FindingLabel {
        let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        // A ratio is another quantity than its parts, and in urine or other fluids the same name means another test.
        let isUrine = words.contains { ["urine", "urinary"].contains($0) }
        let isOther = words.contains { ["ratio", "csf", "fluid", "stool", "clearance"].contains($0) }
        guard !isOther else { return unnamed }
        let isPercentage = unit == "%"
        for entry in isUrine ? FindingCatalogue.urine : FindingCatalogue.blood {
            guard entry.names.contains(where: { words.containsRun($0) }),
                entry.percentage == nil || entry.percentage == isPercentage
            else { continue }
            switch direction {
            case .some(-1): return entry.low ?? unnamed
            case .some(1): return entry.high ?? unnamed
            default: return isUrine ? entry.high ?? unnamed : unnamed
            }
        }
        return unnamed
    }

    static let unnamed = FindingLabel(
        title: nil, code: "R89.9",
        codeTitle: "Unspecified abnormal finding in specimens from other organs, systems and tissues", weight: 10)
}

extension [String] {
    /// The words of `phrase` stand in this list, one after another.
    fileprivate func containsRun(_ phrase: String) -> Bool {
        let wanted = phrase.split(separator: " ").map(String.init)
        guard !wanted.isEmpty, wanted.count <= count else { return false }
        return (0...(count - wanted.count)).contains { Array(self[$0..<$0 + wanted.count]) == wanted }
    }
}
