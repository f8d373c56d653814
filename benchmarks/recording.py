"""The statements that a request runs, taken from PostgreSQL's own log, so that pgbench measures what the server really does."""

import dataclasses
import json
import re
import time
import urllib.error
import urllib.request

from servers import Gateway

# Extended protocol, as the server logs it: the statement, then its parameters with doubled quotes.
EXECUTED = re.compile(r"LOG:  execute [^:\n]*: (.*?)(?=^\d{4}-\d\d-\d\d |\Z)", re.MULTILINE | re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = (?:'((?:[^']|'')*)'|NULL)")
PARAMETERS = re.compile(r"^\d{4}-\d\d-\d\d .*?DETAIL:  parameters: (.*?)(?=^\d{4}-\d\d-\d\d |\Z)", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass
class Request:
    method: str
    path: str
    body: str | None = None


@dataclasses.dataclass
class Statement:
    text: str
    parameters: list[str]


def send(gateway: Gateway, request: Request, headers: dict[str, str]) -> bytes:
    data = None if request.body is None else request.body.encode()
    made = urllib.request.Request(
        gateway.url + request.path, data, {"Content-Type": "application/json"} | headers, method=request.method)
    try:
        with urllib.request.urlopen(made, timeout=120) as answer:
            return answer.read()
    except urllib.error.HTTPError as refused:
        raise SystemExit(f"{request.method} {request.path}: {refused.code} {refused.read()[:500].decode()}")


def record(gateway: Gateway, requests: dict[str, Request], headers: dict[str, str]) -> dict[str, list[Statement]]:
    """The statements of each request, the one that sets role and claims first."""
    log = gateway.data / "postgres.log"
    gateway.sql("""
        alter role authenticator set log_statement = 'all';
        alter role authenticator set log_min_messages = 'log';
        alter role authenticator set log_error_verbosity = 'default';
    """)
    renew_connections(gateway)
    recorded = {}
    try:
        for name, request in requests.items():
            start = log.stat().st_size
            send(gateway, request, headers)
            with open(log, encoding="utf-8") as file:
                file.seek(start)
                recorded[name] = statements(file.read())
            if len(recorded[name]) < 2:
                raise SystemExit(f"PostgreSQL's log does not show the statements of {name}")
    finally:
        gateway.sql("""
            alter role authenticator reset log_statement;
            alter role authenticator reset log_min_messages;
            alter role authenticator reset log_error_verbosity;
        """)
        renew_connections(gateway)
    return recorded


def renew_connections(gateway: Gateway):
    """Role settings count from the next connection on."""
    gateway.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'authenticator' and query not like 'listen%'")
    time.sleep(1)


def statements(log: str) -> list[Statement]:
    found = []
    for match in EXECUTED.finditer(log):
        detail = PARAMETERS.match(log, match.end())
        values = [] if detail is None else [
            value.replace("''", "'") for _, value in PARAMETER.findall(detail[1])]
        found.append(Statement(match[1].strip(), values))
    return found


class Scripts:
    """pgbench scripts of recorded statements. Parameters are values too long or too private for a command line, so they
    come from a table, once a connection."""

    def __init__(self, gateway: Gateway, recorded: dict[str, list[Statement]]):
        self.recorded = recorded
        rows = [
            {"shape": shape, "name": f"s{number}p{place}", "value": value}
            for shape, listed in recorded.items() for number, statement in enumerate(listed)
            for place, value in enumerate(statement.parameters, 1)]
        tag = "$bench$"
        gateway.sql(f"""
            create schema bench; create table bench.parameters (shape text, name text, value text);
            insert into bench.parameters select * from json_populate_recordset(null::bench.parameters, {tag}{json.dumps(rows)}{tag});
            grant usage on schema bench to authenticator; grant select on bench.parameters to authenticator;
        """)

    def text(self, shape: str, varied: dict[str, str], pipelined: bool, begins: bool) -> str:
        """`varied` replaces a recorded value by a pgbench expression."""
        loaded, drawn, lines = [], [], []
        for number, statement in enumerate(self.recorded[shape]):
            for place, value in enumerate(statement.parameters, 1):
                name = f"s{number}p{place}"
                if value in varied:
                    drawn.append(f"\\set {name} {varied[value]}")
                else:
                    loaded.append(f"max(value) filter (where name = '{name}') as {name}")
            lines.append(re.sub(r"\$(\d+)", rf":s{number}p\1", statement.text) + ";")
        if begins:
            lines = ["begin;", *lines, "commit;"]
        if pipelined:
            lines = ["\\startpipeline", *lines, "\\endpipeline"]
        return "\n".join([
            "\\if :loaded = 0", f"select {', '.join(loaded)} from bench.parameters where shape = '{shape}' \\gset",
            "\\set loaded 1", "\\endif", *drawn, *lines]) + "\n"
