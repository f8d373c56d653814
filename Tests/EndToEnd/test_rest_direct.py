"""Small requests are answered on the event loop of their connection, all others by a task of their own. A client must not be
able to tell: every request of this file is sent once with a connection that stays open (the first way) and once with one that
closes (the second), and the answers are compared."""

import concurrent.futures
import http.client
import json
import types
import urllib.parse

import pytest
from support.server import wait_until

# Fields that differ between any two answers.
OWN = {"date", "x-request-id", "connection"}

SCHEMA = """
drop table if exists public.direct_notes, public.direct_authors, public.direct_entries;
create table public.direct_authors (id int primary key, name text not null);
create table public.direct_notes (
    id int primary key, author_id int references public.direct_authors, title text, data jsonb default '{}', at timestamptz);
create or replace function public.direct_sum(a int, b int) returns int language sql immutable as 'select a + b';
create or replace function public.direct_fail() returns int language plpgsql as $$ begin raise sqlstate 'PT418' using message = 'teapot', hint = 'short and stout'; end $$;
create or replace function public.direct_headers() returns json language sql as $$ select set_config('response.headers', '[{"X-Own": "1"}, {"Cache-Control": "no-store"}]', true)::json $$;
create or replace function public.direct_status() returns text language sql as $$ select set_config('response.status', '202', true) $$;
create or replace function public.direct_seen() returns json language sql stable as $$ select json_build_object('method', current_setting('request.method'), 'path', current_setting('request.path'), 'host', current_setting('request.headers')::json->>'host', 'role', current_user, 'mine', current_setting('request.headers')::json->>'x-mine') $$;
create or replace function public.direct_own(tag text) returns json language sql stable as $$ select json_build_object('uid', auth.uid(), 'tag', tag) $$;
create table public.direct_entries (id bigint generated always as identity, owner uuid default auth.uid(), tag text);
alter table public.direct_entries enable row level security;
create policy own on public.direct_entries to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
grant select, insert on public.direct_entries to authenticated;
create or replace function public.direct_nothing() returns void language sql as $$ $$;
create or replace function public.direct_one(json) returns json language sql immutable as 'select $1';
create or replace function public.direct_rows(n int) returns setof int language sql stable as 'select generate_series(1, n)';
insert into public.direct_authors select n, 'author ' || n from generate_series(1, 5) n;
insert into public.direct_notes select n, n % 5 + 1, 'note ' || n, json_build_object('n', n) from generate_series(1, 200) n;
alter table public.direct_notes enable row level security;
create policy everyone on public.direct_notes for all to authenticated, service_role using (true) with check (id <> 666);
grant select, insert, update, delete on public.direct_notes to anon, authenticated, service_role;
grant select on public.direct_authors to authenticated, service_role;
notify pgrst, 'reload schema';
"""

READS = [
    "/direct_notes?id=eq.7", "/direct_notes?id=eq.7&select=id,title", "/direct_notes?select=id&id=eq.abc", "/direct_notes?id=eq.",
    "/direct_notes?title=eq.note%207", "/direct_notes?title=eq.note+7", "/direct_notes?title=neq.x&limit=3&order=id.desc",
    "/direct_notes?select=id,direct_authors(name)&id=lt.4&order=id", "/direct_notes?select=id,nothing", "/direct_none?id=eq.1",
    "/direct_notes?id=in.(1,2,3)&order=id", "/direct_notes?or=(id.eq.1,id.eq.2)&order=id", "/direct_notes?data->>n=eq.9",
    "/direct_notes?limit=0", "/direct_notes?offset=1000", "/direct_notes?limit=-1", "/direct_notes?id=gt.1&id=lt.4&order=id",
    "/direct_notes?select=count()", "/direct_notes?select=title&id=eq.7&&", "/direct_notes?", "/direct_notes", "/", "/a/b/c",
    "/direct_notes?select=*%2Cdirect_authors(*)&id=eq.3", "/direct_notes?id=eq.7%", "/direct_notes?id=eq.%00", "/direct_notes?id=eq.%FF",
    "/rpc/direct_sum?a=1&b=2", "/rpc/direct_rows?n=5", "/rpc/direct_seen", "/rpc/direct_fail", "/rpc/direct_nothing", "/rpc/none",
    "/rpc/direct_headers", "/rpc/direct_status",
]
HEADERS = [
    {}, {"Accept": "application/vnd.pgrst.object+json"}, {"Accept": "text/csv"}, {"Prefer": "count=exact"},
    {"Prefer": "count=planned"}, {"Range": "0-2"}, {"Range": "5-2"}, {"Accept": "application/unknown"}, {"Accept-Profile": "public"},
    {"Accept-Profile": "hidden"}, {"Origin": "https://app.example"}, {"Prefer": "handling=strict, nonsense=1"}, {"X-Mine": "42"},
    {"X-Request-ID": "given-1"}, {"Authorization": "Bearer not.a.token"}, {"Prefer": "timezone=Asia/Kolkata"},
]
WRITES = [
    ("POST", "/direct_notes", [{"id": 1001, "title": "new"}]), ("POST", "/direct_notes", {"id": 1, "title": "there already"}),
    ("POST", "/direct_notes", {"id": 666}), ("POST", "/direct_notes", {"nothing": 1}), ("POST", "/direct_notes", "no json {"),
    ("POST", "/direct_notes?on_conflict=id", {"id": 2, "title": "merged"}), ("PATCH", "/direct_notes?id=eq.3", {"title": "changed"}),
    ("PATCH", "/direct_notes?id=eq.99999", {"title": "nobody"}), ("DELETE", "/direct_notes?id=eq.4", None),
    ("PUT", "/direct_notes?id=eq.5", {"id": 5, "author_id": 1, "title": "put", "data": {}, "at": None}),
    ("PUT", "/direct_notes?id=eq.5", {"id": 6, "author_id": 1, "title": "put", "data": {}, "at": None}),
    ("POST", "/rpc/direct_sum", {"a": 1, "b": 2}), ("POST", "/rpc/direct_sum", {"a": "x", "b": 2}), ("POST", "/rpc/direct_seen", {}),
    ("POST", "/rpc/direct_nothing", {}), ("POST", "/rpc/direct_fail", {}), ("POST", "/rpc/direct_headers", {}), ("POST", "/none", {}),
]
CALLS = [
    ("/rpc/direct_sum", ['{"a":1,"b":2}', '{"a":-7,"b":9}', '{"a" : "x" , "b":2}', '{"b":3,"a":4}', '{"a":1,"a":5,"b":1}', '{"\\u0061":1,"b":2}']),
    ("/rpc/direct_sum", ['{"a":1}', '{"a":1,"b":2,"c":3}', '{"a\\") from pg_sleep(1)--":1,"b":2}', '{"a":1,"b":2', "[]", '[{"a":1,"b":2}]', ""]),
    ("/rpc/direct_rows", ['{"n":0}', '{"n":3}', '{"n":null}', '{"n":100000}', '{"n":2}']),
    ("/rpc/direct_rows?limit=2", ['{"n":1}', '{"n":9}']), ("/rpc/direct_nothing", ["{}", "", "{ }"]), ("/rpc/direct_fail", ["{}", ""]),
    ("/rpc/direct_headers", ["{}"]), ("/rpc/direct_status", ["", "{}"]), ("/rpc/direct_one", ['{"x":1}', '{"x":"y"}', "[1]", "{}"]),
]
PREFERENCES = ["", "return=representation", "return=headers-only", "return=representation, resolution=merge-duplicates", "count=exact"]


@pytest.fixture(scope="module")
def notes(server):
    known = types.SimpleNamespace(url=server.url, keys=server.keys(), sql=server.sql)
    server.sql(SCHEMA)
    wait_until(lambda: send(known, "GET", "/rpc/direct_sum?a=1&b=1", keeps=False)[0] == 200, 30, "the schema cache")
    return known


def send(server, method, path, headers=None, body=None, keeps=True, token=None):
    parts = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    key = server.keys["SERVICE_ROLE_KEY"]
    sent = {"apikey": key, "Authorization": f"Bearer {token or key}", "Content-Type": "application/json"} | (headers or {})
    if not keeps:
        sent["Connection"] = "close"
    data = body if body is None or isinstance(body, str) else json.dumps(body)
    try:
        # What reads and calls change nothing by is asked twice: then its shape is known.
        for _ in range(2 if keeps and (method == "GET" or path.startswith("/rpc/")) else 1):
            connection.request(method, "/rest/v1" + path, data, sent)
            answer = connection.getresponse()
            text = answer.read()
    finally:
        connection.close()
    fields = sorted((name.lower(), value) for name, value in answer.getheaders() if name.lower() not in OWN)
    return answer.status, [(":reason", answer.reason), *fields], text


def same(server, *arguments, **options):
    direct, ordinary = (send(server, *arguments, keeps=keeps, **options) for keeps in (True, False))
    assert direct[0] == ordinary[0], (direct, ordinary)
    assert direct[2] == ordinary[2], (direct, ordinary)
    assert direct[1] == ordinary[1], (direct, ordinary)
    return direct


@pytest.mark.parametrize("path", READS)
def test_a_read_is_answered_alike(notes, path):
    for headers in HEADERS:
        same(notes, "GET", path, headers)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_change_is_answered_alike(notes, method, path, body):
    for preference in PREFERENCES:
        for accept in ("*/*", "application/vnd.pgrst.object+json"):
            answers = []
            for keeps in (True, False):
                answers.append(send(notes, method, path, {"Prefer": preference, "Accept": accept}, body, keeps=keeps))
                restore(notes)
            assert answers[0] == answers[1]


@pytest.mark.parametrize(("path", "bodies"), CALLS)
def test_a_call_is_answered_alike_whatever_came_before(notes, path, bodies):
    """All on one connection, where what was planned for one body serves the next."""
    parts = urllib.parse.urlsplit(notes.url)
    key = notes.keys["SERVICE_ROLE_KEY"]
    for extra in ({}, {"Accept": "application/vnd.pgrst.object+json"}, {"Prefer": "count=exact"}, {"Content-Type": "text/plain"}):
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        fields = {"apikey": key, "Authorization": f"Bearer {key}", "Content-Type": "application/json"} | extra
        for body in bodies * 3:
            connection.request("POST", "/rest/v1" + path, body.encode(), fields)
            answer = connection.getresponse()
            shown = answer.status, answer.reason, answer.read(), answer.headers["Content-Range"], answer.headers["Content-Type"]
            status, ordinary, text = send(notes, "POST", path, extra, body, keeps=False)
            named = dict(ordinary)
            assert shown == (status, named[":reason"], text, named.get("content-range"), named.get("content-type")), (path, body)
        connection.close()


def restore(notes):
    """What changes may have changed, as it was."""
    send(notes, "DELETE", "/direct_notes?id=in.(666,1001)", keeps=False)
    rows = [{"id": n, "author_id": n % 5 + 1, "title": f"note {n}", "data": {"n": n}, "at": None} for n in range(1, 7)]
    status, _, text = send(notes, "POST", "/direct_notes", {"Prefer": "resolution=merge-duplicates"}, rows, keeps=False)
    assert status in (200, 201), text


def test_rows_of_others_stay_hidden(notes):
    """Whoever comes behind somebody else on one connection has rights of their own."""
    parts = urllib.parse.urlsplit(notes.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    service, anon = notes.keys["SERVICE_ROLE_KEY"], notes.keys["ANON_KEY"]
    for _ in range(20):
        for key, rows in ((service, 1), (anon, 0)):
            connection.request("GET", "/rest/v1/direct_notes?id=eq.10", headers={"apikey": key, "Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            assert len(json.loads(answer.read())) == rows
    connection.close()


@pytest.mark.parametrize("shares", [True, False], ids=["one connection for two", "a connection each"])
def test_many_at_once_are_answered_each_as_themselves(notes, server, doctor, other_doctor, shares):
    """What was planned for one caller and one body serves all others: none may see another's."""
    parts = urllib.parse.urlsplit(notes.url)

    def work(number: int):
        connections = [http.client.HTTPConnection(parts.hostname, parts.port, timeout=60) for _ in range(1 if shares else 2)]
        for turn in range(60):
            person = (doctor, other_doctor)[(number + turn) % 2]
            connection = connections[(number + turn) % len(connections)]
            tag = f"{number}-{turn}-" + "x" * (turn % 7)
            fields = {"apikey": notes.keys["ANON_KEY"], "Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
            connection.request("POST", "/rest/v1/rpc/direct_own", json.dumps({"tag": tag}), fields)
            assert json.loads(connection.getresponse().read()) == {"uid": person.id, "tag": tag}
            connection.request("GET", f"/rest/v1/rpc/direct_own?tag={tag}", headers=fields)
            assert json.loads(connection.getresponse().read()) == {"uid": person.id, "tag": tag}
            wanted = fields | {"Prefer": "return=representation"}
            connection.request("POST", "/rest/v1/direct_entries?select=owner,tag", json.dumps({"tag": tag}), wanted)
            assert json.loads(connection.getresponse().read()) == [{"owner": person.id, "tag": tag}]
            connection.request("GET", f"/rest/v1/direct_entries?select=owner&tag=eq.{tag}", headers=fields)
            assert {row["owner"] for row in json.loads(connection.getresponse().read())} == {person.id}
        for connection in connections:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(12)))
    notes.sql("truncate public.direct_entries")


def test_a_large_answer_comes_whole(notes):
    notes.sql("insert into public.direct_notes select n, 1, repeat('x', 7000) from generate_series(10000, 11000) n on conflict do nothing")
    for _ in range(2):
        direct, ordinary = (send(notes, "GET", "/direct_notes?id=gte.10000&order=id", keeps=keeps) for keeps in (True, False))
        assert direct[0] == 200
        assert len(direct[2]) > 6_000_000
        assert direct[2] == ordinary[2]
    notes.sql("delete from public.direct_notes where id >= 10000")
