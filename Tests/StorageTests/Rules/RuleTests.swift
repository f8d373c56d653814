import Core
import HTTPTypes
import TestSupport
import Testing

@testable import Storage

@Suite struct `Storage rules` {
    @Test(arguments: [
        ("a", true), ("a/b/c.txt", true), ("with space & $=@;:+,?", true), ("!-_.*'()", true), ("...", true),
        ("a..b/c", true),
        ("", false), ("..", false), ("a/../b", false), ("a/..", false), ("ä", false), ("a%b", false), ("a\\b", false),
        ("a\u{0}b", false),
        ("a<b>", false), ("`x`", false), ("a~b", false), ("a\"b", false), ("a|b", false), ("a^b", false), ("{}", false),
    ])
    func `keys`(key: String, isValid: Bool) { #expect(ObjectKey.isValid(key) == isValid) }

    @Test func `a random key is valid exactly when all its characters are and no segment climbs`() {
        var generator = SeededGenerator(seed: 42)
        let allowed = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/!-.*'() &$=@;:+,?".unicodeScalars)
        let pool =
            Array("ab.../~%é\u{7F}\n#?+ \u{202E}🙂[]".unicodeScalars)
            + Array(repeating: "a" as Unicode.Scalar, count: 20)
        for _ in 0..<5000 {
            var key = ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                key.unicodeScalars.append(pool[Int.random(in: 0..<pool.count, using: &generator)])
            }
            let climbs = "/\(key)/".contains("/../")
            let fits = !key.isEmpty && key.unicodeScalars.allSatisfy(allowed.contains) && !climbs
            #expect(ObjectKey.isValid(key) == fits, "\(key.debugDescription)")
        }
    }

    @Test(
        arguments: [
            ("500b", 500), ("20MB", 20_000_000), ("1gb", 1_000_000_000), ("1.5 kb", 1500), ("42", 42), ("0", 0),
            ("2TB", 2_000_000_000_000),
            ("", nil), ("mb", nil), ("-1mb", nil), ("1e3", nil), ("1..5mb", nil), ("1.mb", nil), ("٣mb", nil),
            ("99999999999tb", nil), ("1 000", nil),
        ] as [(String, Int?)])
    func `sizes as text`(text: String, bytes: Int?) { #expect(FileSizeLimit.parse(text) == bytes) }

    @Test(arguments: [
        ("text/plain", ["text/plain"], true), ("text/plain;charset=utf-8", ["text/plain"], false),
        ("text/plain;charset=utf-8", ["text/plain;charset=utf-8"], true), ("image/png", ["image/*"], true),
        ("image/png", ["*"], false), ("image/png", ["*/*"], false), ("imagex/png", ["image/*"], false),
        ("image/png", [], true),
        ("image/pn", ["image/png"], false), ("image/", ["image/png"], false),
    ])
    func `media types against a list`(type: String, allowed: [String], isAdmitted: Bool) {
        #expect(MimeRule.admits(type, allowed: allowed) == isAdmitted)
    }

    @Test(arguments: [
        ("noindex", true), ("noindex, nofollow", true), ("googlebot: noindex", true), ("max-snippet: 5", true),
        ("unavailable_after: 25 Jun 2030", true), ("evil", false), ("", false), ("noindex,", false),
        ("x y: noindex", false),
    ])
    func `robots tags`(value: String, isValid: Bool) {
        #expect((try? RobotsTag.validated(value)) == (isValid ? value : nil))
    }

    @Test func `random ranges agree with their meaning`() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<2000 {
            let size = Int.random(in: 0...20, using: &generator)
            let (first, last) = (Int.random(in: 0...25, using: &generator), Int.random(in: 0...25, using: &generator))
            let closed = try? ByteRange.parse("bytes=\(first)-\(last)", size: size)
            #expect(closed == (first < size && last >= first ? first..<min(last + 1, size) : nil))
            let open = try? ByteRange.parse("bytes=\(first)-", size: size)
            #expect(open == (first < size ? first..<size : nil))
            let suffix = try? ByteRange.parse("bytes=-\(last)", size: size)
            #expect(suffix == (last > 0 && size > 0 ? max(0, size - last)..<size : nil))
        }
        #expect(try ByteRange.parse("bytes=0-99999999999999999999", size: 5) == 0..<5)
        #expect(try ByteRange.parse("bytes=-99999999999999999999", size: 5) == 0..<5)
        #expect(try ByteRange.parse(nil, size: 5) == nil)
        var noise = SeededGenerator(seed: 10)
        for _ in 0..<2000 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &noise)).map { _ in
                    "bytes=0-19,- x".randomElement(using: &noise) ?? "-"
                })
            // Whatever it is, it is a range within the object or an error.
            if let range = try? ByteRange.parse(text, size: 10) {
                #expect(range.lowerBound >= 0 && range.upperBound <= 10 && !range.isEmpty)
            }
        }
    }

    @Test func `a cursor comes back as it went, and noise is refused`() throws {
        let cursor = ListCursor(
            key: "a \"b\"/é", column: .createdAt, order: .descending, time: "2026-01-02T03:04:05.678Z")
        #expect(try ListCursor(cursor.text) == cursor)
        let plain = ListCursor(key: "x", column: .name, order: .ascending, time: nil)
        #expect(try ListCursor(plain.text) == plain)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            var bytes = Array(cursor.text.utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0x20...0x7E, using: &generator)
            // Damaged, it is refused or names another place; it never stops the program or reaches SQL malformed.
            if let damaged = try? ListCursor(String(decoding: bytes, as: UTF8.self)) {
                #expect(damaged.time?.utf8.count == 24)
            }
        }
    }

    @Test(
        arguments: [
            (["page": "1"] as JSON, "expiresIn", nil), (["expiresIn": "60"], "expiresIn", 60),
            (["expiresIn": 60.0], "expiresIn", 60),
            (["expiresIn": true], "expiresIn", 1),
        ] as [(JSON, String, Int?)])
    func `numbers are coerced`(body: JSON, name: String, value: Int?) throws {
        let fields = RequestFields(try #require(body.object))
        #expect(try fields.integer(name, in: 0...100) == value)
    }
}
