import Auth
import Core
import Synchronization

/// A web client that answers as a test says, and keeps what it was asked.
final class ScriptedWeb: WebClient {
    typealias Script = @Sendable (_ request: WebRequest, _ count: Int) throws(WebFailure) -> WebResponse

    private let script: Script
    private let asked = Mutex<[WebRequest]>([])

    init(_ script: @escaping Script) { self.script = script }

    var requests: [WebRequest] { asked.withLock { $0 } }

    func send(_ request: WebRequest) async throws(WebFailure) -> WebResponse {
        let count = asked.withLock { requests in
            requests.append(request)
            return requests.count
        }
        return try script(request, count)
    }
}

extension WebResponse {
    static func json(_ body: JSON, status: Int = 200) -> WebResponse {
        WebResponse(status: status, headers: [("content-type", "application/json; charset=utf-8")], body: body.bytes)
    }

    static func empty(_ status: Int, headers: [(name: String, value: String)] = []) -> WebResponse {
        WebResponse(status: status, headers: headers, body: [])
    }
}

extension WebRequest {
    var json: JSON { (try? JSON(parsing: body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
