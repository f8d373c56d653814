/// Pairs of `application/x-www-form-urlencoded` text: a query string or a form's body. `;` separates like `&`.
struct FormPairs: Sendable {
    /// The value is nil for a name without `=`.
    let pairs: [(name: String, value: String?)]

    /// Nil if decoded names or values are not UTF-8. A `%` without two hex digits stands for itself.
    init?(parsing text: some Collection<UInt8>) {
        let bytes = Array(text)
        var pairs: [(name: String, value: String?)] = []
        for part in bytes.split(whereSeparator: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") }) {
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentText.decoded(halves[0], plusIsSpace: true) else { return nil }
            guard halves.count > 1 else {
                pairs.append((name, nil))
                continue
            }
            guard let value = PercentText.decoded(halves[1], plusIsSpace: true) else { return nil }
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// The first pair of that name; nil also if it has no value.
    func value(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    // MARK: - Canonical form

    /// The pairs sorted by name; values of a repeated name stand behind its first one, after commas.
    var canonical: String {
        let sorted = pairs.enumerated().sorted { left, right in
            let (first, second) = (left.element.name, right.element.name)
            return first == second ? left.offset < right.offset : first.utf8.lexicographicallyPrecedes(second.utf8)
        }
        var text = ""
        var previous: String?
        for (_, pair) in sorted {
            if pair.name == previous {
                text += ","
            } else {
                text += (previous == nil ? "" : "&") + PercentText.encoded(pair.name) + "="
            }
            text += PercentText.encoded(pair.value ?? "")
            previous = pair.name
        }
        return text
    }
}
