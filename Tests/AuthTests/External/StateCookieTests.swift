import Auth
import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

/// Sign-in with somebody else's account: a link that ends a flow of another browser.
@Suite struct `The cookie of a flow` {
    static let navigation = ["Sec-Fetch-Mode": "navigate"]

    private func land(
        _ harness: ExternalHarness, pkce: Bool = false, headers: (String) -> [String: String]
    ) async throws -> (Departed, Landed) {
        harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "c")
        let departed = try await harness.authorize(pkce: pkce)
        return (
            departed, try await harness.callback("code=c&state=\(departed.state)", headers: headers(departed.state))
        )
    }

    @Test func `lets the browser in that was sent, and no other`() async throws {
        try await ExternalHarness.run { harness in
            let (departed, own) = try await land(harness) { state in
                Self.navigation.merging(["Cookie": "a=b; __Host-sb-flow-\(state)=1"]) { $1 }
            }
            #expect(
                departed.answer.header("set-cookie")
                    == "__Host-sb-flow-\(departed.state)=1; Path=/; Max-Age=300; HttpOnly; Secure; SameSite=Lax")
            #expect(own.fragment["access_token"] != nil)
            for cookie in ["", "sb-flow=1", "__Host-sb-flow-0f8fad5b-d9cb-469f-a165-70867728950e=1"] {
                let (_, foreign) = try await land(harness) { _ in
                    Self.navigation.merging(["Cookie": cookie]) { $1 }
                }
                #expect(foreign.refusal == "invalid_request bad_oauth_state")
                #expect(foreign.fragment["access_token"] == nil)
            }
        }
    }

    @Test func `is not asked of what is no browser, nor where a code verifier does its work`() async throws {
        try await ExternalHarness.run { harness in
            let (_, program) = try await land(harness) { _ in [:] }
            #expect(program.fragment["access_token"] != nil)
            let (departed, code) = try await land(harness, pkce: true) { _ in Self.navigation }
            #expect(departed.answer.header("set-cookie") == nil)
            #expect(code.query["code"] != nil)
        }
    }

    @Test func `is not asked without https, on another host, or where the operator says so`() async throws {
        for change in [
            { $0.redirects.serviceURL = "http://localhost:8000/auth/v1" },
            { $0.external.providers["google"]?.redirectURI = "https://other.example.org/callback" },
            { $0.external.stateCookie = .never },
        ] as [@Sendable (inout AuthConfiguration) -> Void] {
            try await ExternalHarness.run(change) { harness in
                let (departed, landed) = try await land(harness) { _ in Self.navigation }
                #expect(departed.answer.header("set-cookie") == nil)
                #expect(landed.fragment["access_token"] != nil)
            }
        }
    }

    @Test func `is asked everywhere where the operator says so`() async throws {
        try await ExternalHarness.run {
            $0.redirects.serviceURL = "http://localhost:8000/auth/v1"
            $0.external.stateCookie = .always
        } _: { harness in
            let (departed, landed) = try await land(harness) { _ in Self.navigation }
            #expect(
                departed.answer.header("set-cookie")
                    == "sb-flow-\(departed.state)=1; Path=/; Max-Age=300; HttpOnly; SameSite=Lax")
            #expect(landed.refusal == "invalid_request bad_oauth_state")
        }
    }

    @Test func `crosses sites with Apple's form`() async throws {
        try await ExternalHarness.run {
            $0.external.providers["apple"] = ExternalHarness.settings
        } _: { harness in
            let departed = try await harness.authorize(provider: "apple")
            #expect(departed.answer.header("set-cookie")?.hasSuffix("; Secure; SameSite=None") == true)
        }
    }
}
