internal import Cryptography

/// Text for headers and bodies that may hold ASCII only.
enum EncodedText {
    /// A header value (RFC 2047): as it is where it is plain ASCII, otherwise as encoded words of whole characters, each
    /// on a line of its own. Control characters, line breaks first of all, become spaces.
    static func header(_ text: String) -> String {
        let clean = String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
        let isPlain = clean.utf8.allSatisfy { $0 < 0x80 } && clean.utf8.count <= 60 && !clean.contains("=?")
        if isPlain { return clean }
        var words: [[UInt8]] = [[]]
        for character in clean {
            let bytes = Array(String(character).utf8)
            // 42 bytes are 56 characters of base64: with its frame a word stays below the 75 that are allowed. One
            // character can be longer; it is cut between its scalars then.
            for piece in bytes.count <= 42 ? [bytes] : String(character).unicodeScalars.map({ Array(String($0).utf8) })
            {
                if words[words.count - 1].count + piece.count > 42 { words.append([]) }
                words[words.count - 1] += piece
            }
        }
        return words.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }

    /// A body in quoted-printable (RFC 2045, section 6.7), lines ended by CRLF and no longer than 76 characters.
    static func quotedPrintable(_ text: String) -> String {
        var output: [UInt8] = []
        var length = 0
        func append(_ piece: [UInt8]) {
            // Room for the soft break's equals sign.
            if length + piece.count > OutboundLimits.encodedLine - 1 {
                output += "=\r\n".utf8
                length = 0
            }
            output += piece
            length += piece.count
        }
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0x0A
            switch byte {
            case 0x0A:
                output += "\r\n".utf8
                length = 0
            case 0x0D where next == 0x0A && index + 1 < bytes.count: continue
            // A space at the end of a line would be lost on the way.
            case 0x20, 0x09: append(next == 0x0A || next == 0x0D ? hex(byte) : [byte])
            // A dot alone on a line ends a message in SMTP; the program doubles it, and others on the way may not.
            case UInt8(ascii: ".") where length == 0: append(hex(byte))
            case UInt8(ascii: "="): append(hex(byte))
            case 0x21...0x7E: append([byte])
            default: append(hex(byte))
            }
        }
        if length > 0 { output += "\r\n".utf8 }
        return String(decoding: output, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
