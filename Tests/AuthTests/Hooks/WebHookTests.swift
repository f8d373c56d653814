import Core
import Cryptography
import Synchronization
import HTTPTypes
import Testing

@testable import Auth

@Suite struct `A hook over HTTP` {
    static let keys = [Secret(Array("one key".utf8)), Secret(Array("another".utf8))]
    static let input: JSON = ["user_id": "x"]

    /// What came of a call, and how long it waited in between.
    struct Outcome {
        var answer: JSON?
        var fault: AuthError.Code?
        var text = ""
        var status = 0
        var pauses: [Duration] = []
        var requests: [WebRequest] = []
    }

    static func call(_ script: @escaping ScriptedWeb.Script) async -> Outcome {
        let web = ScriptedWeb(script)
        let pauses = Mutex<[Duration]>([])
        var hook = WebHook(url: "https://hook.test/x", keys: keys, web: web, clock: ManualClock())
        let keep: @Sendable (Duration) -> Void = { pause in pauses.withLock { $0.append(pause) } }
        hook.pause = { keep($0) }
        var outcome = Outcome()
        do throws(HookFault) {
            outcome.answer = try await hook.call(input)
        } catch {
            outcome.fault = error.refusal.code
            outcome.text = error.refusal.text
            outcome.status = error.refusal.status.code
        }
        outcome.pauses = pauses.withLock { $0 }
        outcome.requests = web.requests
        return outcome
    }

    @Test func `signs what it sends with every key`() async throws {
        let outcome = await Self.call { _, _ throws(WebFailure) in .json(["ok": true]) }
        #expect(outcome.answer == ["ok": true])
        let request = try #require(outcome.requests.first)
        #expect(request.method == "POST" && request.json == Self.input)
        #expect(request.header("content-type") == "application/json")
        #expect(request.answerMax == .kibibytes(200) && request.timeLimit <= .seconds(5))
        let id = try #require(request.header("webhook-id"))
        #expect(request.header("webhook-timestamp") == "1790000000")
        let signed = Array("\(id).1790000000.".utf8) + request.body
        let expected = Self.keys.map { "v1," + Base64.encode(HMAC.authenticate(signed, key: $0.reveal())) }
        #expect(request.header("webhook-signature") == expected.joined(separator: " "))
    }

    @Test func `has nothing to say with 204, and something with 202`() async {
        let empty = await Self.call { _, _ throws(WebFailure) in .empty(204) }
        #expect(empty.answer == nil && empty.fault == nil)
        let accepted = await Self.call { _, _ throws(WebFailure) in .json([:], status: 202) }
        #expect(accepted.answer == [:])
    }

    @Test(arguments: [
        (WebResponse.empty(400), 500, "Invalid payload sent to hook"),
        (.empty(401), 500, "Hook requires authorization token"),
        (.empty(302), 500, "Unexpected status code returned from hook: 302"),
        (.empty(503), 500, "Service currently unavailable due to hook"),
        (.empty(200), 400, "Invalid Content-Type: Missing Content-Type header"),
        (
            .empty(200, headers: [("content-type", "text/html")]), 400,
            "Invalid JSON response: the content type is another"
        ),
        (.empty(200, headers: [("content-type", "application/json")]), 500, "Error unmarshaling JSON output."),
    ])
    func `is refused without another try`(response: WebResponse, status: Int, text: String) async {
        let outcome = await Self.call { _, _ throws(WebFailure) in response }
        #expect(outcome.status == status && outcome.text == text && outcome.requests.count == 1)
    }

    @Test func `is tried three times when it asks for it, under a new id each time`() async {
        let outcome = await Self.call { _, count throws(WebFailure) in
            count < 3 ? .empty(429, headers: [("retry-after", "1")]) : .json(["third": true])
        }
        #expect(outcome.answer == ["third": true])
        #expect(outcome.pauses == [.seconds(1), .seconds(1)])
        #expect(Set(outcome.requests.compactMap { $0.header("webhook-id") }).count == 3)
        let never = await Self.call { _, _ throws(WebFailure) in .empty(503, headers: [("retry-after", "true")]) }
        #expect(never.text == "Service currently unavailable due to hook" && never.requests.count == 3)
        #expect(never.pauses == [.zero, .zero])
    }

    @Test func `that asks for more time than there is has timed out`() async {
        let outcome = await Self.call { _, _ throws(WebFailure) in .empty(503, headers: [("retry-after", "60")]) }
        #expect(outcome.fault == .hookTimeout && outcome.status == 422 && outcome.requests.count == 1)
    }

    @Test func `that cannot be reached is tried three times`() async {
        let outcome = await Self.call { _, _ throws(WebFailure) in throw .failed(cause: "refused") }
        #expect(outcome.fault == .hookTimeoutAfterRetry && outcome.status == 422)
        #expect(outcome.text == "Failed to reach hook after maximum retries")
        #expect(outcome.requests.count == 3 && outcome.pauses == [.seconds(2), .seconds(2)])
    }

    @Test func `has limits of time and size`() async {
        let slow = await Self.call { _, _ throws(WebFailure) in throw .timedOut }
        #expect(slow.fault == .hookTimeout)
        #expect(slow.text == "Failed to reach hook within maximum time of 5.000000 seconds")
        let large = await Self.call { _, _ throws(WebFailure) in throw .tooLarge(limit: .kibibytes(200)) }
        #expect(large.fault == .hookPayloadOverSizeLimit && large.status == 422)
        #expect(large.text == "Payload size exceeded size limit of 204800 bytes")
        // A web client that does not count for us is counted after.
        for (length, fault) in [(204_800, nil), (204_801, .hookPayloadOverSizeLimit)] as [(Int, AuthError.Code?)] {
            let text = #"{"a":""# + String(repeating: "x", count: length - 8) + #""}"#
            let outcome = await Self.call { _, _ throws(WebFailure) in
                WebResponse(status: 200, headers: [("content-type", "application/json")], body: Array(text.utf8))
            }
            #expect(outcome.fault == fault)
        }
    }
}
