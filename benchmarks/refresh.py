"""Refreshes with rotation over HTTP beside the statements that they run, played by pgbench in the same tables."""

import base64
import hashlib
import os
import pathlib
import re
import statistics
import subprocess
import tempfile

from accounts import PASSWORD, Client, accounts, email, failed, rate, wrk_script
from programs import pgbench
from recording import Scripts, Statement, logging
from servers import Gateway

CLIENTS = 8
ROLE = "supabase_auth_admin"
# pgbench can count but not hash: its tokens are numbers, of a client, of a round, of a refresh.
TOKEN = "1000000000000000000 + {client} * 100000000000000 + {round} * 10000000000"

# Every thread follows one chain: the token of an answer is the next request's.
CHAIN = """
local key, first = "{key}", {{ {tokens} }}
local counter = 0
function setup(thread) counter = counter + 1; thread:set("number", counter) end
function init() token = first[number] end
function request()
  return wrk.format("POST", "/auth/v1/token?grant_type=refresh_token",
    {{["apikey"] = key, ["Content-Type"] = "application/json", ["User-Agent"] = "wrk"}}, '{{"refresh_token":"' .. token .. '"}}')
end
function response(status, headers, body)
  local next = string.match(body, '"refresh_token":"([^"]+)"')
  if next then token = next end
end
"""


def measure(seconds: int, rounds: int, say) -> dict:
    """Refreshes on as many connections as pgbench has; each client of either follows its own session's chain of tokens."""
    ours, reference = [], []
    with Gateway() as gateway, tempfile.TemporaryDirectory(prefix="medmitra-bench-") as name:
        key = gateway.keys()["SUPABASE_PUBLISHABLE_KEY"]
        accounts(gateway, key, CLIENTS)
        recorded, varied = record(gateway, key)
        scripts = Scripts(gateway, {"refresh": recorded}, ROLE)
        script = pathlib.Path(name, "refresh.sql")
        script.write_text(text(scripts, varied))
        for number in range(1, rounds + 1):
            say(f"  round {number} of {rounds}: pgbench, then refreshes, {seconds} s each, {CLIENTS} clients")
            number_tokens(gateway, sign_in(gateway, key), number)
            reference.append(pgbench(
                script, CLIENTS, seconds, "-D", "loaded=0", "-D", "number=0", "-D", f"round={number}",
                environment=gateway.login(ROLE)))
            ours.append(refreshes(gateway, key, sign_in(gateway, key), seconds))
    return {
        "clients": CLIENTS, "seconds": seconds, "refreshes_per_second": ours, "pgbench_tps": reference,
        "ratio": statistics.median(ours) / statistics.median(reference), "target": 0.5,
        "statements": [statement.text for statement in recorded],
        "note": "pgbench plays the statements that PostgreSQL's log shows of one refresh, each a transaction as the gateway"
                " sends it, in the tables, sessions and indexes of the gateway: a client finds its session's token, the session and"
                " the user, then revokes the token, adds the next, marks the session and writes two rows to the audit log. Its"
                " tokens are numbers of 19 digits where the gateway stores digests of 50 characters, and its time stands still."
                " The gateway also checks the request, makes and signs an access token and speaks HTTP.",
    }


def sign_in(gateway: Gateway, key: str) -> list[str]:
    """A refresh token of a new session of each account."""
    tokens = []
    for number in range(CLIENTS):
        status, answer = Client(gateway.url, key).send(
            "POST", "/token?grant_type=password", {"email": email(number), "password": PASSWORD})
        if status != 200:
            raise SystemExit(f"sign-in answered {status}: {answer}")
        tokens.append(answer["refresh_token"])
    return tokens


def stored(token: str) -> str:
    return "sha256:" + base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")


# pgbench

def record(gateway: Gateway, key: str) -> tuple[list[Statement], dict[str, str]]:
    """The statements of a refresh, and the pgbench variable that stands for each value that is another in each."""
    chain = sign_in(gateway, key)[:1]

    def refresh():
        status, answer = Client(gateway.url, key).send(
            "POST", "/token?grant_type=refresh_token", {"refresh_token": chain[-1]})
        if status != 200:
            raise SystemExit(f"a refresh answered {status}: {answer}")
        chain.append(answer["refresh_token"])

    with logging(gateway, ROLE) as listen:
        # The service may do other things at the same time: what two refreshes have in common is a refresh's.
        listed, again = listen(refresh), listen(refresh)
    if [statement.text for statement in listed] != [statement.text for statement in again]:
        raise SystemExit("PostgreSQL's log shows two refreshes with different statements")
    # One reads and one writes; the script below plays these, with nothing around them.
    versions = [] if len(listed) != 2 else re.findall(r"\.xmin = \$(\d+)::xid", listed[1].text)
    if len(versions) != 1 or not listed[0].text.startswith("select s.xmin::text,"):
        raise SystemExit("a refresh runs other statements than this benchmark can play: " + "; ".join(s.text for s in listed))
    return listed, {
        stored(chain[0]): ":token", stored(chain[1]): ":next", listed[1].parameters[int(versions[0]) - 1]: ":found_xmin"}


def text(scripts: Scripts, varied: dict[str, str]) -> str:
    def statement(number: int) -> str:
        played = scripts.statement("refresh", number)
        for place, value in enumerate(scripts.recorded["refresh"][number].parameters, 1):
            if value in varied:
                played = re.sub(rf":s{number}p{place}\b", varied[value], played)
        return played

    return "\n".join([
        *scripts.load("refresh", varied), f"\\set token {TOKEN.format(client=':client_id', round=':round')} + :number",
        "\\set number :number + 1", "\\set next :token + 1", statement(0) + " \\gset found_", statement(1) + " \\gset done_"]) + "\n"


def number_tokens(gateway: Gateway, tokens: list[str], round: int):
    """Gives the tokens of new sessions the numbers that pgbench's clients begin with."""
    gateway.sql("".join(
        f"update auth.refresh_tokens set token = ({TOKEN.format(client=client, round=round)})::text where token = '{stored(token)}';"
        for client, token in enumerate(tokens)))


# HTTP

def refreshes(gateway: Gateway, key: str, tokens: list[str], seconds: int) -> float:
    quoted = ", ".join(f'"{token}"' for token in tokens)
    script = wrk_script(CHAIN.format(key=key, tokens=quoted))
    try:
        text = subprocess.run(
            ["wrk", f"-t{CLIENTS}", f"-c{CLIENTS}", f"-d{seconds}s", "-s", script, gateway.url], capture_output=True, text=True,
            check=True).stdout
    finally:
        os.unlink(script)
    if failed(text):
        raise SystemExit(f"refreshes were refused:\n{text}")
    return rate(text)


def report(measured: dict) -> list[str]:
    return [
        f"## Refresh with rotation, {measured['clients']} clients", "", "| | a second (median) | ratio | target |",
        "| --- | ---: | ---: | ---: |",
        f"| pgbench -M prepared, the same statements | {statistics.median(measured['pgbench_tps']):,.0f} | 1 | |",
        f"| POST /token?grant_type=refresh_token | {statistics.median(measured['refreshes_per_second']):,.0f} | "
        f"{measured['ratio']:.2f} | {measured['target']} |", "", measured["note"], ""]
