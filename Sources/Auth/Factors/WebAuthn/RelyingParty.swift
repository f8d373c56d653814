internal import Core
internal import Cryptography

/// The side that asks for signatures: a domain and the pages that may ask in its name.
struct RelyingParty: Sendable {
    let id: String
    let name: String
    let origins: Set<String>

    init(id: String, name: String, origins: [String]) {
        self.id = id
        self.name = name
        self.origins = Set(origins.map(WebOrigin.normalized))
    }

    /// As configured; nil if the site's URL has no host to stand in for what is not.
    init?(_ configuration: AuthConfiguration) {
        let siteURL = configuration.redirects.siteURL
        guard let id = configuration.factors.relyingPartyID ?? WebOrigin.host(siteURL) else { return nil }
        let origins = configuration.factors.relyingPartyOrigins
        self.init(
            id: id, name: configuration.factors.relyingPartyName ?? id, origins: origins.isEmpty ? [siteURL] : origins)
    }

    private var hash: [UInt8] { Digest.hash(.sha256, of: id) }

    /// Accepts a new credential (WebAuthn, section 7.1).
    func register(_ response: CredentialResponse, _ ceremony: Ceremony) throws(WebAuthnFault) -> StoredCredential {
        guard ceremony.relyingPartyID == id else { throw .wrongRelyingParty }
        try response.clientData.check(.create, challenge: ceremony.challenge, origins: origins)
        let attestation = try response.attestation()
        try attestation.data.check(relyingPartyHash: hash)
        guard let attested = attestation.data.attested else { throw .credentialMissing }
        guard attested.credentialID == response.credentialID else { throw .wrongCredential }
        try attestation.check(attested, clientDataHash: response.clientData.hash)
        var credential = StoredCredential(attested, attestation.data)
        credential.transports = response.transports
        credential.attachment = response.attachment
        return credential
    }

    /// What a sign-in changes about a credential.
    struct Use: Sendable, Hashable {
        let signatureCount: Int
        let isBackedUp: Bool
    }

    /// Accepts a signature of a credential (WebAuthn, section 7.2).
    func authenticate(
        _ response: CredentialResponse, with credential: StoredCredential, of userID: String, _ ceremony: Ceremony
    ) throws(WebAuthnFault) -> Use {
        guard ceremony.relyingPartyID == id else { throw .wrongRelyingParty }
        guard response.credentialID == credential.id else { throw .wrongCredential }
        if let handle = try response.userHandle() {
            guard handle == userID else { throw .wrongUser }
        }
        if let expected = ceremony.userID {
            guard expected == userID else { throw .wrongUser }
        }
        try response.clientData.check(.get, challenge: ceremony.challenge, origins: origins)
        let signed = try response.authenticatorData()
        let data = try AuthenticatorData(signed)
        try data.check(relyingPartyHash: hash)
        guard data.isBackupEligible == credential.isBackupEligible else { throw .wrongBackupState }
        let key = try COSEKey(credential.publicKey).key
        guard key.isValid(try response.signature(), for: signed + response.clientData.hash) else {
            throw .wrongSignature
        }
        // Authenticators that do not count always say 0.
        guard
            data.signatureCount > credential.signatureCount
                || (data.signatureCount, credential.signatureCount) == (0, 0)
        else { throw .counterRegressed }
        return Use(signatureCount: data.signatureCount, isBackedUp: data.isBackedUp)
    }
}
