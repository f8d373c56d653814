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
        _ = try reader.take(.letterOrDigit, where: isNameCharacter)
        _ = reader.takeAll(.letterOrDigit, where: isNameCharacter)
        return trimmed(start..<reader.position, of: reader)
    }

    /// The text in a range without white space around it.
    private static func trimmed(_ range: Range<Int>, of reader: QueryReader) -> String {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isWhiteSpace(reader.scalars[start]) { start += 1 }
        while end > start, isWhiteSpace(reader.scalars[end - 1]) { end -= 1 }
        return reader.text(start..<end)
    }

    static func isWhiteSpace(_ scalar: Scalar) -> Bool {
        scalar.isASCII
            ? scalar == " " || (0x09...0x0D).contains(scalar.value) : scalar.properties.isWhitespace
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
        let parts = try reader.separated(part, by: dash)
        return parts.count == 1 ? parts[0] : parts.joined(separator: "-")
    }

    private static func dash(_ reader: inout QueryReader) throws(SyntaxStop) {
        try reader.attempt { (reader) throws(SyntaxStop) in
            try reader.take("-")
            try reader.notFollowed(by: .scalar(">")) { $0 == ">" }
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
        let steps = try reader.many(jsonStep)
        guard steps.count <= RequestLimits.jsonStepsMax else {
            return try reader.fail([.plain("more than \(RequestLimits.jsonStepsMax) steps in a JSON path")])
        }
        return steps
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
        _ = try reader.take(.digit, where: isDigit)
        _ = reader.takeAll(.digit, where: isDigit)
        let digits = reader.text(start..<reader.position)
        let isEnded =
            reader.hasAhead(word: "->") || reader.hasAhead(word: "::") || reader.hasAhead(word: ".")
            || reader.hasAhead(word: ",")
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
        let start = reader.position
        _ = try reader.take(where: isJSONKeyCharacter)
        _ = reader.takeAll(where: isJSONKeyCharacter)
        return trimmed(start..<reader.position, of: reader)
    }

    private static func isJSONKeyCharacter(_ scalar: Scalar) -> Bool {
        switch scalar {
        case "(", "-", ":", ".", ",", ">", ")": false
        default: true
        }
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
