"""What signing in costs: a storm of sign-ins, refreshes with rotation, and verifications of tokens."""

import http.client
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import urllib.parse

import servers
from servers import Gateway

# GoTrue's own cost, which the gateway uses: every sign-in is one such hash.
BCRYPT_COST = 10
PASSWORD = "a password of the storm"


class Client:
    """One connection, kept alive, as a server in front of the gateway would have it."""

    def __init__(self, url: str, key: str):
        self.parts = urllib.parse.urlsplit(url)
        self.key = key
        self.connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=60)

    def send(self, method: str, path: str, body: dict | None = None, bearer: str | None = None) -> tuple[int, dict]:
        headers = {"apikey": self.key, "Content-Type": "application/json"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        self.connection.request(method, "/auth/v1" + path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else {}


def accounts(gateway: Gateway, key: str, count: int) -> list[dict]:
    """New accounts, each with its session; the hash is made once and handed in."""
    client = Client(gateway.url, key)
    service = gateway.keys()["SERVICE_ROLE_KEY"]
    status, first = client.send("POST", "/signup", {"email": "storm0@bench.example", "password": PASSWORD})
    if status != 200:
        raise SystemExit(f"sign-up answered {status}: {first}")
    made = [first]
    for number in range(1, count):
        status, answer = client.send(
            "POST", "/admin/users", {"email": f"storm{number}@bench.example", "password": PASSWORD, "email_confirm": True}, service)
        if status != 200:
            raise SystemExit(f"making an account answered {status}: {answer}")
        made.append(answer)
    return made


def raw_bcrypt_rate(seconds: int, threads: int) -> float:
    """Hashes a second of libxcrypt itself on all cores, in processes of their own."""
    program = (
        "import ctypes, ctypes.util, sys, time\n"
        "library = ctypes.CDLL(ctypes.util.find_library('crypt'))\n"
        "library.crypt.restype = ctypes.c_char_p\n"
        f"setting = b'$2a${BCRYPT_COST:02d}$abcdefghijklmnopqrstuu'\n"
        "done, end = 0, time.monotonic() + float(sys.argv[1])\n"
        "while time.monotonic() < end:\n"
        f"    library.crypt({PASSWORD.encode()!r}, setting)\n"
        "    done += 1\n"
        "print(done)\n")
    start = time.monotonic()
    running = [
        subprocess.Popen(["python3", "-c", program, str(seconds)], stdout=subprocess.PIPE, text=True) for _ in range(threads)]
    done = sum(int(process.communicate()[0]) for process in running)
    return done / (time.monotonic() - start)


def wrk_script(body: str) -> pathlib.Path:
    script = pathlib.Path(tempfile.mkstemp(suffix=".lua")[1])
    script.write_text(body)
    return script


def storm(gateway: Gateway, key: str, count: int, connections: int, seconds: int) -> subprocess.Popen:
    """Sign-ins of many accounts in turn, so that no account waits for another."""
    script = wrk_script(f"""
local number = 0
function request()
  number = (number + 1) % {count}
  return wrk.format("POST", "/auth/v1/token?grant_type=password",
    {{["apikey"] = "{key}", ["Content-Type"] = "application/json"}},
    '{{"email":"storm' .. number .. '@bench.example","password":"{PASSWORD}"}}')
end
""")
    return subprocess.Popen(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script, gateway.url],
        stdout=subprocess.PIPE, text=True)


def bench_sign_in(seconds: int, rounds: int) -> dict:
    cores, count = os.cpu_count() or 1, 64
    raw, signed_in, quiet, busy, failures = [], [], [], [], 0
    with Gateway() as gateway:
        key = gateway.keys()["SUPABASE_PUBLISHABLE_KEY"]
        token = accounts(gateway, key, count)[0]["access_token"]
        headers = {"apikey": key, "Authorization": f"Bearer {token}"}
        user = f"{gateway.url}/auth/v1/user"
        for number in range(1, rounds + 1):
            say(f"  round {number} of {rounds}: bcrypt alone, GET /user alone, sign-ins alone, then both")
            raw.append(raw_bcrypt_rate(seconds, cores))
            quiet.append(probe(user, headers, seconds))
            text = storm(gateway, key, count, 4 * cores, seconds).communicate()[0]
            signed_in.append(rate(text))
            failures += failed(text)
            running = storm(gateway, key, count, 4 * cores, seconds + 2)
            time.sleep(1)
            busy.append(probe(user, headers, seconds))
            failures += failed(running.communicate()[0])
    return {
        "seconds": seconds, "connections": 4 * cores, "bcrypt_cost": BCRYPT_COST, "raw_bcrypt_per_second": raw,
        "sign_ins_per_second": signed_in, "ratio": statistics.median(signed_in) / statistics.median(raw), "target": 0.9,
        "user_p99_quiet_ms": quiet, "user_p99_storm_ms": busy,
        "user_p99_ratio": statistics.median(busy) / statistics.median(quiet), "user_p99_target": 5, "not_2xx": failures,
    }


def probe(url: str, headers: dict[str, str], seconds: int) -> float:
    """The 99th percentile of GET, in milliseconds, of one client that asks a hundred times a second: a load of its own
    would measure itself."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        connection.request("GET", parts.path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"GET {parts.path} answered {answer.status}")
        times.append((time.monotonic() - start) * 1000)
        time.sleep(0.01)
    return statistics.quantiles(times, n=100)[98]


def rate(text: str) -> float:
    return float(next(line for line in text.splitlines() if "Requests/sec" in line).split()[-1])


def failed(text: str) -> int:
    return sum(int(line.split()[-1]) for line in text.splitlines() if "Non-2xx" in line)


def say(text: str):
    print(text, flush=True)


# Refresh

# The statements of one refresh with rotation, as the gateway sends them: a look in one flight, the change in another, one
# row for the session and two for the audit log.
REFRESH_SCHEMA = """
create table bench_users (id uuid primary key, data jsonb not null default '{}');
create table bench_sessions (id uuid primary key, user_id uuid not null references bench_users on delete cascade, refreshed_at timestamp);
create table bench_tokens (
    id bigserial primary key, token text unique, parent text, revoked boolean, updated_at timestamptz,
    session_id uuid references bench_sessions on delete cascade);
create index on bench_tokens (session_id, revoked);
create index on bench_tokens (parent);
create table bench_audit (id uuid primary key default gen_random_uuid(), payload json, created_at timestamptz);
insert into bench_users select md5(n::text)::uuid, jsonb_build_object('email', 'bench' || n || '@example.org') from generate_series(0, 63) n;
insert into bench_sessions select md5('s' || n)::uuid, md5(n::text)::uuid, now() from generate_series(0, 63) n;
insert into bench_tokens (token, revoked, updated_at, session_id) select md5('t' || n), false, now(), md5('s' || n)::uuid from generate_series(0, 63) n;
"""
REFRESH_SCRIPT = r"""
\set client :client_id
begin;
select s.id from bench_sessions s where s.id = md5('s' || :client)::uuid for update;
select t.token, t.revoked, a.token from bench_tokens t left join lateral (select n.token from bench_tokens n where n.session_id = t.session_id and not n.revoked order by n.id desc limit 1) a on true where t.session_id = md5('s' || :client)::uuid and not t.revoked order by t.id desc limit 1 \gset before_
select u.data, s.refreshed_at from bench_users u join bench_sessions s on s.user_id = u.id where s.id = md5('s' || :client)::uuid;
update bench_tokens set revoked = true, updated_at = now() where token = :before_token;
insert into bench_tokens (token, parent, revoked, updated_at, session_id) values (md5(random()::text || :client), :before_token, false, now(), md5('s' || :client)::uuid);
update bench_sessions set refreshed_at = now() where id = md5('s' || :client)::uuid;
insert into bench_audit (payload, created_at) values ('{"action":"token_revoked"}', now());
insert into bench_audit (payload, created_at) values ('{"action":"token_refreshed"}', now());
end;
"""


def bench_refresh(seconds: int, rounds: int, output) -> dict:
    """Refreshes over HTTP on as many connections as pgbench has; each client follows its own chain of tokens."""
    clients, ours, reference = 8, [], []
    script = wrk_script(REFRESH_SCRIPT)
    with Gateway() as gateway:
        key = gateway.keys()["SUPABASE_PUBLISHABLE_KEY"]
        accounts(gateway, key, clients)
        uri, environment = database(gateway)
        output("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", uri, "-c", REFRESH_SCHEMA, env=environment)
        try:
            for number in range(1, rounds + 1):
                say(f"  round {number} of {rounds}: pgbench, then refreshes, {seconds} s each, {clients} clients")
                text = output(
                    servers.postgres_binaries() / "pgbench", "-n", "-M", "prepared", "-c", clients, "-j", 1, "-T", seconds,
                    "-f", script, uri, env=environment)
                reference.append(float(next(line for line in text.splitlines() if line.startswith("tps = ")).split()[2]))
                ours.append(refreshes(gateway, key, clients, seconds))
        finally:
            script.unlink()
    return {
        "clients": clients, "seconds": seconds, "refreshes_per_second": ours, "pgbench_tps": reference,
        "ratio": statistics.median(ours) / statistics.median(reference), "target": 0.5,
        "note": "The same database, disk and settings; the gateway also signs a token, counts the request and speaks HTTP.",
    }


def database(gateway: Gateway) -> tuple[str, dict[str, str]]:
    """The gateway's own cluster, so that both write to the same disk with the same settings."""
    lines = (gateway.data / "postgres" / "postmaster.pid").read_text().splitlines()
    return (
        f"postgresql:///postgres?host={lines[4]}&port={lines[3]}&user=supabase_admin",
        os.environ | {"PGPASSWORD": gateway.keys()["POSTGRES_PASSWORD"]})


# Every thread follows one chain: the token of an answer is the next request's.
CHAIN = """
local key, first = "{key}", {{ {tokens} }}
local counter = 0
function setup(thread) counter = counter + 1; thread:set("number", counter) end
function init() token = first[number] end
function request()
  return wrk.format("POST", "/auth/v1/token?grant_type=refresh_token",
    {{["apikey"] = key, ["Content-Type"] = "application/json"}}, '{{"refresh_token":"' .. token .. '"}}')
end
function response(status, headers, body)
  local next = string.match(body, '"refresh_token":"([^"]+)"')
  if next then token = next end
end
"""


def refreshes(gateway: Gateway, key: str, clients: int, seconds: int) -> float:
    tokens = []
    for number in range(clients):
        status, answer = Client(gateway.url, key).send(
            "POST", "/token?grant_type=password", {"email": f"storm{number}@bench.example", "password": PASSWORD})
        if status != 200:
            raise SystemExit(f"sign-in answered {status}: {answer}")
        tokens.append('"' + answer["refresh_token"] + '"')
    script = wrk_script(CHAIN.format(key=key, tokens=", ".join(tokens)))
    try:
        text = subprocess.run(
            ["wrk", f"-t{clients}", f"-c{clients}", f"-d{seconds}s", "-s", script, gateway.url], capture_output=True, text=True,
            check=True).stdout
    finally:
        script.unlink()
    if failed(text):
        raise SystemExit(f"refreshes were refused:\n{text}")
    return rate(text)


# Tokens

def bench_tokens(seconds: int, rounds: int, output) -> dict:
    result: dict = {"seconds": seconds, "target": 200_000}
    for algorithm in ("HS256", "ES256", "RS256"):
        measured = [
            json.loads(output(servers.binary(), "bench", "tokens", "--seconds", seconds, "--algorithm", algorithm))
            for _ in range(rounds)]
        result[algorithm] = {
            field: statistics.median(entry[field] for entry in measured)
            for field in ("verifications_per_second", "cached_per_second")}
    return result


def bench_auth(seconds: int, rounds: int, output) -> dict:
    return {
        "tokens": bench_tokens(min(seconds, 5), rounds, output),
        "sign_in": bench_sign_in(seconds, rounds),
        "refresh": bench_refresh(seconds, rounds, output),
    }


def report(auth: dict) -> list[str]:
    tokens, sign_in, refresh = auth["tokens"], auth["sign_in"], auth["refresh"]
    lines = [
        "## Verifying an access token, one core", "", "| | verifications/s | through the cache | target without it |",
        "| --- | ---: | ---: | ---: |"]
    for algorithm in ("HS256", "ES256", "RS256"):
        entry = tokens[algorithm]
        target = f"{tokens['target']:,}" if algorithm == "HS256" else ""
        lines.append(
            f"| {algorithm} | {entry['verifications_per_second']:,.0f} | {entry['cached_per_second']:,.0f} | {target} |")
    lines += [
        "", f"## A storm of sign-ins, {sign_in['connections']} connections, bcrypt cost {sign_in['bcrypt_cost']}", "",
        "| | a second (median) | ratio | target |", "| --- | ---: | ---: | ---: |",
        f"| libxcrypt alone, all cores | {statistics.median(sign_in['raw_bcrypt_per_second']):,.1f} | 1 | |",
        f"| sign-ins | {statistics.median(sign_in['sign_ins_per_second']):,.1f} | {sign_in['ratio']:.2f} | {sign_in['target']} |", "",
        f"p99 of GET /user: {statistics.median(sign_in['user_p99_quiet_ms']):.1f} ms quiet, "
        f"{statistics.median(sign_in['user_p99_storm_ms']):.1f} ms in the storm: {sign_in['user_p99_ratio']:.1f} times "
        f"(target under {sign_in['user_p99_target']}). Answers other than 2xx: {sign_in['not_2xx']}.", "",
        f"## Refresh with rotation, {refresh['clients']} clients", "", "| | a second (median) | ratio | target |",
        "| --- | ---: | ---: | ---: |",
        f"| pgbench -M prepared, the same statements | {statistics.median(refresh['pgbench_tps']):,.0f} | 1 | |",
        f"| POST /token?grant_type=refresh_token | {statistics.median(refresh['refreshes_per_second']):,.0f} | "
        f"{refresh['ratio']:.2f} | {refresh['target']} |", "", refresh["note"], ""]
    return lines
