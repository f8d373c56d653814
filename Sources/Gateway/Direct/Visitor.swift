internal import Core
internal import HTTPTypes
internal import NIOHTTP1

/// Who sends the requests of a connection, as far as header fields tell.
///
/// A client that keeps its connection sends the same fields again and again, in a few kinds of requests: they are judged
/// once, and again when they differ, when the gateway's keys changed or when the second did, since tokens expire at the beginning of one.
final class Visitor: Sendable {
    let headers: HTTPHeaders
    let window: DirectDesk.Window
    let fields: HTTPFields
    let credentials: Credentials
    let caller: any DirectCaller
    /// The request id that the client chose, if it may.
    let givenID: String?
    let clientAddress: String
    /// What every answer to this client carries besides, as lines: `Vary` and CORS.
    let decoration: [UInt8]
    private let second: Int
    private let keys: UInt64

    init(
        _ headers: HTTPHeaders, fields: HTTPFields, window: DirectDesk.Window, credentials: Credentials,
        caller: any DirectCaller,
        givenID: String?, clientAddress: String, decoration: [UInt8], now: Timestamp, keys: UInt64
    ) {
        self.headers = headers
        self.fields = fields
        self.window = window
        self.credentials = credentials
        self.caller = caller
        self.givenID = givenID
        self.clientAddress = clientAddress
        self.decoration = decoration
        second = now.seconds
        self.keys = keys
    }

    /// Whether what was judged still holds.
    func isCurrent(now: Timestamp, keys: UInt64) -> Bool { now.seconds == second && keys == self.keys }

    /// Whether a request with these fields comes from the same visitor.
    func sent(_ headers: HTTPHeaders, at window: DirectDesk.Window, now: Timestamp, keys: UInt64) -> Bool {
        guard isCurrent(now: now, keys: keys), window === self.window, headers.count == self.headers.count else {
            return false
        }
        for (one, other) in zip(headers, self.headers) where one.name != other.name || one.value != other.value {
            return false
        }
        return true
    }
}
