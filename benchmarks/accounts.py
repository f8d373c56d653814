"""Accounts for the benchmarks of auth, and the clients that use them."""

import http.client
import json
import pathlib
import tempfile
import urllib.parse

from servers import Gateway

PASSWORD = "a password of the storm"


def email(number: int) -> str:
    return f"storm{number}@bench.example"


class Client:
    """One connection, kept alive, as a server in front of the gateway would have it."""

    def __init__(self, url: str, key: str):
        self.parts = urllib.parse.urlsplit(url)
        self.key = key
        self.connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=60)

    def send(self, method: str, path: str, body: dict | None = None, bearer: str | None = None) -> tuple[int, dict]:
        headers = {"apikey": self.key, "Content-Type": "application/json", "User-Agent": "wrk"}
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
    status, first = client.send("POST", "/signup", {"email": email(0), "password": PASSWORD})
    if status != 200:
        raise SystemExit(f"sign-up answered {status}: {first}")
    made = [first]
    for number in range(1, count):
        status, answer = client.send(
            "POST", "/admin/users", {"email": email(number), "password": PASSWORD, "email_confirm": True}, service)
        if status != 200:
            raise SystemExit(f"making an account answered {status}: {answer}")
        made.append(answer)
    return made


def wrk_script(body: str) -> pathlib.Path:
    script = pathlib.Path(tempfile.mkstemp(suffix=".lua")[1])
    script.write_text(body)
    return script


def rate(text: str) -> float:
    return float(next(line for line in text.splitlines() if "Requests/sec" in line).split()[-1])


def failed(text: str) -> int:
    return sum(int(line.split()[-1]) for line in text.splitlines() if "Non-2xx" in line)
