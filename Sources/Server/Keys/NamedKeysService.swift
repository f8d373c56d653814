internal import Core
internal import Postgres
internal import ServiceLifecycle
internal import Tokens

/// Keeps the named API keys as the database has them: read at the start, after every change, which the database
/// announces, and after every interruption of the announcements.
struct NamedKeysService: Service {
    let ring: LiveKeyRing
    let database: Database
    let listening: DatabaseConfiguration
    let observer: any Observer

    /// Announced by the trigger on `medmitra.api_keys`.
    static let channel = "medmitra_api_keys"
    /// Wait between two tries to read the keys.
    static let retryPause: Duration = .seconds(1)

    func run() async throws {
        let listener = Listener(listening, channels: [NamedKeysService.channel], observer: observer)
        await cancelWhenGracefulShutdown {
            for await _ in listener.events { await readUntilDone() }
        }
        listener.stop()
    }

    private func readUntilDone() async {
        while !Task.isCancelled {
            do throws(DatabaseError) {
                let rows = try await database.run(NamedKeyStatements.live).rows
                var entries: [KeyRing.Entry] = []
                for row in rows { if let entry = try NamedKeyStatements.entry(row) { entries.append(entry) } }
                ring.replace(named: entries)
                return
            } catch {
                guard !Task.isCancelled else { return }
                observer.observe(.warning("the named API keys could not be read: \(error.logText)"))
            }
            // A sleep that is cancelled ends the loop by its condition.
            try? await Task.sleep(for: NamedKeysService.retryPause)
        }
    }
}
