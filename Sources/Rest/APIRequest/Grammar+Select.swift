extension Grammar {
    /// The value of `select`, or what is in an embed's brackets.
    static func selectList(_ reader: inout QueryReader) throws(SyntaxStop) -> [SelectItem] {
        try reader.optional { (reader) throws(SyntaxStop) in try reader.separated(selectItem, by: comma) } ?? []
    }

    private static func selectItem(_ reader: inout QueryReader) throws(SyntaxStop) -> SelectItem {
        if reader.mayOmitBrackets { return .column(try columnItem(&reader)) }
        if let spread = reader.tried(spreadHead) { return .embed(try filled(spread, &reader)) }
        if let embed = reader.tried(embedHead) { return .embed(try filled(embed, &reader)) }
        return .column(try columnItem(&reader))
    }

    private static func filled(
        _ head: EmbedSelection, _ reader: inout QueryReader
    ) throws(SyntaxStop) -> EmbedSelection {
        var embed = head
        try reader.take("(")
        embed.items = try reader.nested(selectList)
        try reader.take(")")
        return embed
    }

    // MARK: - Embeds

    /// `...target!hint!inner`, up to the bracket.
    static func spreadHead(_ reader: inout QueryReader) throws(SyntaxStop) -> EmbedSelection {
        try padded(&reader) { (reader) throws(SyntaxStop) in
            try reader.take(word: "...")
            let target = try name(&reader)
            return try withParameters(EmbedSelection(target: target, isSpread: true), &reader)
        }
    }

    /// `alias:target!hint!inner`, up to the bracket.
    static func embedHead(_ reader: inout QueryReader) throws(SyntaxStop) -> EmbedSelection {
        try padded(&reader) { (reader) throws(SyntaxStop) in
            let alias = reader.tried(Grammar.alias)
            let target = try name(&reader)
            if target == "count" { return try reader.fail([]) }
            return try withParameters(EmbedSelection(target: target, alias: alias), &reader)
        }
    }

    private static func withParameters(
        _ head: EmbedSelection, _ reader: inout QueryReader
    ) throws(SyntaxStop) -> EmbedSelection {
        var embed = head
        for _ in 0..<2 {
            switch try reader.optional(embedParameter) {
            case .hint(let hint): embed.hint = embed.hint ?? hint
            case .join(let type): embed.joinType = embed.joinType ?? type
            case nil: break
            }
        }
        try reader.attempt { (reader) throws(SyntaxStop) in
            try reader.ahead { (reader) throws(SyntaxStop) in try reader.take(word: "(") }
        }
        return embed
    }

    private enum EmbedParameter {
        case hint(String)
        case join(JoinType)
    }

    private static func embedParameter(_ reader: inout QueryReader) throws(SyntaxStop) -> EmbedParameter {
        try reader.take("!")
        if reader.has(word: "left") { return .join(.left) }
        if reader.has(word: "inner") { return .join(.inner) }
        return .hint(try reader.attempt(name))
    }

    /// `alias:`, where the colon does not begin a cast.
    private static func alias(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        let alias = try name(&reader)
        try reader.take(":")
        try reader.notFollowed(by: .scalar(":")) { $0 == ":" }
        return alias
    }

    // MARK: - Columns

    static func columnItem(_ reader: inout QueryReader) throws(SyntaxStop) -> ColumnSelection {
        try padded(&reader) { (reader) throws(SyntaxStop) in
            if let star = reader.tried(Grammar.star) { return star }
            if reader.mayOmitBrackets { return try column(&reader) }
            if let count = reader.tried(rowCount) { return count }
            return try column(&reader)
        }
    }

    private static func star(_ reader: inout QueryReader) throws(SyntaxStop) -> ColumnSelection {
        try reader.take(word: "*")
        try itemEnd(&reader)
        return ColumnSelection(field: Field("*"))
    }

    /// `alias:count()::cast`
    private static func rowCount(_ reader: inout QueryReader) throws(SyntaxStop) -> ColumnSelection {
        let alias = reader.tried(Grammar.alias)
        try reader.take(word: "count()")
        let cast = try reader.optional(Grammar.cast)
        try itemEnd(&reader)
        return ColumnSelection(
            field: Field("*"), aggregate: AggregateCall(function: .count, cast: cast), alias: alias)
    }

    private static func column(_ reader: inout QueryReader) throws(SyntaxStop) -> ColumnSelection {
        let alias = reader.tried(Grammar.alias)
        var selection = ColumnSelection(field: try field(&reader), alias: alias)
        selection.cast = try reader.optional(cast)
        let function = reader.tried(aggregate)
        let aggregateCast = try reader.optional(cast)
        selection.aggregate = function.map { AggregateCall(function: $0, cast: aggregateCast) }
        try itemEnd(&reader)
        return selection
    }

    private static func cast(_ reader: inout QueryReader) throws(SyntaxStop) -> String {
        try reader.take(word: "::")
        return try identifier(&reader)
    }

    private static func aggregate(_ reader: inout QueryReader) throws(SyntaxStop) -> AggregateFunction {
        try reader.take(".")
        let function = try aggregateName(&reader)
        try reader.take(word: "()")
        return function
    }

    /// Two names begin with the same letter, so those are tried; for the others upstream's complaint stops there.
    private static func aggregateName(_ reader: inout QueryReader) throws(SyntaxStop) -> AggregateFunction {
        let start = reader.position
        for function in AggregateFunction.allCases {
            switch function {
            case .sum, .avg, .count:
                do throws(SyntaxStop) {
                    try reader.take(word: function.rawValue)
                    return function
                } catch {
                    guard reader.position == start else { throw error }
                    reader.pending = reader.failure
                }
            case .max, .min: if reader.has(word: function.rawValue) { return function }
            }
        }
        return try reader.fail([])
    }

    private static func itemEnd(_ reader: inout QueryReader) throws(SyntaxStop) {
        if !reader.hasAhead(word: ")"), !reader.hasAhead(word: ",") { try endTried(&reader) }
    }
}

extension QueryReader {
    /// True where no rule that needs a bracket can fit before the next comma, so that those need not be tried; they
    /// are all the same when their complaints are wanted. Text with quotes is left to the rules.
    fileprivate var mayOmitBrackets: Bool {
        guard !explains else { return false }
        for scalar in scalars[position...] {
            switch scalar {
            case "(", "\"": return false
            case ",", ")": return true
            default: continue
            }
        }
        return true
    }
}
