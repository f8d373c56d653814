extension RedirectConfiguration {
    /// Reads ``allowList`` from the parts of a comma-separated list. A comma inside of braces belongs to its pattern: parts
    /// that are patterns only together are put together.
    ///
    /// - Returns: the patterns, and the parts that belong to none. A part that was left out would silently refuse a place
    ///   that was meant to be allowed.
    public static func patterns(of parts: [String]) -> (patterns: [String], faults: [String]) {
        var patterns: [String] = []
        var faults: [String] = []
        var rest = parts[...]
        while let part = rest.first {
            let joined = (1...rest.count).lazy
                .map { (count: $0, text: rest.prefix($0).joined(separator: ",")) }
                .prefix { $0.text.unicodeScalars.count <= RedirectLimits.patternCharactersMax }
                .first { RedirectGlob($0.text) != nil }
            if let joined { patterns.append(joined.text) } else { faults.append(part) }
            rest = rest.dropFirst(joined?.count ?? 1)
        }
        return (patterns, faults)
    }
}
