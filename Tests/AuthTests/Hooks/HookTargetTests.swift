import Auth
import Core
import Testing

@Suite struct `Settings of a hook` {
    static let secret = Secret("v1,whsec_c2VjcmV0")

    @Test(arguments: [
        "pg-functions://postgres/public/hook", "pg-functions:///auth_hooks/_hook2", "https://example.org/hook?x=1",
        "http://localhost:3000/hook", "http://127.0.0.1/", "http://[::1]:9/x", "http://host.docker.internal:1/",
    ])
    func `are taken`(uri: String) throws {
        _ = try HookTarget(uri: uri, secrets: Self.secret)
    }

    @Test(arguments: [
        ("pg-functions://postgres/public", HookTargetError.badFunction),
        ("pg-functions://postgres/public/a/b", .badFunction),
        ("pg-functions://postgres/public/", .badFunction),
        ("pg-functions://postgres/public/f\"(); drop table x; --", .badFunction),
        ("pg-functions://postgres/pub.lic/f", .badFunction),
        ("pg-functions://postgres/public/1f", .badFunction),
        ("pg-functions://postgres/public/" + String(repeating: "f", count: 64), .badFunction),
        ("ftp://localhost/x", .badScheme), ("hook", .badScheme), ("", .badScheme),
        ("http://example.org/", .plainHTTP), ("http://localhost.example.org/", .plainHTTP),
        ("http://localhost@example.org/", .plainHTTP), ("http://127.0.0.1@example.org:80/", .plainHTTP),
    ])
    func `are refused`(uri: String, error: HookTargetError) {
        #expect(throws: error) { try HookTarget(uri: uri, secrets: Self.secret) }
    }

    @Test(arguments: [
        (nil, HookTargetError.noSecret), ("", .noSecret), ("|", .noSecret), ("whsec_c2VjcmV0", .badSecret),
        ("v1,whsec_", .badSecret), ("v1,whsec_!!", .badSecret), ("v1a,whsk_c2VjcmV0", .badSecret),
        ("v1,whsec_c2VjcmV0|v2,x", .badSecret),
    ])
    func `need secrets that sign`(secrets: String?, error: HookTargetError) {
        #expect(throws: error) { try HookTarget(uri: "https://example.org", secrets: secrets.map { Secret($0) }) }
    }
}
