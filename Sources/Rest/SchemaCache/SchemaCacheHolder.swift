internal import Core
internal import Postgres
internal import Synchronization

/// The schema cache that new requests begin with. Replacing it never makes a request wait: those under way keep the
/// one they began with.
final class SchemaCacheHolder: Sendable {
    private let state = Mutex<SchemaCache?>(nil)

    init(_ cache: SchemaCache? = nil) {
        if let cache { replace(with: cache) }
    }

    /// Nil until the first load succeeded (PGRST002).
    var current: SchemaCache? { state.withLock { $0 } }

    func replace(with cache: SchemaCache) { state.withLock { $0 = cache } }
}
