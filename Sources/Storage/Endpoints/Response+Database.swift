internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension Response {
    /// The JSON that the first cell of the first row holds.
    static func databaseJSON(_ results: ResultSet) throws(DatabaseError) -> Response {
        guard let bytes = results.first?.bytes(0) else { throw .unexpectedResult("no row of JSON") }
        return .bytes(bytes, contentType: "application/json; charset=utf-8")
    }

    /// `{"message": …}`
    static func message(_ text: String) -> Response { .json(["message": .string(text)]) }
}
