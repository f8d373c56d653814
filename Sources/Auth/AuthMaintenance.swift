public import Core
public import Postgres

/// Removes in the background what sign-ins left that were begun and never finished, and with it the tokens of
/// providers that lie beside codes nobody exchanged. Any number of processes may run it on one database.
public struct AuthMaintenance: Sendable {
    private let database: Database
    private let clock: any WallClock
    private let observer: any Observer
    private let configuration: AuthConfiguration

    /// How often it looks.
    private static let interval: Duration = .seconds(300)

    /// - Parameter database: a pool that logs in as `supabase_auth_admin`.
    public init(
        database: Database, clock: any WallClock, observer: any Observer, configuration: AuthConfiguration
    ) {
        self.database = database
        self.clock = clock
        self.observer = observer
        self.configuration = configuration
    }

    /// Works until the task is cancelled. Failures are observed and tried again.
    public func run() async {
        while !Task.isCancelled {
            do throws(DatabaseError) {
                try await purge()
            } catch {
                if !Task.isCancelled {
                    observer.observe(.warning("removing unfinished sign-ins: \(error.logText)"))
                }
            }
            // Ends early when the task is cancelled, which the loop sees.
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Removes what has expired by now.
    public func purge() async throws(DatabaseError) {
        _ = try await database.run(.serviceItself, configuration.flowPurge(now: clock.now()))
    }
}
