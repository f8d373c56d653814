import Core
import HTTPTypes
import Testing

@testable import Rest

@Suite struct `Request errors` {
    struct Case: Sendable {
        let error: RequestError
        let code: String
        let status: Int
        let message: String
        var details: JSON = .null
        var hint: String?
    }

    @Test(arguments: [
        Case(
            error: .syntax(message: "m", details: "d"), code: "PGRST100", status: 400, message: "m", details: "d"),
        Case(
            error: .methodNotForFunctions("PUT"), code: "PGRST101", status: 405,
            message: "Cannot use the PUT method on RPC"),
        Case(error: .invalidBody(.json), code: "PGRST102", status: 400, message: "Empty or invalid json"),
        Case(error: .invalidBody(.keysDiffer), code: "PGRST102", status: 400, message: "All object keys must match"),
        Case(
            error: .invalidBody(.contentType("image/png")), code: "PGRST102", status: 400,
            message: "Content-Type not acceptable: image/png"),
        Case(
            error: .invalidRange(.outOfBounds(offset: 7, total: 3)), code: "PGRST103", status: 416,
            message: "Requested range not satisfiable",
            details: "An offset of 7 was requested, but there are only 3 rows."),
        Case(
            error: .schemaNotExposed("x", exposed: ["a", "b"]), code: "PGRST106", status: 406,
            message: "Invalid schema: x", hint: "Only the following schemas are exposed: a, b"),
        Case(
            error: .noMediaType(asked: [.other("image/png"), .singular(stripsNulls: true)]), code: "PGRST107",
            status: 406,
            message: "None of these media types are available: image/png, "
                + "application/vnd.pgrst.object+json;nulls=stripped"),
        Case(
            error: .notEmbedded("files", alias: nil), code: "PGRST108", status: 400,
            message: "'files' is not an embedded resource in this request",
            hint: "Verify that 'files' is included in the 'select' query parameter."),
        Case(
            error: .notEmbedded("files", alias: "f"), code: "PGRST108", status: 400,
            message: "'files' is not an embedded resource in this request",
            details: "Target names are not allowed in filters if they have an alias",
            hint: "Change 'files' to 'f' in filters, orders or limits."),
        Case(
            error: .notSingular(rows: 0), code: "PGRST116", status: 406,
            message: "Cannot coerce the result to a single JSON object", details: "The result contains 0 rows"),
        Case(
            error: .relatedOrderNotToOne(origin: "cases", target: "files"), code: "PGRST118", status: 400,
            message: "A related order on 'files' is not possible",
            details: "'cases' and 'files' do not form a many-to-one or one-to-one relationship"),
        Case(
            error: .unknownPreferences(["a", "b"]), code: "PGRST122", status: 400,
            message: "Invalid preferences given with handling=strict", details: "Invalid preferences: a, b"),
        Case(
            error: .tooManyAffected(rows: 9), code: "PGRST124", status: 400,
            message: "Query result exceeds max-affected preference constraint", details: "The query affects 9 rows"),
        Case(
            error: .invalidPath, code: "PGRST125", status: 404, message: "Invalid path specified in request URL"),
    ])
    func `an error has upstream's code, status and texts`(_ example: Case) {
        #expect(example.error.code == example.code)
        #expect(example.error.status.code == example.status)
        #expect(example.error.message == example.message)
        #expect(example.error.details == example.details)
        #expect(example.error.hint == example.hint)
    }
}
