/// How values are written into HTML so that they stay values.
enum HTMLEscaping {
    /// What is put in place of a value that has no safe form where it stands; the word is Go's.
    static let refused = "ZgotmplZ"

    /// For text and quoted attribute values.
    static func text(_ value: String) -> String { escaped(value, extra: []) }

    /// For attribute values without quotes, which a space would end.
    static func unquoted(_ value: String) -> String {
        value.isEmpty ? refused : escaped(value, extra: [0x20, 0x09, 0x0A, 0x0C, 0x0D, 0x60, 0x3D])
    }

    private static func escaped(_ value: String, extra: Set<UInt8>) -> String {
        var output: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "&"): output += "&amp;".utf8
            case UInt8(ascii: "<"): output += "&lt;".utf8
            case UInt8(ascii: ">"): output += "&gt;".utf8
            case UInt8(ascii: "\""): output += "&#34;".utf8
            case UInt8(ascii: "'"): output += "&#39;".utf8
            case 0: output += "\u{FFFD}".utf8
            default:
                if extra.contains(byte) { output += "&#\(byte);".utf8 } else { output.append(byte) }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Encodes what may not stand in a URL and leaves what gives it its parts.
    static func normalizedURL(_ value: String) -> String {
        let bytes = Array(value.utf8)
        var output: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let isEscape =
                byte == UInt8(ascii: "%") && index + 2 < bytes.count && isHex(bytes[index + 1])
                && isHex(bytes[index + 2])
            let isKept =
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || "-._~!#$&*+,/:;=?@[]".utf8.contains(byte)
            if isEscape || isKept {
                output.append(byte)
            } else {
                output += PercentEncoding.encode(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    /// Whether a URL has no scheme, or one that does not run anything.
    static func hasSafeScheme(_ url: String) -> Bool {
        guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let before = url[..<colon]
        // A colon behind one of these is no scheme's.
        if before.utf8.contains(where: { "/?#".utf8.contains($0) }) { return true }
        return ["http", "https", "mailto"].contains(before.lowercased())
    }
}

extension PercentEncoding {
    /// One byte as `%XX`.
    static func encode(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
