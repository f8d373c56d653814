internal import Core
internal import Cryptography

/// One call of a hook over HTTP: signed, bounded in time, tries and size.
struct WebHook: Sendable {
    let url: String
    let keys: [Secret<[UInt8]>]
    let web: any WebClient
    let clock: any WallClock
    /// Waits between two tries; tests take no time.
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// The answer, or nil when there is nothing to say.
    func call(_ input: JSON) async throws(HookFault) -> JSON? {
        let body = input.bytes
        let start = ContinuousClock.now
        for attempt in 1...HookLimits.webTries {
            let left = HookLimits.webTime - (ContinuousClock.now - start)
            guard left > .zero else { throw .timedOut }
            let response: WebResponse
            do throws(WebFailure) {
                response = try await web.send(request(body, timeLimit: left))
            } catch {
                switch error {
                case .timedOut: throw .timedOut
                case .tooLarge: throw .tooLarge
                case .refused, .failed:
                    guard attempt < HookLimits.webTries else { throw .timedOutAfterRetries }
                    try await wait(HookLimits.webPause, since: start)
                    continue
                }
            }
            guard let delay = retryDelay(response) else { return try WebHook.answer(response) }
            guard attempt < HookLimits.webTries else { break }
            try await wait(delay, since: start)
        }
        throw .unavailable
    }

    private func request(_ body: [UInt8], timeLimit: Duration) -> WebRequest {
        var request = WebRequest(url)
        request.method = "POST"
        request.body = body
        request.timeLimit = timeLimit
        request.answerMax = HookLimits.answer
        // A new id and time with each try, so that a receiver that remembers ids does not take it for a replay.
        let signature = WebhookSignature(id: SecureRandom.uuid(), time: clock.now().seconds, keys: keys)
        request.headers =
            [("content-type", "application/json"), ("accept-encoding", "identity")] + signature.headers(for: body)
        return request
    }

    /// How long to wait before the next try; nil when the answer is one.
    private func retryDelay(_ response: WebResponse) -> Duration? {
        guard [429, 503].contains(response.status), let text = response.header("retry-after"), !text.isEmpty else {
            return nil
        }
        // Seconds, or whatever else the hook writes to say that another try is welcome.
        return .seconds(min(max(Int(text) ?? 0, 0), 3600))
    }

    private func wait(_ delay: Duration, since start: ContinuousClock.Instant) async throws(HookFault) {
        guard ContinuousClock.now - start + delay < HookLimits.webTime else { throw .timedOut }
        // A cancelled wait means that the client has left.
        do { try await pause(delay) } catch { throw .timedOut }
    }

    private static func answer(_ response: WebResponse) throws(HookFault) -> JSON? {
        switch response.status {
        case 204: return nil
        case 200, 202: break
        case 429, 503: throw .unavailable
        case 400: throw .refusedPayload
        case 401: throw .unauthorized
        default: throw .unexpectedStatus(response.status)
        }
        guard let type = response.header("content-type"), !type.isEmpty else { throw .contentTypeMissing }
        let media = type.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard media == "application/json" else { throw .contentTypeWrong }
        guard response.body.count <= HookLimits.answer.bytes else { throw .tooLarge }
        return try HookCaller.parsed(response.body)
    }
}
