internal import Core
internal import Postgres
internal import Synchronization

/// The schema cache that new requests begin with. Replacing it never makes a request wait: those under way keep the
/// one they began with.
final class SchemaCacheHolder: Sendable {
    private let state = Mutex<SchemaCache?>(nil)

    /// Empty: requests are refused with PGRST002 until a ``SchemaCacheReloader`` has loaded it.
    init() {}

    /// Nil until the first load succeeded (PGRST002).
    var current: SchemaCache? { state.withLock { $0 } }

    func replace(with cache: SchemaCache) { state.withLock { $0 = cache } }
}
