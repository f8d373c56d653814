/// SQL text that carries its parameters. Interpolating a value binds it; there is no way to paste one.
///
/// ```swift
/// let lookup: SQL = "select id from auth.users where email = \(email)"          // … = $1
/// let listing: SQL = "select \(identifier: column) from \(identifier: table)"   // quoted, never pasted
/// ```
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The statement with `$n` in place of values.
    public private(set) var text: String
    /// The bound values, `$1` first.
    public private(set) var parameters: [SQLValue]
    /// Asks for results in binary format: `text` is then its bytes as ever, `bytea` its bytes instead of twice as many
    /// digits. Other types cannot be read that way.
    public var givesBinary = false

    public init(stringLiteral value: String) {
        text = value
        parameters = []
    }

    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
    }

    /// Text from a migration file or another trusted source of whole statements. Never from a client.
    public init(trustedText: String) {
        text = trustedText
        parameters = []
    }

    init(text: String, parameters: [SQLValue]) {
        self.text = text
        self.parameters = parameters
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var parameters: [SQLValue] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 3)
        }

        public mutating func appendLiteral(_ literal: String) { text += literal }

        public mutating func appendInterpolation(_ value: some SQLConvertible) {
            parameters.append(value.sqlValue)
            text += "$\(parameters.count)"
        }

        public mutating func appendInterpolation(_ value: (some SQLConvertible)?) {
            parameters.append(value?.sqlValue ?? .null)
            text += "$\(parameters.count)"
        }

        public mutating func appendInterpolation(identifier: String) { text += SQL.quoted(identifier: identifier) }

        /// Splices another fragment, renumbering its parameters.
        public mutating func appendInterpolation(_ fragment: SQL) {
            let offset = parameters.count
            text += fragment.renumbered(by: offset)
            parameters += fragment.parameters
        }
    }

    /// The identifier in double quotes, embedded quotes doubled.
    static func quoted(identifier: String) -> String {
        "\"" + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Outside quotes, fragments contain `$n` only where interpolation put them; a quoted name may hold anything.
    private func renumbered(by offset: Int) -> String {
        guard offset > 0, !parameters.isEmpty else { return text }
        var output = ""
        var digits = ""
        var inPlaceholder = false
        var quote: Character?
        for character in text {
            if let open = quote {
                output.append(character)
                if character == open { quote = nil }
                continue
            }
            if inPlaceholder, character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            if inPlaceholder {
                output += Int(digits).map { String($0 + offset) } ?? digits
                digits = ""
                inPlaceholder = false
            }
            output.append(character)
            if character == "\"" || character == "'" { quote = character }
            if character == "$" { inPlaceholder = true }
        }
        if inPlaceholder { output += Int(digits).map { String($0 + offset) } ?? digits }
        return output
    }

    public static func + (left: SQL, right: SQL) -> SQL { "\(left)\(right)" }
}
