import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `The time a request may take` {
    @Test func `ends with 504, gives the connection back and leaves nothing behind`() async throws {
        try await AuthHarness.run(
            { configuration in
                configuration.isEmailAutoconfirmed = true
                // Long enough for whatever waits for nothing, on a busy machine.
                configuration.throttling.requestDurationMax = .seconds(30)
            }, connections: 1
        ) { auth async throws in
            let signedIn = try await auth.signUp("first@example.org")
            try await auth.owner.transaction { transaction in
                // Whoever signs up with this address waits until it is known whether it is taken.
                try await transaction.run(
                    "insert into auth.users (id, email) values (gen_random_uuid(), 'second@example.org')")
                let answer = try await auth.send(
                    .post, "/signup", ["email": "second@example.org", "password": .string(AuthHarness.password)])
                #expect(answer.refusal == "504 request_timeout")
                #expect(answer["msg"] == "Processing this request timed out, please retry after a moment.")
                // The only connection is free again.
                #expect(try await auth.send(.get, "/user", bearer: signedIn.accessToken).status == 200)
                try await transaction.run("delete from auth.users where email = 'second@example.org'")
            }
            #expect(try await auth.value("select string_agg(email, ',') from auth.users") == "first@example.org")
            #expect(try await auth.value("select count(*) from auth.identities") == "1")
            _ = try await auth.signUp("second@example.org")
        }
    }

    @Test func `ends although the work does not`() async throws {
        let stuck = AsyncStream.makeStream(of: Void.self)
        let limit = TimeLimit(.milliseconds(20), grace: .milliseconds(20))
        let refusal = await #expect(throws: AuthError.self) {
            try await limit.run {
                // Takes no notice of being cancelled, like a query on a server that has been stopped.
                await Task.detached { for await _ in stuck.stream {} }.value
                return .empty(.ok)
            }
        }
        #expect(refusal?.status == .gatewayTimeout)
        stuck.continuation.finish()
    }

    @Test func `is what failed by it, and nothing else`() async throws {
        let limit = TimeLimit(.milliseconds(20), grace: .seconds(60))
        let late = await #expect(throws: AuthError.self) {
            try await limit.run {
                try await Task.sleep(for: .seconds(60))
                return .empty(.ok)
            }
        }
        #expect(late?.status == .gatewayTimeout)
        let other = await #expect(throws: AuthError.self) {
            try await TimeLimit(.seconds(60), grace: .seconds(60)).run { throw AuthError.notAdmin }
        }
        #expect(other?.code == .notAdmin)
    }

    @Test func `bodies end at a mebibyte`() async throws {
        try await AuthHarness.run { auth async throws in
            let long = #"{"email":""# + String(repeating: "x", count: 1 << 20) + #""}"#
            for path in ["/signup", "/token?grant_type=password", "/token?grant_type=refresh_token"] {
                let answer = try await auth.send(.post, path, raw: long)
                #expect(answer.refusal == "413 request_entity_too_large")
            }
        }
    }

    @Test func `is kept by one timer for many waits, which end once each`() async throws {
        let deadline = SharedDeadline(.milliseconds(50))
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<500 {
                group.addTask {
                    guard index.isMultiple(of: 2) else { return await deadline.passes() }
                    // Cancelled at once, or before it even begins to wait.
                    let waiting = Task { await deadline.passes() }
                    waiting.cancel()
                    return await waiting.value
                }
            }
            return await group.reduce(into: [false: 0, true: 0]) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == [true: 250, false: 250])
        // The watch has ended or is about to; a later wait starts another.
        #expect(await deadline.passes())
    }
}
