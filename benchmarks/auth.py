"""What signing in costs: a storm of sign-ins, refreshes with rotation, and verifications of tokens."""

import http.client
import json
import os
import statistics
import subprocess
import time
import urllib.parse

import refresh
import servers
from accounts import PASSWORD, accounts, failed, rate, wrk_script
from servers import Gateway

# GoTrue's own cost, which the gateway uses: every sign-in is one such hash.
BCRYPT_COST = 10


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


def say(text: str):
    print(text, flush=True)


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
        "refresh": refresh.measure(seconds, rounds, say),
    }


def report(auth: dict) -> list[str]:
    tokens, sign_in = auth["tokens"], auth["sign_in"]
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
        *refresh.report(auth["refresh"])]
    return lines
