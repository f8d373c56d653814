internal import NIOCore
internal import Synchronization

/// Root documents that were made before. What a role may use is asked of the database each time, since a GRANT need
/// not be told to us; the document, which takes far longer, is made once for each answer to that.
final class DocumentCache: Sendable {
    struct Key: Hashable {
        /// ``SchemaCache/generation``
        let generation: UInt64
        let schema: String
        /// What privileges allow; nil where they do not count.
        let allowed: Allowed?
    }

    /// Names of relations, and the parameters of executable overloads by function.
    struct Allowed: Hashable {
        let relations: Set<String>
        let signatures: [String: [Set<String>]]
    }

    /// Roles are few; a document of a big schema has megabytes.
    private static let countMax = 8
    private let documents = Mutex<[(key: Key, bytes: ByteBuffer)]>([])

    /// The document under `key`, made where there is none yet.
    func document(_ key: Key, make: () -> ByteBuffer) -> ByteBuffer {
        if let known = documents.withLock({ $0.first { $0.key == key }?.bytes }) { return known }
        // Two callers may make the same one: that costs less than having all wait.
        let bytes = make()
        documents.withLock { documents in
            documents.removeAll { $0.key == key || $0.key.generation < key.generation }
            if documents.count >= DocumentCache.countMax { documents.removeFirst() }
            documents.append((key, bytes))
        }
        return bytes
    }
}
