extension Grammar {
    /// A value that runs to the end of the parameter.
    static func wholeValue(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        reader.text(reader.takeAll { _ in true })
    }

    /// The value of a filter parameter: `not.eq.5`. `value` reads the operand.
    static func filterValue(
        _ reader: inout QueryReader, _ value: QueryReader.Rule<String>
    ) throws(SyntaxStop) -> (isNegated: Bool, operation: FilterOperation) {
        let isNegated = reader.has(not)
        let operation = try reader.named("operator (eq, gt, ...)") { (reader) throws(SyntaxStop) in
            try Grammar.operation(&reader, value)
        }
        return (isNegated, operation)
    }

    static func not(_ reader: inout QueryReader) throws(SyntaxStop) {
        try reader.take(word: "not")
        try delimiter(&reader)
    }

    private static func operation(
        _ reader: inout QueryReader, _ value: QueryReader.Rule<String>
    ) throws(SyntaxStop) -> FilterOperation {
        if reader.has(dottedWord: "in") { return .isIn(try list(&reader)) }
        if reader.has(dottedWord: "is") { return .isValue(try isValue(&reader)) }
        if reader.has(dottedWord: "isdistinct") { return .isDistinctFrom(try value(&reader)) }
        if let search = reader.tried({ (reader) throws(SyntaxStop) in try textSearch(&reader, value) }) {
            return search
        }
        if let simple = reader.tried({ (reader) throws(SyntaxStop) in try simpleOperation(&reader, value) }) {
            return simple
        }
        return try reader.attempt { (reader) throws(SyntaxStop) in try quantifiedOperation(&reader, value) }
    }

    private static func simpleOperation(
        _ reader: inout QueryReader, _ value: QueryReader.Rule<String>
    ) throws(SyntaxStop) -> FilterOperation {
        let simple = try oneOf(SimpleOperator.allCases, &reader, name: "unknown single value operator")
        try delimiter(&reader)
        return .simple(simple, try value(&reader))
    }

    private static func quantifiedOperation(
        _ reader: inout QueryReader, _ value: QueryReader.Rule<String>
    ) throws(SyntaxStop) -> FilterOperation {
        let operation = try oneOf(QuantifiableOperator.allCases, &reader, name: "unknown single value operator")
        let quantifier = reader.tried(Grammar.quantifier)
        try delimiter(&reader)
        return .quantified(operation, quantifier, try value(&reader))
    }

    /// The first of `words` that stands here.
    private static func oneOf<Word: RawRepresentable<String>>(
        _ words: [Word], _ reader: inout QueryReader, name: String
    ) throws(SyntaxStop) -> Word {
        try reader.named(name) { (reader) throws(SyntaxStop) in
            for word in words where reader.has(word: word.rawValue) { return word }
            return try reader.fail([])
        }
    }

    private static func quantifier(_ reader: inout QueryReader) throws(SyntaxStop) -> Quantifier {
        try reader.take("(")
        let quantifier = reader.has(word: "any") ? Quantifier.any : .all
        if quantifier == .all { try reader.take(word: "all") }
        try reader.take(")")
        return quantifier
    }

    private static func isValue(_ reader: inout QueryReader) throws(SyntaxStop) -> IsValue {
        try reader.named("isVal: (null, not_null, true, false, unknown)") { (reader) throws(SyntaxStop) in
            for value in IsValue.allCases {
                let isHere = reader.has { (reader) throws(SyntaxStop) in
                    for scalar in value.rawValue.unicodeScalars {
                        _ = try reader.take { $0 == scalar || $0.properties.lowercaseMapping == String(scalar) }
                    }
                }
                if isHere { return value }
            }
            return try reader.fail([])
        }
    }

    private static func textSearch(
        _ reader: inout QueryReader, _ value: QueryReader.Rule<String>
    ) throws(SyntaxStop) -> FilterOperation {
        guard let found = TextSearchOperator.allCases.first(where: { reader.has(word: $0.rawValue) }) else {
            return try reader.fail([])
        }
        let language = reader.tried { (reader) throws(SyntaxStop) in
            try reader.take("(")
            let language = try identifier(&reader)
            try reader.take(")")
            return language
        }
        try delimiter(&reader)
        return .textSearch(found, language: language, try value(&reader))
    }

    // MARK: - Lists

    /// `(a,"b,c",d)`
    private static func list(_ reader: inout QueryReader) throws(SyntaxStop) -> [String] {
        try padded(&reader) { (reader) throws(SyntaxStop) in try reader.take("(") }
        let elements = try reader.separated(listElement, by: bareComma)
        try padded(&reader) { (reader) throws(SyntaxStop) in try reader.take(")") }
        return elements
    }

    static func endsElement(_ scalar: Scalar) -> Bool { scalar == "," || scalar == ")" }

    private static func listElement(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        if let text = reader.tried(quotedElement) { return text }
        return reader.text(reader.takeAll { !endsElement($0) })
    }

    /// Quotes that span all of an element; otherwise they belong to it.
    static func quotedElement(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        let text = try quoted(&reader)
        try reader.notFollowed { !endsElement($0) }
        return text
    }
}

extension QueryReader {
    /// Whether `word` and a dot stand here; takes both if so.
    fileprivate mutating func has(dottedWord word: String) -> Bool {
        has { (reader) throws(SyntaxStop) in
            try reader.take(word: word)
            try Grammar.delimiter(&reader)
        }
    }
}
