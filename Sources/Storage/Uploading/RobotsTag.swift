/// The header `X-Robots-Tag` that a client stores with an object.
enum RobotsTag {
    private static let directives: Set<Substring> = [
        "all", "noindex", "nofollow", "none", "noarchive", "nocache", "nosnippet", "noimageindex", "notranslate",
        "nositelinkssearchbox", "indexifembedded", "index", "follow",
    ]
    private static let valued: Set<Substring> = [
        "max-snippet", "max-image-preview", "max-video-preview", "unavailable_after",
    ]

    /// The value if it is a comma list of known directives, perhaps for one crawler (`googlebot: noindex`). Throws
    /// `.invalidParameter`.
    static func validated(_ value: String?) throws(StorageError) -> String? {
        guard let value else { return nil }
        for item in value.split(separator: ",", omittingEmptySubsequences: false) {
            guard isDirective(item[...]) else { throw .invalidParameter("x-robots-tag") }
        }
        return value
    }

    private static func isDirective(_ item: Substring) -> Bool {
        let item = item.drop { $0 == " " }
        let name = item.prefix { $0 != ":" && $0 != " " }
        if name.count == item.count { return directives.contains(Substring(name.lowercased())) }
        guard item.dropFirst(name.count).first == ":" else { return false }
        if valued.contains(Substring(name.lowercased())) { return true }
        // A crawler's name, then one directive for it.
        return !name.isEmpty && name.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }
            && isDirective(item.dropFirst(name.count + 1))
    }
}
