internal import Postgres

/// Writes one statement from left to right. Values become parameters; names are quoted. The text depends on the shape
/// of the request alone, so that the pool prepares it once.
struct SQLWriter {
    private var output = SQL.StringInterpolation(literalCapacity: 1024, interpolationCount: 8)

    /// The statement so far.
    var sql: SQL { SQL(stringInterpolation: output) }

    /// Text of our own, a literal of this program.
    mutating func write(_ text: SQLText) { output.appendLiteral(text.literal) }

    /// SQL text that comes from the schema cache as PostgreSQL printed it, such as a type's name or a default.
    mutating func write(fromCatalog text: String) { output.appendLiteral(text) }

    /// The type of a cast, which cannot be quoted because `int` is no type's name in the catalog. The parser lets
    /// letters, digits, `_`, `$` and spaces through; should another character get here, it is left out.
    mutating func write(castType name: String) {
        output.appendLiteral(
            String(
                String.UnicodeScalarView(
                    name.unicodeScalars.filter { scalar in
                        scalar == "_" || scalar == "$" || scalar == " " || scalar.properties.isAlphabetic
                            || ("0"..."9").contains(scalar)
                    })))
    }

    /// A quoted name. PostgreSQL cannot hold NUL, and libpq would end the statement there: the rest is cut.
    mutating func write(name: String) { output.appendInterpolation(identifier: SQLWriter.cut(name)) }

    mutating func write(_ identifier: QualifiedIdentifier) {
        if !identifier.schema.isEmpty {
            write(name: identifier.schema)
            output.appendLiteral(".")
        }
        write(name: identifier.name)
    }

    /// A value whose type PostgreSQL infers from where it stands.
    mutating func bind(_ value: String) { output.appendInterpolation(value) }

    mutating func bind(_ value: Int) { output.appendInterpolation(value) }

    mutating func bind(_ value: SQLValue) { output.appendInterpolation(value) }

    /// A text constant of our own making inside a statement, for the few places that take no parameter.
    mutating func write(constant text: String) {
        let escaped = SQLWriter.cut(text).split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "''")
        if escaped.contains("\\") {
            let doubled = escaped.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
            output.appendLiteral(" E'" + doubled + "'")
        } else {
            output.appendLiteral("'" + escaped + "'")
        }
    }

    /// Writes each element, with `separator` between.
    mutating func list<Element>(
        _ elements: some Sequence<Element>, separator: SQLText = ", ",
        _ writeElement: (inout SQLWriter, Element) -> Void
    ) {
        var isFirst = true
        for element in elements {
            if !isFirst { write(separator) }
            isFirst = false
            writeElement(&self, element)
        }
    }

    private static func cut(_ name: String) -> String {
        guard let end = name.utf8.firstIndex(of: 0) else { return name }
        return String(name[..<end])
    }
}

/// SQL text that stands in this program as a literal. A `StaticString` would say the same, but it is copied each time.
struct SQLText: ExpressibleByStringLiteral {
    let literal: String

    init(stringLiteral literal: StringLiteralType) { self.literal = literal }
}
