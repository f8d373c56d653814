import Testing

@testable import Core

@Suite struct `Byte counts` {
    @Test(arguments: [
        (ByteCount.bytes(0), "0 B"), (.bytes(1), "1 B"), (.bytes(1500), "1500 B"), (.bytes(1024), "1 KiB"),
        (.kibibytes(1024), "1 MiB"), (.mebibytes(50), "50 MiB"), (.bytes(1536), "1536 B"),
        (.kibibytes(1536), "1536 KiB"),
        (.gibibytes(5), "5 GiB"), (.mebibytes(1500), "1500 MiB"), (.bytes(-1024), "-1024 B"),
    ])
    func `a size is printed in the largest unit that divides it`(count: ByteCount, text: String) {
        #expect(count.description == text)
    }

    @Test func `sizes compare by their bytes`() {
        #expect(ByteCount.kibibytes(1) == .bytes(1024))
        #expect(ByteCount.mebibytes(1) < .bytes(1_048_577))
        #expect(ByteCount.gibibytes(1).bytes == 1_073_741_824)
    }
}

@Suite struct `Secrets` {
    private static let content = "correct horse"
    private struct Settings {
        let user = "doctor"
        let password = Secret(Secrets.content)
        let bytes: Secret<[UInt8]>? = Secret(Array(Secrets.content.utf8))
    }

    @Test func `nothing that prints a secret shows its content`() {
        let secret = Secret(Self.content)
        var dumped = ""
        dump(secret, to: &dumped)
        dump(Settings(), to: &dumped)
        dump([secret], to: &dumped)
        let printed = [
            "\(secret)", secret.description, secret.debugDescription, String(describing: secret),
            String(reflecting: secret), "\(Settings())", String(reflecting: Settings()), "\([secret])",
            String(describing: Optional(secret)), "\(["key": secret])", dumped,
        ]
        for text in printed {
            #expect(text.contains("redacted"))
            #expect(!text.contains("correct"))
            #expect(!text.contains("99, 111"), "the bytes of the content: \(text)")
        }
    }

    @Test func `a mirror has nothing to show`() {
        #expect(Mirror(reflecting: Secret(Self.content)).children.isEmpty)
        #expect(Mirror(reflecting: Secret(Self.content)).superclassMirror == nil)
    }

    @Test func `the content comes out when asked for`() {
        #expect(Secret(Self.content).reveal() == Self.content)
        #expect(Secret(1) == Secret(1))
        #expect(Secret(1) != Secret(2))
    }
}

@Suite struct `Callers` {
    @Test func `a key's caller has its role as only claim`() {
        #expect(Caller.anonymous.role == "anon")
        #expect(Caller.anonymous.claimsText == #"{"role":"anon"}"#)
        #expect(Caller.service.role == "service_role")
        #expect(Caller.service.subject == nil)
    }

    @Test func `a user's caller has what row-level security reads`() throws {
        let caller = Caller.user(id: "a\"b")
        let claims = try JSON(parsing: caller.claimsText)
        #expect(claims == ["sub": "a\"b", "role": "authenticated", "aud": "authenticated"])
        #expect(caller.subject == "a\"b")
    }

    @Test func `a description shows the role and nothing else`() {
        #expect("\(Caller.user(id: "8e0f"))" == "caller(authenticated)")
    }
}
