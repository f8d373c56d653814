import TestSupport
import Testing

@testable import Rest

@Suite struct `Direct queries` {
    private static let parts = [
        "id=eq.", "name=neq.", "a_1=gt.", "b=gte.", "c=lt.", "d=lte.", "select=", "order=", "limit=", "or=", "and=(",
        "id",
        "=", "&", "&&", "eq.", "1", "x", "", ReadShape.mark(0), ".", "%20", "+", ";", "in.(1,2)", "e->>f=eq.",
        "not.eq.3",
        "offset=eq.",
    ]

    private static func query(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...9, using: &generator))
            .map { _ in parts[Int.random(in: 0..<parts.count, using: &generator)] }.joined()
    }

    @Test func `they are split as shapes are`() throws {
        var generator = SeededGenerator(seed: 5)
        var plain = 0
        for _ in 0..<30_000 {
            let query = Self.query(&generator)
            guard let direct = DirectQuery(path: "/t", query: query) else { continue }
            let (_, values) = try #require(ReadShape.cut(query), "\(query)")
            #expect(direct.values == values, "\(query)")
            plain += values.isEmpty ? 0 : 1
        }
        #expect(plain > 1000)
    }

    @Test func `queries of one key have one shape`() throws {
        var generator = SeededGenerator(seed: 6)
        var shapes: [[UInt8]: String] = [:]
        var repeated = 0
        for _ in 0..<60_000 {
            let query = Self.query(&generator)
            guard let direct = DirectQuery(path: "/t", query: query), let cut = ReadShape.cut(query) else { continue }
            // What a shape was made of may hold marks of its own; such are never kept.
            guard !query.contains(ReadShape.mark(0)) else { continue }
            if let known = shapes[direct.key] {
                #expect(known == cut.query, "\(query)")
                repeated += 1
            }
            shapes[direct.key] = cut.query
        }
        #expect(repeated > 1000)
    }

    private static let argumentParts = [
        "a=", "b=", "c=", "id=eq.", "x=gt.", "a=not", "a=eq", "a=in", "a=fts(", "a=is.", ".", "1", "-1.5", "Not.eq.1",
        "x",
        "&", "&", "&", "(", "{1,2}", "select=", "order=", "limit=", "in.(1)", "\"", ")", "any)", "_", "eq(any).", ":",
        ",",
    ]

    /// What is left out as an argument is one whatever it says.
    @Test func `a query with marks says what it says with its values`() throws {
        func said(_ query: String) throws -> String {
            let (read, bounds) = try QueryParameters.parse(query, takesArguments: true)
            return "\(read.arguments) \(read.rootFilters) \(read.embedFilters) \(read.filterNames.sorted()) "
                + "\(read.select) \(read.order) \(read.logic) \(read.columns ?? []) \(bounds)"
        }
        var generator = SeededGenerator(seed: 7)
        var compared = 0
        for _ in 0..<40_000 {
            let query = generator.text(of: Self.argumentParts, countMax: 9)
            guard let direct = DirectQuery(path: "/rpc/f", query: query, takesArguments: true), !direct.values.isEmpty
            else { continue }
            let marked = try? said(direct.marked)
            let plain = try? said(query)
            guard let marked else {
                #expect(plain == nil, "\(query)")
                continue
            }
            var filled = marked
            for (index, value) in direct.values.enumerated() {
                let text = String(value.debugDescription.dropFirst().dropLast())
                filled = filled.split(separator: ReadShape.mark(index), omittingEmptySubsequences: false)
                    .map(String.init).joined(separator: text)
            }
            #expect(filled == plain, "\(query)")
            compared += 1
        }
        #expect(compared > 5000)
    }
}
