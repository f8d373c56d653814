public import Core
internal import Cryptography

/// The API keys `sb_publishable_…` and `sb_secret_…`: a prefix, 22 random base64url characters, `_` and 8 characters of
/// checksum.
///
/// The checksum is what Supabase's self-hosting scripts (`docker/utils/add-new-auth-keys.sh`) make: the first 8
/// characters of base64url(SHA-256(project reference + "|" + prefix and random part)). It guards against typing
/// errors, not against forgery, and a hosted project's reference is not known here, so ``isWellFormed(_:)`` does not
/// insist on it.
public enum OpaqueKey {
    /// The reference that self-hosted installations put into the checksum.
    public static let selfHostedReference = "supabase-self-hosted"
    private static let randomCharacters = 22
    private static let checksumCharacters = 8

    /// What keys of `group` start with.
    public static func prefix(of group: KeyGroup) -> String {
        switch group {
        case .anon: "sb_publishable_"
        case .service: "sb_secret_"
        }
    }

    /// A new key for `group`.
    public static func generate(_ group: KeyGroup, reference: String = selfHostedReference) -> Secret<String> {
        // 17 bytes are 23 characters; the last, which does not carry six bits, is cut.
        let random = Base64URL.encode(SecureRandom.bytes(17)).prefix(randomCharacters)
        let body = prefix(of: group) + random
        return Secret(body + "_" + checksum(of: body, reference: reference))
    }

    /// The group that a text with an opaque key's prefix claims to be of; nil for other texts.
    public static func claimedGroup(of key: String) -> KeyGroup? {
        KeyGroup.allCases.first { key.hasPrefix(prefix(of: $0)) }
    }

    /// Whether `key` has the form of an opaque key. Says nothing about whether anybody issued it.
    public static func isWellFormed(_ key: String) -> Bool {
        guard let group = claimedGroup(of: key) else { return false }
        let rest = Array(key.utf8.dropFirst(prefix(of: group).utf8.count))
        guard rest.count == randomCharacters + 1 + checksumCharacters else { return false }
        return rest[randomCharacters] == UInt8(ascii: "_") && rest.allSatisfy(isLetter)
    }

    /// Whether the checksum is the one for `reference`: false means a typing error or another project's key.
    public static func hasChecksum(_ key: String, reference: String = selfHostedReference) -> Bool {
        guard isWellFormed(key) else { return false }
        return checksum(of: String(key.dropLast(checksumCharacters + 1)), reference: reference)
            == key.suffix(checksumCharacters)
    }

    /// The form to store a key in: lower-case hexadecimal SHA-256. A key has 132 random bits, so no salt or slow hash
    /// is needed.
    public static func hash(_ key: String) -> String { Hex.encode(Digest.hash(.sha256, of: key)) }

    private static func checksum(of body: String, reference: String) -> String {
        String(Base64URL.encode(Digest.hash(.sha256, of: reference + "|" + body)).prefix(checksumCharacters))
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
