internal import COpenSSL

/// A hash over bytes that arrive in pieces, without copying them. Hashing blocks for about a millisecond a mebibyte.
///
/// Sendable although it holds a pointer: the value is unique, and only its one owner can reach the pointer.
@safe public struct RunningDigest: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    /// The hash function.
    public let algorithm: DigestAlgorithm

    /// Starts a hash over no bytes.
    public init(_ algorithm: DigestAlgorithm) {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("no memory for a hash") }
        unsafe self.context = context
        self.algorithm = algorithm
        let started = unsafe EVP_DigestInit_ex2(context, algorithm.fetched.raw, nil)
        precondition(started == 1, "\(algorithm.rawValue) starts")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds `bytes`.
    public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// Adds `bytes`.
    public mutating func update(_ bytes: Span<UInt8>) {
        let added = unsafe bytes.withUnsafeBufferPointer {
            unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        precondition(added == 1, "\(algorithm.rawValue) takes bytes")
    }

    /// Adds `bytes`.
    public mutating func update(_ bytes: RawSpan) {
        let added = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        precondition(added == 1, "\(algorithm.rawValue) takes bytes")
    }

    /// Adds `bytes`; copies them only if they do not lie in one piece of memory.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let added = bytes.withContiguousStorageIfAvailable {
            unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        switch added {
        case .none: update(Array(bytes))
        case .some(let result): precondition(result == 1, "\(algorithm.rawValue) takes bytes")
        }
    }

    /// The hash over all bytes added.
    public consuming func finalize() -> [UInt8] {
        let count = algorithm.byteCount
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let finished = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            precondition(finished == 1, "\(algorithm.rawValue) finishes")
            initialized = count
        }
    }
}
