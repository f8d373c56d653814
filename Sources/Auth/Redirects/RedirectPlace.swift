internal import Gateway

/// A URL taken apart as far as a redirect must know it. It reads what RFC 3986 allows and, because phones have apps that
/// call themselves so, underscores in schemes.
struct RedirectPlace: Sendable {
    /// In lower case.
    let scheme: String
    /// In lower case, without brackets; nil without `//`.
    let host: String?
    /// The text behind the host's colon.
    let port: String?
    let hasUserInfo: Bool
    /// What stands before the query and the fragment.
    private let head: Substring

    /// Nil for what has no scheme, and for an authority that is none.
    init?(_ url: String) {
        guard let colon = url.firstIndex(of: ":") else { return nil }
        let scheme = url[..<colon]
        guard let first = scheme.utf8.first, RedirectPlace.isLetter(first),
            scheme.utf8.allSatisfy({ RedirectPlace.isLetter($0) || isDigit($0) || "+-._".utf8.contains($0) })
        else { return nil }
        self.scheme = scheme.lowercased()
        head = url.prefix { $0 != "?" && $0 != "#" }
        let rest = url[url.index(after: colon)...]
        guard rest.hasPrefix("//") else {
            (host, port, hasUserInfo) = (nil, nil, false)
            return
        }
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        hasUserInfo = authority.contains("@")
        let named = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        if named.hasPrefix("[") {
            guard let end = named.firstIndex(of: "]") else { return nil }
            host = named[named.index(after: named.startIndex)..<end].lowercased()
            let behind = named[named.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { return nil }
            port = behind.isEmpty ? nil : String(behind.dropFirst())
        } else {
            let parts = named.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = (parts.first ?? "").lowercased()
            port = parts.count > 1 ? String(parts[1]) : nil
        }
    }

    var isWeb: Bool { scheme == "http" || scheme == "https" }

    /// Absent, empty or a number that a port can be.
    var isPortPlausible: Bool {
        guard let port, !port.isEmpty else { return true }
        return port.utf8.allSatisfy(isDigit) && UInt16(port) != nil
    }

    /// `%` only before two hexadecimal digits: readers disagree about all else.
    var areEscapesWhole: Bool {
        let bytes = Array(head.utf8)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "%") {
            guard index + 2 < bytes.count, RedirectPlace.isHex(bytes[index + 1]), RedirectPlace.isHex(bytes[index + 2])
            else { return false }
        }
        return true
    }

    /// Nil for a host that is no IP address in its usual notation.
    var isLoopbackAddress: Bool? {
        guard let host, Network(host) != nil else { return nil }
        return RedirectPlace.loopback.contains { $0.contains(host) }
    }

    /// A number, or something whose last label is one: a browser takes it for an IPv4 address in decimal, octal or
    /// hexadecimal notation (WHATWG URL, "ends in a number checker").
    var isHostNumeric: Bool {
        guard let host, let last = host.split(separator: ".").last else { return false }
        if last.utf8.allSatisfy(isDigit) { return true }
        return last.hasPrefix("0x") && last.dropFirst(2).utf8.allSatisfy(RedirectPlace.isHex)
    }

    var isHostAllDigits: Bool { host.map { !$0.isEmpty && $0.utf8.allSatisfy(isDigit) } ?? false }

    /// Letters, digits, dots and hyphens, with a letter or digit at both ends: nothing that readers see differently.
    var isHostPlain: Bool {
        guard let bytes = host.map({ Array($0.utf8) }), let first = bytes.first, let last = bytes.last else {
            return false
        }
        let isEnd = { (byte: UInt8) in RedirectPlace.isLetter(byte) || isDigit(byte) }
        return isEnd(first) && isEnd(last) && bytes.allSatisfy { isEnd($0) || "-.".utf8.contains($0) }
    }

    private static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { Network($0) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
