internal import Core

/// An RSA or P-256 key with the rules of JSON Web Keys around it (RFC 7518, section 6).
final class AsymmetricKey: Sendable {
    enum Kind: String, Sendable {
        case rsa = "RSA"
        case p256 = "EC"
    }

    let kind: Kind
    let hasPrivateHalf: Bool
    private let key: PKey

    /// Reads the key in `jwk`: both halves if `isPrivate`, else the public one even when the other is there.
    init(jwk: JSONObject, kind: Kind, isPrivate: Bool) throws(KeyError) {
        self.kind = kind
        hasPrivateHalf = isPrivate
        if isPrivate && jwk["d"] == nil { throw .privateHalfMissing }
        key =
            switch kind {
            case .rsa: try AsymmetricKey.rsa(jwk, isPrivate: isPrivate)
            case .p256: try AsymmetricKey.p256(jwk, isPrivate: isPrivate)
            }
        guard key.isPublicHalfSound else { throw .refused(step: "checking the public key") }
        if isPrivate { try checkPair() }
    }

    /// Makes a new key pair.
    init(generating kind: Kind) throws(KeyError) {
        self.kind = kind
        hasPrivateHalf = true
        guard let key = PKey.generate(rsaBits: kind == .rsa ? Limits.rsaBitsMin : nil) else {
            throw .refused(step: "generating")
        }
        self.key = key
    }

    /// A signature as JOSE writes it.
    func sign(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        guard let signature = key.sign(message) else { throw .refused(step: "signing") }
        guard kind == .p256 else { return signature }
        guard let raw = ECDSASignature.raw(splitting: signature) else { throw .refused(step: "signing") }
        return raw
    }

    /// Whether `signature`, as JOSE writes it, is this key's.
    func isValid(_ signature: [UInt8], for message: Span<UInt8>) -> Bool {
        guard kind == .p256 else { return key.isValid(signature, for: message) }
        guard let der = ECDSASignature.der(joining: signature) else { return false }
        return key.isValid(der, for: message)
    }

    /// The members of the public half, in the order of RFC 7518.
    var publicMembers: [(String, JSON)] {
        switch kind {
        case .rsa: members([("n", "n", 0), ("e", "e", 0)])
        case .p256: [("crv", "P-256")] + members([("x", "qx", 32), ("y", "qy", 32)])
        }
    }

    /// The members of the private half; none if there is none.
    var privateMembers: [(String, JSON)] {
        guard hasPrivateHalf else { return [] }
        return switch kind {
        case .p256: members([("d", "priv", 32)])
        case .rsa:
            members([
                ("d", "d", 0), ("p", "rsa-factor1", 0), ("q", "rsa-factor2", 0), ("dp", "rsa-exponent1", 0),
                ("dq", "rsa-exponent2", 0), ("qi", "rsa-coefficient1", 0),
            ])
        }
    }

    /// Pairs of a JWK member and the number's name at OpenSSL and width; a number that the key lacks is left out.
    private func members(_ names: [(member: String, number: String, width: Int)]) -> [(String, JSON)] {
        names.compactMap { name in
            key.number(name.number, width: name.width).map { (name.member, .string(Base64URL.encode($0))) }
        }
    }

    /// A private half that is not the public half's would sign tokens that nobody can verify.
    private func checkPair() throws(KeyError) {
        let probe = Array("pair check".utf8)
        guard let signature = key.sign(probe), key.isValid(signature, for: probe.span) else { throw .pairMismatch }
    }

    private static func rsa(_ jwk: JSONObject, isPrivate: Bool) throws(KeyError) -> PKey {
        let modulus = try number("n", in: jwk)
        let exponent = try number("e", in: jwk)
        // Small even or unit exponents make signatures forgeable or void.
        guard let low = exponent.last, low & 1 == 1, exponent.count <= 8, exponent != [1] else {
            throw .invalidMember("e")
        }
        var builder = PKeyBuilder()
        builder.add("n", number: modulus)
        builder.add("e", number: exponent)
        if isPrivate {
            builder.add("d", number: try number("d", in: jwk))
            // RFC 7518, section 6.3.2: with one of these all must be there.
            if jwk["p"] != nil {
                builder.add("rsa-factor1", number: try number("p", in: jwk))
                builder.add("rsa-factor2", number: try number("q", in: jwk))
                builder.add("rsa-exponent1", number: try number("dp", in: jwk))
                builder.add("rsa-exponent2", number: try number("dq", in: jwk))
                builder.add("rsa-coefficient1", number: try number("qi", in: jwk))
            }
        }
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard (Limits.rsaBitsMin...Limits.rsaBitsMax).contains(bits) else {
            throw .modulusSize(bits: bits, bitsMin: Limits.rsaBitsMin, bitsMax: Limits.rsaBitsMax)
        }
        guard let key = builder.rsaKey(isPrivate: isPrivate) else { throw .refused(step: "reading the RSA key") }
        return key
    }

    private static func p256(_ jwk: JSONObject, isPrivate: Bool) throws(KeyError) -> PKey {
        guard let curve = jwk["crv"]?.string else { throw .missingMember("crv") }
        guard curve == "P-256" else { throw .unsupported(member: "crv", value: curve) }
        let x = try bytes("x", in: jwk)
        let y = try bytes("y", in: jwk)
        guard x.count == 32 else { throw .invalidMember("x") }
        guard y.count == 32 else { throw .invalidMember("y") }
        var builder = PKeyBuilder()
        if isPrivate {
            let secret = try bytes("d", in: jwk)
            guard secret.count == 32 else { throw .invalidMember("d") }
            builder.add("priv", number: secret)
        }
        guard let key = builder.p256Key(point: [4] + x + y, isPrivate: isPrivate) else {
            throw .refused(step: "reading the P-256 key")
        }
        return key
    }

    private static func bytes(_ name: String, in jwk: JSONObject) throws(KeyError) -> [UInt8] {
        guard let value = jwk[name] else { throw .missingMember(name) }
        guard let text = value.string, let bytes = Base64URL.decode(text), !bytes.isEmpty,
            bytes.count <= Limits.rsaBitsMax / 8 + 1
        else { throw .invalidMember(name) }
        return bytes
    }

    /// A number, without the leading zeros that some encoders write.
    private static func number(_ name: String, in jwk: JSONObject) throws(KeyError) -> [UInt8] {
        let digits = Array(try bytes(name, in: jwk).drop { $0 == 0 })
        guard !digits.isEmpty else { throw .invalidMember(name) }
        return digits
    }
}
