import Core
import TestSupport
import Testing

@testable import Rest

@Suite struct `Random bodies` {
    private static let keys = ["a", "b", "ä", "x\"y", "back\\slash", "\u{1}", ""]

    private static func value(_ generator: inout SeededGenerator, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0: .null
        case 1: .bool(generator.chance(50))
        case 2: .number(generator.pick(["0", "-1.50", "1e9", "2E-3", "1234567890123456789012"]))
        case 3, 4: .string(generator.pick(keys))
        case 5: .array((0..<Int.random(in: 0...3, using: &generator)).map { _ in value(&generator, depth: depth - 1) })
        default: row(&generator, depth: depth - 1)
        }
    }

    private static func row(_ generator: inout SeededGenerator, depth: Int) -> JSON {
        var object = JSONObject()
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            object[generator.pick(keys)] = value(&generator, depth: depth)
        }
        return .object(object)
    }

    /// The shape by way of the whole value.
    private static func shape(_ value: JSON) -> JSONShape {
        switch value {
        case .object(let object): return .object(keys: KeySet.sorted(object.members.map(\.key)))
        case .array(let items):
            guard let first = items.first else { return .noRows }
            guard let keys = first.object.map({ KeySet.sorted($0.members.map(\.key)) }) else { return .unevenRows }
            let isEven = items.allSatisfy { $0.object.map { KeySet.sorted($0.members.map(\.key)) == keys } ?? false }
            return isEven ? .rows(keys: keys) : .unevenRows
        case .null, .bool, .number, .string: return .scalar
        }
    }

    @Test(arguments: 0..<4)
    func `the shape of a body is that of its value`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let rows = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                `Random bodies`.row(&generator, depth: 2)
            }
            let body = generator.chance(60) ? JSON.array(rows) : `Random bodies`.value(&generator, depth: 3)
            #expect(JSONShapeReader.shape(of: body.bytes) == `Random bodies`.shape(body), "\(body.text)")
        }
    }

    @Test(arguments: 0..<4)
    func `damaged bodies are JSON exactly where the parser of values says so`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: 50 + seed)
        var refused = 0
        for _ in 0..<1000 {
            var bytes = `Random bodies`.value(&generator, depth: 3).bytes
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let place = Int.random(in: 0...bytes.count, using: &generator)
                let byte = generator.pick(Array("{}[]\",:\\u0129e.-tfn \u{0}".utf8) + [0x80, 0xC3, 0xFF])
                if generator.chance(50) || bytes.isEmpty {
                    bytes.insert(byte, at: place)
                } else if generator.chance(50) {
                    bytes[min(place, bytes.count - 1)] = byte
                } else {
                    bytes.remove(at: min(place, bytes.count - 1))
                }
            }
            let parsed = try? JSON(parsing: bytes)
            let shape = JSONShapeReader.shape(of: bytes)
            #expect(shape == parsed.map(`Random bodies`.shape), "\(String(decoding: bytes, as: UTF8.self))")
            if shape == nil { refused += 1 }
        }
        #expect(refused > 50)
    }

    @Test(arguments: 0..<4)
    func `printed CSV is read back as the same rows`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: 100 + seed)
        let fields = ["1", "", "NULL", "a,b", "\"q\"", "two\nlines", "\r", "ü", "plain text"]
        func print(_ field: String) -> String {
            let isPlain = !field.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) }
            return isPlain && generator.chance(60)
                ? field : "\"" + field.unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined() + "\""
        }
        for _ in 0..<150 {
            let width = Int.random(in: 2...4, using: &generator)
            let names = (0..<width).map { "c\($0)" }
            let rows = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                (0..<width).map { _ in generator.pick(fields) }
            }
            let newline = generator.pick(["\n", "\r\n"])
            let text = ([names] + rows).map { $0.map(print).joined(separator: ",") }.joined(separator: newline)
            let expected = JSON.array(
                rows.map { row in
                    .object(JSONObject(zip(names, row).map { ($0, $1 == "NULL" ? .null : .string($1)) }))
                })
            let (bytes, keys) = try CSVReader.json(of: Array(text.utf8))
            #expect(String(decoding: bytes, as: UTF8.self) == expected.text)
            #expect(keys == names)
        }
    }

    @Test(arguments: 0..<4)
    func `any bytes are CSV or refused`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: 200 + seed)
        for _ in 0..<600 {
            let text = generator.text(of: ["a", "\"", ",", "\n", "\r", "\"\"", "ü", "NULL"], countMax: 12)
            do throws(RequestError) {
                let (bytes, _) = try CSVReader.json(of: Array(text.utf8))
                #expect((try? JSON(parsing: bytes))?.array != nil)
            } catch {
                guard case .invalidBody = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }
}
