internal import Core

/// One step of a role claim's path in the notation of PostgREST 14 and before.
enum OlderRoleClaimStep: Hashable, Sendable {
    /// `.name` or `."any name"`
    case member(String)
    /// `[0]`
    case element(Int)
    /// `[?(@ == "text")]`, only at the end: the first text that fits.
    case firstText(Fit, String)

    enum Fit: String, CaseIterable, Sendable {
        // Longer ones first: they begin like shorter ones.
        case endsWith = "==^"
        case startsWith = "^=="
        case contains = "*=="
        case equals = "=="
        case differs = "!="

        func holds(_ text: String, _ pattern: String) -> Bool {
            switch self {
            case .endsWith: text.hasSuffix(pattern)
            case .startsWith: text.hasPrefix(pattern)
            case .contains: pattern.isEmpty || text.contains(pattern)
            case .equals: text == pattern
            case .differs: text != pattern
            }
        }
    }

    func value(of node: JSON) -> JSON? {
        switch self {
        case .member(let name): return node[name]
        case .element(let index):
            guard let elements = node.array, elements.indices.contains(index) else { return nil }
            return elements[index]
        case .firstText(let fit, let pattern):
            return node.array?.first { element in element.string.map { fit.holds($0, pattern) } ?? false }
        }
    }

    /// Nil for a text that is no such path.
    static func read(_ text: String) -> [OlderRoleClaimStep]? {
        var rest = Substring(text)
        var steps: [OlderRoleClaimStep] = []
        while !rest.isEmpty {
            if case .firstText? = steps.last { return nil }
            guard let step = next(&rest) else { return nil }
            steps.append(step)
        }
        return steps.isEmpty ? nil : steps
    }

    private static func next(_ rest: inout Substring) -> OlderRoleClaimStep? {
        if take(".", from: &rest) {
            if rest.first == "\"" { return quoted(&rest).map { .member($0) } }
            let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" || $0 == "@" }
            rest = rest.dropFirst(name.count)
            return name.isEmpty ? nil : .member(String(name))
        }
        if take("[?(@", from: &rest) {
            rest = rest.drop { $0 == " " }
            guard let fit = Fit.allCases.first(where: { take($0.rawValue, from: &rest) }) else { return nil }
            rest = rest.drop { $0 == " " }
            guard let pattern = quoted(&rest), take(")]", from: &rest) else { return nil }
            return .firstText(fit, pattern)
        }
        guard take("[", from: &rest) else { return nil }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        guard let index = Int(digits), take("]", from: &rest) else { return nil }
        return .element(index)
    }

    private static func quoted(_ rest: inout Substring) -> String? {
        guard take("\"", from: &rest), let end = rest.firstIndex(of: "\"") else { return nil }
        let text = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        return text
    }

    private static func take(_ word: String, from rest: inout Substring) -> Bool {
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }
}
