import TestSupport
import Testing

@testable import Auth

@Suite struct `Redirect targets` {
    private static func policy(_ site: String, _ patterns: [String] = []) -> RedirectPolicy {
        var configuration = RedirectConfiguration()
        configuration.siteURL = site
        configuration.allowList = patterns
        return RedirectPolicy(configuration)
    }

    @Test(arguments: [
        ("https://app.example.org", true),
        ("https://app.example.org/", true),
        ("https://app.example.org/any/where?a=b#c", true),
        ("HTTPS://APP.example.org/", true),
        ("http://app.example.org/", false),
        ("https://app.example.org:8443/", false),
        ("https://example.org/", false),
        ("https://a.app.example.org/", false),
        ("https://app.example.org.evil.org/", false),
        ("https://app.example.org@evil.org/", false),
        ("https://user@app.example.org/", false),
        ("https://user:secret@app.example.org/", false),
        ("https://app.example.org\\@evil.org/", false),
        ("https:\\\\app.example.org/", false),
        ("https:/app.example.org/", false),
        ("https:app.example.org", false),
        ("https:///app.example.org", false),
        ("//app.example.org/", false),
        ("/welcome", false),
        ("app.example.org", false),
        ("", false),
        (" https://app.example.org/", false),
        ("https://app.example.org/a b", false),
        ("https://app.example.org/\r\nSet-Cookie: a=b", false),
        ("\thttps://app.example.org/", false),
        ("https://app.example.org/\u{7F}", false),
        ("https://app.example.org:99999/", false),
        ("https://app.example.org/%zz", false),
        ("https://app.example.org/%2", false),
        ("https://app.example.org/?q=100%", true),
        ("javascript:alert(1)//app.example.org", false),
        ("javascript://app.example.org/%0Aalert(1)", false),
    ])
    func `only the app's own origin is allowed without a list`(url: String, isAllowed: Bool) {
        #expect(Self.policy("https://app.example.org").allows(url) == isAllowed)
    }

    @Test(arguments: [
        ("http://localhost:5173/callback", true),
        ("http://localhost/", true),
        ("https://localhost:3000/", false),
        ("http://localhost.evil.org:3000/", false),
        ("http://127.0.0.1:5173/", true),
        ("http://127.9.9.9/", true),
        ("https://127.0.0.1/", true),
        ("http://[::1]:8080/", true),
        ("http://[0:0:0:0:0:0:0:1]/", true),
        ("http://[::2]/", false),
        ("http://[::1/", false),
        ("http://[::1]evil.org/", false),
    ])
    func `this machine is allowed on any port`(url: String, isAllowed: Bool) {
        #expect(Self.policy("http://localhost:3000").allows(url) == isAllowed)
    }

    /// Every one of these would match the pattern `**`.
    @Test(arguments: [
        "http://2130706433/", "https://2130706433/", "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://0x7f000001/",
        "http://127.1/", "http://1.1.1.1/", "https://192.168.1.1/", "http://10.0.0.1:80/", "http://169.254.169.254/",
        "http://1.1/", "http://example.org.0x10/", "http://a.b.99/", "http://[fe80::1]/", "http://[2001:db8::1]/",
        "http://[::ffff:1.2.3.4]/", "http://exa_mple.org/", "http://-example.org/", "http://example.org./",
        "http://exämple.org/", "http://%65xample.org/", "http://exa%6Dple.org/", "http://example.org;a/",
        "http://example.org,evil/", "http://a@b.example.org/", "http://a:b@example.org/", "http:example.org",
        "http:/example.org", "http:///example.org", "http://", "http://?a", "http://:80/", "http://example.org:a/",
        "http://example.org:80:80/", "http://example.org/\u{0}", "http://example.org/\u{1F}",
        "http://example.org/\u{A}",
        "http:\\\\example.org", "http://example.org\\", "http://example.org/%", "http://example.org/%g0",
        "exp://192.168.1.5:8081", "myapp://2130706433", "myapp://[2001:db8::1]/", "javascript:alert(1)",
        "JavaScript://a/%0aalert(1)", "data:text/html,a", "vbscript:a", "file:///etc/passwd", "blob:https://a/b",
        "about:blank", "view-source:https://example.org", "//example.org", "/a", "a", ":", "://a", "1a://b",
        "http://example.org/" + String(repeating: "a", count: 4096),
    ])
    func `no pattern allows a host in disguise`(url: String) {
        #expect(!Self.policy("https://app.example.org", ["**", "*", "http://**"]).allows(url))
    }

    @Test(arguments: [
        ("https://a.example.org/", "https://*.example.org/", true),
        ("https://a.example.org/#at=https://evil.org", "https://*.example.org/", true),
        ("https://a.example.org/?next=1", "https://*.example.org/", false),
        ("https://a.example.org/?next=1", "https://*.example.org/?next=*", true),
        ("https://a.example.org/b", "https://*.example.org/", false),
        ("http://a.example.org/", "https://*.example.org/", false),
        ("https://a.example.org:444/", "https://*.example.org/", false),
        ("https://evil.org/a.example.org/", "https://*.example.org/", false),
        ("https://evil.org?.example.org/", "https://**.example.org/", true),
        ("https://evil.org#.example.org/", "https://**.example.org/", false),
        ("com.my_app.demo://callback", "com.my_app.demo://**", true),
        ("com.my_app.demo://callback", "com.my_app.demo://other", false),
        ("myapp://callback/2", "myapp://callback/*", true),
        ("myapp:callback", "myapp:callback", true),
        ("myapp://", "myapp://**", true),
        ("myapp://127.0.0.1/", "myapp://**", true),
        ("myapp://127.0.0.1/", "other://**", false),
        ("https://a.example.org/", "https://[", false),
    ])
    func `patterns see everything before the fragment`(url: String, pattern: String, isAllowed: Bool) {
        #expect(Self.policy("https://app.example.org", [pattern]).allows(url) == isAllowed)
    }

    @Test func `an app may be a deep link or an address itself`() {
        let app = Self.policy("myapp://start")
        #expect(app.allows("myapp://start/here"))
        #expect(!app.allows("myapp://elsewhere"))
        #expect(Self.policy("http://192.168.1.5:3000").allows("http://192.168.1.5:3000/a"))
        #expect(!Self.policy("http://192.168.1.5:3000").allows("http://192.168.1.5:3001/a"))
        #expect(!Self.policy("no url").allows("https://app.example.org"))
    }

    @Test func `the first allowed candidate is taken, else the app's own place`() {
        let policy = Self.policy("https://app.example.org", ["https://other.example.org/**"])
        #expect(
            policy.target(among: [nil, "https://evil.org", "https://other.example.org/a", "https://app.example.org/b"])
                == "https://other.example.org/a")
        #expect(policy.target(among: [nil, "", "https://evil.org"]) == "https://app.example.org")
    }

    @Test func `whatever is sent, the answer is the site or something judged`() {
        var random = SeededGenerator(seed: 66)
        let policy = Self.policy("https://app.example.org", ["https://*.example.org/**"])
        let pieces = [
            "https", "http", ":", "//", "/", "\\", "@", "app", ".", "example", "org", "evil", "?", "#", "%", "[", "]",
            "127.0.0.1", "::1", "0x7f", "\t", "é", "8080", "javascript",
        ]
        for _ in 0..<20_000 {
            let url = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            guard policy.allows(url) else { continue }
            let isExpected =
                ["http://127.0.0.1", "https://127.0.0.1", "http://[::1]", "https://[::1]"].contains {
                    url.hasPrefix($0)
                } || url.hasPrefix("https://")
            #expect(isExpected, "\(url)")
            #expect(
                !url.contains("@") || url.firstIndex(of: "@")! > (url.dropFirst(8).firstIndex { "/?#".contains($0) })!)
        }
    }
}
