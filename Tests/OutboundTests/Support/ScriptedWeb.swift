import Auth
import Core
import Synchronization

/// A web client that gives one answer, and keeps what it was asked.
final class ScriptedWeb: WebClient {
    private let answer: Result<WebResponse, WebFailure>
    private let asked = Mutex<[WebRequest]>([])

    init(_ status: Int, _ body: String) {
        answer = .success(WebResponse(status: status, headers: [], body: Array(body.utf8)))
    }

    init(_ failure: WebFailure) { answer = .failure(failure) }

    var requests: [WebRequest] { asked.withLock { $0 } }

    func send(_ request: WebRequest) async throws(WebFailure) -> WebResponse {
        asked.withLock { $0.append(request) }
        return try answer.get()
    }
}

struct StillClock: WallClock {
    func now() -> Timestamp { Timestamp(seconds: 1_790_000_000) }
}
