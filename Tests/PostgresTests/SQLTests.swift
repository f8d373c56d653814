import Core
import Postgres
import Testing

@Suite struct `SQL text` {
    @Test func `an interpolated value becomes a parameter`() {
        let email = "a@b.co'; drop table x; --"
        let sql: SQL = "select id from auth.users where email = \(email) and n = \(3)"
        #expect(sql.text == "select id from auth.users where email = $1 and n = $2")
        #expect(sql.parameters == [.text(email), .text("3")])
    }

    @Test func `an identifier is quoted, its quotes doubled`() {
        let sql: SQL = "select \(identifier: #"we"ird"#) from t"
        #expect(sql.text == #"select "we""ird" from t"#)
    }

    @Test func `a spliced fragment is renumbered`() {
        let condition: SQL = "a = \("x") and b = \("y")"
        let sql: SQL = "select \("first") where \(condition) and c = \("z")"
        #expect(sql.text == "select $1 where a = $2 and b = $3 and c = $4")
        #expect(sql.parameters.count == 4)
    }

    @Test func `a quoted name that looks like a placeholder stays`() {
        let fragment: SQL = "\(identifier: "a$1") = \("x")"
        let sql: SQL = "\("first") where \(fragment)"
        #expect(sql.text == #"$1 where "a$1" = $2"#)
    }

    @Test func `fragments with two-digit placeholders are renumbered whole`() {
        var many: SQL = "0"
        for value in 0..<12 { many = many + " + \(value)" }
        let sql: SQL = "select \("a"), \("b"), \(many)"
        #expect(sql.text.hasSuffix("$14"))
        #expect(sql.parameters.count == 14)
    }

    @Test(arguments: [
        (["a", "b"], #"{"a","b"}"#), ([], "{}"),
        ([#"q"uote"#, #"back\slash"#, "com,ma", "{br}"], #"{"q\"uote","back\\slash","com,ma","{br}"}"#),
    ])
    func `a text array becomes a literal that nothing in it can break`(elements: [String], literal: String) {
        #expect(elements.sqlValue == .text(literal))
    }
}
