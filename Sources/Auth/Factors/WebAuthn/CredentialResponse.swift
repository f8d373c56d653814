internal import Core
internal import Cryptography

/// A credential's response as browsers put it into JSON (WebAuthn, section 5.1.8): binary parts in base64url.
struct CredentialResponse: Sendable {
    let credentialID: [UInt8]
    let clientData: ClientData
    /// `platform` or `cross-platform`; empty when the browser does not tell.
    let attachment: String
    private let response: JSONObject
    /// The parts that are kept of the newest response to a factor.
    let summary: JSON

    init(_ json: JSON) throws(WebAuthnFault) {
        guard json.bytes.count <= FactorLimits.credentialBytesMax, json["type"]?.string == "public-key",
            let id = json["id"]?.string, let credentialID = Base64URL.decode(lenient: id), !credentialID.isEmpty,
            credentialID.count <= FactorLimits.credentialIDBytesMax, let response = json["response"]?.object
        else { throw .malformed(.response) }
        // Both names mean the same; one that says something else is not believed.
        if let raw = json["rawId"]?.string {
            guard Base64URL.decode(lenient: raw) == credentialID else { throw .malformed(.response) }
        }
        self.credentialID = credentialID
        self.response = response
        let attachment = json["authenticatorAttachment"]?.string ?? ""
        self.attachment = ["platform", "cross-platform"].contains(attachment) ? attachment : ""
        clientData = try ClientData(try CredentialResponse.part("clientDataJSON", of: response))
        summary = ["id": .string(id), "rawId": .string(id), "type": "public-key"]
    }

    private static func part(_ name: String, of response: JSONObject) throws(WebAuthnFault) -> [UInt8] {
        guard let text = response[name]?.string, let bytes = Base64URL.decode(lenient: text), !bytes.isEmpty else {
            throw .malformed(.response)
        }
        return bytes
    }

    // MARK: Registrations

    func attestation() throws(WebAuthnFault) -> Attestation {
        try Attestation(try CredentialResponse.part("attestationObject", of: response))
    }

    /// How the authenticator can be reached, as far as it is a word.
    var transports: [String] {
        (response["transports"]?.array ?? []).compactMap(\.string)
            .filter {
                (1...32).contains($0.utf8.count) && $0.utf8.allSatisfy { $0 == 0x2D || (0x61...0x7A).contains($0) }
            }
            .prefix(FactorLimits.transportsMax).map { $0 }
    }

    // MARK: Sign-ins

    func authenticatorData() throws(WebAuthnFault) -> [UInt8] {
        try CredentialResponse.part("authenticatorData", of: response)
    }

    func signature() throws(WebAuthnFault) -> [UInt8] { try CredentialResponse.part("signature", of: response) }

    /// The user as the authenticator remembers it; nil if it does not.
    func userHandle() throws(WebAuthnFault) -> String? {
        guard let text = response["userHandle"]?.string, !text.isEmpty else { return nil }
        guard let bytes = Base64URL.decode(lenient: text), let handle = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(.response)
        }
        return handle
    }
}
