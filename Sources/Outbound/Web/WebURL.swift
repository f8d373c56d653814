/// The parts of a URL that decide where a request goes.
struct WebURL: Sendable, Hashable {
    let isSecure: Bool
    /// In lower case, without brackets.
    let host: String
    /// The URL with its scheme and host in lower case, so that the host is found under the name it was judged by.
    let text: String

    /// Nil for URLs that are not `http` or `https`, that carry a name and password, or whose host has other characters
    /// than those of names and addresses.
    init?(_ text: String) {
        let lower = text.lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else { return nil }
        isSecure = lower.hasPrefix("https://")
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { return nil }
        let authority = lower.dropFirst(isSecure ? 8 : 7).prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { return nil }
        self.text =
            (isSecure ? "https://" : "http://") + authority + text.dropFirst((isSecure ? 8 : 7) + authority.count)
        var rest = authority
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
            rest = authority[authority.index(after: end)...]
        } else {
            host = String(authority.prefix { $0 != ":" })
            guard !host.isEmpty, host.utf8.count <= 253, !host.hasPrefix("-"),
                host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") })
            else { return nil }
            rest = authority.dropFirst(host.count)
        }
        if rest.isEmpty { return }
        guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
    }

    /// Whether the host is an address: four numbers without leading zeros, or anything with a colon. Other ways to
    /// write IPv4 addresses (`0x7f.1`, `0177.0.0.1`, `2130706433`) are names here, and resolved before they are judged.
    var isAddress: Bool {
        if host.contains(":") { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
    }
}
