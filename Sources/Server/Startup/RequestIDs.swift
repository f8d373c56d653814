internal import Cryptography
internal import Synchronization

/// Random UUIDs for requests that bring no id of their own. The bytes are drawn many at a time: each draw costs OpenSSL a
/// system call.
final class RequestIDs: Sendable {
    private static let drawn = 4096
    private let bytes = Mutex<[UInt8]>([])

    func next() -> String {
        bytes.withLock { bytes in
            if bytes.isEmpty { bytes = SecureRandom.bytes(RequestIDs.drawn) }
            let id = SecureRandom.uuid(of: bytes.suffix(16))
            bytes.removeLast(16)
            return id
        }
    }
}
