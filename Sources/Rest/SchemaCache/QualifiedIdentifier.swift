internal import Postgres

/// The name of a relation, function or type with the schema it lives in. Values of this type that come out of a
/// ``SchemaCache`` name things that exist; their ``sql`` is quoted.
struct QualifiedIdentifier: Sendable, Hashable, Comparable {
    var schema: String
    var name: String

    init(_ schema: String, _ name: String) {
        self.schema = schema
        self.name = name
    }

    /// `"schema"."name"`
    var sql: SQL { "\(identifier: schema).\(identifier: name)" }

    static func < (left: QualifiedIdentifier, right: QualifiedIdentifier) -> Bool {
        (left.schema, left.name) < (right.schema, right.name)
    }
}
