/// An address range in CIDR notation (RFC 4632, RFC 4291 section 2.3).
public struct Network: Sendable, Hashable {
    private let bytes: [UInt8]
    private let prefixLength: Int

    /// Nil when `text` is no address or range; a bare address is a range of one.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ Network.parse(String($0)) }) else { return nil }
        bytes = address
        guard parts.count > 1 else {
            prefixLength = address.count * 8
            return
        }
        guard parts[1].utf8.allSatisfy(Network.isDigit), let length = Int(parts[1]), length <= address.count * 8 else {
            return nil
        }
        prefixLength = length
    }

    /// Whether `address` lies in the range; false for what is no address or of the other family.
    public func contains(_ address: String) -> Bool {
        guard let other = Network.parse(address), other.count == bytes.count else { return false }
        for bit in 0..<prefixLength {
            let mask: UInt8 = 0x80 >> UInt8(bit % 8)
            if bytes[bit / 8] & mask != other[bit / 8] & mask { return false }
        }
        return true
    }

    /// The address in an entry of `X-Forwarded-For`, which some proxies write with a port; nil for anything else.
    static func address(_ hop: String) -> String? {
        if parse(hop) != nil { return hop }
        let candidate: Substring
        if hop.first == "[", let end = hop.firstIndex(of: "]") {
            candidate = hop[hop.index(after: hop.startIndex)..<end]
        } else {
            candidate = hop.prefix { $0 != ":" }
        }
        return parse(String(candidate)) == nil ? nil : String(candidate)
    }

    /// Four or sixteen bytes; an IPv4-mapped IPv6 address counts as the IPv4 address it carries.
    static func parse(_ text: String) -> [UInt8]? {
        if !text.contains(":") { return parseIPv4(text) }
        var text = text
        if let percent = text.firstIndex(of: "%") { text = String(text[..<percent]) }
        var tail: [UInt8] = []
        if text.contains("."), let colon = text.lastIndex(of: ":") {
            guard let embedded = parseIPv4(String(text[text.index(after: colon)...])) else { return nil }
            tail = embedded
            text = String(text[..<colon])
            if text.hasSuffix(":") { text += ":" }
        }
        let halves = splitAtGap(text)
        guard halves.count <= 2 else { return nil }
        guard let head = groups(halves[0]) else { return nil }
        let rest = halves.count == 2 ? groups(halves[1]) : []
        guard let rest else { return nil }
        let known = head.count + rest.count + tail.count
        guard halves.count == 2 ? known < 16 : known == 16 else { return nil }
        let bytes = head + [UInt8](repeating: 0, count: 16 - known) + rest + tail
        let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return Array(bytes.prefix(12)) == mappedPrefix ? Array(bytes.suffix(4)) : bytes
    }

    /// The text before and after `::`.
    private static func splitAtGap(_ text: String) -> [String] {
        var halves = [""]
        var rest = Substring(text)
        while let character = rest.first {
            if rest.hasPrefix("::") {
                halves.append("")
                rest = rest.dropFirst(2)
            } else {
                halves[halves.count - 1].append(character)
                rest = rest.dropFirst()
            }
        }
        return halves
    }

    private static func groups(_ text: String) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        for group in text.split(separator: ":", omittingEmptySubsequences: false) {
            guard (1...4).contains(group.utf8.count), group.first != "+", let value = UInt16(group, radix: 16) else {
                return nil
            }
            bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        return bytes
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func parseIPv4(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(isDigit), let byte = UInt8(part) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}
