import TestSupport
import Testing

@testable import Auth

@Suite struct `Patterns of the redirect allow-list` {
    @Test(arguments: [
        ("http://h/*", "http://h/a", true),
        ("http://h/*", "http://h/", true),
        ("http://h/*", "http://h", false),
        ("http://h/*", "http://h/a/b", false),
        ("http://h/*", "http://h/a.b", false),
        ("http://h/**", "http://h/a/b.c?d=e/f", true),
        ("http://h/**", "http://h", false),
        ("https://*.h.org", "https://a.h.org", true),
        ("https://*.h.org", "https://a.b.h.org", false),
        ("https://*.h.org", "https://.h.org", true),
        ("https://*.h.org", "https://a.h.org.evil.org", false),
        ("https://*.h.org/**", "https://evil.org/.h.org/", false),
        ("https://**.h.org", "https://a.b.h.org", true),
        ("a***b", "a./b", true),
        ("h?t", "hat", true),
        ("h?t", "ht", false),
        ("h?t", "h.t", false),
        ("h?t", "h/t", false),
        ("[abc]x", "bx", true),
        ("[abc]x", "dx", false),
        ("[a-c]x", "bx", true),
        ("[a-c0-9_]x", "7x", true),
        ("[a-c0-9_]x", "dx", false),
        ("[!a-c]x", "dx", true),
        ("[!a-c]x", "bx", false),
        ("[a-]x", "-x", true),
        ("[\\]]x", "]x", true),
        ("{one,two}", "two", true),
        ("{one,two}", "three", false),
        ("{one,}x", "x", true),
        ("{a,{b,c*}}.d", "cxx.d", true),
        ("{a,{b,c*}}.d", "a.d", true),
        ("{a,{b,c*}}.d", "c.x.d", false),
        ("http{,s}://h{,.org}/**", "https://h.org/a", true),
        ("a\\*b", "a*b", true),
        ("a\\*b", "axb", false),
        ("a,b}", "a,b}", true),
        ("com.app://cb", "com.app://cb", true),
        ("com.app://cb", "comxapp://cb", false),
        ("é?", "éà", true),
        ("a", "A", false),
    ])
    func `a pattern matches the whole text and nothing else`(pattern: String, text: String, matches: Bool) throws {
        let glob = try #require(RedirectGlob(pattern))
        #expect(glob.matches(text) == matches)
    }

    @Test(arguments: [
        "", "[abc", "[]", "[!]", "[z-a]", "{a,b", "a\\", "{a,[b}", String(repeating: "a", count: 513),
        String(repeating: "{", count: 9) + String(repeating: "}", count: 9),
    ])
    func `what is no pattern is none`(pattern: String) {
        #expect(RedirectGlob(pattern) == nil)
    }

    @Test func `patterns made to explode are answered after bounded work`() throws {
        let text = String(repeating: "a", count: 4000) + "!"
        for pattern in [
            String(repeating: "*a", count: 200) + "b", String(repeating: "**a", count: 160) + "b",
            String(repeating: "{a,a,*}", count: 70) + "b", String(repeating: "{,a,**}", count: 70) + "b",
        ] {
            #expect(try !#require(RedirectGlob(pattern)).matches(text))
        }
    }

    @Test func `random patterns agree with a matcher that tries everything`() {
        var random = SeededGenerator(seed: 4)
        let pieces = ["a", "b", ".", "/", "*", "**", "?", "[ab]", "[!a]", "{a,b*}", "{,/}", "\\*"]
        var accepted = 0
        for _ in 0..<4000 {
            let parts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                ["a", "b", ".", "/", "*"][Int.random(in: 0..<5, using: &random)]
            }
            // Neighbouring stars read as one longer star, which the slow matcher need not know.
            guard !zip(parts, parts.dropFirst()).contains(where: { $0.hasPrefix("*") && $1.hasPrefix("*") }) else {
                continue
            }
            let expected = Self.slowlyMatches(parts[...], text[...])
            if expected { accepted += 1 }
            #expect(
                RedirectGlob(parts.joined())?.matches(text.joined()) == expected,
                "\(parts.joined()) against \(text.joined())")
        }
        #expect(accepted > 200)
    }

    private static func slowlyMatches(_ parts: ArraySlice<String>, _ text: ArraySlice<String>) -> Bool {
        guard let part = parts.first else { return text.isEmpty }
        let rest = parts.dropFirst()
        let isWithin = { (text: ArraySlice<String>) in !text.contains(".") && !text.contains("/") }
        func take(_ count: Int, _ isTaken: (ArraySlice<String>) -> Bool) -> Bool {
            text.count >= count && isTaken(text.prefix(count)) && slowlyMatches(rest, text.dropFirst(count))
        }
        switch part {
        case "*": return (0...text.count).contains { take($0, isWithin) }
        case "**": return (0...text.count).contains { take($0) { _ in true } }
        case "?": return take(1, isWithin)
        case "[ab]": return take(1) { $0 == ["a"] || $0 == ["b"] }
        case "[!a]": return take(1) { $0 != ["a"] }
        case "{a,b*}":
            return take(1) { $0 == ["a"] }
                || (1...max(text.count, 1)).contains { take($0) { $0.first == "b" && isWithin($0.dropFirst()) } }
        case "{,/}": return take(0) { _ in true } || take(1) { $0 == ["/"] }
        case "\\*": return take(1) { $0 == ["*"] }
        default: return take(1) { $0 == [part] }
        }
    }

    @Test(arguments: [
        (["https://a.example/**", "app://x"], ["https://a.example/**", "app://x"], []),
        (["https://{a", "b}.example", "app://x"], ["https://{a,b}.example", "app://x"], []),
        (["https://{a", "{b", "c}}.example/[x", "y]"], ["https://{a,{b,c}}.example/[x,y]"], []),
        (["https://a.example/[", "app://x"], ["app://x"], ["https://a.example/["]),
        (["app://x", "https://{a", "b.example\\"], ["app://x"], ["https://{a", "b.example\\"]),
        ([], [], []),
    ])
    func `are told apart from the commas of a list`(parts: [String], patterns: [String], faults: [String]) {
        let read = RedirectConfiguration.patterns(of: parts)
        #expect(read.patterns == patterns)
        #expect(read.faults == faults)
    }
}
