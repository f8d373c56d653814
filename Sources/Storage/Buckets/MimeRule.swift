/// A bucket's list of media types (storage contract, sections 3 and 5).
enum MimeRule {
    /// The list as it is stored: empty texts dropped. Throws `.invalidMimeType` for an entry that is no media type.
    static func validated(_ types: [String]) throws(StorageError) -> [String] {
        let types = types.filter { !$0.isEmpty }
        for type in types where !isValid(type) { throw .invalidMimeType(type) }
        return types
    }

    private static func isValid(_ type: String) -> Bool {
        guard type.utf8.count <= StorageLimits.mimeTypeCharactersMax,
            type.utf8.allSatisfy({ (0x20..<0x7F).contains($0) })
        else { return false }
        if type.hasSuffix("*") { return true }
        let parts = type.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard isTypeAndSubtype(parts[0]) else { return false }
        return parts.count == 1 || parts[1].drop { $0 == " " }.hasPrefix("charset=")
    }

    /// Whether `text` is two tokens (RFC 9110, 5.6.2) around a slash.
    static func isTypeAndSubtype(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { $0.isASCIIAlphanumeric || tokenPunctuation.contains($0) }
            }
    }

    private static let tokenPunctuation = Set("!#$%&'*+-.^_`|~".utf8)

    /// Whether `type` is admitted. Parameters are part of the subtype, as upstream splits at the slash alone.
    static func admits(_ type: String, allowed: [String]?) -> Bool {
        guard let allowed, !allowed.isEmpty else { return true }
        let (kind, subtype) = split(type)
        return allowed.contains { entry in
            let (allowedKind, allowedSubtype) = split(entry)
            return allowedKind == kind && (allowedSubtype == subtype || allowedSubtype == "*")
        }
    }

    private static func split(_ type: String) -> (kind: Substring, subtype: Substring) {
        guard let slash = type.firstIndex(of: "/") else { return (type[...], "") }
        return (type[..<slash], type[type.index(after: slash)...])
    }
}
