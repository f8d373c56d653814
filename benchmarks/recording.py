"""The statements that a request runs, taken from PostgreSQL's own log, so that pgbench measures what the server really does."""

import contextlib
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


@contextlib.contextmanager
def logging(gateway: Gateway, role: str):
    """While PostgreSQL logs the statements of `role`: a function that gives those of what it calls."""
    log = gateway.data / "postgres.log"

    def listen(act) -> list[Statement]:
        start = log.stat().st_size
        act()
        with open(log, encoding="utf-8") as file:
            file.seek(start)
            return statements(file.read())

    settings = {"log_statement": "all", "log_min_messages": "log", "log_error_verbosity": "default"}
    gateway.sql("".join(f"alter role {role} set {name} = '{value}';" for name, value in settings.items()))
    renew_connections(gateway, role)
    try:
        yield listen
    finally:
        gateway.sql("".join(f"alter role {role} reset {name};" for name in settings))
        renew_connections(gateway, role)


def record(gateway: Gateway, requests: dict[str, Request], headers: dict[str, str]) -> dict[str, list[Statement]]:
    """The statements of each request, the one that sets role and claims first."""
    recorded = {}
    with logging(gateway, "authenticator") as listen:
        for name, request in requests.items():
            recorded[name] = listen(lambda request=request: send(gateway, request, headers))
            if len(recorded[name]) < 2:
                raise SystemExit(f"PostgreSQL's log does not show the statements of {name}")
    return recorded


def renew_connections(gateway: Gateway, role: str):
    """Role settings count from the next connection on."""
    gateway.sql(
        f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}' and query not like 'listen%'")
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

    def __init__(self, gateway: Gateway, recorded: dict[str, list[Statement]], role: str = "authenticator"):
        self.recorded = recorded
        rows = [
            {"shape": shape, "name": name, "value": value} for shape in recorded for name, value in self.parameters(shape)]
        tag = "$bench$"
        gateway.sql(f"""
            create schema bench; create table bench.parameters (shape text, name text, value text);
            insert into bench.parameters select * from json_populate_recordset(null::bench.parameters, {tag}{json.dumps(rows)}{tag});
            grant usage on schema bench to {role}; grant select on bench.parameters to {role};
        """)

    def text(self, shape: str, varied: dict[str, str], pipelined: bool, begins: bool) -> str:
        """`varied` replaces a recorded value by a pgbench expression."""
        drawn = [
            f"\\set {name} {varied[value]}" for name, value in self.parameters(shape) if value in varied]
        lines = [self.statement(shape, number) + ";" for number in range(len(self.recorded[shape]))]
        if begins:
            lines = ["begin;", *lines, "commit;"]
        if pipelined:
            lines = ["\\startpipeline", *lines, "\\endpipeline"]
        return "\n".join([*self.load(shape, varied), *drawn, *lines]) + "\n"

    def parameters(self, shape: str):
        """Name and recorded value of each."""
        for number, statement in enumerate(self.recorded[shape]):
            for place, value in enumerate(statement.parameters, 1):
                yield f"s{number}p{place}", value

    def load(self, shape: str, but) -> list[str]:
        """Commands that set, once a client, all parameters whose values are not in `but`."""
        loaded = [
            f"max(value) filter (where name = '{name}') as {name}" for name, value in self.parameters(shape) if value not in but]
        return [
            "\\if :loaded = 0", f"select {', '.join(loaded)} from bench.parameters where shape = '{shape}' \\gset",
            "\\set loaded 1", "\\endif"]

    def statement(self, shape: str, number: int) -> str:
        return re.sub(r"\$(\d+)", rf":s{number}p\1", self.recorded[shape][number].text)
