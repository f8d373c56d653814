"""Resident memory that one large request needs above what the idle server has."""

import json
import time
import urllib.error
import urllib.request

from recording import Request, send
from servers import Gateway, request

# Megabytes of a body, and what PostgREST allows itself for it (its own memory tests).
GATES = {1: 22, 10: 32, 50: 78}
READS = (4, 50)
# What reads of any size may differ by, for allocators are not exact.
FLAT_WITHIN = 8
ROW_BYTES = 1000

SCHEMA = f"""
create table public.bench_documents (id bigint generated always as identity primary key, body text not null);
create function public.bench_swallow(body text) returns void language sql as 'select';
create function public.bench_documents_of(megabytes int) returns table (id int, body text) language sql stable rows 50000 as
    $$ select number, repeat('y', {ROW_BYTES} - 20) from generate_series(1, megabytes * 1000000 / {ROW_BYTES}) number $$;
grant all on public.bench_documents to service_role;
"""


def wait_for_schema(gateway: Gateway, function: str, seconds: int = 30):
    """Waits until the schema cache knows `function`, the last that was made."""
    key = gateway.keys()["SUPABASE_SECRET_KEY"]
    deadline = time.monotonic() + seconds

    def known() -> bool:
        try:
            return f"/rpc/{function}" in request("GET", f"{gateway.url}/rest/v1/", headers={"apikey": key})["paths"]
        except urllib.error.HTTPError as refused:
            # Not loaded for the first time yet.
            if refused.code != 503:
                raise
            return False

    while not known():
        if time.monotonic() > deadline:
            raise SystemExit(f"the schema cache does not learn of {function}")
        time.sleep(0.1)


def called(megabytes: float) -> Request:
    return Request("POST", "/rest/v1/rpc/bench_swallow?columns=body", json.dumps({"body": "x" * int(megabytes * 1e6)}))


def inserted(megabytes: float) -> Request:
    row = json.dumps({"body": "x" * (ROW_BYTES - 12)}, separators=(",", ":"))
    return Request("POST", "/rest/v1/bench_documents", "[" + ",".join([row] * int(megabytes * 1e6 / len(row))) + "]")


def read(megabytes: float) -> Request:
    return Request("GET", f"/rest/v1/rpc/bench_documents_of?megabytes={max(1, int(megabytes))}")


KINDS = {
    "call": ("POST to a function", called, GATES), "insert": ("POST of rows", inserted, GATES),
    "read": ("read", read, dict.fromkeys(READS)),
}


def measure(say) -> dict:
    results = {}
    for kind, (label, make, sizes) in KINDS.items():
        say(f"  memory: {label} of {', '.join(map(str, sizes))} MB")
        # A server of its own: what the allocator keeps of one kind would count for the next.
        with Gateway({"DB_MAX_ROWS": "1000000"}) as gateway:
            gateway.sql(SCHEMA)
            wait_for_schema(gateway, "bench_documents_of")
            headers = {"apikey": gateway.keys()["SUPABASE_SECRET_KEY"]}
            # Code and connections of the road are there afterwards.
            for _ in range(5):
                send(gateway, make(0.01), headers)
            idle = gateway.memory("VmRSS")
            rows = []
            for size, gate in sizes.items():
                made = make(size)
                gateway.forget_peak()
                got = len(send(gateway, made, headers))
                rows.append({
                    "megabytes": size, "body_bytes": len(made.body) if made.body else got, "gate_mib": gate,
                    "above_idle_mib": gateway.memory("VmHWM") - idle, "kept_mib": gateway.memory("VmRSS") - idle})
            results[kind] = {"label": label, "idle_mib": idle, "sizes": rows}
    return results


def report(measured: dict) -> list[str]:
    lines = [
        "### Memory of one large request: peak resident above idle", "",
        "| | MiB above idle | kept afterwards | gate |", "| --- | ---: | ---: | ---: |"]
    for kind, entry in measured.items():
        smallest = entry["sizes"][0]["above_idle_mib"]
        for row in entry["sizes"]:
            gate = row["gate_mib"]
            if gate is None:
                gate = f"{smallest:.0f} ± {FLAT_WITHIN}" if row is not entry["sizes"][0] else ""
            lines.append(
                f"| {entry['label']} of {row['megabytes']} MB | {row['above_idle_mib']:.0f} | {row['kept_mib']:.0f} | {gate} |")
    return lines + [""]
