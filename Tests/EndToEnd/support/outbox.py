"""The mails that a server without a mail server keeps for this machine."""

import re
import urllib.parse

import httpx

from .confidential import confide
from .server import Server


class Mail:
    def __init__(self, kept: dict):
        self.type: str = kept["type"]
        self.text: str = kept["text"]

    @property
    def code(self) -> str:
        return re.search(r"\b(\d{6})\b", self.text)[1]

    @property
    def link(self) -> str:
        return confide(re.search(r"https?://\S+/verify\?\S+", self.text)[0])


def mails(server: Server, address: str) -> list[Mail]:
    """Those to an address, the newest first."""
    answer = httpx.get(f"{server.url}/outbox/messages", params={"to": address}, trust_env=False, timeout=30)
    assert answer.status_code == 200, answer.text
    return [Mail(kept) for kept in answer.json()["messages"]]


def newest(server: Server, address: str, type: str) -> Mail:
    found = mails(server, address)
    assert found and found[0].type == type, [mail.type for mail in found]
    return found[0]


def followed(link: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """Where a link leads, as a person's browser would be sent: the address, its query and its fragment."""
    answer = httpx.get(link, headers={"user-agent": "Mozilla/5.0 Firefox/140"}, trust_env=False, timeout=30)
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    parts = urllib.parse.urlsplit(location)
    return location, dict(urllib.parse.parse_qsl(parts.query)), dict(urllib.parse.parse_qsl(parts.fragment))
