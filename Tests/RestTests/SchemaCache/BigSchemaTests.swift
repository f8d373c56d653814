import Postgres
import TestSupport
import Testing

@testable import Rest

@Suite struct `Big schemas` {
    @Test func `more views than one batch holds keep their keys`() async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool()
        try await database.run([
            "create schema api", "create schema hidden", "create table hidden.samples (id int primary key, kind int)",
        ])
        let count = 450
        try await database.run(
            (0..<count).map {
                "create view \(identifier: "api").\(identifier: "v\($0)") as select * from hidden.samples"
            })
        // A chain, each link a view of the one before.
        try await database.run(
            (1...12).map { link in
                let before = link == 1 ? "v0" : "chain\(link - 1)"
                return "create view api.\(identifier: "chain\(link)") as select * from api.\(identifier: before)"
            })
        let cache = try await SchemaCacheLoader(
            database: database, schemas: ["api"], extraSearchPath: [], hoistedSettings: []
        ).load()
        #expect(cache.relations.count == count + 12)
        #expect(cache.relations.values.allSatisfy { $0.primaryKey == ["id"] })
        await database.shutdown()
    }

    @Test func `a view that shows a key's columns over and over has a bounded number of relationships`() throws {
        let origins = Dictionary(
            uniqueKeysWithValues: (1...60).map { number in
                (number, ColumnOrigin(relation: 1, column: 1 + number % 3))
            })
        let names = Dictionary(uniqueKeysWithValues: (1...60).map { ($0, "c\($0)") })
        let lineage = ViewLineage([
            ViewLineage.View(oid: 2, identifier: api("v"), columnNames: names, origins: origins)
        ])
        let key = (1...3).map { ForeignKey.Column(name: "k\($0)", number: $0) }
        // 20 choices for each of three columns.
        #expect(lineage.choices(of: key, in: 1).count == 256)
        #expect(lineage.choices(of: [key[0]], in: 1).count == 20)
        #expect(lineage.choices(of: [ForeignKey.Column(name: "other", number: 9)], in: 1).isEmpty)
    }

    @Test func `views that show each other in a circle end`() {
        func view(_ oid: Int, _ name: String, shows other: Int) -> ViewLineage.View {
            ViewLineage.View(
                oid: oid, identifier: api(name), columnNames: [1: "id"],
                origins: [1: ColumnOrigin(relation: other, column: 1)])
        }
        let lineage = ViewLineage([view(1, "a", shows: 2), view(2, "b", shows: 3), view(3, "c", shows: 1)])
        #expect(lineage.firstChoices(of: [1], in: 9).isEmpty)
        #expect(lineage.firstChoices(of: [1], in: 3).count == 3)
    }
}
