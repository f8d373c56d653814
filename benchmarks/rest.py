"""REST over HTTP beside the same statements in pgbench, on the same number of connections to the same cluster."""

import json
import os
import pathlib
import statistics
import tempfile

import rest_memory
from programs import pgbench, wrk
from recording import Request, Scripts, record
from servers import Gateway

# Connections to the database, of the REST pool and of pgbench: two for each core of the machine that results are recorded on.
DATABASE_CONNECTIONS = int(os.environ.get("BENCH_DATABASE_CONNECTIONS", "4"))
HTTP_CONNECTIONS = 32
ROWS = 10_000
# Stands for the key that each request draws.
KEY = 4321

SCHEMA = f"""
create table public.bench_authors (id int primary key, name text not null);
create table public.bench_rows (
    id int primary key, owner uuid not null, author_id int not null references public.bench_authors, payload text not null);
create table public.bench_inserts (id bigint generated always as identity primary key, number int not null, payload text not null);
create function public.bench_add(a int, b int) returns int language sql immutable as 'select a + b';
insert into public.bench_authors select number, 'Author ' || number from generate_series(1, 1000) number;
insert into public.bench_rows
    select number, (select id from auth.users), number % 1000 + 1, repeat('x', 340) from generate_series(1, {ROWS}) number;
alter table public.bench_rows enable row level security;
create policy own on public.bench_rows for select to authenticated using (owner = (select auth.uid()));
grant select on public.bench_rows, public.bench_authors to authenticated;
grant select, insert on public.bench_inserts to authenticated;
vacuum analyze public.bench_rows;
vacuum analyze public.bench_authors;
"""

BULK = json.dumps([{"number": number, "payload": f"row {number} of a bulk insert"} for number in range(ROWS)], separators=(",", ":"))
REQUESTS = {
    "row": Request("GET", f"/rest/v1/bench_rows?select=id,payload&id=eq.{KEY}"),
    "page": Request("GET", "/rest/v1/bench_rows?select=id,payload,bench_authors(name)&order=id&limit=100"),
    "rows": Request("GET", "/rest/v1/bench_rows"),
    "insert": Request("POST", "/rest/v1/bench_inserts", '{"number":1,"payload":"one row of an insert"}'),
    "bulk": Request("POST", "/rest/v1/bench_inserts", BULK),
    "rpc": Request("POST", "/rest/v1/rpc/bench_add", '{"a":1,"b":2}'),
}
LABELS = {
    "row": "one row by key under row-level security", "page": "a page of 100 rows, each with a row embedded",
    "rows": f"{ROWS:,} rows", "insert": "an insert of one row", "bulk": f"an insert of {ROWS:,} rows", "rpc": "a call of a function",
}
# Large bodies are about bytes, not about waiting: as many clients as connections.
FEW_CLIENTS = ("rows", "bulk")


def lua(shape: str, directory: pathlib.Path) -> str:
    """A wrk script that sends the requests of `shape`, the keys of single rows drawn at random."""
    request = REQUESTS[shape]
    script = directory / f"{shape}.lua"
    if shape == "row":
        path = request.path.replace(str(KEY), "")
        script.write_text(f"""
            local requests = {{}}
            function init() for key = 1, {ROWS} do requests[key] = wrk.format("GET", "{path}" .. key) end end
            function request() return requests[math.random({ROWS})] end
        """)
    elif request.body is None:
        script.write_text(f'wrk.path = "{request.path}"\n')
    else:
        body = directory / f"{shape}.json"
        body.write_text(request.body)
        script.write_text(f"""
            wrk.method = "POST"
            wrk.path = "{request.path}"
            wrk.headers["Content-Type"] = "application/json"
            wrk.body = io.open("{body}", "rb"):read("*a")
        """)
    return str(script)


def measure(seconds: int, rounds: int, say) -> dict:
    settings = {"REST_POOL_SIZE": str(DATABASE_CONNECTIONS), "DB_MAX_ROWS": "1000000"}
    with Gateway(settings) as gateway, tempfile.TemporaryDirectory(prefix="medmitra-bench-") as name:
        result = measure_speed(gateway, pathlib.Path(name), seconds, rounds, say)
    result["memory"] = rest_memory.measure(say)
    return result


def measure_speed(gateway: Gateway, directory: pathlib.Path, seconds: int, rounds: int, say) -> dict:
    token = gateway.sign_up()
    headers = {"apikey": gateway.keys()["SUPABASE_PUBLISHABLE_KEY"], "Authorization": f"Bearer {token}"}
    gateway.sql(SCHEMA)
    rest_memory.wait_for_schema(gateway, "bench_add")
    scripts = Scripts(gateway, record(gateway, REQUESTS, headers))

    def tps(shape: str, length: int, pipelined: bool = True, begins: bool = False) -> float:
        script = directory / f"{shape}.sql"
        # A number as recorded, of which each transaction draws another.
        varied = {str(KEY): f"random(1, {ROWS})"} if shape == "row" else {}
        script.write_text(scripts.text(shape, varied, pipelined, begins))
        return pgbench(script, DATABASE_CONNECTIONS, length, "-D", "loaded=0", environment=gateway.login("authenticator"))

    def requests(shape: str, length: int) -> dict:
        clients = DATABASE_CONNECTIONS if shape in FEW_CLIENTS else HTTP_CONNECTIONS
        before = gateway.processor_seconds()
        measured = wrk(gateway.url, headers, clients, length, lua(shape, directory))
        measured["processor_us"] = (gateway.processor_seconds() - before) / (measured["requests_per_second"] * length) * 1e6
        if measured["not_2xx"] or measured["socket_errors"]:
            raise SystemExit(f"{shape}: {measured['not_2xx']} answers other than 2xx, socket errors: {measured['socket_errors']}")
        return measured

    shapes = {shape: {"label": LABELS[shape], "http": [], "pgbench_tps": []} for shape in REQUESTS}
    shapes["row"] |= {"pgbench_begin_commit_tps": [], "pgbench_unpipelined_tps": []}
    shorter = max(2, seconds // 3)
    for number in range(1, rounds + 1):
        say(f"  round {number} of {rounds}: pgbench and HTTP, {seconds} s each for one row, {shorter} s each for {len(shapes) - 1} other shapes")
        for shape, entry in shapes.items():
            length = seconds if shape == "row" else shorter
            gateway.sql("truncate public.bench_inserts")
            entry["pgbench_tps"].append(tps(shape, length))
            gateway.sql("truncate public.bench_inserts")
            entry["http"].append(requests(shape, length))
        shapes["row"]["pgbench_begin_commit_tps"].append(tps("row", shorter, begins=True))
        shapes["row"]["pgbench_unpipelined_tps"].append(tps("row", shorter, pipelined=False, begins=True))
    for entry in shapes.values():
        entry["requests_per_second"] = statistics.median(measured["requests_per_second"] for measured in entry["http"])
        entry["p99_ms"] = statistics.median(measured["p99_ms"] for measured in entry["http"])
        entry["processor_us"] = statistics.median(measured["processor_us"] for measured in entry["http"])
        entry["ratio"] = entry["requests_per_second"] / statistics.median(entry["pgbench_tps"])
    row = shapes["row"]
    row["ratio_begin_commit"] = row["requests_per_second"] / statistics.median(row["pgbench_begin_commit_tps"])
    row["ratio_unpipelined"] = row["requests_per_second"] / statistics.median(row["pgbench_unpipelined_tps"])
    row["target"], row["target_unpipelined"] = 0.60, 1.0
    return {
        "database_connections": DATABASE_CONNECTIONS, "http_connections": HTTP_CONNECTIONS, "seconds": seconds, "shapes": shapes,
        "resident_after_load_mib": gateway.memory("VmRSS"), "peak_resident_mib": gateway.memory("VmHWM"),
        "statements": {shape: [statement.text for statement in listed] for shape, listed in scripts.recorded.items()},
    }


def report(measured: dict) -> list[str]:
    lines = [
        f"## REST over HTTP, wrk with {measured['http_connections']} connections ({measured['database_connections']} for"
        f" {' and '.join(LABELS[shape] for shape in FEW_CLIENTS)}), beside pgbench -M prepared with the same statements"
        f" ({measured['database_connections']} connections to the database)", "",
        "| | requests/s | p99 ms | server µs a request | pgbench transactions/s | ratio | target |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for shape, entry in measured["shapes"].items():
        what = entry["label"]
        references = [("pgbench_tps", "ratio", "target", "pipelined")]
        if shape == "row":
            references += [
                ("pgbench_begin_commit_tps", "ratio_begin_commit", None, "pipelined, with BEGIN and COMMIT"),
                ("pgbench_unpipelined_tps", "ratio_unpipelined", "target_unpipelined", "not pipelined")]
        for tps, ratio, target, how in references:
            lines.append(
                f"| {what}; {how} | {entry['requests_per_second']:,.0f} | {entry['p99_ms']:.1f} | {entry['processor_us']:,.0f} | {statistics.median(entry[tps]):,.0f}"
                f" | {entry[ratio]:.2f} | {format(entry[target], '.2f') if target in entry else ''} |")
    lines += [
        "", f"Resident memory of the server after this: {measured['resident_after_load_mib']:.0f} MiB,"
        f" peak {measured['peak_resident_mib']:.0f} MiB.", ""]
    return lines + rest_memory.report(measured["memory"])
