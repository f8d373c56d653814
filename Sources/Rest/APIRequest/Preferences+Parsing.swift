extension Preferences {
    /// Reads all `Prefer` headers in order. `tx` is heard only if `allowsTransactionEnd`.
    init(headers: [String], allowsTransactionEnd: Bool) {
        var count = 0
        for header in headers {
            for part in header.split(separator: ",", omittingEmptySubsequences: false) {
                count += 1
                guard count <= RequestLimits.listedMax else { return }
                add(Preferences.trimmed(part), allowsTransactionEnd: allowsTransactionEnd)
            }
        }
    }

    private mutating func add(_ text: String, allowsTransactionEnd: Bool) {
        if let value = Resolution(rawValue: text) {
            resolution = resolution ?? value
        } else if let value = Missing(rawValue: text) {
            missing = missing ?? value
        } else if let value = Representation(rawValue: text) {
            representation = representation ?? value
        } else if let value = Count(rawValue: text) {
            self.count = self.count ?? value
        } else if let value = TransactionEnd(rawValue: text) {
            if allowsTransactionEnd { transaction = transaction ?? value }
        } else if let value = Handling(rawValue: text) {
            handling = handling ?? value
        } else if let value = Preferences.value(of: "timezone=", in: text) {
            timeZone = timeZone ?? value
        } else if let value = Preferences.value(of: "max-affected=", in: text) {
            // One that is no number is known all the same, and is not heard.
            maxAffected = maxAffected ?? Int(value)
        } else {
            unknown.append(text)
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, Grammar.isWhiteSpace(first) { scalars.removeFirst() }
        while let last = scalars.last, Grammar.isWhiteSpace(last) { scalars.removeLast() }
        return String(scalars)
    }

    private static func value(of name: String, in text: String) -> String? {
        text.hasPrefix(name) ? String(text.dropFirst(name.count)) : nil
    }

    /// Throws ``RequestError/unknownPreferences(_:)`` if the client wants to hear of those.
    func requireKnown() throws(RequestError) {
        if handling == .strict, !unknown.isEmpty { throw .unknownPreferences(unknown) }
    }

    /// The value of `Preference-Applied` that says all these were honoured; nil when there are none. Take out what
    /// was not before asking.
    var appliedValue: String? {
        let applied = [
            resolution?.rawValue, missing?.rawValue, representation?.rawValue, count?.rawValue, transaction?.rawValue,
            handling?.rawValue, timeZone.map { "timezone=\($0)" },
            handling == .strict ? maxAffected.map { "max-affected=\($0)" } : nil,
        ].compactMap { $0 }
        return applied.isEmpty ? nil : applied.joined(separator: ", ")
    }
}
