import Core
import TestSupport
import Testing

@testable import Rest

@Suite struct `Role claim paths` {
    private static let claims = #"""
        {"role": "plain", "postgrest": {"roles": ["other", "author", "editor"], "a b": "spaced", "n": 7},
         "https://www.example.com/role": {"key": "author"}, "list": [{"name": "x", "on": false}, {"name": "y", "on": true},
         {"name": "z", "on": true, "rank": 2}], "empty": [], "none": null, "Ünï": "code"}
        """#

    private func value(_ path: String) throws -> JSON? {
        let claims = try #require(try JSON(parsing: Self.claims).object)
        let path = try #require(RoleClaimPath(path), "\(path) is not read")
        return path.value(in: claims)
    }

    @Test(arguments: [
        ("$.role", "plain"), ("$['role']", "plain"), (#"$["role"]"#, "plain"), ("$ .role", "plain"),
        ("$.postgrest.roles[1]", "author"), ("$.postgrest.roles[-1]", "editor"),
        ("$['https://www.example.com/role'].key", "author"), ("$.postgrest['a b']", "spaced"),
        ("$.postgrest.roles[?(@ == 'author')]", "author"), (#"$.postgrest.roles[?@ == "author"]"#, "author"),
        ("$.postgrest.roles[?search(@, '^au')]", "author"), ("$.postgrest.roles[?!search(@, '^o')]", "author"),
        ("$.postgrest.roles[?search(@,'r$') && @ != 'other']", "author"),
        ("$.postgrest.roles[?@ == 'none' || @ == 'editor']", "editor"),
        ("$.postgrest.roles[?(@ > 'b' && !(@ == 'other'))]", "editor"),
        ("$.list[?@.on == true].name", "y"), ("$.list[?@.rank].name", "z"), ("$.list[?@.rank >= 2].name", "z"),
        ("$.list[?!@.on].name", nil), ("$.list[?@.on == false]['name']", "x"), ("$.list[1:].name", "y"),
        ("$.list[::-1].name", "z"), ("$.list[:1].name", "x"), ("$.list[-2:-1].name", "y"), ("$.list[5:].name", nil),
        ("$.list[*].name", "x"), ("$..key", "author"), ("$.list[0,1].name", "x"), ("$.list[2,0].name", "z"),
        ("$.list[?@.name == $.list[1].name].name", "y"), ("$.nothing.below", nil), ("$.role[0]", nil),
        ("$.postgrest.roles[9]", nil), ("$.Ünï", "code"), ("$.postgrest.*[0]", "other"),
        (#"$['\u0072ole']"#, "plain"), (#"$.postgrest.roles[?@ == 'auth\u006fr']"#, "author"),
    ])
    func `a query finds the first value`(path: String, expected: String?) throws {
        #expect(try value(path) == expected.map(JSON.string))
    }

    @Test(arguments: [
        (".role", "plain"), (".postgrest.roles[1]", "author"), (#"."https://www.example.com/role".key"#, "author"),
        (#".postgrest.roles[?(@ == "author")]"#, "author"), (#".postgrest.roles[?(@ != "other")]"#, "author"),
        (#".postgrest.roles[?(@ ^== "ed")]"#, "editor"), (#".postgrest.roles[?(@ ==^ "or")]"#, "author"),
        (#".postgrest.roles[?(@ *== "dit")]"#, "editor"), (#".postgrest.roles[?(@ == "nobody")]"#, nil),
        (".nothing", nil), (".role[0]", nil), (".postgrest.roles[7]", nil),
    ])
    func `the older notation still works`(path: String, expected: String?) throws {
        #expect(try value(path) == expected.map(JSON.string))
    }

    @Test func `values that are no text are given as they are`() throws {
        #expect(try value("$.postgrest.n") == 7)
        #expect(try value("$.none") == .null)
    }

    @Test(arguments: [
        "", "role", "$.", "$.role.", "$[", "$[]", "$['a", "$[?]", "$[?@ ==]", "$[?@ == 'a'", "$[?(@ == 'a']", "$..",
        "$.1a",
        "$[1:2:3:4]", "$[99999999999999999999]", "$[?search(@)]", "$[?search(@, '(')]", "$[?@.a.* == 1]", "$[?'a']",
        "$.role x", "..role", ".[0]", ".a[", ".a[?(@ = \"b\")]", #".a[?(@ == "b")].c"#, #"."a"#, "[x]",
        "$[?@ == nonsense]", "$[?!'a']",
    ])
    func `what is no path is refused`(path: String) { #expect(RoleClaimPath(path) == nil) }

    @Test func `deep nesting is refused before it costs anything`() {
        let deep = "$[?" + String(repeating: "(", count: 50_000) + "@" + String(repeating: ")", count: 50_000) + "]"
        #expect(RoleClaimPath(deep) == nil)
    }

    @Test func `no text makes the reader or the search fail`() throws {
        var generator = SeededGenerator(seed: 95_35)
        let claims = try #require(try JSON(parsing: Self.claims).object)
        let pieces = [
            "$", ".", "..", "[", "]", "'", "\"", "?", "@", "(", ")", "==", "!", "&&", "||", "role", "list", "0", "-1",
            ":",
            "*", ",", " ", "search(", "\\", "é", "postgrest", "1e9", "true", "^==",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...12, using: &generator)
            let text = "$" + (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            _ = RoleClaimPath(text)?.value(in: claims)
            _ = RoleClaimPath(String(text.dropFirst()))?.value(in: claims)
        }
    }
}
