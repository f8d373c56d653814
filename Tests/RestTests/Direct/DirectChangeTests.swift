@testable import Gateway
import HTTPTypes
import Postgres
import Testing

@testable import Rest

@Suite struct `Direct calls and inserts` {
    private static let schema = [
        "create function public.pick(a int) returns text language sql immutable as $$ select 'a int' $$",
        "create function public.pick(a int, b int) returns text language sql immutable as $$ select 'a and b' $$",
        "create function public.pick(c text) returns text language sql immutable as $$ select 'c ' || c $$",
        "create function public.joined(variadic parts text[]) returns text language sql immutable as $$ select array_to_string(parts, '+') $$",
        "create function public.whole(json) returns json language sql immutable as $$ select $1 $$",
        "create function public.mixed(json) returns text language sql immutable as $$ select 'whole' $$",
        "create function public.mixed(a int) returns text language sql immutable as $$ select 'a' $$",
        "create function public.nothing() returns void language sql as $$ $$",
        "create function public.one() returns int language sql as $$ select 1 $$",
        "create function public.rows_of(n int) returns setof int language sql stable as $$ select generate_series(1, n) $$",
        "create function public.table_of(n int) returns table (id int, name text) language sql volatile as $$ select i, 'n' || i from generate_series(1, n) i $$",
        "create function public.fail(state text, message text) returns void language plpgsql as $$ begin raise exception using errcode = state, message = message, detail = 'd', hint = 'h'; end $$",
        "create function public.zone() returns text language sql stable as $$ select current_setting('timezone') $$",
        "create function public.seen() returns json language sql volatile as $$ select json_build_object('method', current_setting('request.method'), 'path', current_setting('request.path'), 'role', current_user, 'bed', current_setting('request.headers')::json->>'x-bed', 'length', current_setting('request.headers')::json->>'content-length') $$",
        "create function public.rename(id int, name text) returns setof public.doctors language sql volatile as $$ update public.doctors d set name = rename.name where d.id = rename.id returning * $$",
        "create function public.header(name text, value text) returns void language sql volatile as $$ select set_config('response.' || name, value, true) $$",
        "create table public.keyless (note text, n int default 7)",
        "create view public.failing as select 1 / (n - n) as broken from public.keyless",
        "grant select, insert, update, delete on public.keyless, public.failing to anon, authenticated",
    ]

    private static let json = ["Content-Type": "application/json"]

    private static func call(_ path: String, _ body: String, _ fields: [String: String] = [:]) -> WardRequest {
        WardRequest(method: .post, path: path, body: body, headers: json.merging(fields) { $1 })
    }

    private static func get(_ path: String, _ fields: [String: String] = [:]) -> WardRequest {
        WardRequest(method: .get, path: path, headers: fields)
    }

    /// Requests that differ in values alone, one shape to each row.
    private static let calls: [[WardRequest]] = [
        [
            call("/rpc/add_up", #"{"a":1,"b":2}"#), call("/rpc/add_up", #"{"a":-5 , "b" : 7}"#),
            call("/rpc/add_up", #" {"a":"x","b":2}"#), call("/rpc/add_up", #"{"a":null,"b":2}"#),
            call("/rpc/add_up", #"{"a":1e400,"b":2}"#), call("/rpc/add_up", #"{"a":{"a":[1,{}]},"b":[]}"#),
        ],
        [call("/rpc/add_up", #"{"b":1,"a":2}"#), call("/rpc/add_up", #"{"b":5,"a":7}"#)],
        [call("/rpc/add_up", #"{"a":1}"#), call("/rpc/add_up", #"{"a":41}"#)],
        [call("/rpc/pick", #"{"a":1}"#)], [call("/rpc/pick", #"{"a":1,"b":1}"#)],
        [call("/rpc/pick", #"{"c":"x"}"#), call("/rpc/pick", #"{"c":"'; drop table doctors; --"}"#)],
        [
            call("/rpc/joined", #"{"parts":["a","b"]}"#), call("/rpc/joined", #"{"parts":["c"]}"#),
            call("/rpc/joined", #"{"parts":"x"}"#),
        ],
        [call("/rpc/whole", #"{"x":1,"y":[2]}"#), call("/rpc/whole", #"{"x":{"z":null},"y":""}"#)],
        [call("/rpc/mixed", #"{"a":1}"#)], [call("/rpc/mixed", #"{"q":1}"#), call("/rpc/mixed", #"{"q":2}"#)],
        [call("/rpc/nothing", "{}"), call("/rpc/nothing", "")], [call("/rpc/one", ""), call("/rpc/one", "{ }")],
        [call("/rpc/rows_of", #"{"n":3}"#), call("/rpc/rows_of", #"{"n":0}"#), call("/rpc/rows_of", #"{"n":500}"#)],
        [call("/rpc/rows_of?limit=2&offset=1", #"{"n":3}"#), call("/rpc/rows_of?limit=2&offset=1", #"{"n":1}"#)],
        [call("/rpc/table_of?select=name&order=id.desc", #"{"n":3}"#)],
        [
            call("/rpc/table_of?id=gt.1&name=neq.n3", #"{"n":4}"#),
            call("/rpc/table_of?id=gt.2&name=neq.x", #"{"n":4}"#),
            call("/rpc/table_of?id=gt.x&name=neq.x", #"{"n":4}"#),
        ],
        [
            call("/rpc/rename?select=name,departments(name)", #"{"id":2,"name":"B"}"#),
            call("/rpc/rename?select=name,departments(name)", #"{"id":3,"name":"C"}"#),
        ],
        [
            call("/rpc/fail", #"{"state":"PT418","message":"teapot"}"#),
            call("/rpc/fail", #"{"state":"PT404","message":"no such bed"}"#),
            call("/rpc/fail", #"{"state":"P0001","message":"x"}"#),
            call("/rpc/fail", #"{"state":"23505","message":"x"}"#),
            call("/rpc/fail", #"{"state":"PGRST","message":"{}"}"#),
        ],
        [
            call("/rpc/header", #"{"name":"headers","value":"[{\"X-Ward\":\"7\"}]"}"#),
            call("/rpc/header", #"{"name":"status","value":"202"}"#),
            call("/rpc/header", #"{"name":"headers","value":"nonsense"}"#),
            call("/rpc/header", #"{"name":"status","value":"99"}"#),
        ],
        [call("/rpc/answer_specially", "{}")], [call("/rpc/seen", "{}", ["X-Bed": "7"])],
        [get("/rpc/add_up?a=1&b=2"), get("/rpc/add_up?a=-1&b=x"), get("/rpc/add_up?a=1.5&b=")],
        [get("/rpc/add_up?a=3")], [get("/rpc/echo?=eq.1")], [get("/rpc/one")],
        [get("/rpc/pick?c=eq"), get("/rpc/pick?c=notx"), get("/rpc/pick?c=Eq.1")],
        [get("/rpc/pick?c=not.x")], [get("/rpc/pick?c=eq.1")], [get("/rpc/pick?c=a.b")],
        [get("/rpc/joined?parts=a"), get("/rpc/joined?parts=b")], [get("/rpc/joined?parts=a&parts=b")],
        [get("/rpc/rows_of?n=3"), get("/rpc/rows_of?n=1")], [get("/rpc/rows_of?n=2&n=3")],
        [get("/rpc/table_of?n=4&id=gt.1"), get("/rpc/table_of?n=3&id=gt.9")], [get("/rpc/seen")],
    ]

    private static let inserts: [[WardRequest]] = [
        [
            call("/measures", #"{"device":"d","number":1,"value":"v"}"#),
            call("/measures", #"{"device":"e","number":"x","value":null}"#),
            call("/measures", #"{"device":null,"number":1,"value":"v"}"#),
        ],
        [call("/measures?select=device", #"{"number":2,"device":"d"}"#)],
        [call("/keyless", #"{"note":"n"}"#), call("/keyless", #"{"note":"é \u0000"}"#)], [call("/keyless", "{}")],
        [call("/findings", #"{"title":"t","owner":"00000000-0000-4000-8000-000000000002"}"#)],
        [call("/doctors?on_conflict=id", #"{"id":1,"name":"Merged"}"#)],
        [call("/nothing", #"{"a":1}"#)], [call("/keyless", #"{"unknown":1}"#)], [call("/failing", #"{"broken":1}"#)],
        [call("/keyless?columns=note", #"{"note":"n","n":1}"#)],
    ]

    private static let preferences = [
        "", "return=representation", "return=headers-only", "return=minimal, count=exact", "count=exact",
        "return=representation, resolution=merge-duplicates", "resolution=ignore-duplicates",
        "missing=default, return=representation", "handling=strict, nonsense", "handling=strict, max-affected=1",
        "timezone=Asia/Kolkata", "tx=rollback",
    ]
    private static let accepted = ["*/*", "application/vnd.pgrst.object+json", "text/csv", "application/unknown"]

    private static func with(_ fields: [String: String], _ request: WardRequest) -> WardRequest {
        var request = request
        request.headers.merge(fields) { $1 }
        return request
    }

    private func restore(_ ward: WardHarness) async throws {
        try await ward.owner.run([
            "delete from public.measures", "delete from public.keyless", "delete from public.findings where id > 2",
            "update public.doctors set name = 'Asha' where id = 1",
            "update public.doctors set name = 'Bela' where id = 2",
            "update public.doctors set name = 'Chandra' where id = 3",
        ])
    }

    /// Both ways, the direct one by a caller who stays; whether it was used.
    private func compare(_ requests: [WardRequest], _ ward: WardHarness, changes: Bool) async throws -> Int {
        var direct = 0
        guard let first = requests.first, let caller = try ward.caller(first) else { return 0 }
        for request in requests + requests {
            let ordinary = try await ward.sendOrdinarily(request)
            if changes { try await restore(ward) }
            let other = try await ward.sendDirectly(request, by: caller)
            if changes { try await restore(ward) }
            guard let other else { continue }
            direct += 1
            #expect(other == ordinary, "\(request.path) \(request.body) \(request.headers)")
        }
        return direct
    }

    @Test func `calls are answered as the ordinary way answers them`() async throws {
        try await WardHarness.run { ward in
            try await ward.alter(Self.schema)
            for requests in Self.calls {
                let isRenaming = requests[0].path.hasPrefix("/rpc/rename")
                for fields in Self.preferences.map({ ["Prefer": $0] }) + Self.accepted.map({ ["Accept": $0] }) {
                    _ = try await compare(requests.map { Self.with(fields, $0) }, ward, changes: isRenaming)
                }
            }
        }
    }

    @Test func `inserts are answered as the ordinary way answers them`() async throws {
        try await WardHarness.run { ward in
            try await ward.alter(Self.schema)
            for requests in Self.inserts {
                for preference in Self.preferences {
                    for accept in Self.accepted.prefix(2) {
                        let fields = ["Prefer": preference, "Accept": accept]
                        _ = try await compare(requests.map { Self.with(fields, $0) }, ward, changes: true)
                    }
                }
            }
        }
    }

    @Test func `what is usual takes the direct way, planned once`() async throws {
        try await WardHarness.run { ward in
            try await ward.alter(Self.schema)
            let usual: [WardRequest] = [
                Self.call("/rpc/add_up", #"{"a":1,"b":2}"#), Self.call("/rpc/nothing", ""),
                Self.call("/rpc/rows_of", #"{"n":3}"#), Self.call("/rpc/whole", #"{"x":1}"#),
                Self.call("/rpc/table_of?id=gt.1", #"{"n":4}"#), Self.get("/rpc/add_up?a=1&b=2"),
                Self.get("/rpc/rows_of?n=3"),
                Self.call("/keyless", #"{"note":"n"}"#, ["Prefer": "return=minimal"]),
            ]
            for request in usual {
                #expect(try !ward.isPlanned(request), "\(request.path)")
                #expect(try await compare([request], ward, changes: false) == 2, "\(request.path)")
                #expect(try ward.isPlanned(request), "\(request.path)")
            }
        }
    }

    @Test func `what is remembered holds nothing of who sent it, or of what`() async throws {
        try await WardHarness.run { ward in
            try await ward.alter(Self.schema)
            let request = Self.call("/findings", #"{"title":"secret title"}"#, ["X-Bed": "secret bed"])
            _ = try await compare([request], ward, changes: true)
            guard case .planned(let planned) = try ward.known(request) else {
                Issue.record("not planned")
                return
            }
            var seen = ""
            dump(planned, to: &seen)
            #expect(seen.contains("title"))
            for secret in ["secret", "Bearer", "authorization"] { #expect(!seen.contains(secret)) }
            #expect(planned.request.headers.map(\.name) == ["content-type"])
        }
    }

    /// Bodies whose names would like to be SQL, marks or other names.
    static let hostileNames = [
        #"a\" int) as x, pg_sleep(1) --"#, "a') from pg_sleep(1) --", "a int) AS _(a", "$1", ReadShape.mark(0), "*", "",
        " a",
        "a ",
        "A", "a::text", "pgrst_body", #"\u0061"#, #"a\u0000"#, "a\u{1F600}", "å", "a\u{30A}", "a;b", "a,b",
        "medmitra-rows:1", "//",
    ]

    @Test func `names in a body never become SQL`() async throws {
        try await WardHarness.run { ward in
            try await ward.alter(Self.schema)
            for name in Self.hostileNames {
                for other in ["", #","b":1"#, #","a":1"#] {
                    for path in ["/rpc/add_up", "/rpc/whole", "/rpc/pick", "/keyless", "/doctors"] {
                        let request = Self.call(path, #"{"\#(name)":1\#(other)}"#)
                        _ = try await compare([request], ward, changes: path.hasPrefix("/keyless"))
                    }
                }
            }
            let kept = try await ward.owner.run("select count(*) from public.doctors")
            #expect(try kept.first?.int(0) == 4)
        }
    }

    @Test(arguments: [
        "", "[]", "[{}]", #"[{"a":1}]"#, "1", "null", #""a""#, "{", #"{"a"}"#, #"{"a":1,}"#, #"{"a":1}x"#, #"{'a':1}"#,
        #"{"a":01}"#, "\u{FEFF}{}", #"{"\u0061":1}"#, #"{"a\"":1}"#, #"{"a":"\ud800"}"#, "{\"a\u{1}\":1}",
        "{\"a\":\"\n\"}",
    ])
    func `a body that is no plain object has no shape`(body: String) {
        #expect(ChangeShape(Self.call("/keyless", body).direct) == nil)
        #expect((ChangeShape(Self.call("/rpc/one", body).direct) == nil) == !body.isEmpty)
    }

    @Test func `names that are given twice, and bodies of other types, are planned each time`() async throws {
        try await WardHarness.run { ward in
            for request in [
                Self.call("/rpc/add_up", #"{"a":1,"a":2}"#), Self.call("/rpc/add_up?columns=a", #"{"a":1,"z":2}"#),
                Self.call("/rpc/echo", #"{"a":1}"#, ["Content-Type": "text/plain"]),
                Self.call("/rpc/echo", "", ["Content-Type": "text/plain"]),
            ] {
                let direct = try await compare([request], ward, changes: false)
                #expect(direct == 2, "\(request.path)")
                #expect(try !ward.isPlanned(request))
            }
        }
    }

    /// A mark that a client sends must not be taken for the place of a value, should it ever be guessed.
    @Test func `a query with a mark of its own is planned each time`() async throws {
        try await WardHarness.run { ward in
            try await ward.alter(Self.schema)
            let mark = ReadShape.mark(0)
            let encoded = mark.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "%7E")
            for request in [
                Self.get("/rpc/table_of?n=3&name=like.\(mark)"), Self.get("/rpc/table_of?n=3&name=like.\(encoded)"),
                Self.call("/rpc/table_of?id=gt.1&name=like.\(mark)", #"{"n":3}"#),
                Self.get("/rpc/all_doctors?id=gt.1&tags->>\(mark)=is.null"),
                Self.get("/rpc/all_doctors?id=gt.1&tags->>%22\(encoded)%22=is.null"),
                Self.get("/rpc/pick?c=a&\(mark)=is.null"), Self.get("/rpc/\(mark)?a=1"),
            ] {
                _ = try await compare([request], ward, changes: false)
                #expect(try !ward.isPlanned(request), "\(request.path)")
            }
            // In the place of a value it is one like any other.
            let values = [Self.get("/rpc/pick?c=a"), Self.get("/rpc/pick?c=\(mark)")]
            #expect(try await compare(values, ward, changes: false) == 4)
            #expect(try ward.isPlanned(values[0]))
        }
    }

    @Test func `a shape tells path, query, method and names apart`() throws {
        let requests = [
            Self.call("/rpc/a", #"{"b":1}"#), Self.call("/rpc/a", #"{"b":1,"c":1}"#), Self.call("/rpc/a", #"{"bc":1}"#),
            Self.call("/rpc/a", #"{"c":1,"b":1}"#), Self.call("/rpc/a", "{}"), Self.call("/rpc/a?b", "{}"),
            Self.call("/rpc/a?b=eq.", "{}"), Self.call("/rpc/a?b=", "{}"), Self.get("/rpc/a?b="),
            Self.get("/rpc/a?b=eq."),
            Self.get("/rpc/a?b"), Self.get("/rpc/a"), Self.call("/rpc/b", #"{"b":1}"#), Self.call("/a", #"{"b":1}"#),
        ]
        let shapes = try requests.map { try #require(ChangeShape($0.direct)).bytes }
        #expect(Set(shapes).count == requests.count)
    }

    @Test func `a caller keeps a few shapes and goes on answering`() async throws {
        try await WardHarness.run { ward in
            let first = Self.call("/rpc/add_up", #"{"a":1,"b":2}"#)
            let caller = try #require(try ward.caller(first))
            for number in 0..<RestLimits.directShapesMax * 3 {
                let answer = try await ward.sendDirectly(
                    Self.call("/rpc/add_up?limit=\(number + 1)", #"{"a":\#(number),"b":2}"#), by: caller)
                #expect(answer?.text == String(number + 2))
            }
            #expect(try await ward.sendDirectly(first, by: caller)?.text == "3")
        }
    }

    @Test func `plans are bounded in number and gone with their schema cache`() async throws {
        try await WardHarness.run { ward in
            let request = Self.call("/rpc/add_up", #"{"a":1}"#)
            let caller = try #require(try ward.caller(request))
            #expect(try await ward.sendDirectly(request, by: caller)?.text == "2")
            #expect(try ward.isPlanned(request))
            let plans = ward.service.settings.current.plannedChanges
            let cache = try #require(ward.service.schemaCache.current)
            for number in 0..<RestLimits.plansMax {
                let key = ChangeShape.Key(bytes: [UInt8(number & 255), UInt8(number >> 8)], fields: .init([:]))
                plans.keep(nil, for: key, generation: cache.generation)
            }
            #expect(try !ward.isPlanned(request))
            try await ward.alter([
                "drop function public.add_up(int, int)",
                "create function public.add_up(a numeric, b int default 40) returns text language sql immutable as $$ select 'now ' || a + b $$",
            ])
            // Whoever came before the change is judged anew.
            #expect(try await ward.sendDirectly(request, by: caller) == nil)
            #expect(try !ward.isPlanned(request))
            let later = try #require(try ward.caller(request))
            #expect(try await ward.sendDirectly(request, by: later)?.text == #""now 41""#)
            try await ward.alter(["drop function public.add_up(numeric, int)"])
            #expect(try await compare([request], ward, changes: false) == 0)
        }
    }

    @Test func `other settings have plans of their own`() async throws {
        try await WardHarness.run { ward in
            let request = Self.call("/rpc/add_up", #"{"a":1}"#)
            let caller = try #require(try ward.caller(request))
            _ = try await ward.sendDirectly(request, by: caller)
            #expect(try ward.isPlanned(request))
            let configuration = ward.service.settings.current.configuration
            ward.service.settings.replace(
                with: try ActiveConfiguration(configuration, verifier: nil, clock: ward.clock))
            #expect(try !ward.isPlanned(request))
            #expect(try await ward.sendDirectly(request, by: caller) == nil)
        }
    }

    @Test func `each caller has rights of their own`() async throws {
        try await WardHarness.run { ward in
            try await ward.alter(Self.schema)
            let mine = Self.call("/measures", #"{"device":"d","number":1}"#)
            var nobodys = mine
            nobodys.isSignedIn = false
            for _ in 0..<3 {
                #expect(try await compare([mine], ward, changes: true) == 2)
                #expect(try await compare([nobodys], ward, changes: true) == 2)
            }
            let refused = try #require(try ward.caller(nobodys))
            #expect(try await ward.sendDirectly(nobodys, by: refused)?.status == 401)
        }
    }

    @Test func `a set that is too large for one answer is left to the ordinary way`() async throws {
        try await WardHarness.run { ward in
            try await ward.alter([
                "create function public.much(n int) returns setof text language sql stable as $$ select repeat('x', 1000000) from generate_series(1, n) $$"
            ])
            let small = Self.call("/rpc/much", #"{"n":1}"#)
            let large = Self.call("/rpc/much", #"{"n":6}"#)
            let caller = try #require(try ward.caller(small))
            #expect(try await ward.sendDirectly(small, by: caller)?.text.utf8.count == 1_000_004)
            #expect(try await ward.sendDirectly(large, by: caller) == nil)
            #expect(try await ward.sendOrdinarily(large).text.utf8.count > 6_000_000)
            // Now it is known to be large.
            #expect(try await ward.sendDirectly(small, by: caller) == nil)
        }
    }
}
