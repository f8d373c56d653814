internal import Postgres

extension SQLWriter {
    /// Writes one condition; `embedTest` writes a null test of an embed.
    mutating func write(
        _ condition: Condition, of reference: QualifiedIdentifier,
        embedTest: (inout SQLWriter, _ join: String, _ isNegated: Bool) -> Void = SQLWriter.writeEmbedTest
    ) {
        switch condition {
        case .filter(let field, let isNegated, let operation):
            if isNegated { write("NOT ") }
            write(field, of: reference)
            write(operation, transform: field.transform)
        case .group(let logic, let isNegated, let members):
            if isNegated { write("NOT ") }
            write("(")
            list(members, separator: logic == .and ? " AND " : " OR ") { writer, member in
                writer.write(member, of: reference, embedTest: embedTest)
            }
            write(")")
        case .embedIsNull(let join, let isNegated): embedTest(&self, join, isNegated)
        }
    }

    /// Tests the whole joined row: one of nulls only is still a row.
    static func writeEmbedTest(_ writer: inout SQLWriter, join: String, isNegated: Bool) {
        writer.write(name: join)
        if isNegated { writer.write(" IS DISTINCT FROM NULL") } else { writer.write(" IS NOT DISTINCT FROM NULL") }
    }

    private mutating func write(_ operation: FilterOperation, transform: QualifiedIdentifier?) {
        switch operation {
        case .simple(let simple, let value):
            write(simple)
            write(value: value, transform: transform)
        case .quantified(let comparison, let quantifier, let value):
            write(comparison)
            let isPattern = comparison == .like || comparison == .ilike
            let value = isPattern ? String(value.map { $0 == "*" ? "%" : $0 }) : value
            switch quantifier {
            case .any: write("ANY(")
            case .all: write("ALL(")
            case nil: break
            }
            write(value: value, transform: isPattern ? nil : transform)
            if quantifier != nil { write(")") }
        case .isIn(let values): write(in: values, transform: transform)
        case .isValue(let value): write(value)
        case .isDistinctFrom(let value):
            write(" IS DISTINCT FROM ")
            bind(value)
        case .textSearch(let search, let language, let value):
            write(search)
            write(language: language)
            bind(value)
            write(")")
        }
    }

    private mutating func write(value: String, transform: QualifiedIdentifier?) {
        guard let transform else { return bind(value) }
        write(transform)
        write("(")
        bind(value)
        write(")")
    }

    /// One array in place of a list: the statement's text does not depend on how many values there are.
    private mutating func write(in values: [String], transform: QualifiedIdentifier?) {
        if values == [""] { return write(" = ANY('{}')") }
        write(" = ANY (")
        if let transform {
            write("(SELECT ")
            write(transform)
            write("(unnest(")
            bind(values.sqlValue)
            write("::text[])))")
        } else {
            bind(values.sqlValue)
        }
        write(")")
    }

    private mutating func write(_ simple: SimpleOperator) {
        switch simple {
        case .notEqual: write(" <> ")
        case .contains: write(" @> ")
        case .contained: write(" <@ ")
        case .overlaps: write(" && ")
        case .strictlyLeft: write(" << ")
        case .strictlyRight: write(" >> ")
        case .notExtendsRight: write(" &< ")
        case .notExtendsLeft: write(" &> ")
        case .adjacent: write(" -|- ")
        }
    }

    private mutating func write(_ comparison: QuantifiableOperator) {
        switch comparison {
        case .equal: write(" = ")
        case .greaterThanOrEqual: write(" >= ")
        case .greaterThan: write(" > ")
        case .lessThanOrEqual: write(" <= ")
        case .lessThan: write(" < ")
        case .like: write(" LIKE ")
        case .ilike: write(" ILIKE ")
        case .match: write(" ~ ")
        case .imatch: write(" ~* ")
        }
    }

    private mutating func write(_ value: IsValue) {
        switch value {
        case .null: write(" IS NULL")
        case .notNull: write(" IS NOT NULL")
        case .isTrue: write(" IS TRUE")
        case .isFalse: write(" IS FALSE")
        case .unknown: write(" IS UNKNOWN")
        }
    }

    private mutating func write(_ search: TextSearchOperator) {
        switch search {
        case .plain: write(" @@ plainto_tsquery(")
        case .phrase: write(" @@ phraseto_tsquery(")
        case .websearch: write(" @@ websearch_to_tsquery(")
        case .raw: write(" @@ to_tsquery(")
        }
    }
}
