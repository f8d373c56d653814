internal import Core
internal import Postgres
internal import ServiceLifecycle

/// Keeps a ``SchemaCacheHolder`` true to the database: loads at the start, and again after each notification on
/// `db-channel`, each reconnection (which may have missed some) and each ``reload()``. A load that fails leaves the
/// old cache in place and is tried again.
struct SchemaCacheReloader: Service {
    let loader: SchemaCacheLoader
    let holder: SchemaCacheHolder
    /// How to connect for notifications; never a transaction pooler.
    let listening: DatabaseConfiguration
    /// `db-channel`
    let channel: String
    let observer: any Observer
    let requests = ReloadRequests()
    let first = FirstLoad()
    /// `db-channel-enabled`
    var listens = true
    /// Reads the settings in the database before each load; nil leaves ``loader`` as it is.
    var prepare: (@Sendable () async throws -> Prepared)?
    /// Requests within this time of the first are served together: a migration sends one for each of its
    /// transactions.
    var mergedWithin: Duration = .milliseconds(100)
    /// Pause after a failure; doubled by each further one.
    var retryPause: Duration = .seconds(1)
    /// Longest pause after failures: as long may a cache stay stale after the database came back.
    var retryPauseMax: Duration = .seconds(10)

    /// How to load under the settings just read.
    struct Prepared: Sendable {
        let loader: SchemaCacheLoader
        /// Puts the settings in force, once what they name is loaded.
        let activate: @Sendable () -> Void
    }

    /// Asks for a load as a notification does.
    func reload() { requests.request() }

    /// Loads and reloads until the service group shuts down; never fails.
    func run() async throws {
        guard listens else { return await cancelWhenGracefulShutdown { await serve() } }
        let listener = Listener(listening, channels: [channel], observer: observer)
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await event in listener.events where Self.asksForReload(event) { requests.request() }
                }
                group.addTask { await serve() }
            }
        }
        listener.stop()
    }

    /// Role settings are part of the cache, so what upstream rereads as configuration is reread as well.
    static func asksForReload(_ event: Listener.Event) -> Bool {
        switch event {
        case .connected: true
        case .notification(_, let payload): ["", "reload schema", "reload config"].contains(payload)
        }
    }

    private func serve() async {
        var pause = retryPause
        while await requests.wait() {
            guard await slept(mergedWithin), requests.take() else { continue }
            do {
                try await load()
                pause = retryPause
            } catch {
                guard !Task.isCancelled else { return }
                first.tried()
                observer.observe(.warning("the schema cache could not be loaded: \(Self.text(of: error))"))
                guard await slept(pause) else { return }
                pause = min(pause * 2, retryPauseMax)
                requests.request()
            }
        }
    }

    private func load() async throws {
        let start = ContinuousClock.now
        let prepared = try await prepare?()
        let cache = try await (prepared?.loader ?? loader).load()
        prepared?.activate()
        holder.replace(with: cache)
        first.tried()
        let duration = ContinuousClock.now - start
        observer.observe(.notice("schema cache loaded: \(cache.summary), \(duration.formattedMilliseconds)"))
    }

    /// False when cancelled.
    private func slept(_ duration: Duration) async -> Bool {
        do {
            try await Task.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }

    private static func text(of error: any Error) -> String { (error as? DatabaseError)?.logText ?? "\(error)" }
}

extension SchemaCache {
    /// Numbers of what there is, for the log.
    var summary: String {
        """
        \(relations.count) relations, \(relationships.values.reduce(0) { $0 + $1.count }) relationships, \
        \(routines.values.reduce(0) { $0 + $1.count }) functions
        """
    }
}

extension Duration {
    fileprivate var formattedMilliseconds: String {
        "\(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000) ms"
    }
}
