internal import Core
internal import Cryptography

/// The headers of Standard Webhooks (standardwebhooks.com, symmetric scheme v1).
struct WebhookSignature: Sendable {
    let id: String
    /// Seconds since 1970.
    let time: Int
    let keys: [Secret<[UInt8]>]

    func headers(for body: [UInt8]) -> [(name: String, value: String)] {
        let signed = Array("\(id).\(time).".utf8) + body
        let signatures = keys.map { "v1," + Base64.encode(HMAC.authenticate(signed, key: $0.reveal())) }
        return [
            ("webhook-id", id), ("webhook-timestamp", String(time)),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }
}
