import Core
import Cryptography
import TestSupport
import Testing

@testable import Auth

/// The two ceremonies without a server: what is accepted, and every way to be refused.
@Suite struct `The relying party` {
    typealias Story = SoftwareAuthenticator.Story

    static let party = RelyingParty(
        id: "app.example.org", name: "App", origins: ["https://app.example.org", "android:apk-key-hash:abc"])
    static let userID = "0f8fad5b-d9cb-469f-a165-70867728950e"

    /// Registers with the story's lies.
    private func register(
        _ authenticator: inout SoftwareAuthenticator, _ change: (inout Story) -> Void = { _ in }
    ) throws -> StoredCredential {
        let ceremony = Ceremony(relyingPartyID: "app.example.org", userID: Self.userID)
        let options: JSON = [
            "challenge": .string(Base64URL.encode(ceremony.challenge)),
            "user": ["id": .string(Base64URL.encode(Array(Self.userID.utf8)))],
        ]
        let response = try CredentialResponse(try authenticator.create(options, change))
        return try Self.party.register(response, ceremony)
    }

    private func signIn(
        _ authenticator: inout SoftwareAuthenticator, _ credential: StoredCredential,
        _ change: (inout Story) -> Void = { _ in }
    ) throws -> RelyingParty.Use {
        let ceremony = Ceremony(relyingPartyID: "app.example.org", userID: nil)
        let options: JSON = ["challenge": .string(Base64URL.encode(ceremony.challenge))]
        let response = try CredentialResponse(try authenticator.get(options, change))
        return try Self.party.authenticate(response, with: credential, of: Self.userID, ceremony)
    }

    @Test(arguments: [SignatureAlgorithm.es256, .rs256])
    func `accepts a key and then its signatures`(algorithm: SignatureAlgorithm) throws {
        var authenticator = try SoftwareAuthenticator(algorithm: algorithm)
        let credential = try register(&authenticator)
        #expect(credential.id == authenticator.credentialID)
        #expect(credential.publicKey == authenticator.coseKey.encoded)
        #expect(credential.transports == ["internal", "hybrid"])
        #expect((credential.isUserVerified, credential.isBackupEligible) == (true, false))
        #expect(try signIn(&authenticator, credential) == RelyingParty.Use(signatureCount: 1, isBackedUp: false))
        #expect(try signIn(&authenticator, credential).signatureCount == 2)
    }

    @Test func `reads Ed25519 keys`() throws {
        let key = try #require(Hex.decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
        let cose = CBOR.object([
            (.int(1), .int(1)), (.int(3), .int(-8)), (.int(-1), .int(6)), (.int(-2), .bytes(key)),
        ])
        let parsed = try COSEKey(cose.encoded)
        #expect(parsed.algorithm == .edDSA)
        // RFC 8032, section 7.1, test 1: the empty message.
        let signature = try #require(
            Hex.decode(
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                    + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"))
        #expect(parsed.key.isValid(signature, for: []))
        #expect(!parsed.key.isValid(signature, for: [0]))
    }

    @Test func `keeps what a synchronised key says about its copies`() throws {
        var authenticator = try SoftwareAuthenticator()
        let credential = try register(&authenticator) { $0.flags |= 0x08 }
        #expect(credential.isBackupEligible && !credential.isBackedUp)
        #expect(try signIn(&authenticator, credential) { $0.flags |= 0x18 }.isBackedUp)
        #expect(throws: WebAuthnFault.wrongBackupState) { try signIn(&authenticator, credential) }
    }

    @Test func `accepts keys that do not count, always with the count 0`() throws {
        var authenticator = try SoftwareAuthenticator()
        let credential = try register(&authenticator)
        for _ in 0..<2 { #expect(try signIn(&authenticator, credential) { $0.count = 0 }.signatureCount == 0) }
    }

    @Test func `accepts apps and pages that are named, whatever the letters`() throws {
        var authenticator = try SoftwareAuthenticator()
        let credential = try register(&authenticator) { $0.origin = "android:apk-key-hash:abc" }
        #expect(throws: Never.self) {
            try signIn(&authenticator, credential) { $0.origin = "HTTPS://App.Example.ORG:443" }
        }
        #expect(throws: Never.self) { try signIn(&authenticator, credential) { $0.crossOrigin = nil } }
    }

    @Test func `accepts extensions it did not ask for`() throws {
        var authenticator = try SoftwareAuthenticator()
        let extensions = CBOR.object([(.text("credProtect"), .int(2))])
        let credential = try register(&authenticator) { $0.extensions = extensions }
        #expect(throws: Never.self) { try signIn(&authenticator, credential) { $0.extensions = extensions } }
    }

    @Test func `accepts attestations without trusting them, and checks the key's own`() throws {
        var authenticator = try SoftwareAuthenticator()
        let certificates = CBOR.object([(.text("x5c"), .array([.bytes([1, 2, 3])]))])
        for format in ["packed", "tpm", "android-key", "fido-u2f", "apple"] {
            #expect(throws: Never.self) {
                try register(&authenticator) {
                    $0.format = format
                    $0.statement = certificates
                }
            }
        }
        #expect(throws: Never.self) { try register(&authenticator) { $0.format = "packed" } }
        #expect(throws: WebAuthnFault.wrongAttestation) {
            try register(&authenticator) {
                $0.format = "packed"
                $0.signsOther = true
            }
        }
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        let name: String
        let fault: WebAuthnFault
        let change: @Sendable (inout Story) -> Void
        var testDescription: String { name }

        init(_ name: String, _ fault: WebAuthnFault, _ change: @escaping @Sendable (inout Story) -> Void) {
            self.name = name
            self.fault = fault
            self.change = change
        }
    }

    private static let lies = [
        Lie("another challenge", .wrongChallenge) { $0.challenge = Base64URL.encode(SecureRandom.bytes(32)) },
        Lie("an empty challenge", .wrongChallenge) { $0.challenge = "" },
        Lie("a challenge that is no base64", .malformed(.clientData)) { $0.challenge = "!" },
        Lie("another site", .wrongOrigin) { $0.origin = "https://evil.example" },
        Lie("a site below", .wrongOrigin) { $0.origin = "https://evil.app.example.org" },
        Lie("a site with the name in front", .wrongOrigin) { $0.origin = "https://app.example.org.evil.example" },
        Lie("the site without encryption", .wrongOrigin) { $0.origin = "http://app.example.org" },
        Lie("another port", .wrongOrigin) { $0.origin = "https://app.example.org:8443" },
        Lie("a frame in another site", .crossOrigin) { $0.crossOrigin = true },
        Lie("another domain", .wrongRelyingParty) { $0.relyingPartyID = "example.org" },
        Lie("nobody there", .userAbsent) { $0.flags &= ~0x01 },
        Lie("a copy of what cannot be copied", .wrongBackupState) { $0.flags |= 0x10 },
        Lie("bytes left over", .malformed(.authenticatorData)) { $0.trailing = [0] },
        Lie("extensions that are no map", .malformed(.authenticatorData)) { $0.extensions = .array([]) },
    ]

    @Test(arguments: lies)
    func `refuses registrations with a lie`(lie: Lie) throws {
        var authenticator = try SoftwareAuthenticator()
        #expect(throws: lie.fault) { try register(&authenticator, lie.change) }
    }

    @Test(arguments: lies)
    func `refuses signatures with a lie`(lie: Lie) throws {
        var authenticator = try SoftwareAuthenticator()
        let credential = try register(&authenticator)
        #expect(throws: lie.fault) { try signIn(&authenticator, credential, lie.change) }
    }

    @Test func `refuses registrations of the wrong kind`() throws {
        var authenticator = try SoftwareAuthenticator()
        #expect(throws: WebAuthnFault.wrongType) { try register(&authenticator) { $0.type = "webauthn.get" } }
        #expect(throws: WebAuthnFault.credentialMissing) { try register(&authenticator) { $0.flags = 0x05 } }
        #expect(throws: WebAuthnFault.wrongCredential) {
            try register(&authenticator) { $0.credentialID = SecureRandom.bytes(32) }
        }
        #expect(throws: WebAuthnFault.wrongAttestation) { try register(&authenticator) { $0.format = "unheard-of" } }
        #expect(throws: WebAuthnFault.wrongAttestation) {
            try register(&authenticator) { $0.statement = .object([(.text("sig"), .bytes([1]))]) }
        }
    }

    @Test func `refuses signatures of the wrong kind`() throws {
        var authenticator = try SoftwareAuthenticator()
        let credential = try register(&authenticator)
        #expect(throws: WebAuthnFault.wrongType) {
            try signIn(&authenticator, credential) { $0.type = "webauthn.create" }
        }
        #expect(throws: WebAuthnFault.wrongSignature) {
            try signIn(&authenticator, credential) { $0.signsOther = true }
        }
        #expect(throws: WebAuthnFault.wrongUser) {
            try signIn(&authenticator, credential) { $0.userHandle = "somebody" }
        }
        var other = try SoftwareAuthenticator(credentialID: authenticator.credentialID)
        #expect(throws: WebAuthnFault.wrongSignature) { try signIn(&other, credential) }
        var stranger = try SoftwareAuthenticator()
        #expect(throws: WebAuthnFault.wrongCredential) { try signIn(&stranger, credential) }
    }

    @Test(arguments: [(5, 5), (5, 4), (5, 0), (1, 1)])
    func `refuses a counter that does not move forward`(stored: Int, signed: Int) throws {
        var authenticator = try SoftwareAuthenticator()
        let first = try register(&authenticator)
        let credential = StoredCredential(
            id: first.id, publicKey: first.publicKey, isBackupEligible: false, signatureCount: stored)
        #expect(throws: WebAuthnFault.counterRegressed) {
            try signIn(&authenticator, credential) { $0.count = signed }
        }
    }

    @Test(arguments: [
        CBOR.object([]), .null, .object([(.int(1), .int(2)), (.int(3), .int(-7))]),
        .object([(.int(1), .int(2)), (.int(3), .int(-35)), (.int(-1), .int(2))]),
        .object([
            (.int(1), .int(2)), (.int(3), .int(-7)), (.int(-1), .int(1)),
            (.int(-2), .bytes([UInt8](repeating: 1, count: 32))),
            (.int(-3), .bytes([UInt8](repeating: 1, count: 32))),
        ]),
        .object([(.int(1), .int(1)), (.int(3), .int(-7)), (.int(-1), .int(6)), (.int(-2), .bytes([1]))]),
        .object([(.int(1), .int(1)), (.int(3), .int(-8)), (.int(-1), .int(6)), (.int(-2), .bytes([1]))]),
        .object([(.int(1), .int(3)), (.int(3), .int(-257)), (.int(-1), .bytes([3])), (.int(-2), .bytes([1, 0, 1]))]),
    ])
    func `refuses keys that are none`(map: CBOR) {
        #expect(throws: WebAuthnFault.self) { try COSEKey(map.encoded) }
    }

    @Test func `never trips over responses, whatever the bytes`() throws {
        var random = SeededGenerator(seed: 71)
        var authenticator = try SoftwareAuthenticator()
        let ceremony = Ceremony(relyingPartyID: "app.example.org", userID: Self.userID)
        let options: JSON = ["challenge": .string(Base64URL.encode(ceremony.challenge))]
        let response = try authenticator.create(options)
        let object = try #require(response["response"]?["attestationObject"]?.string.flatMap { Base64URL.decode($0) })
        var refused = 0
        for _ in 0..<3000 {
            var bytes = object
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            }
            do { _ = try Attestation(bytes) } catch { refused += 1 }
        }
        #expect(refused > 500)
    }

    @Test func `keeps ceremonies and credentials as they were`() throws {
        let ceremony = Ceremony(relyingPartyID: "app.example.org", userID: Self.userID)
        let stored = try #require(Ceremony(ceremony.json(expiry: Timestamp(seconds: 0))))
        #expect(
            (stored.challenge, stored.relyingPartyID, stored.userID) == (
                ceremony.challenge, "app.example.org", Self.userID
            ))
        #expect(Ceremony(.null) == nil && Ceremony(["challenge": "", "rpId": "a"]) == nil)

        var authenticator = try SoftwareAuthenticator(model: Array(1...16))
        let credential = try register(&authenticator) { $0.flags |= 0x18 }
        let again = try #require(StoredCredential(credential.json))
        #expect(
            (again.id, again.publicKey, again.authenticatorID) == (
                credential.id, credential.publicKey, credential.authenticatorID
            ))
        #expect(again.authenticatorID == "01020304-0506-0708-090a-0b0c0d0e0f10")
        #expect((again.isBackupEligible, again.isBackedUp, again.isUserVerified) == (true, true, true))
        #expect((again.transports, again.attachment) == (["internal", "hybrid"], "platform"))
    }
}
