import Core
import Testing

@testable import Server

@Suite struct `The rotation of signing keys` {
    private func operations(_ keys: Secret<String>) throws -> [String] {
        (try JSON(parsing: keys.reveal()).array ?? []).map { key in
            "\(key["kid"]?.string ?? "") \((key["key_ops"]?.array ?? []).compactMap(\.string).joined(separator: "+"))"
        }
    }

    @Test func `makes one key that signs and lets those before it verify`() throws {
        let first = try SigningKeyRotation.rotate(nil, algorithm: "ES256", forgetsOld: false, keyID: "one")
        #expect(try operations(first) == ["one sign+verify"])
        let second = try SigningKeyRotation.rotate(first, algorithm: "HS256", forgetsOld: false, keyID: "two")
        #expect(try operations(second) == ["two sign+verify", "one verify"])
        let third = try SigningKeyRotation.rotate(second, algorithm: "ES256", forgetsOld: true, keyID: "three")
        // What signed until now still has to verify; what only verified is dropped.
        #expect(try operations(third) == ["three sign+verify", "two verify"])
    }

    @Test func `refuses what is no list of keys and unknown algorithms`() {
        #expect(throws: StartupError.self) {
            try SigningKeyRotation.rotate(Secret("{}"), algorithm: "ES256", forgetsOld: false, keyID: "x")
        }
        #expect(throws: StartupError.self) {
            try SigningKeyRotation.rotate(nil, algorithm: "none", forgetsOld: false, keyID: "x")
        }
    }
}
