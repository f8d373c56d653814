internal import Core
internal import Cryptography

extension RelyingParty {
    /// How long browsers let the user look for the authenticator, in milliseconds.
    private static let timeout = 300_000

    /// What a browser is asked to create (WebAuthn, section 5.4).
    ///
    /// - Parameters:
    ///   - isDiscoverable: the authenticator is to keep the user's id, so that it can sign in without being told who.
    ///   - excluded: credentials that the user already has; their authenticators will not make another.
    func creationOptions(
        _ ceremony: Ceremony, for user: User, isDiscoverable: Bool, excluded: [StoredCredential]
    ) -> JSON {
        let name = user.email.isEmpty ? user.phone : user.email
        let displayName = user.userMetadata["name"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? name
        var selection: JSONObject = ["requireResidentKey": .bool(isDiscoverable)]
        if isDiscoverable { selection["residentKey"] = "required" }
        selection["userVerification"] = "preferred"
        var options: JSONObject = [
            "rp": ["name": .string(self.name), "id": .string(id)],
            "user": [
                "name": .string(name), "displayName": .string(displayName),
                "id": .string(Base64URL.encode(Array(user.id.utf8))),
            ],
            "challenge": .string(Base64URL.encode(ceremony.challenge)),
            "pubKeyCredParams": .array(
                COSEKey.Algorithm.allCases.map { ["type": "public-key", "alg": .int($0.rawValue)] }),
            "timeout": .int(RelyingParty.timeout),
        ]
        if !excluded.isEmpty { options["excludeCredentials"] = .array(excluded.map(\.descriptor)) }
        options["authenticatorSelection"] = .object(selection)
        options["attestation"] = "none"
        return .object(options)
    }

    /// What a browser is asked to sign (WebAuthn, section 5.5). Without `allowed` the authenticator says who it is.
    func requestOptions(_ ceremony: Ceremony, allowed: [StoredCredential]) -> JSON {
        var options: JSONObject = [
            "challenge": .string(Base64URL.encode(ceremony.challenge)), "timeout": .int(RelyingParty.timeout),
            "rpId": .string(id),
        ]
        if !allowed.isEmpty { options["allowCredentials"] = .array(allowed.map(\.descriptor)) }
        options["userVerification"] = "preferred"
        return .object(options)
    }
}
