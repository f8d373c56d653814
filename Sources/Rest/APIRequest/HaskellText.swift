/// Characters as PostgREST's messages show them: the way Haskell prints string literals.
enum HaskellText {
    /// The character inside quotes of the given kind.
    static func escaped(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
        switch scalar {
        case quote, "\\": return "\\\(scalar)"
        case "\n": return "\\n"
        case "\t": return "\\t"
        case "\r": return "\\r"
        case "\u{7}": return "\\a"
        case "\u{8}": return "\\b"
        case "\u{B}": return "\\v"
        case "\u{C}": return "\\f"
        case "\u{7F}": return "\\DEL"
        default: break
        }
        if scalar.value < 0x20 { return "\\" + controlNames[Int(scalar.value)] }
        return scalar.value < 0x7F ? String(Character(scalar)) : "\\\(scalar.value)"
    }

    /// ASCII's names of the characters below space.
    private static let controlNames = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "a", "b", "t", "n", "v", "f", "r", "SO", "SI", "DLE", "DC1",
        "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
    ]
}
