import TestSupport
import Testing

@testable import Gateway

@Suite struct `Query strings` {
    @Test(
        arguments: [
            ("", []), ("&&", []), ("a", [("a", "")]), ("a=", [("a", "")]), ("=b", [("", "b")]),
            ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]), ("a=b=c", [("a", "b=c")]),
            ("a+b=c+d", [("a b", "c d")]), ("a%2Bb=%26%3D%25", [("a+b", "&=%")]),
            ("name=J%C3%BCrgen", [("name", "J\u{FC}rgen")]), ("name=J\u{FC}rgen", [("name", "J\u{FC}rgen")]),
            ("select=*,case_files(*)&id=eq.1", [("select", "*,case_files(*)"), ("id", "eq.1")]),
            ("apikey=k&a=1", [("apikey", "k"), ("a", "1")]),
        ] as [(String, [(String, String)])])
    func `pairs are decoded once, in their order`(raw: String, items: [(String, String)]) throws {
        let query = try Query(raw)
        #expect(query.items.map(\.name) == items.map(\.0))
        #expect(query.items.map(\.value) == items.map(\.1))
    }

    @Test func `values are found by name`() throws {
        let query = try Query("a=1&b=2&a=3")
        #expect(query["a"] == "1")
        #expect(query["c"] == nil)
        #expect(query.values("a") == ["1", "3"])
        #expect(query.values("c") == [])
    }

    @Test(arguments: [
        ("%", RequestLineError.badEscape), ("%4", .badEscape), ("a=%G0", .badEscape), ("a=%0G", .badEscape),
        ("a=%+1", .badEscape), ("a=%00", .badEscape), ("%FF", .notUTF8), ("a=%C3%28", .notUTF8),
        ("a=%ED%A0%80", .notUTF8), ("a=%C0%AF", .notUTF8),
    ])
    func `a bad escape is refused`(raw: String, error: RequestLineError) {
        #expect(throws: error) { try Query(raw) }
    }

    @Test func `the number of pairs is limited`() throws {
        let most = Array(repeating: "a=1", count: Query.itemsMax).joined(separator: "&")
        #expect(try Query(most).items.count == Query.itemsMax)
        #expect(throws: RequestLineError.tooManyQueryItems) { try Query(most + "&b") }
    }

    @Test func `taking the key out leaves the rest as it was sent`() throws {
        var query = try Query("a=%31&apikey=first&&b=+&api%6Bey=second&c")
        #expect(query.removeKey() == "first")
        #expect(query.raw == "a=%31&b=+&c")
        #expect(query.items.map(\.name) == ["a", "b", "c"])
        #expect(query.removeKey() == nil)
    }
}

@Suite struct `Percent coding` {
    @Test(arguments: 0..<200)
    func `decoding undoes encoding`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var text = ""
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            let range: ClosedRange<UInt32> = Bool.random(using: &generator) ? 1...0x7F : 1...0x10FFFF
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        for keepingSlashes in [true, false] {
            let encoded = PercentCoding.encode(text, keepingSlashes: keepingSlashes)
            #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
            #expect(keepingSlashes || !encoded.contains("/"))
            #expect(Array(try PercentCoding.decode(encoded).utf8) == Array(text.utf8))
            #expect(Array(try PercentCoding.decode(encoded, plusIsSpace: true).utf8) == Array(text.utf8))
        }
    }

    @Test(arguments: 0..<200)
    func `random text ends in an answer`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let bytes = [UInt8].random(
            count: Int.random(in: 0...20, using: &generator), from: Array("%%%0aAfFgC3+=& \u{E9}".utf8),
            using: &generator)
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(RequestLineError) {
            let decoded = try PercentCoding.decode(text)
            #expect(decoded.utf8.count <= text.utf8.count)
            #expect(try PercentCoding.decode(PercentCoding.encode(decoded)) == decoded)
        } catch {
            #expect(text.contains("%"))
        }
    }

    @Test func `only unreserved characters stay`() {
        #expect(PercentCoding.encode("aZ09-._~/ +%\u{E9}") == "aZ09-._~%2F%20%2B%25%C3%A9")
        #expect(PercentCoding.encode("a/b", keepingSlashes: true) == "a/b")
    }

    @Test func `a plus is a space only in forms`() throws {
        #expect(try PercentCoding.decode("a+b") == "a+b")
        #expect(try PercentCoding.decode("a+b", plusIsSpace: true) == "a b")
    }

    @Test(arguments: [
        ("a=%zz&b=1", "a=%zz&b=1", ["b"]), ("%=1&b=2", "%=1&b=2", ["b"]), ("a=%ff&apikey=k", "a=%ff", ["apikey"]),
        ("apikey=%zz&b=1", "b=1", ["b"]), ("a=%00", "a=%00", []), ("%61pikey=%&b", "b", ["b"]),
    ])
    func `a service that reads the query itself gets bad escapes as they are, but never a key`(
        raw: String, kept: String, names: [String]
    ) throws {
        let query = try Query(raw, skipsUndecodable: true)
        #expect(query.raw == kept)
        #expect(query.items.map(\.name) == names)
        #expect(throws: RequestLineError.self) { try Query(raw) }
        let most = [String](repeating: "a=%", count: Query.itemsMax).joined(separator: "&")
        #expect(throws: RequestLineError.tooManyQueryItems) { try Query(most + "&b", skipsUndecodable: true) }
    }
}
