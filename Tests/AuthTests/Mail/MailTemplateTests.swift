import Auth
import Core
import TestSupport
import Testing

@Suite struct `A mail template` {
    static let values: JSON = [
        "Token": "123456", "Email": "a&b@example.org", "ConfirmationURL": "https://x.test/verify?token=a&type=b",
        "SiteURL": "https://app.test", "RedirectTo": "myapp://home",
        "Data": [
            "name": "O'Neil <b>", "langs": ["de", "fr"], "admin": true, "level": 3, "none": nil,
            "nested": ["city": "Bern"], "map": ["b": 2, "a": 1],
        ],
    ]

    @Test(arguments: [
        ("Hi {{ .Token }}!", "Hi 123456!"), ("{{.Data.name}}", "O'Neil <b>"), ("{{ .Data.nested.city }}", "Bern"),
        ("{{ .Missing }}|{{ .Data.no.such.thing }}", "|"), ("{{ $.Token }}", "123456"),
        ("{{ if .Data.admin }}yes{{ else }}no{{ end }}", "yes"),
        ("{{ if .Data.none }}1{{ else if eq .Data.level 3 }}2{{ else }}3{{ end }}", "2"),
        ("{{ if .No }}1{{ else if .Neither }}2{{ else if .Nor }}3{{ else }}4{{ end }}", "4"),
        ("{{ with .Data.nested }}{{ .city }} {{ $.Token }}{{ end }}", "Bern 123456"),
        ("{{ with .Data.none }}x{{ else }}y{{ end }}", "y"),
        ("{{ with .No }}x{{ else with .Data.nested }}{{ .city }}{{ end }}", "Bern"),
        ("{{ range .Data.langs }}<{{ . }}>{{ end }}", "<de><fr>"), ("{{ range .Data.map }}{{ . }}{{ end }}", "12"),
        ("{{ range .No }}x{{ else }}none{{ end }}", "none"),
        ("a {{- .Token -}} b", "a123456b"), ("a {{ .Token -}}\n\n b", "a 123456b"), ("a{{/* gone */}}b", "ab"),
        ("a {{- /* gone */ -}} b", "ab"), ("{{ \"a}}b\" }}", "a}}b"), ("{{ `raw \\n` }}", "raw \\n"),
        ("{{ \"q\\\"\\n\" }}", "q\"\n"), ("{{ 42 }}{{ -1 }}{{ true }}{{ nil }}", "42-1true"),
        ("{{ eq .Token \"123456\" }}", "true"), ("{{ eq .Data.level 1 2 3 }}", "true"),
        ("{{ ne .Token \"x\" }}", "true"), ("{{ lt 1 2 }}{{ ge \"b\" \"a\" }}", "truetrue"),
        ("{{ and .Data.admin .Token }}", "123456"), ("{{ or .No .Token }}", "123456"), ("{{ not .No }}", "true"),
        ("{{ len .Data.langs }}", "2"), ("{{ index .Data \"name\" }}", "O'Neil <b>"),
        ("{{ index .Data.langs 1 }}", "fr"), ("{{ .Email | urlquery }}", "a%26b%40example.org"),
        ("{{ .Data.name | html }}", "O&#39;Neil &lt;b&gt;"), ("{{ printf \"%s-%d%%\" .Token 5 }}", "123456-5%"),
        ("{{ (index .Data \"nested\").city }}", "Bern"), ("{{ if (and .Token (not .No)) }}ok{{ end }}", "ok"),
        ("{ {{ \"{{\" }} }", "{ {{ }"), ("{{ .Data.langs }}", "[\"de\",\"fr\"]"), ("", ""),
    ])
    func `writes`(source: String, expected: String) throws {
        #expect(try MailTemplate(source).text(Self.values) == expected)
    }

    @Test(arguments: [
        ("a\n{{ .Token", 2, "}} is missing"), ("{{ if .A }}", 1, "if has no end"), ("x\n\n{{ end }}", 3, "end without"),
        ("{{ else }}", 1, "else without"), ("{{ if .A }}{{ else }}{{ else }}{{ end }}", 1, "no end behind its else"),
        ("{{ range .A }}{{ else range .B }}{{ end }}", 1, "does not belong"), ("{{ }}", 1, "a value is missing"),
        ("{{ .A .B }}", 1, "followed by another"), ("{{ $x := 1 }}", 1, "variables are not supported"),
        ("{{ template \"x\" }}", 1, "template is not supported"), ("{{ define \"x\" }}{{ end }}", 1, "not supported"),
        ("{{ .A | .B }}", 1, "cannot take"), ("{{ (.A }}", 1, "not closed"), ("{{ .A) }}", 1, "closing parenthesis"),
        ("{{ \"a }}", 1, "a text is not closed"), ("{{ .A. }}", 1, "a name is missing"), ("{{/* x }}", 1, "comment"),
        ("{{ call .A }}", 1, "not supported"), ("{{ eq .A exec }}", 1, "no function exec"),
        ("{{ ' }}", 1, "unexpected"),
        ("{{ printf }}{{ 1.2.3 }}", 1, "number is malformed"),
    ])
    func `is refused with its line`(source: String, line: Int, problem: String) {
        do throws(TemplateError) {
            _ = try MailTemplate(source)
            Issue.record("taken: \(source)")
        } catch {
            #expect(error.line == line && error.problem.contains(problem), "\(error)")
        }
    }

    @Test(arguments: [
        "{{ lt 1 \"a\" }}", "{{ index .Data.langs 9 }}", "{{ len 5 }}", "{{ range .Token }}{{ end }}", "{{ not }}",
        "{{ printf \"%x\" 1 }}", "{{ eq 1 }}",
    ])
    func `fails when its functions are misused`(source: String) throws {
        let template = try MailTemplate(source)
        #expect(throws: TemplateError.self) { try template.text(Self.values) }
    }

    @Test func `has limits of size, depth and steps`() throws {
        #expect(throws: TemplateError.self) { try MailTemplate(String(repeating: "x", count: 300_000)) }
        let deep = String(repeating: "{{ if .A }}", count: 100) + String(repeating: "{{ end }}", count: 100)
        #expect(throws: TemplateError.self) { try MailTemplate(deep) }
        let parentheses =
            "{{ " + String(repeating: "(", count: 1000) + "1" + String(repeating: ")", count: 1000) + " }}"
        #expect(throws: TemplateError.self) { try MailTemplate(parentheses) }
        let many: JSON = ["List": .array(Array(repeating: 1, count: 500))]
        let cube = "{{ range .List }}{{ range $.List }}{{ range $.List }}x{{ end }}{{ end }}{{ end }}"
        #expect(throws: TemplateError.self) { try MailTemplate(cube).text(many) }
        let wide: JSON = ["List": .array(Array(repeating: .string(String(repeating: "y", count: 10_000)), count: 200))]
        #expect(throws: TemplateError.self) { try MailTemplate("{{ range .List }}{{ . }}{{ end }}").text(wide) }
    }

    @Test func `never stops the program, whatever it is made of`() {
        let pieces = [
            "{{", "}}", "{{-", "-}}", " ", "\n", "if", "else", "end", "range", "with", ".", ".A", "$", "(", ")", "|",
            "\"",
            "`", "\\", "/*", "*/", "eq", "printf", "%s", "%", "1", "-1", "<a href=\"", "'", ">", "<script>", "é", "{",
            "}",
            "{{ .A }}", "{{ end }}", "{{ if .A }}",
        ]
        var generator = SeededGenerator(seed: 20_261_123)
        var taken = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &generator)
            let source = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            guard let template = try? MailTemplate(source) else { continue }
            taken += 1
            // Errors of rendering are fine too; a trap would end the test.
            _ = try? template.html(["A": ["x", 1]])
            _ = try? template.text(["A": "<"])
        }
        #expect(taken > 1000)
    }
}
