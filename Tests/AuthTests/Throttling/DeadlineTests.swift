import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `The time a request may take` {
    @Test func `ends with 504, gives the connection back and leaves nothing behind`() async throws {
        try await AuthHarness.run(
            { configuration in
                configuration.isEmailAutoconfirmed = true
                configuration.throttling.requestDurationMax = .milliseconds(300)
            }, connections: 1
        ) { auth async throws in
            let signedIn = try await auth.signUp()
            try await auth.owner.transaction { transaction in
                // Whoever refreshes waits for this row.
                try await transaction.run("select id from auth.sessions for update")
                let answer = try await auth.refresh(signedIn.refreshToken)
                #expect(answer.refusal == "504 request_timeout")
                #expect(answer["msg"] == "Processing this request timed out, please retry after a moment.")
                // The only connection is free again.
                #expect(try await auth.send(.get, "/user", bearer: signedIn.accessToken).status == 200)
            }
            #expect(try await auth.value("select count(*) from auth.refresh_tokens") == "1")
            #expect(try await auth.refresh(signedIn.refreshToken).status == 200)
        }
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
}
