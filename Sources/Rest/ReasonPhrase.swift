/// Text that may stand in a status line.
enum ReasonPhrase {
    /// Longest reason phrase in characters.
    static let charactersMax = 200

    static func cleaned(_ text: String) -> String {
        let visible = text.unicodeScalars.prefix(charactersMax).map { scalar in
            (0x20..<0x7F).contains(scalar.value) ? scalar : " "
        }
        return String(String.UnicodeScalarView(visible))
    }
}
