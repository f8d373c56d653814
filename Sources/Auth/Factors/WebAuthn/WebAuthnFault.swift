/// Why a security key's response is not accepted (WebAuthn, sections 7.1 and 7.2). Clients are told only that it is not;
/// cases are for tests and for who reads them.
enum WebAuthnFault: Error, Sendable, Hashable {
    /// The response, or a part of it, is not of its form.
    case malformed(Part)
    /// It was made for registration where sign-in was asked for, or the other way round.
    case wrongType
    case wrongChallenge
    case wrongOrigin
    /// A page inside a frame of another site asked for it.
    case crossOrigin
    case wrongRelyingParty
    /// Nobody touched the authenticator.
    case userAbsent
    /// It claims to be backed up although it cannot be, or changed whether it can.
    case wrongBackupState
    /// Nothing was registered with the response.
    case credentialMissing
    case unsupportedKey
    case wrongAttestation
    case wrongCredential
    case wrongUser
    case wrongSignature
    /// The counter did not move forward: a copy of the authenticator exists, or the response was used before.
    case counterRegressed

    enum Part: Sendable, Hashable {
        case response, clientData, authenticatorData, attestation, key
    }
}
