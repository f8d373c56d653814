internal import Core
internal import Cryptography

/// The keys that PostgREST's `jwt-secret` stands for.
struct CollectedSecrets {
    /// Keys may share a name; then each is tried.
    private(set) var named: [String: [VerificationKey]] = [:]
    /// Without a name.
    private(set) var unnamed: [VerificationKey] = []

    init(_ secret: Secret<String>, isBase64: Bool, previousSecrets: [Secret<String>]) throws(TokenKeySetError) {
        guard previousSecrets.count < TokenLimits.keysMax else {
            throw .tooMany(count: previousSecrets.count + 1, countMax: TokenLimits.keysMax)
        }
        let bytes = isBase64 ? try CollectedSecrets.decoded(secret.reveal()) : Array(secret.reveal().utf8)
        let limits = JSONLimits(bytesMax: TokenLimits.keySet.bytes, depthMax: TokenLimits.claimsDepthMax)
        // What is no JSON object is a secret as it stands.
        if let object = (try? JSON(parsing: bytes, limits: limits))?.object {
            try add(object["keys"]?.array ?? [.object(object)])
        } else {
            try add(bytes, position: 0)
        }
        for (index, previous) in previousSecrets.enumerated() {
            try add(Array(previous.reveal().utf8), position: index + 1)
        }
    }

    private mutating func add(_ secret: [UInt8], position: Int) throws(TokenKeySetError) {
        do throws(KeyError) {
            unnamed.append(try VerificationKey(secret: secret))
        } catch {
            throw .secret(position: position, error)
        }
    }

    private mutating func add(_ keys: [JSON]) throws(TokenKeySetError) {
        guard keys.count <= TokenLimits.keysMax else {
            throw .tooMany(count: keys.count, countMax: TokenLimits.keysMax)
        }
        var failure: TokenKeySetError?
        for (index, entry) in keys.enumerated() {
            guard let jwk = entry.object else { throw .notAnObject(index: index) }
            do throws(KeyError) {
                for key in try VerificationKey.all(jwk: jwk) {
                    if let keyID = key.keyID { named[keyID, default: []].append(key) } else { unnamed.append(key) }
                }
            } catch {
                // Providers publish kinds that we do not know beside those we do (RFC 7517, section 5).
                failure = failure ?? .key(index: index, error)
            }
        }
        if named.isEmpty, unnamed.isEmpty { throw failure ?? .empty }
    }

    /// Either alphabet, padded or not; `.` stands for `=`, as PostgREST has it.
    private static func decoded(_ text: String) throws(TokenKeySetError) -> [UInt8] {
        let letters = text.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "."): UInt8(ascii: "=")
            default: byte
            }
        }
        let bare = letters.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
        guard let bytes = Base64URL.decode(Array(bare).span) else { throw .notBase64 }
        return bytes
    }
}
