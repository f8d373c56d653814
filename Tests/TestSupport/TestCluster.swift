internal import Core
internal import Cryptography
internal import Foundation
public import Postgres
internal import Schema

/// The one throw-away PostgreSQL cluster of a test run, with a template database that is migrated once.
///
/// `MEDMITRA_TEST_CLUSTER` names a running one (a superuser's connection URI without a database name in its query);
/// without it, one is started and dies with the test process.
public actor TestCluster {
    public static let shared = TestCluster()

    private var starting: Task<String, any Error>?
    private var template: Task<String, any Error>?
    private var serial = 0

    /// A database with nothing in it.
    public func emptyDatabase() async throws -> ScratchDatabase { try await make(from: "template1") }

    /// A clone of the migrated template: tens of milliseconds.
    public func migratedDatabase() async throws -> ScratchDatabase {
        try await make(from: try await migratedTemplate())
    }

    private func make(from template: String) async throws -> ScratchDatabase {
        let base = try await uri()
        serial += 1
        let name = "scratch_\(ProcessInfo.processInfo.processIdentifier)_\(serial)"
        let admin = Database(.patient(name: "admin", uri: base))
        // CREATE DATABASE refuses to run inside a transaction, which a flight of one statement is not: it is sent
        // alone between two Syncs.
        try await admin.run("create database \(identifier: name) template \(identifier: template)")
        await admin.shutdown()
        return ScratchDatabase(name: name, uri: TestCluster.uri(base, database: name))
    }

    private func migratedTemplate() async throws -> String {
        if let template { return try await template.value }
        let task = Task {
            let base = try await uri()
            let name = "template_medmitra_\(ProcessInfo.processInfo.processIdentifier)"
            let admin = Database(.patient(name: "admin", uri: base))
            try await admin.run("create database \(identifier: name)")
            await admin.shutdown()
            try await ScratchDatabase(name: name, uri: TestCluster.uri(base, database: name)).migrate()
            return name
        }
        template = task
        return try await task.value
    }

    private func uri() async throws -> String {
        if let given = ProcessInfo.processInfo.environment["MEDMITRA_TEST_CLUSTER"] { return given }
        if let starting { return try await starting.value }
        let task = Task.detached { try TestCluster.start() }
        starting = task
        return try await task.value
    }

    /// Runs `scripts/test-cluster`; blocks until it answers.
    private static func start() throws -> String {
        let script = TestPaths.repository.appending(path: "scripts/test-cluster")
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "medmitra-test-\(UUID().uuidString.prefix(8))")
        let process = Process()
        let output = Pipe()
        process.executableURL = script
        process.arguments = [directory.path, String(ProcessInfo.processInfo.processIdentifier)]
        process.standardOutput = output
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestClusterError.didNotStart }
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func uri(_ base: String, database: String) -> String {
        base.replacingOccurrences(of: "/postgres?", with: "/\(database)?")
    }
}

extension DatabaseConfiguration {
    /// Waits for as long as a test may: a thousand tests share a machine, and it may have other things to do.
    fileprivate static func patient(name: String, uri: String) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(name: name, connection: Secret(uri))
        configuration.waitMax = .seconds(300)
        configuration.statementTimeout = .seconds(300)
        configuration.connectTimeout = .seconds(300)
        return configuration
    }
}

enum TestClusterError: Error {
    case didNotStart
}

/// A database of one test's own.
public struct ScratchDatabase: Sendable {
    public let name: String
    /// The superuser's connection URI.
    public let uri: String

    /// A pool under `user` (the superuser when nil).
    public func pool(
        user: String? = nil, _ adjust: (inout DatabaseConfiguration) -> Void = { _ in }
    ) -> Database {
        Database(configuration(user: user, adjust))
    }

    public func configuration(
        user: String? = nil, _ adjust: (inout DatabaseConfiguration) -> Void = { _ in }
    ) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration.patient(name: user ?? "test", uri: uri)
        configuration.user = user
        configuration.connectionsMax = 4
        adjust(&configuration)
        return configuration
    }

    /// Brings the database to the embedded schema.
    public func migrate() async throws {
        let bootstrap = SchemaFiles.migrations.filter { $0.kind == .bootstrap }.map(\.sql).joined(separator: "\n")
        let scripts = SchemaFiles.migrations.filter { $0.kind != .bootstrap }.map { migration in
            MigrationScript(
                name: migration.name, kind: migration.kind == .versioned ? .versioned : .repeatable,
                sql: migration.sql, checksum: Hex.encode(Digest.hash(.sha256, of: Array(migration.sql.utf8))))
        }
        _ = try await Migrator(configuration()).migrate(bootstrap: bootstrap, scripts: scripts)
    }
}
