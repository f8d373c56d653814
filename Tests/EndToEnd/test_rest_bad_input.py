"""Everything a hostile client says to the database's API: refused in PostgREST's words or taken for what it is, never SQL."""

import concurrent.futures
import http.client
import json
import urllib.parse

import httpx
import pytest

from support import tokens, wire
from support.doctors import new_doctor
from support.library import make_library
from support.server import Server

JSON = {"Content-Type": "application/json"}

FUNCTIONS = """
    create function public.who() returns text language sql stable as
        $$ select current_user || ' ' || coalesce(current_setting('request.jwt.claims', true)::json ->> 'sub', '-') $$;
    create function public.say_header(name text, value text) returns int language plpgsql as $$ begin
        perform set_config('response.headers', json_build_array(json_build_object(name, value))::text, true); return 1; end $$;
    create function public.say_status(value text) returns int language plpgsql as $$ begin
        perform set_config('response.status', value, true); return 1; end $$;
    create function public.stay_mighty() returns text language plpgsql as $$ begin
        perform set_config('request.jwt.claims', '{"sub":"planted"}', false); perform set_config('role', 'service_role', false);
        perform set_config('search_path', 'auth', false); return current_user; end $$;
    create function public.nap() returns int language sql as 'select 1 from pg_sleep(0.2)';
"""


@pytest.fixture(scope="module")
def target():
    """A server of its own, since some of what is asked here may be answered with 500."""
    running = Server("rest-target", env={"REST_POOL_SIZE": "4"}).start()
    running.sql(FUNCTIONS)
    make_library(running)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def doctor(target):
    person = new_doctor(target)
    person.http.headers["apikey"] = target.keys()["SUPABASE_PUBLISHABLE_KEY"]
    yield person
    person.http.close()


@pytest.fixture(scope="module")
def other(target):
    person = new_doctor(target)
    yield person
    person.http.close()


@pytest.fixture(autouse=True, scope="module")
def untouched(target, doctor, other):
    """Whatever is asked, tables and rows are in the end what they were."""
    def state():
        return target.sql(
            "select (select count(*) from pg_class where relnamespace = 'public'::regnamespace), (select count(*) from pg_roles),"
            " (select md5(string_agg(b::text, '' order by id)) from books b), (select count(*) from authors),"
            " (select md5(string_agg(u::text, '' order by id)) from auth.users u)")
    before = state()
    yield
    assert state() == before


def assert_answered(answer: httpx.Response, *statuses: int):
    """An error in the four keys of PostgREST, with nothing of the inside."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    if answer.status_code >= 400:
        body = answer.json()
        assert set(body) == {"code", "message", "details", "hint"}, body
        assert body["code"] and body["message"]
        for leak in ("pgrst_source", "set_config", ".swift", "/data/", "pg_authid"):
            assert leak not in answer.text or leak in urllib.parse.unquote(str(answer.request.url)), answer.text


SELECTS = [
    "id;drop table books", 'id"; drop table books;--', "id'--", "id/**/", "id||version()", "*,(select 1)", '"id" from pg_authid--', "$1",
    "id::int;select 1", "id::text from pg_authid--", 'id::"text"', "id::int4[]", "id::json USING x", "id::int4 limit 0", "id::$1",
    "a;b:id", "a'b:id", '"a"":x":id', '"":id', "facts->>a'--", "facts->9223372036854775808", "facts->>'a", "id.sum()", "...authors",
    "authors!inner;(id)", "publishers!'x'(id)", "publishers(id", "publishers(id))x", "...publishers!x!y(id)", "count(*)", "1/0", "pg_sleep(9)",
    "xmin::text::int::bool", "books.id", "publishers.id",
]


@pytest.mark.parametrize("select", SELECTS)
def test_a_select_list_is_no_sql(doctor, select):
    answer = doctor.http.get("/rest/v1/books", params={"select": select, "limit": 1})
    assert_answered(answer, 200, 400)
    if answer.status_code == 200:
        # What is left of a list that ends early names columns of the row and nothing else.
        assert all(set(row) <= {
            "id", "title", "pages", "price", "published", "in_print", "tags", "facts", "span", "author_id", "editor_id", "publisher_id",
            "search", "publishers", "a", "'a", "facts"} for row in answer.json()), answer.text


PARAMETERS = {
    "order with more": ("order", "id.asc;drop table books"), "order of an expression": ("order", "random()"), "order of a query": ("order", "(select 1)"),
    "order with SQL": ("order", "id.desc nulls first"), "order cast": ("order", "id::text"), "order twice": ("order", "id.asc.asc"),
    "filter value": ("title", "eq.' or '1'='1"), "filter of an expression": ("title||version()", "eq.x"), "filter column quoted": ('"title""', "eq.x"),
    "operator": ("title", "= 'x' or true --.1"), "language": ("title", "fts(english').x"), "language unknown": ("title", "fts(nope).x"),
    "array": ("tags", 'cs.{"a}'), "array injected": ("tags", "cs.{a}') or true --"), "range": ("span", "sl.(1,2) or true"), "any": ("id", "eq(any).{1,2} or true"),
    "is": ("pages", "is.null or true"), "in": ("id", "in.(1) or (1=1"), "pattern": ("title", "match.(("), "tree": ("or", "(id.eq.1) or (true)"),
    "tree with SQL": ("and", "(id.eq.1;drop table books)"), "tree not closed": ("or", "(id.eq.1"), "path with a quote": ("facts->>'x') or true --", "eq.1"),
    "limit": ("limit", "1;drop table books"), "offset": ("offset", "1 union select 1"), "NUL": ("title", "eq.a\0b"),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_no_sql(doctor, name):
    key, value = PARAMETERS[name]
    answer = doctor.http.get("/rest/v1/books", params={"select": "id", key: value})
    if name == "NUL":
        # Refused by the gateway, before the service.
        assert answer.status_code == 400
        return
    assert_answered(answer, 200, 400, 404)
    if answer.status_code == 200 and key not in ("limit", "offset", "order"):
        assert len(answer.json()) < 5, "the filter was talked out of"


def test_the_places_of_writes_and_calls_are_no_sql(doctor):
    rows = [{"body": "x"}]
    for name, value in {
        "on_conflict": "id) do update set owner = null --", "columns": 'body") select 1 --', "select": "id) from pg_authid --",
    }.items():
        before = doctor.http.get("/rest/v1/notes", params={"select": "id"}).json()
        answer = doctor.http.post(
            "/rest/v1/notes", params={name: value}, json=rows, headers={"Prefer": "resolution=merge-duplicates,return=representation"})
        assert_answered(answer, 200, 201, 400)
        if answer.is_success:
            assert [row.get("owner", doctor.id) for row in answer.json()] == [doctor.id]
        doctor.http.delete("/rest/v1/notes", params={"id": f"not.in.({','.join(str(row['id']) for row in before)})"})
    for body in ({'body") select 1 --': 1}, {"body": 1, "owner = null --": 2}, [{"body": "a", 'x"': 1}]):
        assert_answered(doctor.http.post("/rest/v1/notes", json=body), 400)
        assert_answered(doctor.http.patch("/rest/v1/notes", json=body, params={"id": "eq.0"}), 400)
    assert_answered(doctor.http.post("/rest/v1/rpc/add_numbers", json={'a" := 1) --': 1, "b": 1}), 404)
    for arguments in ({"a": "1; drop table books", "b": 1}, {"a": [1], "b": 1}, {"a": {"x": 1}}):
        assert_answered(doctor.http.post("/rest/v1/rpc/add_numbers", json=arguments), 400, 404)
        assert_answered(doctor.http.get("/rest/v1/rpc/add_numbers", params={key: str(value) for key, value in arguments.items()}), 400, 404)


@pytest.mark.parametrize("name", [
    "auth.users", '"auth"."users"', "auth%2Fusers", "pg_catalog.pg_authid", "books;drop", "rpc/set_config", "rpc/pg_sleep", "rpc/pg_catalog.pg_sleep",
    "rpc/query_to_xml", "../auth/v1/admin/users", "%2e%2e/auth/v1/admin/users", "/books", "books/", "books%00", "%ff", "rpc/who/x"])
def test_only_exposed_names_are_reached(target, doctor, name):
    answer = wire.exchange(target.url, wire.head("GET", f"/rest/v1/{name}", {
        "Host": "x", "Connection": "close", "apikey": doctor.http.headers["apikey"], "Authorization": f"Bearer {doctor.token}"}))
    assert wire.status_of(answer) in (400, 404), answer[:300]
    assert doctor.email.encode() not in answer


@pytest.mark.parametrize("schema", ["auth", "pg_catalog", "medmitra", "information_schema", 'public"; drop', "PUBLIC", "public,auth", ""])
def test_only_exposed_schemas_are_reached(doctor, schema):
    for method, header in (("GET", "Accept-Profile"), ("POST", "Content-Profile"), ("DELETE", "Content-Profile")):
        answer = doctor.http.request(method, "/rest/v1/users?id=is.null", headers={header: schema} | JSON, content=b"{}" if method == "POST" else None)
        assert_answered(answer, 406)
        assert answer.json()["code"] == "PGRST106"


# Who asks

@pytest.mark.parametrize("role", [
    "supabase_admin", "postgres", "authenticator", "none", "NONE", " none", "none\0", "supabase_auth_admin", "supabase_storage_admin",
    "medmitra_service", "dashboard_user", "pg_read_all_data", 'anon" --', "authenticated'; reset role; --", "", "session_user", "default", "AUTHENTICATED",
    "x" * 5000, 5, True, 1.5, ["service_role"], {"role": "service_role"}], ids=lambda role: ascii(role)[:30])
def test_a_token_makes_nobody_of_more_rights(target, doctor, role):
    """Signed with the right secret, as a careless token service would."""
    token = tokens.make(tokens.user_claims(role=role), target.keys()["JWT_SECRET"])
    for request in (("GET", "/rest/v1/books?select=id"), ("POST", "/rest/v1/rpc/who"), ("GET", "/rest/v1/")):
        assert_answered(doctor.http.request(*request, headers={"Authorization": f"Bearer {token}"}), 400, 401, 403)


def test_claims_headers_and_cookies_change_nobody(target, doctor):
    who = lambda **headers: doctor.http.post("/rest/v1/rpc/who", headers=headers)  # noqa: E731
    mine = f"authenticated {doctor.id}"
    assert who().json() == mine
    for headers in (
        {"role": "service_role"}, {"request.jwt.claims": '{"sub":"x"}'}, {"x-supabase-role": "service_role"}, {"cookie": "role=service_role; request.jwt.claims={}"},
        {"x-forwarded-user": "postgres"}, {"prefer": "role=service_role"}, {"prefer": "timezone=UTC', true), set_config('role"},
    ):
        answer = who(**headers)
        assert answer.status_code == 400 or answer.json() == mine, headers
    token = tokens.make(tokens.user_claims(sub="'; reset role; --", **{"request.jwt.claims": "x", "search_path": "auth"}), target.keys()["JWT_SECRET"])
    assert who(Authorization=f"Bearer {token}").json() == "authenticated '; reset role; --"


def test_what_a_function_sets_for_the_session_reaches_no_other_request(target, doctor):
    """Functions belong to the operator; one that is careless with set_config must not hand its rights to the next caller."""
    anonymous = {"Authorization": ""}
    for _ in range(3):
        # On each of the pool's four connections, sooner or later.
        for _ in range(4):
            doctor.http.post("/rest/v1/rpc/stay_mighty")
        for _ in range(8):
            assert doctor.http.post("/rest/v1/rpc/who").json() == f"authenticated {doctor.id}"
            assert httpx.post(f"{target.url}/rest/v1/rpc/who", headers={"apikey": doctor.http.headers["apikey"]} | anonymous, timeout=30).json() == "anon -"


def test_callers_in_parallel_are_never_mixed_up(target, doctor, other):
    """Two users, nobody and failures, on four connections, with clients that leave in the middle."""
    key = doctor.http.headers["apikey"]
    callers = {f"authenticated {person.id}": {"Authorization": f"Bearer {person.token}"} for person in (doctor, other)} | {"anon -": {}}

    def ask(number: int) -> list[str]:
        expected, headers = list(callers.items())[number % 3]
        headers = headers | {"apikey": key}
        wrong = []
        with httpx.Client(base_url=target.url, headers=headers, timeout=60) as client:
            for step in range(12):
                if step % 4 == 1:
                    client.post("/rest/v1/rpc/complain")
                if step % 4 == 2:
                    connection = wire.connect(target.url)
                    connection.sendall(wire.head("POST", "/rest/v1/rpc/nap", {"Host": "x", "Content-Length": "0"} | headers))
                    connection.close()
                found = client.post("/rest/v1/rpc/who").json()
                if found != expected:
                    wrong.append(found)
        return wrong

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert [wrong for wrong in pool.map(ask, range(24)) if wrong] == []


@pytest.mark.parametrize("path", ["/rest/v1/", "/rest/v1/bookz", "/rest/v1/books?select=nothing", "/rest/v1/rpc/wh", "/rest/v1/books?select=publisherz(id)"])
@pytest.mark.parametrize("headers", [{}, {"apikey": "sb_publishable_nonsense"}, {"apikey": ""}, {"Authorization": "Bearer x"}], ids=str)
def test_without_a_key_nothing_of_the_schema_is_told(target, path, headers):
    answer = httpx.get(target.url + path, headers=headers, timeout=30)
    assert answer.status_code == 401
    for name in ("books", "publishers", "who", "PGRST"):
        assert name not in answer.text, answer.text


# Sizes

def test_depth_is_bounded(doctor):
    get = lambda **parameters: doctor.http.get("/rest/v1/books", params=parameters)  # noqa: E731
    for depth in (33, 300):
        assert_answered(get(select="publishers(books(" * depth + "id" + "))" * depth), 400)
        assert_answered(get(**{"or": "(" + "and(" * depth + "id.eq.1,id.eq.2" + ")" * depth + ")"}), 400)
    assert get(**{"select": "id", "or": "(" + "and(" * 20 + "id.eq.1,id.lt.2" + ")" * 20 + ")"}).json() == [{"id": 1}]
    for depth in (1_001, 1_000_000):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            body = b'{"body":' + opening * depth + b"1" + closing * depth + b"}"
            assert_answered(doctor.http.post("/rest/v1/notes", content=body, headers=JSON), 400)


def test_width_is_bounded(target, doctor):
    get = lambda **parameters: doctor.http.get("/rest/v1/books", params=parameters)  # noqa: E731
    assert len(get(select="id", id=f"in.({','.join(map(str, range(2000)))})").json()) == 5
    assert len(get(select=",".join(f"c{number}:id" for number in range(1600)), limit=1).json()[0]) == 1600
    # More columns than PostgreSQL has room for is its own error, with its own status.
    assert_answered(get(select=",".join(f"c{n}:id" for n in range(1700))), 500)
    assert len(get(select=",".join(f"a{number}:publishers(id)" for number in range(100)), limit=1).json()[0]) == 100
    for query in ("title=eq." + "x" * 100_000, "select=" + "id," * 40_000):
        answer = wire.exchange(target.url, wire.head("GET", f"/rest/v1/books?{query}", {"Host": "x", "apikey": doctor.http.headers["apikey"]}))
        assert wire.status_of(answer) in (400, 414, 431)
    keys = json.dumps({f"k{number}": 1 for number in range(100_000)})
    assert_answered(doctor.http.post("/rest/v1/notes", content=keys, headers=JSON), 400)
    assert_answered(doctor.http.post("/rest/v1/notes", content="[" + '{"body":"x"},' * 100_000 + '{"x":1}]', headers=JSON), 400)


@pytest.mark.parametrize("value", ["1-0", "5-4", "-5", "abc", "0-99999999999999999999", "9223372036854775807-9223372036854775807", "0-0,5-6", "bytes=0-5", "0x1-2"])
def test_odd_ranges_are_ranges_or_nothing(doctor, value):
    answer = doctor.http.get("/rest/v1/books?select=id", headers={"Range": value})
    assert_answered(answer, 200, 206, 416)
    assert (answer.status_code == 416) == (value in ("1-0", "5-4"))


@pytest.mark.parametrize("parameters", [
    {"limit": 2**63 - 1, "offset": 2**63 - 1}, {"limit": 10**30}, {"offset": 10**30}, {"limit": -1}, {"limit": "1e3"}, {"limit": "0x10"}, {"limit": ""},
    {"select": "publishers(id)", "publishers.limit": -1}], ids=str)
def test_odd_limits_are_limits_or_nothing(doctor, parameters):
    assert_answered(doctor.http.get("/rest/v1/books", params={"select": "id"} | parameters, headers={"Prefer": "count=exact"}), 200, 206, 400, 416)


BODIES = [
    b"", b"{", b"nul", b'"', b"\xff\xfe", b'{"body":"\xff"}', b'{"body":"\\u0000"}', b'{"body":"\\ud800"}', b'{"stars":1e400}', b'{"stars":NaN}',
    b'{"stars":99999999999999999999}', b'\xef\xbb\xbf{"stars":1}', b'{"stars":1}x', b'[{"stars":1},]', b'{"stars":"1"\x00}', b"[[{}]]", b"[1]", b'{"\\u0000":1}',
]


@pytest.mark.parametrize("body", BODIES)
def test_a_broken_body_is_refused(doctor, body):
    assert_answered(doctor.http.post("/rest/v1/notes", content=body, headers=JSON), 400)
    assert doctor.http.get("/rest/v1/notes").json() == []


@pytest.mark.parametrize("body", [b'stars,body\n1,"a\n', b'stars") select 1--,body\n1,2\n', b"stars,body\n1\n", b"stars,body\n1,\xff\n", b"stars,body\n1,a\x00b\n", b",\n,\n"])
def test_a_broken_table_is_refused(doctor, body):
    assert_answered(doctor.http.post("/rest/v1/notes", content=body, headers={"Content-Type": "text/csv"}), 400)
    assert doctor.http.get("/rest/v1/notes").json() == []


@pytest.mark.parametrize("last", [False, True], ids=["kept", "closed"])
def test_a_body_over_the_limit_is_refused_even_to_who_does_not_listen(target, doctor, last):
    """A client that sends everything before it reads must get its answer, or at least the end of the connection, soon."""
    parts = urllib.parse.urlsplit(target.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    headers = JSON | ({"Connection": "close"} if last else {}) | {"apikey": doctor.http.headers["apikey"], "Authorization": f"Bearer {doctor.token}"}
    try:
        connection.request("POST", "/rest/v1/notes", b" " * (70 << 20), headers)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass
    finally:
        connection.close()
    assert target.status_of("/health") == 200


def test_an_upsert_of_one_key_twice_writes_nothing(doctor):
    answer = doctor.http.post(
        "/rest/v1/labels", json=[{"key": "d"}, {"key": "d"}], headers={"Prefer": "resolution=merge-duplicates"})
    # PostgREST's table has 500 for SQLSTATE 21000.
    assert_answered(answer, 500)
    assert answer.json()["code"] == "21000"
    assert doctor.http.get("/rest/v1/labels").json() == []


# What answers look like on the wire

@pytest.mark.parametrize("path", ["/rest/v1/books", "/rest/v1/rpc/who", "/rest/v1/", "/rest/v1/bookz", "/rest/v1/books?id=eq.0"])
def test_nothing_follows_the_head_of_an_answer_to_head(target, doctor, path):
    answer = wire.exchange(target.url, wire.head("HEAD", path, {
        "Host": "x", "Connection": "close", "apikey": doctor.http.headers["apikey"], "Authorization": f"Bearer {doctor.token}"}))
    assert wire.status_of(answer) in (200, 404)
    assert answer.partition(b"\r\n\r\n")[2] == b""


@pytest.mark.parametrize("name", ["Content-Length", "Transfer-Encoding", "Connection", "X-Line", "Bad Name", ""])
def test_a_header_of_a_function_cannot_break_the_answer(target, doctor, name):
    body = json.dumps({"name": name, "value": "3\r\nX-Planted: 1\r\n\r\nbody"}).encode()
    answer = wire.exchange(target.url, wire.head("POST", "/rest/v1/rpc/say_header", {
        "Host": "x", "Connection": "close", "apikey": doctor.http.headers["apikey"], "Authorization": f"Bearer {doctor.token}",
        "Content-Type": "application/json", "Content-Length": str(len(body))}) + body)
    assert wire.status_of(answer) in (200, 500)
    head, _, rest = answer.partition(b"\r\n\r\n")
    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    names = [name.lower() for name, _, _ in lines]
    assert b"x-planted" not in names
    assert [int(value) for name, _, value in lines if name.lower() == b"content-length"] == [len(rest)]


@pytest.mark.parametrize("status", ["0", "99", "100", "101", "103", "600", "999", "1000", "-1", "abc", "1e2", ""])
def test_a_status_of_a_function_that_is_none_is_an_error(target, doctor, status):
    with httpx.Client(timeout=10) as client:
        answer = client.post(f"{target.url}/rest/v1/rpc/say_status", json={"value": status}, headers={
            "apikey": doctor.http.headers["apikey"], "Authorization": f"Bearer {doctor.token}"})
    if status == "":
        assert answer.status_code == 200
    else:
        assert_answered(answer, 500)
        assert answer.json()["code"] == "PGRST112"
