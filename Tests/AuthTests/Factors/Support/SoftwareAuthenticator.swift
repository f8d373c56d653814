import Core
import Cryptography

@testable import Auth

/// An authenticator in software: real keys, real signatures, and every lie that a test may want it to tell.
struct SoftwareAuthenticator {
    /// What it says, true unless a test changes it.
    struct Story {
        var type: String?
        var challenge: String?
        var origin = "https://app.example.org"
        var crossOrigin: Bool? = false
        var relyingPartyID = "app.example.org"
        /// User present and verified.
        var flags: UInt8 = 0x05
        var count: Int?
        var credentialID: [UInt8]?
        var userHandle: String?
        var format = "none"
        var statement = CBOR.object([])
        var extensions: CBOR?
        var trailing: [UInt8] = []
        var signsOther = false
    }

    let credentialID: [UInt8]
    let model: [UInt8]
    private let key: SigningKey
    private let algorithm: SignatureAlgorithm
    private(set) var count = 0
    private(set) var userHandle: String?

    init(
        algorithm: SignatureAlgorithm = .es256, model: [UInt8] = [UInt8](repeating: 0, count: 16),
        credentialID: [UInt8] = SecureRandom.bytes(32)
    ) throws {
        key = try SigningKey.generate(algorithm)
        self.algorithm = algorithm
        self.model = model
        self.credentialID = credentialID
    }

    /// The public key as COSE writes it.
    var coseKey: CBOR {
        let jwk = key.verificationKey.publicJWK ?? [:]
        func number(_ name: String) -> CBOR { .bytes(jwk[name]?.string.flatMap { Base64URL.decode($0) } ?? []) }
        return algorithm == .es256
            ? .object([
                (.int(1), .int(2)), (.int(3), .int(-7)), (.int(-1), .int(1)), (.int(-2), number("x")),
                (.int(-3), number("y")),
            ])
            : .object([(.int(1), .int(3)), (.int(3), .int(-257)), (.int(-1), number("n")), (.int(-2), number("e"))])
    }

    /// What `navigator.credentials.create()` answers.
    mutating func create(_ options: JSON, _ change: (inout Story) -> Void = { _ in }) throws -> JSON {
        var story = Story()
        story.flags |= 0x40
        change(&story)
        userHandle = options["user"]?["id"]?.string.flatMap { Base64URL.decode($0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
        let clientData = clientData(story, type: "webauthn.create", challenge: options["challenge"]?.string ?? "")
        var data = head(story, count: 0)
        if story.flags & 0x40 != 0 {
            let id = story.credentialID ?? credentialID
            data += model + CBOR.bigEndian(id.count, 2) + id + coseKey.encoded
        }
        data += (story.extensions?.encoded ?? []) + story.trailing
        var statement = story.statement
        if story.format == "packed", statement == .object([]) {
            let signature = try sign(data + Digest.hash(.sha256, of: clientData), story)
            statement = .object([
                (.text("alg"), .int(algorithm == .es256 ? -7 : -257)), (.text("sig"), .bytes(signature)),
            ])
        }
        let object = CBOR.object([
            (.text("fmt"), .text(story.format)), (.text("attStmt"), statement), (.text("authData"), .bytes(data)),
        ])
        return response([
            "attestationObject": .string(Base64URL.encode(object.encoded)),
            "clientDataJSON": .string(Base64URL.encode(clientData)), "transports": ["internal", "hybrid"],
        ])
    }

    /// What `navigator.credentials.get()` answers.
    mutating func get(_ options: JSON, _ change: (inout Story) -> Void = { _ in }) throws -> JSON {
        var story = Story()
        story.userHandle = userHandle
        change(&story)
        count += 1
        let clientData = clientData(story, type: "webauthn.get", challenge: options["challenge"]?.string ?? "")
        let data = head(story, count: story.count ?? count) + (story.extensions?.encoded ?? []) + story.trailing
        let signature = try sign(data + Digest.hash(.sha256, of: clientData), story)
        var members: JSONObject = [
            "authenticatorData": .string(Base64URL.encode(data)),
            "clientDataJSON": .string(Base64URL.encode(clientData)), "signature": .string(Base64URL.encode(signature)),
        ]
        if let handle = story.userHandle { members["userHandle"] = .string(Base64URL.encode(Array(handle.utf8))) }
        return response(members)
    }

    private func response(_ members: JSONObject) -> JSON {
        let id = JSON.string(Base64URL.encode(credentialID))
        return [
            "id": id, "rawId": id, "type": "public-key", "response": .object(members), "clientExtensionResults": [:],
            "authenticatorAttachment": "platform",
        ]
    }

    private func clientData(_ story: Story, type: String, challenge: String) -> [UInt8] {
        var object: JSONObject = [
            "type": .string(story.type ?? type), "challenge": .string(story.challenge ?? challenge),
            "origin": .string(story.origin),
        ]
        if let crossOrigin = story.crossOrigin { object["crossOrigin"] = .bool(crossOrigin) }
        return JSON.object(object).bytes
    }

    private func head(_ story: Story, count: Int) -> [UInt8] {
        Digest.hash(.sha256, of: story.relyingPartyID) + [story.flags | (story.extensions == nil ? 0 : 0x80)]
            + CBOR.bigEndian(count, 4)
    }

    private func sign(_ message: [UInt8], _ story: Story) throws -> [UInt8] {
        let signature = try key.sign(story.signsOther ? message + [0] : message)
        guard algorithm == .es256 else { return signature }
        return DER.sequence(of: [Array(signature.prefix(32)), Array(signature.suffix(32))])
    }
}

/// ASN.1 as far as ECDSA signatures need it.
enum DER {
    /// A sequence of positive integers.
    static func sequence(of numbers: [[UInt8]]) -> [UInt8] {
        let content = numbers.flatMap { number in
            let digits = Array(number.drop { $0 == 0 })
            let padded = digits.first.map { $0 & 0x80 != 0 } ?? true ? [0] + digits : digits
            return [0x02, UInt8(padded.count)] + padded
        }
        return [0x30, UInt8(content.count)] + content
    }
}
