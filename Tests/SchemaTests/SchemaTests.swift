import Foundation
import Testing

@testable import Schema

@Suite struct `The embedded sql folder` {
    /// The folder as it lies in the repository, found from where this file was compiled.
    private let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "sql")

    /// File names of a part of the folder, sorted by their bytes.
    private func files(in part: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: part).path)
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    private func path(of migration: Migration) -> URL {
        let part = migration.kind == .versioned ? "migrations/" : ""
        return folder.appending(path: "\(part)\(migration.name).sql")
    }

    @Test func `every file of the folder is embedded, in the order of application`() throws {
        func stems(_ part: String, prefix: String) throws -> [String] {
            try files(in: part).map { prefix + $0.replacing(".sql", with: "") }
        }
        let expected =
            try ["bootstrap"] + stems("migrations", prefix: "") + stems("functions", prefix: "functions/")
            + stems("policies", prefix: "policies/")
        #expect(SchemaFiles.migrations.map(\.name) == expected)
    }

    @Test func `every embedded file equals the file in the folder byte for byte`() throws {
        #expect(!SchemaFiles.migrations.isEmpty)
        for migration in SchemaFiles.migrations {
            let bytes = try Data(contentsOf: path(of: migration))
            // Compared outside the macro: a failure should name the file, not print two of them.
            let isEqual = bytes.elementsEqual(migration.sql.utf8)
            #expect(isEqual, "\(migration.name)")
        }
    }

    @Test func `kinds follow from the part of the folder`() {
        for migration in SchemaFiles.migrations {
            let expected: Migration.Kind =
                migration.name == "bootstrap"
                ? .bootstrap : migration.name.contains("/") ? .repeatable : .versioned
            #expect(migration.kind == expected, "\(migration.name)")
        }
    }

    @Test func `numbers have four digits and run from 0001 without gaps or doubles`() {
        let versioned = SchemaFiles.migrations.filter { $0.kind == .versioned }
        for (index, migration) in versioned.enumerated() {
            let digits = migration.name.prefix(while: { $0 != "_" })
            #expect(digits.count == 4, "\(migration.name)")
            #expect(Int(digits) == index + 1, "\(migration.name)")
        }
    }

    @Test func `no two files share a name, for the build flattens the folders`() throws {
        let names = try ["migrations", "functions", "policies"].flatMap { try files(in: $0) }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.hasSuffix(".sql") })
    }

    @Test func `no file manages its transaction, for the migrator does`() {
        let forbidden = ["begin", "begin transaction", "start transaction", "commit", "rollback", "concurrently"]
        for migration in SchemaFiles.migrations {
            for line in migration.sql.split(separator: "\n") {
                let statement = line.lowercased().trimmingCharacters(in: .whitespaces)
                guard statement.hasSuffix(";") else { continue }
                #expect(!forbidden.contains(String(statement.dropLast())), "\(migration.name): \(line)")
                #expect(!statement.contains(" concurrently "), "\(migration.name): \(line)")
            }
        }
    }

    @Test(arguments: ["alter table public.cases enable row level security;", "on delete restrict"])
    func `a file arrives with its text`(fragment: String) {
        #expect(SchemaFiles.migrations.contains { $0.sql.contains(fragment) })
    }
}
