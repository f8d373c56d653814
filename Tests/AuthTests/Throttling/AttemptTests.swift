import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Wrong passwords and codes` {
    private func signIn(
        _ auth: AuthHarness, _ password: String, email: String = AuthHarness.email, from address: String = "192.0.2.7"
    ) async throws -> String {
        let answer = try await auth.send(
            .post, "/token?grant_type=password", ["email": .string(email), "password": .string(password)], from: address
        )
        return answer.status == 200 ? "200" : answer.refusal
    }

    /// Throws the refusal of a check away and says whether there was one.
    private func isRefused(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return false
        } catch AuthError.refused(let refusal) {
            #expect(refusal.code == .requestRateLimit)
            return true
        }
    }

    @Test(arguments: [AuthHarness.email, "Nobody@example.org"])
    func `make the next ones wait, longer each time and never beyond a minute, for known and unknown accounts alike`(
        email: String
    ) async throws {
        try await AuthHarness.run { auth async throws in
            try await auth.owner.run("select 1")
            _ = try await auth.signUp()
            let stranger = "198.51.100.9"
            for _ in 0..<11 {
                #expect(try await signIn(auth, "wrong", email: email, from: stranger) == "400 invalid_credentials")
            }
            for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
                #expect(
                    try await signIn(auth, "wrong", email: email.lowercased(), from: stranger)
                        == "429 over_request_rate_limit")
                auth.clock.advance(by: .milliseconds(wait * 1000 - 1))
                #expect(
                    try await signIn(auth, AuthHarness.password, email: email, from: stranger)
                        == "429 over_request_rate_limit")
                auth.clock.advance(by: .milliseconds(1))
                #expect(try await signIn(auth, "wrong", email: email, from: stranger) == "400 invalid_credentials")
            }
        }
    }

    @Test func `of strangers do not keep out whoever signed in from the same address before`() async throws {
        try await AuthHarness.run { auth async throws in
            _ = try await auth.signUp()
            _ = try await auth.signIn()
            for _ in 0..<11 { _ = try await signIn(auth, "wrong", from: "198.51.100.9") }
            #expect(try await signIn(auth, AuthHarness.password, from: "198.51.100.9") == "429 over_request_rate_limit")
            #expect(try await signIn(auth, AuthHarness.password, from: "203.0.113.5") == "429 over_request_rate_limit")
            #expect(try await signIn(auth, AuthHarness.password) == "200")
            // A known address is counted all the same.
            for _ in 0..<11 { _ = try await signIn(auth, "wrong") }
            #expect(try await signIn(auth, AuthHarness.password) == "429 over_request_rate_limit")
        }
    }

    @Test func `are forgotten after a success and after a day`() async throws {
        try await AuthHarness.run { auth async throws in
            _ = try await auth.signUp()
            for _ in 0..<10 { #expect(try await signIn(auth, "wrong") == "400 invalid_credentials") }
            #expect(try await signIn(auth, AuthHarness.password) == "200")
            for _ in 0..<11 { #expect(try await signIn(auth, "wrong") == "400 invalid_credentials") }
            #expect(try await signIn(auth, "wrong") == "429 over_request_rate_limit")
            auth.clock.advance(by: .seconds(86_401))
            for _ in 0..<11 { #expect(try await signIn(auth, "wrong") == "400 invalid_credentials") }
        }
    }

    @Test func `are not looked at while they wait: nothing is hashed and nothing counted`() async throws {
        try await AuthHarness.run { auth async throws in
            _ = try await auth.signUp()
            for _ in 0..<11 { _ = try await signIn(auth, "wrong") }
            let before = try await auth.value("select max(failures) from medmitra.attempts")
            for _ in 0..<20 { #expect(try await signIn(auth, "wrong") == "429 over_request_rate_limit") }
            #expect(try await auth.value("select max(failures) from medmitra.attempts") == before)
            // A success of somebody who is let in by another way ends the wait.
            try await auth.endpoints.noteSuccess(
                Attempt(kind: .password, account: AuthHarness.email, address: "c0000207"))
            #expect(try await signIn(auth, AuthHarness.password) == "200")
        }
    }

    @Test(arguments: [Attempt.Kind.code, .factor])
    func `as codes are counted before they are looked at, however many come at once`(kind: Attempt.Kind) async throws {
        try await AuthHarness.run({ $0.isEmailAutoconfirmed = true }, connections: 8) { auth async throws in
            let attempt = Attempt(kind: kind, account: "a@b.co", address: "x")
            let passed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await !self.isRefused { try await auth.endpoints.checkAttempts(attempt) } }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            // Five are free; the sixth is looked at, too, and starts the first wait.
            #expect(passed == 6)
            auth.clock.advance(by: .seconds(1))
            #expect(try await !isRefused { try await auth.endpoints.checkAttempts(attempt) })
            #expect(try await isRefused { try await auth.endpoints.checkAttempts(attempt) })
            // Another account, or another kind, is not concerned.
            let other = Attempt(kind: kind, account: "c@d.co", address: "x")
            #expect(try await !isRefused { try await auth.endpoints.checkAttempts(other) })
            try await auth.endpoints.noteSuccess(attempt)
            #expect(try await !isRefused { try await auth.endpoints.checkAttempts(attempt) })
        }
    }

    @Test func `keep no account in clear`() async throws {
        try await AuthHarness.run { auth async throws in
            _ = try await auth.signUp()
            _ = try await signIn(auth, "wrong")
            _ = try await auth.signIn()
            _ = try await signIn(auth, "wrong")
            let rows = try await auth.owner.run("select octet_length(key) from medmitra.attempts").rows
            #expect(try rows.map { try $0.int(0) } == [16, 16])
        }
    }

    @Test func `cost nothing where they are not slowed down`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.throttling.delaysAttempts = false
        } _: { auth async throws in
            _ = try await auth.signUp()
            for _ in 0..<15 { #expect(try await signIn(auth, "wrong") == "400 invalid_credentials") }
            #expect(try await signIn(auth, AuthHarness.password) == "200")
            #expect(try await auth.value("select count(*) from medmitra.attempts") == "0")
        }
    }
}
