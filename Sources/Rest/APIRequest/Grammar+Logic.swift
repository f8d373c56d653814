extension Grammar {
    /// `not.or(a.eq.1,and(b.gt.2,c.is.null))`
    static func logicTree(_ reader: inout QueryReader) throws(SyntaxStop) -> LogicTree {
        if let filter = reader.tried(logicFilter) { return .filter(filter) }
        return try logicGroup(&reader)
    }

    private static func logicFilter(_ reader: inout QueryReader) throws(SyntaxStop) -> Filter {
        let field = try field(&reader)
        try delimiter(&reader)
        let (isNegated, operation) = try filterValue(&reader, logicValue)
        return Filter(field: field, isNegated: isNegated, operation: operation)
    }

    private static func logicGroup(_ reader: inout QueryReader) throws(SyntaxStop) -> LogicTree {
        let isNegated = try reader.named("negation operator (not)") { (reader) throws(SyntaxStop) in
            reader.has(not)
        }
        let logicOperator = try reader.named("logic operator (and, or)") { (reader) throws(SyntaxStop) in
            if reader.has(word: "and") { return LogicOperator.and }
            try reader.take(word: "or")
            return .or
        }
        try padded(&reader) { (reader) throws(SyntaxStop) in try reader.take("(") }
        let members = try reader.nested { (reader) throws(SyntaxStop) in
            try reader.separated(logicTree, by: comma)
        }
        try padded(&reader) { (reader) throws(SyntaxStop) in try reader.take(")") }
        return .group(logicOperator, isNegated: isNegated, members)
    }

    /// A quoted value, an array literal without inner braces, or all up to a comma or bracket.
    private static func logicValue(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        if let text = reader.tried(quotedElement) { return text }
        if let text = reader.tried(arrayLiteral) { return text }
        return reader.text(reader.takeAll { !endsElement($0) })
    }

    private static func arrayLiteral(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        let start = reader.position
        try reader.take(word: "{")
        _ = reader.takeAll { $0 != "{" && $0 != "}" }
        try reader.take(word: "}")
        return reader.text(start..<reader.position)
    }
}
