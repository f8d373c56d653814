/// A header value of the form `token; name=value; name="quoted value"` (RFC 9110, section 5.6.6).
///
/// It is read byte by byte: a combining accent behind a quote must not hide the quote, as it does for `Character`.
struct HeaderParameters {
    /// What stands before the first semicolon, in lower case.
    let token: String
    /// Names in lower case, each at most once.
    let parameters: [String: String]

    /// Nil when `text` is malformed or names a parameter twice, where two readers could see different values.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        token = HeaderParameters.takeText(&rest, until: [.semicolon]).lowercased()
        var parameters: [String: String] = [:]
        while rest.popFirst() != nil {
            rest = rest.drop(while: HeaderParameters.isSpace)
            // An empty parameter, as in a trailing semicolon, is tolerated (RFC 9110, section 5.6.6).
            if rest.isEmpty || rest.first == .semicolon { continue }
            let name = HeaderParameters.takeText(&rest, until: [.equals, .semicolon]).lowercased()
            guard rest.popFirst() == .equals, let value = HeaderParameters.takeValue(&rest) else { return nil }
            guard !name.isEmpty, parameters.updateValue(value, forKey: name) == nil else { return nil }
            rest = rest.drop(while: HeaderParameters.isSpace)
            guard rest.isEmpty || rest.first == .semicolon else { return nil }
        }
        self.parameters = parameters
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// Takes what stands before one of `ends`, without the spaces around it.
    private static func takeText(_ rest: inout ArraySlice<UInt8>, until ends: Set<UInt8>) -> String {
        let taken = rest.prefix { !ends.contains($0) }
        rest = rest.dropFirst(taken.count)
        return String(decoding: taken, as: UTF8.self).trimmingSpaces()
    }

    private static func takeValue(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard rest.first == .quote else { return takeText(&rest, until: [.semicolon]) }
        return takeQuoted(&rest)
    }

    /// A backslash takes a quote or another backslash with it and otherwise stands for itself: browsers do not escape
    /// backslashes, and old ones sent whole Windows paths. For the same reason a backslash before the very last
    /// quote stands for itself.
    private static func takeQuoted(_ rest: inout ArraySlice<UInt8>) -> String? {
        var value: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte == .quote { return String(decoding: value, as: UTF8.self) }
            guard byte == .backslash, let next = rest.first, next == .quote || next == .backslash else {
                value.append(byte)
                continue
            }
            if next == .quote, rest.dropFirst().allSatisfy(isSpace) {
                value.append(byte)
                continue
            }
            rest = rest.dropFirst()
            value.append(next)
        }
        return nil
    }
}

extension UInt8 {
    fileprivate static let semicolon = UInt8(ascii: ";")
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")
}
