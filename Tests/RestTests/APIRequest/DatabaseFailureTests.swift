import Core
import HTTPTypes
@testable import Postgres
import Testing

@testable import Rest

@Suite struct `Database failures` {
    private static func server(_ state: String, _ message: String = "m", detail: String? = nil) -> RestError {
        let error = ServerError(
            sqlState: SQLState(rawValue: state), severity: "ERROR", message: message, detail: detail, hint: "h")
        return .database(.server(error), callerIsAnonymous: false)
    }

    @Test(arguments: [
        ("08006", 503), ("09000", 500), ("0L000", 403), ("0P000", 403), ("21000", 500), ("22023", 400), ("22P02", 400),
        ("23502", 400), ("23503", 409), ("23505", 409), ("23514", 400), ("25006", 405), ("25001", 500), ("28000", 403),
        ("2D000", 500), ("38000", 500), ("39000", 500), ("3B000", 500), ("40001", 500), ("42501", 403), ("42601", 400),
        ("42703", 400), ("42883", 404), ("42P01", 404), ("42P17", 500), ("53100", 503), ("53400", 500), ("54001", 500),
        ("55000", 500), ("57014", 500), ("57P01", 503), ("58P01", 500), ("F0000", 500), ("HV000", 500), ("P0001", 400),
        ("P0002", 500), ("XX000", 500), ("ZZ999", 400), ("PT404", 404), ("PT40A", 500), ("PT999", 500),
    ])
    func `a SQLSTATE decides on the status and stays the code`(_ state: String, _ status: Int) {
        let error = `Database failures`.server(state, detail: "d")
        #expect(error.status.code == status)
        #expect(error.code == state)
        #expect(error.message == "m")
        #expect(error.details == "d")
        #expect(error.hint == "h")
    }

    @Test func `some messages decide, too`() {
        #expect(`Database failures`.server("21000", "UPDATE requires a WHERE clause").status == .badRequest)
        #expect(`Database failures`.server("22023", "role \"x\" does not exist").status == .unauthorized)
        #expect(`Database failures`.server("42883", "function xmlagg(t) does not exist").status == .notAcceptable)
        #expect(`Database failures`.server("PT402", "Pay\r\nfirst").status.reasonPhrase == "Pay  first")
    }

    @Test func `a missing privilege asks those without a role to sign in`() {
        let error = ServerError(sqlState: .insufficientPrivilege, severity: "ERROR", message: "m")
        let anonymous = RestError.database(.server(error), callerIsAnonymous: true)
        #expect(anonymous.status == .unauthorized)
        #expect(anonymous.headers.map(\.name) == ["WWW-Authenticate"])
        #expect(RestError.database(.server(error), callerIsAnonymous: false).headers.isEmpty)
    }

    @Test func `failures without a server's word hide their cause`() {
        for (error, code, status) in [
            (DatabaseError.unavailable(cause: "host 10.0.0.1"), "PGRST000", 503),
            (.connectionLost(cause: "host 10.0.0.1"), "PGRST001", 503),
            (.poolExhausted(waited: .seconds(1)), "PGRST003", 504),
        ] {
            let failure = RestError.database(error, callerIsAnonymous: false)
            #expect(failure.code == code)
            #expect(failure.status.code == status)
            #expect(failure.details == .null)
            #expect(!failure.message.contains("10.0.0.1"))
        }
    }

    @Test func `a raised answer says everything itself`() {
        let error = `Database failures`.server(
            "PGRST", #"{"code":"123","message":"ABC","hint":"H"}"#,
            detail: #"{"status":332,"status_text":"My Status","headers":{"X-Header":"str"}}"#)
        #expect(error.code == "123")
        #expect(error.message == "ABC")
        #expect(error.details == .null)
        #expect(error.hint == "H")
        #expect(error.status.code == 332)
        #expect(error.status.reasonPhrase == "My Status")
        #expect(error.headers.map(\.value) == ["str"])
    }

    @Test(arguments: [
        ("no json", "{}"), (#"{"code":"1"}"#, "{}"), (#"{"code":"1","message":"m"}"#, nil),
        (#"{"code":"1","message":"m"}"#, "no json"), (#"{"code":"1","message":"m"}"#, #"{"status":200}"#),
        (#"{"code":"1","message":"m"}"#, #"{"status":9999,"headers":{}}"#),
        (#"{"code":"1","message":"m","hint":5}"#, #"{"status":400,"headers":{}}"#),
    ])
    func `a raised answer that is unusable is told as such`(_ message: String, _ detail: String?) {
        let error = `Database failures`.server("PGRST", message, detail: detail)
        #expect(error.code == "PGRST121")
        #expect(error.status == .internalServerError)
        #expect(error.hint != nil)
    }

    @Test func `refused tokens challenge the client, our own faults do not`() {
        #expect(RestError.token(.secretMissing).status == .internalServerError)
        #expect(RestError.token(.secretMissing).headers.isEmpty)
        #expect(RestError.token(.anonymousDisabled).headers.map(\.value) == ["Bearer"])
        #expect(
            RestError.token(.expired).headers.map(\.value)
                == [#"Bearer error="invalid_token", error_description="JWT expired""#])
        #expect(RestError.token(.partCount(1)).message == "Expected 3 parts in JWT; got 1")
    }
}
