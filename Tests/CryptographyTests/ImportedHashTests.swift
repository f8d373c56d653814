import Cryptography
import TestSupport
import Testing

@Suite struct `Hashes that other systems made` {
    /// argon2: from the reference implementation's own tests (phc-winner-argon2, src/test.c) and from Supabase Auth's.
    /// scrypt: the example of Firebase's documentation.
    static let known = [
        ("password", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"),
        ("password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        ("password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
        ("test", "$argon2i$v=19$m=16,t=2,p=1$bGJRWThNOHJJTVBSdHl2dQ$NfEnUOuUpb7F2fQkgFUG4g"),
        ("test", "$argon2id$v=19$m=32,t=3,p=2$SFVpOWJ0eXhjRzVkdGN1RQ$RXnb8rh7LaDcn07xsssqqulZYXOM/EUCEFMVcAcyYVk"),
        (
            "user1password",
            """
            $fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,\
            sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==\
            $42xEC+ixf3L2lw==\
            $lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==
            """
        ),
    ]

    @Test(arguments: known)
    func `accept their password and no other`(password: String, hash: String) async throws {
        let hasher = try PasswordHasher(.init(cost: 4))
        #expect(try await hasher.verify(password, against: hash))
        #expect(try await !hasher.verify(password + "x", against: hash))
        #expect(try await !hasher.verify("", against: hash))
        // They are compared whole: another last character is another hash, or none.
        let altered = hash.dropLast(3) + (hash.hasSuffix("==") ? "g==" : "AAA")
        do throws(PasswordError) {
            #expect(try await !hasher.verify(password, against: String(altered)))
        } catch {
            #expect(error == .malformedHash)
        }
        await hasher.shutdown()
    }

    @Test func `take passwords longer than bcrypt's, within bounds`() async throws {
        let hasher = try PasswordHasher(.init(cost: 4))
        #expect(try await !hasher.verify(String(repeating: "x", count: 1024), against: Self.known[3].1))
        await #expect(throws: PasswordError.tooLong(bytes: 1025, bytesMax: 1024)) {
            try await hasher.verify(String(repeating: "x", count: 1025), against: Self.known[3].1)
        }
        await hasher.shutdown()
    }

    static let refused: [(hash: String, error: PasswordError)] = {
        func argon(_ parameters: String, salt: String = "c29tZXNhbHQ", hash: String = "NfEnUOuUpb7F2fQkgFUG4g")
            -> String
        {
            "$argon2id$v=19$\(parameters)$\(salt)$\(hash)"
        }
        func firebase(_ numbers: String, key: String = "AAAA", salt: String = "AAAA", hash: String = "AAAA") -> String {
            "$fbscrypt$v=1,\(numbers),ss=Bw==,sk=\(key)$\(salt)$\(hash)"
        }
        func range(_ name: String, _ value: Int, _ min: Int, _ max: Int) -> PasswordError {
            .parameterOutOfRange(name: name, value: value, min: min, max: max)
        }
        return [
            (argon("m=1048577,t=1,p=1"), range("m", 1_048_577, 8, 1_048_576)),
            (argon("m=7,t=1,p=1"), range("m", 7, 8, 1_048_576)),
            (argon("m=16,t=21,p=1"), range("t", 21, 1, 20)), (argon("m=16,t=0,p=1"), range("t", 0, 1, 20)),
            (argon("m=512,t=1,p=17"), range("p", 17, 1, 16)), (argon("m=512,t=1,p=0"), range("p", 0, 1, 16)),
            (argon("m=32,t=1,p=16"), range("m", 32, 128, 1_048_576)),
            (argon("m=016,t=1,p=1"), .malformedHash), (argon("m=+16,t=1,p=1"), .malformedHash),
            (argon("m=9999999999,t=1,p=1"), .malformedHash), (argon("t=1,m=16,p=1"), .malformedHash),
            (argon("m=16,t=1,p=1,keyid=AA"), .malformedHash), (argon("m=16,t=1"), .malformedHash),
            (argon("m=16,t=1,p=1", salt: "c29tZXM"), .malformedHash),
            (argon("m=16,t=1,p=1", hash: "NfEnUOuUpb7F2fQkgFUG4g=="), .malformedHash),
            (argon("m=16,t=1,p=1", hash: "NfEnUOuUpb7F2fQkgFU"), .malformedHash),
            (argon("m=16,t=1,p=1") + "$", .malformedHash), ("$argon2id$v=16$m=16,t=1,p=1$x$y", .malformedHash),
            (firebase("n=21,r=8,p=1"), range("n", 21, 1, 20)), (firebase("n=0,r=8,p=1"), range("n", 0, 1, 20)),
            (firebase("n=14,r=33,p=1"), range("r", 33, 1, 32)), (firebase("n=14,r=8,p=17"), range("p", 17, 1, 16)),
            (firebase("n=20,r=8,p=1"), range("memory", 1 << 30, 0, 256 << 20)),
            (firebase("n=14,r=8,p=1", hash: "AAAAAAAA"), .malformedHash),
            (firebase("n=14,r=8,p=1", key: ""), .malformedHash), (firebase("n=14,r=8,p=1", salt: ""), .malformedHash),
            (firebase("r=8,n=14,p=1"), .malformedHash), (firebase("n=14,r=8"), .malformedHash),
            ("$argon2id$" + String(repeating: "x", count: 1100), .malformedHash),
        ]
    }()

    @Test(arguments: refused)
    func `are refused where they are of another form or cost too much`(hash: String, error: PasswordError) async throws
    {
        #expect(throws: error) { try PasswordHasher.check(hash: hash) }
        let hasher = try PasswordHasher(.init(cost: 4))
        await #expect(throws: error) { try await hasher.verify("x", against: hash) }
        await hasher.shutdown()
    }

    @Test func `of random parts are refused without harm`() throws {
        var generator = SeededGenerator(seed: 31)
        let pieces = [
            "$", "argon2id", "fbscrypt", "v=19", "v=1", "m=16", "t=1", "p=1", ",", "n=1", "r=1", "ss=", "sk=", "AAAA",
            "=",
            "99999999999", "é", "-1",
        ]
        for _ in 0..<5000 {
            let hash = (0..<Int.random(in: 0...20, using: &generator))
                .map { _ in pieces.randomElement(using: &generator)! }.joined()
            // Whatever it says, it says it without stopping the program.
            do throws(PasswordError) { try PasswordHasher.check(hash: "$" + hash) } catch {
                #expect(error != .overloaded(waiting: 0))
            }
        }
    }
}
