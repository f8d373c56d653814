import Auth
import Core
import TestSupport
import Testing

@Suite struct `A value in an HTML mail` {
    static func html(_ source: String, _ value: String) throws -> String {
        try MailTemplate(source).html(["X": .string(value)])
    }

    @Test(arguments: [
        ("<p>{{ .X }}</p>", "<b>&\"'", "<p>&lt;b&gt;&amp;&#34;&#39;</p>"),
        (
            "<title>{{ .X }}</title>{{ .X }}", "</title><script>",
            "<title>&lt;/title&gt;&lt;script&gt;</title>&lt;/title&gt;&lt;script&gt;"
        ),
        ("<p title=\"{{ .X }}\">", "\" onx=\"", "<p title=\"&#34; onx=&#34;\">"),
        ("<p title='{{ .X }}'>", "'>", "<p title='&#39;&gt;'>"),
        ("<p title={{ .X }}>", "a b", "<p title=a&#32;b>"), ("<p title={{ .X }}>", "", "<p title=ZgotmplZ>"),
        (
            "<a href=\"{{ .X }}\">", "https://x.test/v?token=a&type=b",
            "<a href=\"https://x.test/v?token=a&amp;type=b\">"
        ),
        ("<a href=\"{{ .X }}\">", "javascript:alert(1)", "<a href=\"#ZgotmplZ\">"),
        ("<a href=\"{{ .X }}\">", "JaVaScRiPt:alert(1)", "<a href=\"#ZgotmplZ\">"),
        ("<a HREF = '{{ .X }}'>", "data:text/html,x", "<a HREF = '#ZgotmplZ'>"),
        ("<a href={{ .X }}>", "javascript:alert(1)", "<a href=#ZgotmplZ>"),
        ("<a href=\"java{{ .X }}\">", "script:alert(1)", "<a href=\"java#ZgotmplZ\">"),
        ("<a href=\" {{ .X }}\">", "javascript:alert(1)", "<a href=\" #ZgotmplZ\">"),
        ("<a href=\"{{ .X }}\">", "/path:with:colons", "<a href=\"/path:with:colons\">"),
        ("<a href=\"{{ .X }}\">", "a b\"<", "<a href=\"a%20b%22%3C\">"),
        (
            "<a href=\"https://x.test/?r={{ .X }}\">", "https://y.test/?a=b&c",
            "<a href=\"https://x.test/?r=https%3A%2F%2Fy.test%2F%3Fa%3Db%26c\">"
        ),
        ("<a href=\"https://x.test/?r={{ .X }}&s={{ .X }}\">", "&", "<a href=\"https://x.test/?r=%26&s=%26\">"),
        ("<a href=\"mailto:{{ .X }}\">", "a@b.co", "<a href=\"mailto:a@b.co\">"),
        ("<img data-src=\"{{ .X }}\">", "javascript:1", "<img data-src=\"#ZgotmplZ\">"),
        ("<img src=\"{{ .X }}\"/><p id={{ .X }}>", "x y", "<img src=\"x%20y\"/><p id=x&#32;y>"),
        ("<p onclick=\"{{ .X }}\">", "alert(1)", "<p onclick=\"ZgotmplZ\">"),
        ("<p style=\"color:{{ .X }}\">", "red", "<p style=\"color:ZgotmplZ\">"),
        ("<script>{{ .X }}</script>{{ .X }}", "a", "<script>ZgotmplZ</script>a"),
        ("<style>a{}</sty{{ .X }}", "le>", "<style>a{}</styZgotmplZ"),
        ("<!-- {{ .X }} -->{{ .X }}", "--><b>", "<!--  -->--&gt;&lt;b&gt;"),
        ("<p {{ .X }}=\"1\">", "onclick", "<p ZgotmplZ=\"1\">"), ("<p {{ .X }}>", "hidden", "<p hidden>"),
        ("<p a=\"1\" b='{{ .X }}' c>{{ .X }}", "<", "<p a=\"1\" b='&lt;' c>&lt;"),
        ("1 < 2 {{ .X }}", "<", "1 < 2 &lt;"),
    ])
    func `is written so that it stays one`(source: String, value: String, expected: String) throws {
        #expect(try Self.html(source, value) == expected)
    }

    @Test func `cannot be put together to run code`() throws {
        let html = try MailTemplate("<a href=\"{{ .A }}{{ .B }}\">").html(["A": "java", "B": "script:alert(1)"])
        #expect(html == "<a href=\"java#ZgotmplZ\">")
    }

    @Test func `opens and ends nothing, whatever it is made of`() throws {
        let pieces = [
            "<", ">", "\"", "'", "&", "/", "=", " ", "script", "javascript:", "a", "-->", "`", "\u{0}", "é", "\n",
        ]
        let sources = [
            "<p>{{ .X }}</p>", "<p a=\"{{ .X }}\">", "<p a='{{ .X }}'>", "<p a={{ .X }}>", "<a href=\"{{ .X }}\">",
            "<a href={{ .X }}>", "<a href=\"/?q={{ .X }}\">", "<title>{{ .X }}</title>", "<!--{{ .X }}-->",
            "<script>{{ .X }}</script>",
        ]
        var generator = SeededGenerator(seed: 7)
        for source in sources {
            let template = try MailTemplate(source)
            let marks = Self.marks(source.replacing("{{ .X }}", with: ""))
            for _ in 0..<500 {
                let count = Int.random(in: 1...6, using: &generator)
                let value = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
                let html = try template.html(["X": .string(value)])
                #expect(Self.marks(html) == marks, "\(source): \(value)")
                #expect(!html.lowercased().contains("href=\"javascript:") && !html.contains("href=javascript:"))
            }
        }
    }

    /// The characters that give HTML its structure.
    private static func marks(_ html: String) -> String { html.filter { "<>\"'".contains($0) } }
}
