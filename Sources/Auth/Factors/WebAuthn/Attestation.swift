internal import Cryptography

/// What an authenticator says about itself when it makes a credential (WebAuthn, section 6.5). Nothing is asked of it, and
/// browsers take most of it away; what is left is accepted without trusting it more for it, as the original does.
struct Attestation: Sendable {
    let data: AuthenticatorData
    private let format: String
    private let statement: CBOR
    private let signed: [UInt8]

    /// The formats of the registry at IANA. Of all but `none` and self-attestation only the form is looked at.
    private static let formats: Set<String> = [
        "none", "packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "compound",
    ]

    init(_ bytes: [UInt8]) throws(WebAuthnFault) {
        let object: CBOR
        do throws(CBORError) { object = try CBORReader.read(bytes) } catch { throw .malformed(.attestation) }
        guard let format = object["fmt"]?.text, let statement = object["attStmt"],
            let signed = object["authData"]?.bytes
        else { throw .malformed(.attestation) }
        self.format = format
        self.statement = statement
        self.signed = signed
        data = try AuthenticatorData(signed)
    }

    /// Refuses unknown formats, a statement where there is to be none, and a self-attestation that the new key did not
    /// sign.
    func check(_ credential: AuthenticatorData.Attested, clientDataHash: [UInt8]) throws(WebAuthnFault) {
        guard Attestation.formats.contains(format) else { throw .wrongAttestation }
        switch format {
        case "none":
            guard statement.isEmptyMap else { throw .wrongAttestation }
        case "packed" where statement["x5c"] == nil:
            guard statement["alg"]?.int == credential.key.algorithm.rawValue, let signature = statement["sig"]?.bytes,
                credential.key.key.isValid(signature, for: signed + clientDataHash)
            else { throw .wrongAttestation }
        default:
            guard statement.isMap || format == "compound" else { throw .wrongAttestation }
        }
    }
}
