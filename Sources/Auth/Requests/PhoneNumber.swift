/// A telephone number in E.164 form, kept without its plus sign.
struct PhoneNumber: Sendable, Hashable {
    let digits: String

    init(_ text: String) throws(AuthError) {
        var rest = text.filter { $0 != " " }
        if rest.hasPrefix("+") { rest.removeFirst() }
        let bytes = Array(rest.utf8)
        // A country code never begins with 0, and 15 digits is the most (ITU-T E.164, section 6).
        guard (2...15).contains(bytes.count), bytes[0] != UInt8(ascii: "0"), bytes.allSatisfy(isDigit) else {
            throw .invalid("Invalid phone number format (E.164 required)")
        }
        digits = rest
    }
}
