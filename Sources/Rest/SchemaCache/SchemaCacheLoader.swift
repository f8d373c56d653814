internal import Postgres

/// Reads a ``SchemaCache`` out of the catalogs, in one transaction that sees one moment of them.
struct SchemaCacheLoader: Sendable {
    let database: Database
    /// Exposed, the default one first.
    let schemas: [String]
    /// Views in these may lie between an exposed view and a table.
    let extraSearchPath: [String]
    /// Names of settings of functions that are hoisted to the transaction.
    let hoistedSettings: [String]

    /// Longest time of one query: big schemas take a second, a busy server a few more.
    private static let statementTimeout: Duration = .seconds(60)
    /// Views read at once. A rule is some ten kilobytes long, so a batch stays at a few megabytes.
    private static let viewsMax = 200

    /// Throws ``DatabaseError``, also for catalogs that do not have the expected shape.
    func load() async throws -> SchemaCache {
        var settings = TransactionSettings()
        settings.isReadOnly = true
        settings.statementTimeout = Self.statementTimeout
        // Names that PostgreSQL prints are qualified when nothing is on the search path.
        settings.set("search_path", "")
        return try await database.transaction(settings, isolation: .repeatableRead) { transaction in
            let results = try await transaction.run([
                CatalogStatements.schemas(schemas),
                CatalogStatements.relations(schemas),
                CatalogStatements.columns(schemas),
                CatalogStatements.primaryKeys,
                CatalogStatements.foreignKeys,
                CatalogStatements.computedRelationships,
                CatalogStatements.routines(schemas),
                CatalogStatements.representations,
                CatalogStatements.mediaHandlers(schemas),
                CatalogStatements.roleSettings,
            ])
            guard results.count == 10 else { throw DatabaseError.unexpectedResult("catalog results are missing") }
            let relations = try relations(results[1], columns: results[2])
            let lineage = ViewLineage(try await views(transaction))
            let keyed = withKeys(relations, of: lineage, primaryKeys: try primaryKeys(results[3]))
            let relationships = RelationshipFinder(relations: keyed, lineage: lineage)
                .relationships(of: try foreignKeys(results[4]), computed: try computedRelationships(results[5]))
            return SchemaCache(
                relations: keyed,
                relationships: relationships,
                routines: try routines(results[6]),
                representations: try representations(results[7]),
                mediaHandlers: try mediaHandlers(results[8]),
                roleSettings: try roleSettings(results[9]),
                schemaDescriptions: try descriptions(results[0]))
        }
    }

    private func views(_ transaction: Transaction) async throws(DatabaseError) -> [ViewLineage.View] {
        var views: [ViewLineage.View] = []
        var last = 0
        while true {
            let batch = try await transaction.run(
                CatalogStatements.views(schemas, searched: extraSearchPath, after: last, countMax: Self.viewsMax))
            views += try self.views(batch)
            guard batch.rowCount == Self.viewsMax, let view = views.last else { return views }
            last = view.oid
        }
    }

    /// Views get the keys of the tables they show, of all those whose key they show whole.
    private func withKeys(
        _ relations: [QualifiedIdentifier: Relation], of lineage: ViewLineage,
        primaryKeys: [(table: Int, columns: [Int])]
    ) -> [QualifiedIdentifier: Relation] {
        var keyed = relations
        for key in primaryKeys {
            for (view, columns) in lineage.firstChoices(of: key.columns, in: key.table) {
                keyed[view]?.primaryKey += columns
            }
        }
        return keyed
    }
}

extension SchemaCacheLoader {
    init(database: Database, _ configuration: RestConfiguration) {
        self.init(
            database: database, schemas: configuration.schemas, extraSearchPath: configuration.extraSearchPath,
            hoistedSettings: configuration.hoistedSettings)
    }
}
