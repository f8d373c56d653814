internal import Core
internal import Cryptography

/// A key set while it is being put together.
struct CollectedKeys {
    var signer: SigningKey?
    private(set) var sharedSecret: SigningKey?
    private(set) var named: [String: VerificationKey] = [:]
    private(set) var fallbacks: [VerificationKey] = []
    private(set) var algorithms: Set<SignatureAlgorithm> = []

    init(_ keys: [JSON]) throws(TokenKeySetError) {
        for (index, key) in keys.enumerated() {
            guard let jwk = key.object else { throw .notAnObject(index: index) }
            if jwk["key_ops"]?.array?.contains("sign") == true {
                guard signer == nil else { throw .severalSigners }
                let key = try CollectedKeys.parse(index) { () throws(KeyError) in try SigningKey(jwk: jwk) }
                signer = key
                try add(key.verificationKey, index: index)
            } else {
                try add(
                    CollectedKeys.parse(index) { () throws(KeyError) in try VerificationKey(jwk: jwk) }, index: index)
            }
        }
    }

    /// Adds a shared secret; that at position 0 may sign.
    mutating func add(secret: Secret<String>, position: Int, keyID: String?) throws(TokenKeySetError) {
        do throws(KeyError) {
            let key = try SigningKey(secret: Array(secret.reveal().utf8), keyID: keyID)
            if position == 0 { sharedSecret = key }
            fallbacks.append(key.verificationKey)
            // A JWK of the same name wins: its algorithm is stated.
            if let keyID, named[keyID] == nil { named[keyID] = key.verificationKey }
        } catch {
            throw .secret(position: position, error)
        }
    }

    private mutating func add(_ key: VerificationKey, index: Int) throws(TokenKeySetError) {
        algorithms.insert(key.algorithm)
        // A symmetric key without a name is what Supabase's scripts make of the JWT secret.
        if key.algorithm.isSymmetric && key.keyID == nil {
            fallbacks.append(key)
            return
        }
        guard let keyID = key.keyID else { throw .keyIDMissing(index: index) }
        guard named.updateValue(key, forKey: keyID) == nil else { throw .keyIDRepeated(keyID) }
    }

    private static func parse<Key>(
        _ index: Int, _ body: () throws(KeyError) -> Key
    ) throws(TokenKeySetError) -> Key {
        do throws(KeyError) { return try body() } catch { throw .key(index: index, error) }
    }
}
