import TestSupport
import Testing

@testable import Rest

/// Random input for every rule: whatever comes, the answer is a value or a message, and what was printed is read back.
@Suite struct `Random queries` {
    private static let pieces = [
        "a", "Z", "0", "9", "_", "$", " ", "-", "->", "->>", ".", ",", ":", "::", "(", ")", "!", "!inner", "...", "*",
        "\"", "\\", "{", "}", "not.", "and", "or", "in.", "is.", "eq.", "fts(x).", "like(any).", "null", "count()",
        ".sum()", ".asc", ".nullslast", "é", "漢", "\u{0}", "\n", "\t", "%", "+", "&", "=", ";", "limit", "offset",
        "order", "select", "columns", "99999999999999999999",
    ]

    @Test(arguments: 0..<4)
    func `any text is read or refused with a message that points into it`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<150 {
            let text = generator.text(of: `Random queries`.pieces, countMax: 14)
            check("select", text, Grammar.selectList)
            check("order", text, Grammar.orderList)
            check("columns", text, Grammar.columns)
            check("logic", "or" + text, Grammar.logicTree)
            check("path", text, Grammar.treePath)
            check("logic path", text, Grammar.logicPath)
            check("filter", text) { (reader) throws(SyntaxStop) in
                try Grammar.filterValue(&reader, Grammar.wholeValue)
            }
            _ = MediaType(text).name
            _ = MediaType.accepted(text)
            _ = Preferences(headers: [text], allowsTransactionEnd: true).appliedValue
        }
    }

    private func check<Value>(_ what: String, _ text: String, _ rule: QueryReader.Rule<Value>) {
        do throws(RequestError) {
            _ = try QueryReader.read(what, text, rule)
        } catch {
            guard case .syntax(let message, let details) = error else {
                Issue.record("\(error) for \(text)")
                return
            }
            #expect(message.hasPrefix("\"failed to parse \(what) ("))
            #expect(!details.isEmpty && details != "unknown parse error", "no reason for \(text.debugDescription)")
        }
    }

    @Test(arguments: 0..<4)
    func `any query string is read or refused`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: 100 + seed)
        var read = 0
        for _ in 0..<600 {
            var pairs: [String] = []
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                let name = generator.text(of: `Random queries`.pieces, countMax: 4)
                let value = generator.text(of: `Random queries`.pieces, countMax: 8)
                pairs.append(generator.chance(70) ? "a=eq.\(value)" : "\(name)=\(value)")
            }
            do throws(RequestError) {
                _ = try QueryParameters.parse(pairs.joined(separator: "&"), takesArguments: generator.chance(50))
                read += 1
            } catch {
                guard case .syntax = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        #expect(read > 60, "hardly anything was legal: the generator tests nothing")
    }

    // MARK: - What is printed is read back

    @Test(arguments: 0..<4)
    func `a printed select list is read back`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: 200 + seed)
        for _ in 0..<150 {
            let items = QueryPrinter.items(&generator, depth: 3)
            let text = QueryPrinter.text(items)
            #expect(try QueryReader.read("select parameter", text, Grammar.selectList) == items, "\(text)")
        }
    }

    @Test(arguments: 0..<4)
    func `a printed logic tree is read back`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: 300 + seed)
        for _ in 0..<150 {
            let tree = QueryPrinter.group(&generator, depth: 3)
            let text = QueryPrinter.text(tree)
            #expect(try QueryReader.read("logic tree", text, Grammar.logicTree) == tree, "\(text)")
        }
    }

    @Test(arguments: 0..<4)
    func `printed order terms are read back`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: 400 + seed)
        for _ in 0..<150 {
            let terms = (0...Int.random(in: 0...3, using: &generator)).map { _ in QueryPrinter.term(&generator) }
            let text = terms.map(QueryPrinter.text).joined(separator: generator.chance(50) ? "," : ", ")
            #expect(try QueryReader.read("order", text, Grammar.orderList) == terms, "\(text)")
        }
    }

    @Test(arguments: 0..<4)
    func `percent-encoding and decoding cancel out`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: 500 + seed)
        for _ in 0..<300 {
            let text = generator.text(of: `Random queries`.pieces, countMax: 10)
            #expect(PercentText.decoded(PercentText.encoded(text).utf8, plusIsSpace: true) == text)
        }
    }

    @Test func `Content-Location reads as the same query`() throws {
        var generator = SeededGenerator(seed: 600)
        for number in 0..<200 {
            let name = QueryPrinter.quoted(generator.text(of: `Random queries`.pieces, countMax: 4))
            let value = "eq." + generator.text(of: `Random queries`.pieces, countMax: 6)
            let raw = "\(PercentText.encoded(name))=\(PercentText.encoded(value))&z\(number)=eq.1"
            let first = try QueryParameters.parse(raw, takesArguments: false).parameters
            let second = try QueryParameters.parse(first.canonical, takesArguments: false).parameters
            #expect(Set(first.rootFilters) == Set(second.rootFilters))
            #expect(first.canonical == second.canonical)
        }
    }
}
