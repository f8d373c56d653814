internal import Core

/// A key pair, or its public half, with the rules of JSON Web Keys around it (RFC 7518, section 6, RFC 8037, section 2).
final class AsymmetricKey: Sendable {
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
            case .curve(let curve): try AsymmetricKey.point(on: curve, jwk, isPrivate: isPrivate)
            case .edwards(let curve): try AsymmetricKey.point(on: curve, jwk, isPrivate: isPrivate)
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

    /// A signature with SHA-256 as JOSE writes it.
    func sign(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        guard let signature = key.sign(message) else { throw .refused(step: "signing") }
        guard case .curve(let curve) = kind else { return signature }
        guard let raw = ECDSASignature.raw(splitting: signature, on: curve) else { throw .refused(step: "signing") }
        return raw
    }

    /// Whether `signature`, as JOSE writes it, is this key's by an algorithm that its kind has.
    func isValid(_ signature: [UInt8], for message: Span<UInt8>, by algorithm: SignatureAlgorithm) -> Bool {
        let digest = algorithm.digest?.rawValue
        guard case .curve(let curve) = kind else {
            return key.isValid(signature, for: message, digest: digest, isPSS: algorithm.isPSS)
        }
        guard let der = ECDSASignature.der(joining: signature, on: curve) else { return false }
        return key.isValid(der, for: message, digest: digest)
    }

    /// The members of the public half, in the order of RFC 7518.
    var publicMembers: [(String, JSON)] {
        switch kind {
        case .rsa: members([("n", "n", 0), ("e", "e", 0)])
        case .curve(let curve):
            [("crv", .string(curve.rawValue))] + members([("x", "qx", curve.width), ("y", "qy", curve.width)])
        case .edwards(let curve):
            [("crv", .string(curve.rawValue)), ("x", .string(Base64URL.encode(key.publicBytes ?? [])))]
        }
    }

    /// The members of the private half; none if there is none.
    var privateMembers: [(String, JSON)] {
        guard hasPrivateHalf else { return [] }
        return switch kind {
        case .curve(let curve): members([("d", "priv", curve.width)])
        // Nothing here signs with one.
        case .edwards: []
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

    private static func point(
        on curve: EllipticCurve, _ jwk: JSONObject, isPrivate: Bool
    ) throws(KeyError) -> PKey {
        guard let name = jwk["crv"]?.string else { throw .missingMember("crv") }
        guard name == curve.rawValue else { throw .unsupported(member: "crv", value: name) }
        let x = try bytes("x", in: jwk)
        let y = try bytes("y", in: jwk)
        guard x.count == curve.width else { throw .invalidMember("x") }
        guard y.count == curve.width else { throw .invalidMember("y") }
        var builder = PKeyBuilder()
        if isPrivate {
            let secret = try bytes("d", in: jwk)
            guard secret.count == curve.width else { throw .invalidMember("d") }
            builder.add("priv", number: secret)
        }
        guard let key = builder.key(on: curve, point: [4] + x + y, isPrivate: isPrivate) else {
            throw .refused(step: "reading the \(name) key")
        }
        return key
    }

    private static func point(on curve: EdwardsCurve, _ jwk: JSONObject, isPrivate: Bool) throws(KeyError) -> PKey {
        guard !isPrivate else { throw .unsupported(member: "crv", value: curve.rawValue) }
        let x = try bytes("x", in: jwk)
        guard x.count == curve.width else { throw .invalidMember("x") }
        guard let key = PKey.edwards(curve, x) else { throw .refused(step: "reading the \(curve.rawValue) key") }
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
