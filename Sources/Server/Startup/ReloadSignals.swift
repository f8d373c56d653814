internal import Rest
internal import ServiceLifecycle
internal import UnixSignals

/// SIGUSR1 and SIGUSR2 have the schema cache and the settings in the database read again, as PostgREST does.
struct ReloadSignals: Service {
    let rest: RestService

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigusr1, .sigusr2)
        await cancelWhenGracefulShutdown {
            for await _ in signals { rest.reload() }
        }
    }
}
