public import Core

/// Why a store could not do what was asked. Descriptions name versions by id only and are fit for logs.
public enum ObjectError: Error {
    /// The text is not a version id.
    case invalidVersion
    /// No such version is stored.
    case notFound(version: String)
    /// The version is stored already; versions are never overwritten.
    case versionExists(version: String)
    /// The body went on beyond the limit.
    case tooLarge(limit: ByteCount)
    /// The body ended early or late against the size that was announced.
    case sizeMismatch(expected: Int, received: Int)
    /// The range reaches beyond the object.
    case invalidRange(Range<Int>, size: Int)
    /// The file system or the quota is full.
    case outOfSpace
    /// The body itself threw this.
    case bodyFailed(any Error)
    /// The task was cancelled.
    case cancelled
    /// The store failed at `operation`; `cause` is the system's reason and names no object.
    case storeFailed(operation: String, cause: String)
}

extension ObjectError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidVersion: "not a version id"
        case .notFound(let version): "version \(version) is not stored"
        case .versionExists(let version): "version \(version) is stored already"
        case .tooLarge(let limit): "the body is larger than \(limit)"
        case .sizeMismatch(let expected, let received): "announced \(expected) bytes, received \(received)"
        case .invalidRange(let range, let size): "range \(range) is outside an object of \(size) bytes"
        case .outOfSpace: "no space left for objects"
        // The type only: what a body's error says may quote the client.
        case .bodyFailed(let error): "the body failed with \(type(of: error))"
        case .cancelled: "cancelled"
        case .storeFailed(let operation, let cause): "\(operation) failed: \(cause)"
        }
    }
}
