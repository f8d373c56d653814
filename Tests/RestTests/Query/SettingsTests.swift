import Testing

@testable import Rest

@Suite struct `Settings of a transaction` {
    @Test(arguments: [
        ("500", Duration.milliseconds(500)), ("3s", .seconds(3)), ("2min", .seconds(120)), ("1h", .seconds(3600)),
        ("1d", .seconds(86_400)), ("250us", .microseconds(250)), ("10 s", .seconds(10)), ("0", .zero),
    ])
    func `durations are read as PostgreSQL writes them`(text: String, duration: Duration) {
        #expect(PostgresDuration.parse(text) == duration)
    }

    @Test(arguments: ["", "s", "-1", "3 weeks", "1.5s", "99999999999999999999"])
    func `other texts are no durations`(text: String) {
        #expect(PostgresDuration.parse(text) == nil)
    }

    @Test func `names in a search path are quoted`() {
        #expect(SQLWriter.quoted(#"a "b" c"#) == #""a ""b"" c""#)
    }
}

@Suite struct `Guards on the number of rows` {
    @Test func `a broken guard tells the number of rows`() {
        let message = #"invalid input syntax for type integer: "medmitra-rows:12""#
        #expect(Guard.rows(inMessage: message) == 12)
    }

    @Test func `other messages tell nothing`() {
        #expect(Guard.rows(inMessage: #"invalid input syntax for type integer: "12""#) == nil)
        #expect(Guard.rows(inMessage: "medmitra-rows:") == nil)
    }
}
