internal import Core
internal import Tokens

/// The tokens of signed URLs (storage contract, section 8): JWTs whose claims name one object and one purpose. Whoever
/// holds one needs no other credentials, and what the signer may do later does not matter.
struct URLTokens: Sendable {
    let issuer: TokenIssuer
    let verifier: TokenVerifier

    /// A token that reads one object: `{url, scope: "download", iat, exp}`.
    func download(
        bucket: String, key: String, lifeSeconds: Int, now: Timestamp
    ) throws(TokenError) -> String {
        try issuer.sign(claims: [
            "url": .string(bucket + "/" + key), "scope": .string(Scope.download.rawValue), "iat": .int(now.seconds),
            "exp": .int(now.seconds + lifeSeconds),
        ])
    }

    /// A token that uploads one object: `{url, owner, upsert, scope: "upload", iat, exp}`.
    func upload(
        bucket: String, key: String, ownerID: String?, isUpsert: Bool, lifeSeconds: Int, now: Timestamp
    ) throws(TokenError) -> String {
        try issuer.sign(claims: [
            "url": .string(bucket + "/" + key), "owner": .optional(ownerID), "upsert": .bool(isUpsert),
            "scope": .string(Scope.upload.rawValue), "iat": .int(now.seconds), "exp": .int(now.seconds + lifeSeconds),
        ])
    }

    /// When a download token for this object ends. Throws `.invalidJWT` for a token that does not verify and
    /// `.invalidSignature` for one of another object or purpose.
    func readDownload(_ token: String, bucket: String, key: String, now: Timestamp) throws(StorageError) -> Timestamp? {
        try read(token, .download, bucket: bucket, key: key, now: now).expiresAt
    }

    /// The owner and the right to replace that an upload token for this object carries. Throws as
    /// ``readDownload(_:bucket:key:now:)``.
    func readUpload(_ token: String, bucket: String, key: String, now: Timestamp) throws(StorageError) -> Writer {
        let claims = try read(token, .upload, bucket: bucket, key: key, now: now).claims
        return Writer(signedFor: claims["owner"]?.string, isUpsert: claims["upsert"]?.bool == true)
    }

    private enum Scope: String {
        case download, upload
    }

    private func read(
        _ token: String, _ scope: Scope, bucket: String, key: String, now: Timestamp
    ) throws(StorageError) -> VerifiedToken {
        let verified: VerifiedToken
        do throws(TokenError) {
            verified = try verifier.verify(token, now: now)
        } catch {
            throw .invalidJWT(error.storageMessage)
        }
        // A user's access token is signed with the same key; it has no url and so opens nothing. A signed URL has an
        // end: without one the token is none of ours.
        guard verified.claims["url"]?.string == bucket + "/" + key, verified.expiresAt != nil else {
            throw .invalidSignature("Invalid signature")
        }
        // Tokens of older servers have no scope; those that upload have a claim `upsert`.
        let stated = verified.claims["scope"].map { $0.string }
        let found = stated ?? (verified.claims["upsert"] == nil ? Scope.download : Scope.upload).rawValue
        guard found == scope.rawValue else {
            throw .invalidSignature("Token is not scoped for \(scope.rawValue)")
        }
        return verified
    }
}
