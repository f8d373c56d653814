/// What an authenticator signs (WebAuthn, section 6.1).
struct AuthenticatorData: Sendable {
    let relyingPartyHash: [UInt8]
    let isUserPresent: Bool
    let isUserVerified: Bool
    let isBackupEligible: Bool
    let isBackedUp: Bool
    let signatureCount: Int
    /// A new credential; only in registrations.
    let attested: Attested?

    /// A credential that was just made.
    struct Attested: Sendable {
        /// The model of authenticator: 16 bytes, all zero when it does not tell.
        let authenticatorID: [UInt8]
        let credentialID: [UInt8]
        let key: COSEKey
        /// The key as it was written, which is how it is kept.
        let encodedKey: [UInt8]
    }

    private enum Flag {
        static let userPresent: UInt8 = 0x01
        static let userVerified: UInt8 = 0x04
        static let backupEligible: UInt8 = 0x08
        static let backedUp: UInt8 = 0x10
        static let attested: UInt8 = 0x40
        static let extensions: UInt8 = 0x80
    }

    /// Bytes before anything that may be missing: hash, flags and counter.
    private static let headCount = 37

    init(_ bytes: [UInt8]) throws(WebAuthnFault) {
        guard bytes.count >= AuthenticatorData.headCount else { throw .malformed(.authenticatorData) }
        let flags = bytes[32]
        relyingPartyHash = Array(bytes[..<32])
        isUserPresent = flags & Flag.userPresent != 0
        isUserVerified = flags & Flag.userVerified != 0
        isBackupEligible = flags & Flag.backupEligible != 0
        isBackedUp = flags & Flag.backedUp != 0
        signatureCount = bytes[33..<37].reduce(0) { $0 << 8 | Int($1) }
        var rest = Array(bytes[AuthenticatorData.headCount...])
        attested = flags & Flag.attested != 0 ? try AuthenticatorData.takeCredential(&rest) : nil
        if flags & Flag.extensions != 0 { try AuthenticatorData.takeExtensions(&rest) }
        guard rest.isEmpty else { throw .malformed(.authenticatorData) }
    }

    private static func takeCredential(_ rest: inout [UInt8]) throws(WebAuthnFault) -> Attested {
        guard rest.count >= 18 else { throw .malformed(.authenticatorData) }
        let authenticatorID = Array(rest[..<16])
        let count = Int(rest[16]) << 8 | Int(rest[17])
        guard (1...FactorLimits.credentialIDBytesMax).contains(count), rest.count > 18 + count else {
            throw .malformed(.authenticatorData)
        }
        let credentialID = Array(rest[18..<18 + count])
        let tail = Array(rest[(18 + count)...])
        var reader = CBORReader(tail)
        let map: CBOR
        do throws(CBORError) { map = try reader.item() } catch { throw .malformed(.key) }
        rest = Array(tail[reader.position...])
        return Attested(
            authenticatorID: authenticatorID, credentialID: credentialID, key: try COSEKey(map),
            encodedKey: Array(tail[..<reader.position]))
    }

    /// Extensions were not asked for; a map of them is skipped.
    private static func takeExtensions(_ rest: inout [UInt8]) throws(WebAuthnFault) {
        var reader = CBORReader(rest)
        let map: CBOR
        do throws(CBORError) { map = try reader.item() } catch { throw .malformed(.authenticatorData) }
        guard map.isMap else { throw .malformed(.authenticatorData) }
        rest = Array(rest[reader.position...])
    }

    /// What holds of every ceremony.
    func check(relyingPartyHash hash: [UInt8]) throws(WebAuthnFault) {
        guard relyingPartyHash == hash else { throw .wrongRelyingParty }
        guard isUserPresent else { throw .userAbsent }
        guard isBackupEligible || !isBackedUp else { throw .wrongBackupState }
    }
}
