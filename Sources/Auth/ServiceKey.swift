public import Core
internal import Cryptography

/// A secret that all processes of one installation share, from which codes for several purposes are made.
public struct ServiceKey: Sendable {
    enum Purpose: String {
        case throttle = "throttle"
        case refreshToken = "refresh token"
    }

    private let secret: Secret<[UInt8]>

    /// - Parameter secret: at least 32 bytes, for example the JWT secret's.
    public init(_ secret: Secret<[UInt8]>) { self.secret = secret }

    /// A key of this process alone.
    public static func random() -> ServiceKey { ServiceKey(Secret(SecureRandom.bytes(32))) }

    /// 32 bytes that only who has the key can tell. The parts are counted, so that no two lists of parts are one text.
    func code(_ purpose: Purpose, _ parts: [String]) -> [UInt8] {
        let message = (["medmitra", purpose.rawValue] + parts).flatMap { part in
            Array("\(part.utf8.count):".utf8) + Array(part.utf8)
        }
        return HMAC.authenticate(message, key: secret.reveal())
    }
}
