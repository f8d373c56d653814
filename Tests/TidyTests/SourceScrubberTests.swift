import Testing

@Suite struct `Source scrubber` {
    @Test(arguments: [
        ("let a = 1 // b", "let a = 1 "), ("a /* b /* c */ d */ e", "a  e"), ("/* a\nb */ c", "\n c"),
        ("f(\"a b\")", "f(\"\")"), ("\"a\\\"b\" c", "\"\" c"), ("\"a \\(b(c) + \"d\") e\" f", "\"(b(c) + \"\")\" f"),
        ("#\"a\"b\\(c)\"# d", "\"\" d"), ("#\"a\\#(b)c\"# d", "\"(b)\" d"),
        ("\"\"\"\na \"b\" // c\n\"\"\" d", "\"\"\"\n\n\"\"\" d"), ("\"\" a", "\"\" a"), ("#if x", "#if x"),
        ("\"// a\" b", "\"\" b"), ("a(\"(\") b", "a(\"\") b"),
    ])
    func `comments and texts go, code and line breaks stay`(text: String, code: String) {
        #expect(SourceScrubber.scrub(text) == code)
    }
}
