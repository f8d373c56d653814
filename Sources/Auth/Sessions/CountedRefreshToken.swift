internal import Core
internal import Cryptography

/// A refresh token of version 2: it names its session and how often that was refreshed, and is signed with the session's
/// own key. Bytes before base64url: 0, the session's id, the counter as an unsigned varint, the first 16 bytes of an
/// HMAC-SHA-256 and the first 4 of a SHA-256, each over what stands before it.
struct CountedRefreshToken: Sendable, Hashable {
    let sessionID: String
    let counter: Int
    private let signed: [UInt8]
    private let signature: [UInt8]

    private static let signatureBytes = 16
    private static let checksumBytes = 4

    /// Nil when the text has not the form or its checksum is wrong. Whether the signature is right, only the session's
    /// key can tell.
    init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), bytes.first == 0 else { return nil }
        let tail = Self.signatureBytes + Self.checksumBytes
        guard bytes.count > 17 + tail, bytes.count <= 17 + 9 + tail else { return nil }
        let body = Array(bytes.dropLast(Self.checksumBytes))
        let checksum = Array(Digest.hash(.sha256, of: body).prefix(Self.checksumBytes))
        guard constantTimeEqual(checksum, Array(bytes.suffix(Self.checksumBytes))) else { return nil }
        signed = Array(body.dropLast(Self.signatureBytes))
        signature = Array(body.suffix(Self.signatureBytes))
        guard let counter = Self.varint(signed.dropFirst(17)) else { return nil }
        self.counter = counter
        sessionID = Self.uuid(Array(signed[1..<17]))
    }

    /// The token of a session at a count. Nil for an id that is no UUID or a negative count.
    static func make(sessionID: String, counter: Int, key: [UInt8]) -> String? {
        guard counter >= 0, let id = Hex.decode(sessionID.filter { $0 != "-" }), id.count == 16 else { return nil }
        var bytes: [UInt8] = [0] + id
        var rest = UInt64(counter)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        bytes += HMAC.authenticate(bytes, key: key).prefix(signatureBytes)
        bytes += Digest.hash(.sha256, of: bytes).prefix(checksumBytes)
        return Base64URL.encode(bytes)
    }

    func isSigned(with key: [UInt8]) -> Bool {
        constantTimeEqual(signature, Array(HMAC.authenticate(signed, key: key).prefix(Self.signatureBytes)))
    }

    /// Nil when bytes are missing or left over, or the shortest form was not used.
    private static func varint(_ bytes: ArraySlice<UInt8>) -> Int? {
        var value: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            let isLast = byte & 0x80 == 0
            guard isLast == (index == bytes.count - 1), index < 9 else { return nil }
            if isLast, byte == 0, index > 0 { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
        }
        return bytes.isEmpty ? nil : Int(exactly: value)
    }

    private static func uuid(_ bytes: [UInt8]) -> String {
        let digits = Array(Hex.encode(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}

/// What becomes of a version 2 refresh token.
enum CountedRefreshDecision: Sendable, Hashable {
    case advance
    /// Hand out the token of the session's current count again.
    case repeatCurrent
    /// Counts that were never handed out.
    case refuseUnknown
    /// A token from the past: the session ends.
    case refuseReuse

    static func decide(
        presented: Int, current: Int, lastUsedAt: Timestamp, reuseInterval: Duration, now: Timestamp
    ) -> CountedRefreshDecision {
        if presented == current { return .advance }
        if presented > current { return .refuseUnknown }
        if presented == current - 1 { return .repeatCurrent }
        let isYoung = reuseInterval > .zero && now <= lastUsedAt.advanced(by: reuseInterval)
        return isYoung ? .repeatCurrent : .refuseReuse
    }
}
