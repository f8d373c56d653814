import Core
import Postgres
import TestSupport
import Testing

@testable import Rest

@Suite struct `Schema cache reloads` {
    /// Says what was observed, in order.
    private final class Recorder: Observer {
        let texts: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation

        init() { (texts, continuation) = AsyncStream.makeStream(of: String.self) }

        func observe(_ observation: Observation) {
            switch observation {
            case .notice(let text), .warning(let text): continuation.yield(text)
            default: break
            }
        }
    }

    private struct Bench {
        let scratch: ScratchDatabase
        let admin: Database
        let database: Database
        let holder = SchemaCacheHolder()
        let recorder = Recorder()
        var reloader: SchemaCacheReloader

        init() async throws {
            scratch = try await TestCluster.shared.migratedDatabase()
            admin = scratch.pool()
            database = scratch.pool(user: "authenticator")
            reloader = SchemaCacheReloader(
                loader: SchemaCacheLoader(
                    database: database, schemas: ["public"], extraSearchPath: [], hoistedSettings: []),
                holder: holder, listening: scratch.configuration(user: "authenticator"), channel: "pgrst",
                observer: recorder)
            reloader.mergedWithin = .milliseconds(1)
            reloader.retryPause = .milliseconds(1)
            reloader.retryPauseMax = .milliseconds(5)
        }

        /// Runs the reloader while `body` acts.
        func run(_ body: () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [reloader] in try await reloader.run() }
                do {
                    try await body()
                } catch {
                    group.cancelAll()
                    throw error
                }
                group.cancelAll()
            }
            await database.shutdown()
            await admin.shutdown()
        }

        /// Waits for observations until the cache holds what is asked for.
        func wait(for condition: (SchemaCache) -> Bool) async {
            while !(holder.current.map(condition) ?? false) { await next { _ in true } }
        }

        /// Waits for an observation.
        func next(_ isWanted: (String) -> Bool) async {
            for await text in recorder.texts where isWanted(text) { return }
        }
    }

    private let table = QualifiedIdentifier("public", "added")

    @Test func `nothing is held before the first load`() {
        #expect(SchemaCacheHolder().current == nil)
    }

    @Test(.timeLimit(.minutes(10))) func `a change of the schema is seen`() async throws {
        let bench = try await Bench()
        try await bench.run {
            await bench.wait { _ in true }
            #expect(bench.holder.current?.relations[table] == nil)
            // The migrated schema's event triggers notify.
            try await bench.admin.run("create table public.added (id int primary key)")
            await bench.wait { $0.relations[table] != nil }
            try await bench.admin.run("drop table public.added")
            await bench.wait { $0.relations[table] == nil }
        }
    }

    @Test(.timeLimit(.minutes(10))) func `a load on demand needs no notification`() async throws {
        let bench = try await Bench()
        try await bench.admin.run("drop event trigger pgrst_ddl_watch")
        try await bench.run {
            await bench.wait { _ in true }
            try await bench.admin.run("create table public.added (id int primary key)")
            bench.reloader.reload()
            await bench.wait { $0.relations[table] != nil }
        }
    }

    @Test(.timeLimit(.minutes(10))) func `a load that fails keeps the cache and is tried again`() async throws {
        let bench = try await Bench()
        try await bench.run {
            await bench.wait { _ in true }
            let function = "function pg_relation_is_updatable(regclass, boolean)"
            try await bench.admin.run(SQL(trustedText: "revoke execute on \(function) from public"))
            try await bench.admin.run("create table public.added (id int primary key)")
            await bench.next { $0.hasPrefix("the schema cache could not be loaded") }
            #expect(bench.holder.current?.relations[QualifiedIdentifier("public", "cases")] != nil)
            #expect(bench.holder.current?.relations[table] == nil)
            try await bench.admin.run(SQL(trustedText: "grant execute on \(function) to public"))
            await bench.wait { $0.relations[table] != nil }
        }
    }

    @Test(arguments: [
        (Listener.Event.connected, true), (.notification(channel: "pgrst", payload: "reload schema"), true),
        (.notification(channel: "pgrst", payload: "reload config"), true),
        (.notification(channel: "pgrst", payload: ""), true),
        (.notification(channel: "pgrst", payload: "something else"), false),
    ])
    func `only upstream's payloads ask for a load`(event: Listener.Event, expected: Bool) {
        #expect(SchemaCacheReloader.asksForReload(event) == expected)
    }

    @Test func `requests before one is served are one`() async {
        let requests = ReloadRequests()
        for _ in 0..<5 { requests.request() }
        #expect(await requests.wait())
        #expect(requests.take())
        #expect(!requests.take())
        requests.request()
        #expect(await requests.wait())
        #expect(requests.take())
    }

    @Test func `settings of the callers' roles are loaded`() async throws {
        let scratch = try await TestCluster.shared.migratedDatabase()
        let database = scratch.pool(user: "authenticator")
        let cache = try await SchemaCacheLoader(
            database: database, schemas: ["public"], extraSearchPath: [], hoistedSettings: []
        ).load()
        let settings = cache.settings(ofRole: "anon").settings
        #expect(settings.contains { $0.name == "statement_timeout" })
        #expect(cache.settings(ofRole: "nobody") == RoleSettings())
        await database.shutdown()
    }
}
