import TestSupport
import Testing

@testable import Core

@Suite struct `JSON texts` {
    @Test(
        arguments: [
            ("null", JSON.null), ("true", true), ("false", false), ("0", 0), ("-0", JSON.number("-0")),
            (" \t\r\n[ ] \n", []), ("{ }", [:]), ("[1,2]", [1, 2]), ("[[],{}]", [[], [:]]),
            (#"{"a" : {"b":[null]}}"#, ["a": ["b": [nil]]]),
            ("\"\"", ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u20AC""#, "A\u{E9}\u{20AC}"), (#""\ud83d\uDE00""#, "\u{1F600}"),
            ("\"\u{7F}\u{1F600}\"", "\u{7F}\u{1F600}"), (#""\u0000""#, "\u{0}"),
        ] as [(String, JSON)])
    func `RFC 8259 texts are read`(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
    }

    @Test(arguments: [
        "7.30", "1E5", "1e+5", "-0.0", "123456789012345678901234567890", "1e400", "0.1e-9", "10", "0e0",
    ])
    func `a number keeps its text`(text: String) throws {
        #expect(try JSON(parsing: text) == .number(text))
        #expect(try JSON(parsing: "[\(text)]").text == "[\(text)]")
    }

    @Test(arguments: [
        "", " ", "\"", "\"abc", "[", "[1", "[1,", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "tru", "-", "1.",
        "1e", "1e+", #""\"#, #""\u12"#, #""\ud83d\u"#,
    ])
    func `an unfinished text is an unexpected end`(text: String) {
        #expect(throws: JSONError.unexpectedEnd) { try JSON(parsing: text) }
    }

    @Test(arguments: [
        ("01", 0), ("-01", 1), ("+1", 0), (".5", 0), ("1.e5", 2), ("1ex", 2), ("0x10", 1), ("NaN", 0), ("Infinity", 0),
        ("[1,]", 3), ("[,1]", 1), ("{\"a\":1,}", 7), ("{a:1}", 1), ("{'a':1}", 1), ("{\"a\" 1}", 5), ("1 2", 2),
        ("nul1", 3), ("True", 0), ("[1 2]", 3), ("\"a\tb\"", 2), ("\"\u{1F}\"", 1), (#""\x""#, 2), (#""\u12g4""#, 5),
        (#""\ud83d""#, 7), (#""\ud83dx""#, 7), ("\u{FEFF}1", 0), ("// c\n1", 0), ("]", 0),
    ])
    func `a wrong byte is named by its place`(text: String, offset: Int) {
        #expect(throws: JSONError.unexpectedByte(offset: offset)) { try JSON(parsing: text) }
    }

    @Test(arguments: [#""\ude00""#, #""\ud83d\u0041""#, #""\ud83d\ud83d""#])
    func `a lone surrogate is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test(arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func `a string that is not UTF-8 is refused`(content: [UInt8]) {
        #expect(throws: JSONError.invalidUTF8) { try JSON(parsing: [0x22] + content + [0x22]) }
    }

    @Test func `of repeated members the last wins, in the place of the first`() throws {
        let value = try JSON(parsing: #"{"a":1,"b":2,"a":3,"c":4,"b":5}"#)
        #expect(value.text == #"{"a":3,"b":5,"c":4}"#)
    }

    @Test func `names that only look the same are two members`() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let value = try JSON(parsing: "{\"\(composed)\":1,\"\(decomposed)\":2}")
        #expect(value.object?.count == 2)
        #expect(value[composed] == 1)
        #expect(value[decomposed] == 2)
    }

    /// With a scan for every repeated name this would take minutes.
    @Test func `many repeated names cost no more than many names`() throws {
        let names = (0..<40_000).map { "\"\($0)\":1" }
        let text = "{" + (names + Array(repeating: "\"39999\":2", count: 40_000)).joined(separator: ",") + "}"
        let value = try JSON(parsing: text, limits: JSONLimits(bytesMax: 1 << 20))
        #expect(value.object?.count == 40_000)
        #expect(value.object?.members.last?.value == 2)
    }

    @Test func `depth is limited to the level`() throws {
        let limits = JSONLimits(bytesMax: 1 << 20, depthMax: 3)
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        }
        _ = try JSON(parsing: nested(3), limits: limits)
        #expect(throws: JSONError.tooDeep(depthMax: 3)) { try JSON(parsing: nested(4), limits: limits) }
        #expect(throws: JSONError.tooDeep(depthMax: 64)) { try JSON(parsing: String(repeating: "[", count: 100_000)) }
        let objects = String(repeating: "{\"a\":", count: 100_000)
        #expect(throws: JSONError.tooDeep(depthMax: 64)) { try JSON(parsing: objects) }
    }

    @Test func `size is limited to the byte`() throws {
        let limits = JSONLimits(bytesMax: 4)
        _ = try JSON(parsing: "true", limits: limits)
        #expect(throws: JSONError.tooLarge(bytes: 5, bytesMax: 4)) { try JSON(parsing: "false", limits: limits) }
    }
}

@Suite struct `Random JSON` {
    @Test(arguments: 0..<200)
    func `printing and parsing give the value back`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let value = Self.value(depth: 0, using: &generator)
        let parsed = try JSON(parsing: value.bytes)
        #expect(parsed == value)
        #expect(parsed.bytes == value.bytes)
    }

    @Test(arguments: 0..<200)
    func `damaged texts end in an answer that prints as itself`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 5_000)
        var bytes = Self.value(depth: 0, using: &generator).bytes
        for _ in 0..<Int.random(in: 1...5, using: &generator) {
            let index = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
            case 1 where index < bytes.count: bytes.remove(at: index)
            default: bytes = Array(bytes.prefix(index))
            }
        }
        Self.expectAnswer(bytes)
    }

    @Test(arguments: 0..<200)
    func `random bytes end in an answer that prints as itself`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 9_000)
        let alphabet = Array("{}[]\",:\\u0123456789eE+-. truefalsn\n".utf8) + [0, 0xFF, 0xC3, 0xA9]
        let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
            alphabet.randomElement(using: &generator) ?? 0
        }
        Self.expectAnswer(bytes)
    }

    private static func expectAnswer(_ bytes: [UInt8]) {
        do throws(JSONError) {
            let value = try JSON(parsing: bytes)
            let again = try JSON(parsing: value.bytes)
            #expect(again.bytes == value.bytes)
        } catch {
            if case .unexpectedByte(let offset) = error { #expect((0..<max(bytes.count, 1)).contains(offset)) }
        }
    }

    private static func value(depth: Int, using generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth < 4 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .int(Int.random(in: Int.min...Int.max, using: &generator))
        case 3: return .double(Double.random(in: -1e6...1e6, using: &generator))
        case 4: return .string(string(using: &generator))
        case 5:
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth: depth + 1, using: &generator) })
        default:
            let members = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                (string(using: &generator), value(depth: depth + 1, using: &generator))
            }
            return .object(JSONObject(members))
        }
    }

    private static func string(using generator: inout SeededGenerator) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
            let range = ranges.randomElement(using: &generator) ?? 0...0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
