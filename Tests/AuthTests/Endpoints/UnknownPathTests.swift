import Auth
import Core
import HTTPTypes
import Testing

@Suite struct `What is not built` {
    @Test func `is refused in the service's own words`() async throws {
        try await AuthHarness.run { auth in
            for (method, path, refusal) in [
                (HTTPRequest.Method.post, "/sso", "404 saml_provider_disabled"),
                (.post, "/sso/saml/acs", "404 saml_provider_disabled"),
                (.get, "/sso/saml/metadata", "404 saml_provider_disabled"),
                (.get, "/admin/sso/providers", "404 unknown"),
                (.post, "/scim/v2/Users", "404 unknown"), (.get, "/nowhere", "404 unknown"), (.get, "/", "404 unknown"),
                (.get, "/user/", "404 unknown"),
                (.get, "/admin/users/%zz", "404 unknown"), (.delete, "/user", "405 unknown"),
            ] {
                let body: JSON? = method == .post ? ["domain": "clinic.example"] : nil
                let answer = try await auth.send(method, path, body)
                #expect(answer.refusal == refusal, "\(path) \(answer.text)")
                #expect(answer.keys == ["code", "error_code", "msg"], "\(path)")
                let new = try await auth.send(method, path, body, headers: ["X-Supabase-Api-Version": "2024-01-01"])
                #expect(new.refusal == refusal && new.keys == ["code", "message"], "\(path)")
            }
            #expect(try await auth.send(.post, "/sso", ["domain": "x.example"])["msg"] == "SAML 2.0 is disabled")
            #expect(try await auth.send(.delete, "/user").header("Allow") == "GET, PUT")
        }
    }
}
