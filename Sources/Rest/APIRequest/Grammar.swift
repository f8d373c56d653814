/// The rules of PostgREST's query language, from names upwards. What each accepts is in the rest contract, section 2;
/// the order of alternatives and the names of rules are upstream's (`ApiRequest/QueryParams.hs`), because messages
/// show them.
enum Grammar {
    typealias Scalar = Unicode.Scalar

    // MARK: - Blanks and delimiters

    static func isBlank(_ scalar: Scalar) -> Bool { scalar == " " || scalar == "\t" }

    /// `rule` with blanks around it.
    static func padded<Value>(
        _ reader: inout QueryReader, _ rule: QueryReader.Rule<Value>
    ) throws(SyntaxStop) -> Value {
        _ = reader.takeAll(where: isBlank)
        let value = try rule(&reader)
        _ = reader.takeAll(where: isBlank)
        return value
    }

    /// A comma with blanks around it.
    static func comma(_ reader: inout QueryReader) throws(SyntaxStop) {
        try padded(&reader) { (reader) throws(SyntaxStop) in try reader.take(",") }
    }

    static func bareComma(_ reader: inout QueryReader) throws(SyntaxStop) { try reader.take(",") }

    static func delimiter(_ reader: inout QueryReader) throws(SyntaxStop) {
        try reader.named("delimiter (.)") { (reader) throws(SyntaxStop) in try reader.take(".") }
    }

    // MARK: - Names

    /// Letters and digits of ASCII are decided without a look at Unicode's tables.
    static func isLetter(_ scalar: Scalar) -> Bool {
        if scalar.isASCII { return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    static func isDigit(_ scalar: Scalar) -> Bool { ("0"..."9").contains(scalar) }

    static func isNameCharacter(_ scalar: Scalar) -> Bool {
        isLetter(scalar) || isDigit(scalar) || scalar == "_" || scalar == " " || scalar == "$"
    }

    /// An unquoted name, without the spaces around it.
    static func identifier(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        let start = reader.position
        if reader.next.map(isNameCharacter) != true {
            return try reader.fail(reader.complaint(["letter", "digit"]))
        }
        _ = reader.takeAll(["letter", "digit"], where: isNameCharacter)
        return trimmed(reader.text(start..<reader.position))
    }

    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// `"…"`, a backslash before any character that stands for itself.
    static func quoted(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        try reader.take("\"")
        var scalars = String.UnicodeScalarView()
        while true {
            scalars.append(contentsOf: reader.scalars[reader.takeAll { $0 != "\"" && $0 != "\\" }])
            guard reader.has({ (reader) throws(SyntaxStop) in try reader.take("\\") }) else { break }
            scalars.append(try reader.take { _ in true })
        }
        try reader.take("\"")
        return String(scalars)
    }

    /// Parts joined by dashes that do not begin an arrow.
    private static func dashed(
        _ reader: inout QueryReader, _ part: QueryReader.Rule<String>
    ) throws(SyntaxStop) -> String {
        try reader.separated(part, by: dash).joined(separator: "-")
    }

    private static func dash(_ reader: inout QueryReader) throws(SyntaxStop) {
        try reader.attempt { (reader) throws(SyntaxStop) in
            try reader.take("-")
            try reader.notFollowed(by: "\">\"") { $0 == ">" }
        }
    }

    static func name(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        try reader.named("field name (* or [a..z0..9_$])") { (reader) throws(SyntaxStop) in
            try reader.either(quoted) { (reader) throws(SyntaxStop) in try dashed(&reader, identifier) }
        }
    }

    // MARK: - Fields

    static func field(_ reader: inout QueryReader) throws(SyntaxStop) -> Field {
        try padded(&reader) { (reader) throws(SyntaxStop) in
            let name = try name(&reader)
            return Field(name, path: try jsonPath(&reader))
        }
    }

    static func jsonPath(_ reader: inout QueryReader) throws(SyntaxStop) -> [JSONStep] {
        try reader.many(jsonStep)
    }

    private static func jsonStep(_ reader: inout QueryReader) throws(SyntaxStop) -> JSONStep {
        let asText = reader.has(word: "->>")
        if !asText {
            try reader.attempt { (reader) throws(SyntaxStop) in try reader.take(word: "->") }
        }
        if let index = reader.tried(jsonIndex) { return JSONStep(operand: index, asText: asText) }
        return JSONStep(operand: try reader.attempt(jsonKey), asText: asText)
    }

    private static func jsonIndex(_ reader: inout QueryReader) throws(SyntaxStop) -> JSONStep.Operand {
        let isNegative = reader.has { (reader) throws(SyntaxStop) in try reader.take("-") }
        let start = reader.position
        _ = try reader.take("digit", where: isDigit)
        _ = reader.takeAll(["digit"], where: isDigit)
        let digits = reader.text(start..<reader.position)
        let isEnded = ["->", "::", ".", ","].contains { reader.hasAhead(word: $0) }
        // Upstream takes the digits before a bracket for a key, by which no array can be asked; its messages do not
        // name the bracket.
        if !isEnded, reader.next != ")" { try endTried(&reader) }
        return .index((isNegative ? "-" : "+") + digits)
    }

    static func endTried(_ reader: inout QueryReader) throws(SyntaxStop) {
        try reader.attempt { (reader) throws(SyntaxStop) in try reader.end() }
    }

    private static func jsonKey(_ reader: inout QueryReader) throws(SyntaxStop) -> JSONStep.Operand {
        .key(
            try reader.named("any non reserved character different from: .,>()") { (reader) throws(SyntaxStop) in
                try reader.either(quoted) { (reader) throws(SyntaxStop) in try dashed(&reader, jsonKeyPart) }
            })
    }

    private static func jsonKeyPart(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        let reserved: Set<Scalar> = ["(", "-", ":", ".", ",", ">", ")"]
        let start = reader.position
        _ = try reader.take { !reserved.contains($0) }
        _ = reader.takeAll { !reserved.contains($0) }
        return trimmed(reader.text(start..<reader.position))
    }

    // MARK: - Parameter names

    /// `embed.embed2.column->path`
    static func treePath(_ reader: inout QueryReader) throws(SyntaxStop) -> Placed<Field> {
        var names = try reader.separated(name, by: delimiter)
        let path = try jsonPath(&reader)
        let column = names.removeLast()
        return Placed(path: names, value: Field(column, path: path))
    }

    /// `embed.not.and`: the operator with its negation, as it begins the text of the tree.
    static func logicPath(_ reader: inout QueryReader) throws(SyntaxStop) -> Placed<String> {
        var names = try reader.separated(name, by: delimiter)
        let isNegated = names.contains("not")
        let word = names.removeLast()
        return Placed(path: names.filter { $0 != "not" }, value: isNegated ? "not." + word : word)
    }

    /// The value of `columns` and `on_conflict`.
    static func columns(_ reader: inout QueryReader) throws(SyntaxStop) -> [String] {
        try reader.separated(name, by: comma)
    }
}
