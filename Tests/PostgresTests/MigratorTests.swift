import Postgres
import TestSupport
import Testing

@Suite struct `Migrations` {
    private let bootstrap = """
        create schema if not exists medmitra;
        create table if not exists medmitra.schema_migrations (
            name text primary key, checksum text not null, kind text not null, applied_at timestamptz not null);
        """

    private func script(_ name: String, _ sql: String, _ kind: MigrationScript.Kind = .versioned) -> MigrationScript {
        MigrationScript(name: name, kind: kind, sql: sql, checksum: "sum of \(sql)")
    }

    @Test func `scripts are applied once and in order`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let migrator = Migrator(scratch.configuration())
        let scripts = [
            script("0001_a", "create table a (i int); insert into a values (1);"),
            script("0002_b", "insert into a select i + 1 from a;"),
        ]
        #expect(try await migrator.pending(scripts: scripts) == ["0001_a", "0002_b"])
        #expect(try await migrator.migrate(bootstrap: bootstrap, scripts: scripts) == ["0001_a", "0002_b"])
        #expect(try await migrator.migrate(bootstrap: bootstrap, scripts: scripts) == [])
        #expect(try await migrator.pending(scripts: scripts) == [])
        let database = scratch.pool()
        #expect(try await database.run("select sum(i) from a").first?.int(0) == 3)
        await database.shutdown()
    }

    @Test func `a failing script leaves nothing behind and names itself`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let migrator = Migrator(scratch.configuration())
        let scripts = [
            script("0001_a", "create table a (i int)"), script("0002_b", "create table b (i int); select 1 / 0;"),
        ]
        let error = await #expect(throws: MigrationError.self) {
            try await migrator.migrate(bootstrap: bootstrap, scripts: scripts)
        }
        #expect(error?.description.contains("0002_b") == true)
        let database = scratch.pool()
        #expect(
            try await database.run("select to_regclass('a') is not null, to_regclass('b') is null").first?.bool(0)
                == true)
        #expect(try await database.run("select to_regclass('b') is null").first?.bool(0) == true)
        await database.shutdown()
        #expect(try await migrator.pending(scripts: scripts) == ["0002_b"])
    }

    @Test func `a changed past migration is refused by name`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let migrator = Migrator(scratch.configuration())
        _ = try await migrator.migrate(bootstrap: bootstrap, scripts: [script("0001_a", "create table a (i int)")])
        let error = await #expect(throws: MigrationError.self) {
            try await migrator.migrate(bootstrap: bootstrap, scripts: [script("0001_a", "create table a (i bigint)")])
        }
        guard case .changed("0001_a")? = error else {
            Issue.record("expected .changed, got \(String(describing: error))")
            return
        }
    }

    @Test func `a migration this program does not know is refused by name`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let migrator = Migrator(scratch.configuration())
        let first = script("0001_a", "create table a (i int)")
        _ = try await migrator.migrate(bootstrap: bootstrap, scripts: [first, script("0002_b", "select 1")])
        let error = await #expect(throws: MigrationError.self) {
            try await migrator.migrate(bootstrap: bootstrap, scripts: [first])
        }
        guard case .unknown("0002_b")? = error else {
            Issue.record("expected .unknown, got \(String(describing: error))")
            return
        }
    }

    @Test func `a changed repeatable script is applied again`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let migrator = Migrator(scratch.configuration())
        let old = script(
            "functions/f", "create or replace function f() returns int language sql as 'select 1'", .repeatable)
        let new = script(
            "functions/f", "create or replace function f() returns int language sql as 'select 2'", .repeatable)
        _ = try await migrator.migrate(bootstrap: bootstrap, scripts: [old])
        #expect(try await migrator.migrate(bootstrap: bootstrap, scripts: [new]) == ["functions/f"])
        let database = scratch.pool()
        #expect(try await database.run("select f()").first?.int(0) == 2)
        await database.shutdown()
    }

    @Test func `gateways that start at once apply each script once`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let scripts = [
            script("0001_a", "create table a (i int)"),
            script("0002_b", "insert into a values (1); select pg_sleep(0.2)"),
        ]
        let bootstrap = bootstrap
        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<5 {
                group.addTask {
                    try await Migrator(scratch.configuration()).migrate(bootstrap: bootstrap, scripts: scripts)
                }
            }
            return try await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(applied.sorted() == ["0001_a", "0002_b"])
        let database = scratch.pool()
        #expect(try await database.run("select count(*) from a").first?.int(0) == 1)
        await database.shutdown()
    }

    @Test func `the project's own schema applies, and a second time finds nothing to do`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        try await scratch.migrate()
        try await scratch.migrate()
    }
}
