import Postgres
import Testing

@testable import Rest

@Suite struct `Written SQL` {
    @Test func `names are quoted and cut at NUL`() {
        var writer = SQLWriter()
        writer.write(name: "a\"b\u{0}; drop table x")
        #expect(writer.sql.text == #""a""b""#)
    }

    @Test func `types of casts hold no other characters than names do`() {
        var writer = SQLWriter()
        writer.write(castType: "double precision; drop table x")
        #expect(writer.sql.text == "double precision drop table x")
    }

    @Test func `constants are escaped`() {
        var writer = SQLWriter()
        writer.write(constant: #"it's \ here"#)
        #expect(writer.sql.text == #" E'it''s \\ here'"#)
    }

    @Test func `a filter's values are parameters`() {
        let filters: [(Filter, String, [SQLValue])] = [
            (
                Filter(field: Field("id"), isNegated: false, operation: .quantified(.equal, nil, "1; drop")),
                #""t"."id" = $1"#, [.text("1; drop")]
            ),
            (
                Filter(field: Field("name"), isNegated: true, operation: .quantified(.like, .any, "{a*,b}")),
                #"NOT "t"."name" LIKE ANY($1)"#, [.text("{a%,b}")]
            ),
            (
                Filter(field: Field("id"), isNegated: false, operation: .isIn(["1", #"a"b\c"#])),
                #""t"."id" = ANY ($1)"#, [.text(#"{"1","a\"b\\c"}"#)]
            ),
            (
                Filter(field: Field("id"), isNegated: false, operation: .isIn([""])), #""t"."id" = ANY('{}')"#, []
            ),
            (
                Filter(field: Field("done"), isNegated: true, operation: .isValue(.unknown)),
                #"NOT "t"."done" IS UNKNOWN"#, []
            ),
            (
                Filter(
                    field: Field(
                        "data",
                        path: [
                            JSONStep(operand: .key("a'b"), asText: false),
                            JSONStep(operand: .index("-1"), asText: true),
                        ]), isNegated: false, operation: .quantified(.equal, nil, "x")),
                #"to_jsonb("t"."data")->$1->>$2::int = $3"#, [.text("a'b"), .text("-1"), .text("x")]
            ),
            (
                Filter(
                    field: Field("text"), isNegated: false, operation: .textSearch(.websearch, language: "french", "x")),
                #"to_tsvector($1, "t"."text") @@ websearch_to_tsquery($2, $3)"#,
                [.text("french"), .text("french"), .text("x")]
            ),
        ]
        let resolver = FieldResolver(SchemaCache(), relation: QualifiedIdentifier("public", "t"))
        for (filter, text, parameters) in filters {
            var writer = SQLWriter()
            writer.write(resolver.condition(filter), of: QualifiedIdentifier("", "t"))
            #expect(writer.sql.text == text)
            #expect(writer.sql.parameters == parameters)
        }
    }

    @Test func `the text of an in-list does not depend on the number of its values`() {
        let resolver = FieldResolver(SchemaCache(), relation: QualifiedIdentifier("public", "t"))
        let texts = [["1"], ["1", "2"], Array(repeating: "3", count: 100)].map { values in
            var writer = SQLWriter()
            let filter = Filter(field: Field("id"), isNegated: false, operation: .isIn(values))
            writer.write(resolver.condition(filter), of: QualifiedIdentifier("", "t"))
            return writer.sql.text
        }
        #expect(Set(texts).count == 1)
    }
}
