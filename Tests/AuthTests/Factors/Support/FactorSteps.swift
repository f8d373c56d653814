import Auth
import Core
import HTTPTypes
import Postgres
import Synchronization
import Testing

@testable import Auth

/// What users do with second factors.
extension AuthHarness {
    static func factors(_ configuration: inout AuthConfiguration) {
        configuration.isEmailAutoconfirmed = true
        configuration.areAnonymousUsersEnabled = true
        configuration.redirects.siteURL = "https://app.example.org"
        configuration.factors.phone = .init(isEnrollable: true, isVerifiable: true)
        configuration.factors.webAuthn = .init(isEnrollable: true, isVerifiable: true)
        configuration.factors.arePasskeysEnabled = true
    }

    func enroll(_ user: SignedIn, _ body: JSON = ["factor_type": "totp", "friendly_name": ""]) async throws -> Answer {
        try await send(.post, "/factors", body, bearer: user.accessToken)
    }

    func enrollTOTP(_ user: SignedIn, name: String = "") async throws -> EnrolledTOTP {
        let answer = try await enroll(user, ["factor_type": "totp", "friendly_name": .string(name)])
        let secret = try #require(answer["totp"]?["secret"]?.string, "\(answer.text)")
        return EnrolledTOTP(
            id: try #require(answer["id"]?.string), generator: try #require(TOTP(secret: secret)))
    }

    func challenge(_ user: SignedIn, _ factorID: String, _ body: JSON? = [:]) async throws -> Answer {
        try await send(.post, "/factors/\(factorID)/challenge", body, bearer: user.accessToken)
    }

    func challengeID(_ user: SignedIn, _ factorID: String) async throws -> String {
        let answer = try await challenge(user, factorID)
        return try #require(answer["id"]?.string, "\(answer.text)")
    }

    func verify(_ user: SignedIn, _ factorID: String, challenge: String, code: String) async throws -> Answer {
        try await send(
            .post, "/factors/\(factorID)/verify", ["challenge_id": .string(challenge), "code": .string(code)],
            bearer: user.accessToken)
    }

    func code(_ factor: EnrolledTOTP, stepsAhead: Int = 0) -> String {
        factor.generator.code(step: TOTP.step(at: clock.now()) + stepsAhead)
    }

    /// A code that is right at no step near.
    func wrongCode(_ factor: EnrolledTOTP) -> String {
        let right = (-2...2).map { code(factor, stepsAhead: $0) }
        return (0..<10).map { String(repeating: String($0), count: 6) }.first { !right.contains($0) } ?? ""
    }

    /// Challenges and verifies with the code of a step that was not used yet.
    func raise(_ user: SignedIn, _ factor: EnrolledTOTP) async throws -> SignedIn {
        clock.advance(by: .seconds(2 * TOTP.period))
        return try SignedIn(
            await verify(
                user, factor.id, challenge: try await challengeID(user, factor.id), code: code(factor)))
    }

    /// A user with a verified factor, in a session of the second level.
    func raisedUser(_ email: String = email) async throws -> (SignedIn, EnrolledTOTP) {
        let user = try await signUp(email)
        let factor = try await enrollTOTP(user)
        return (try await raise(user, factor), factor)
    }

    func unenroll(_ user: SignedIn, _ factorID: String) async throws -> Answer {
        try await send(.delete, "/factors/\(factorID)", bearer: user.accessToken)
    }

    func user(_ user: SignedIn) async throws -> Answer { try await send(.get, "/user", bearer: user.accessToken) }

    func anonymous() async throws -> SignedIn { try SignedIn(await send(.post, "/signup", [:])) }
}

struct EnrolledTOTP: Sendable {
    let id: String
    let generator: TOTP
}

/// Keeps the text messages it is given, or refuses them.
final class RecordingTextMessenger: TextMessenger {
    private let messages = Mutex<[TextMessage]>([])
    private let refusing = Mutex(false)

    var sent: [TextMessage] { messages.withLock { $0 } }
    func refuse(_ refuses: Bool = true) { refusing.withLock { $0 = refuses } }

    func send(_ message: TextMessage) async throws(TextMessageFailure) -> String? {
        if refusing.withLock({ $0 }) { throw TextMessageFailure(cause: "the test's messenger refuses") }
        messages.withLock { $0.append(message) }
        return "message-\(sent.count)"
    }
}

/// `count` runs of `body` at once.
func together<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: Result.self) { group in
        for index in 0..<count { group.addTask { try await body(index) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}
