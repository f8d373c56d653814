/// An e-mail address in the syntax of HTML's e-mail inputs, which GoTrue follows: dotless domains are allowed, quoted
/// local parts and comments are not. Kept in lower case.
struct EmailAddress: Sendable, Hashable {
    let text: String

    init(_ text: String) throws(AuthError) {
        let lower = text.lowercased()
        guard lower.unicodeScalars.count <= AuthLimits.emailCharactersMax else {
            throw .invalid("An email address is too long")
        }
        guard EmailAddress.isValid(lower) else {
            throw .invalid("Unable to validate email address: invalid format")
        }
        self.text = lower
    }

    static func isValid(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(isLocal) else { return false }
        let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            // 63 characters is the DNS's bound of a label (RFC 1035, section 2.3.4).
            (1...63).contains(label.count) && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
                && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        }
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || localSymbols.contains(byte)
    }

    private static let localSymbols = Set(".!#$%&'*+/=?^_`{|}~-".utf8)

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
