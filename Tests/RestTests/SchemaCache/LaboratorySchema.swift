import Foundation
import Postgres
import TestSupport

@testable import Rest

/// A scratch database with `Fixtures/laboratory.sql`, and its schema cache.
struct LaboratorySchema {
    static let exposed = ["api", "archive", "odd, \"name\""]

    let scratch: ScratchDatabase
    let database: Database

    init() async throws {
        scratch = try await TestCluster.shared.emptyDatabase()
        database = scratch.pool()
        let file = TestPaths.repository.appending(path: "Tests/RestTests/Fixtures/laboratory.sql")
        let statements = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n\n")
        try await database.run(statements.map { SQL(trustedText: $0) })
    }

    func load(schemas: [String] = LaboratorySchema.exposed, searched: [String] = []) async throws -> SchemaCache {
        try await SchemaCacheLoader(
            database: database, schemas: schemas, extraSearchPath: searched,
            hoistedSettings: ["statement_timeout", "default_transaction_isolation"]
        ).load()
    }

    /// Loaded once for the tests that only read it.
    static var cache: SchemaCache { get async throws { try await loading.value } }

    private static let loading = Task { try await LaboratorySchema().load() }
}

func api(_ name: String) -> QualifiedIdentifier { QualifiedIdentifier("api", name) }
