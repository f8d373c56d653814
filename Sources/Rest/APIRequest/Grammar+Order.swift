extension Grammar {
    /// The value of `order`.
    static func orderList(_ reader: inout QueryReader) throws(SyntaxStop) -> [OrderTerm] {
        try reader.separated(orderTerm, by: bareComma)
    }

    private static func orderTerm(_ reader: inout QueryReader) throws(SyntaxStop) -> OrderTerm {
        try padded(&reader) { (reader) throws(SyntaxStop) in
            if let term = reader.tried(relatedTerm) { return term }
            return try withDirection(OrderTerm(field: try field(&reader)), &reader)
        }
    }

    /// `relation(field).desc`
    private static func relatedTerm(_ reader: inout QueryReader) throws(SyntaxStop) -> OrderTerm {
        let relation = try name(&reader)
        try reader.take("(")
        let field = try field(&reader)
        try reader.take(")")
        return try withDirection(OrderTerm(relation: relation, field: field), &reader)
    }

    private static func withDirection(
        _ term: OrderTerm, _ reader: inout QueryReader
    ) throws(SyntaxStop) -> OrderTerm {
        var term = term
        term.direction = dotted([.ascending, .descending], &reader)
        term.nulls = dotted([.first, .last], &reader)
        if !reader.has(aheadOfComma) { try endTried(&reader) }
        return term
    }

    /// `.word` for one of `words`, or nil.
    private static func dotted<Word: RawRepresentable<String>>(
        _ words: [Word], _ reader: inout QueryReader
    ) -> Word? {
        words.first { word in
            reader.has { (reader) throws(SyntaxStop) in
                try delimiter(&reader)
                try reader.take(word: word.rawValue)
            }
        }
    }

    private static func aheadOfComma(_ reader: inout QueryReader) throws(SyntaxStop) {
        try reader.ahead(bareComma)
    }
}
