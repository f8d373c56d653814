"""What somebody tries who has nothing but the publishable key."""

import secrets
import socket

import httpx
import pytest

from support.clients import SyncClient
from support.confidential import confide
from support.server import Server, free_port
from test_supabase_clients import options, signed_in, walk


def address() -> str:
    return confide(f"attacked-{secrets.token_hex(5)}@clinic.example")


class Site:
    def __init__(self, server: Server):
        self.server, keys = server, server.keys()
        self.web = httpx.Client(
            base_url=f"{server.url}/auth/v1", headers={"apikey": keys["SUPABASE_PUBLISHABLE_KEY"]}, timeout=60,
            trust_env=False)
        self.operator = {"apikey": keys["SUPABASE_SECRET_KEY"]}

    def account(self, password: str = "a password that is long", **fields) -> str:
        email = address()
        made = self.web.post("/admin/users", headers=self.operator, json={
            "email": email, "password": confide(password), "email_confirm": True} | fields)
        assert made.status_code == 200, made.text
        return email

    def sign_in(self, email: str, password: str = "a password that is long") -> httpx.Response:
        answer = self.web.post("/token", params={"grant_type": "password"}, json={"email": email, "password": password})
        if answer.status_code == 200:
            confide(answer.json()["access_token"]), confide(answer.json()["refresh_token"])
        return answer


@pytest.fixture
def site(people):
    return Site(people.server)


@pytest.fixture
def other_site(spare_server):
    """Makes a site with settings of its own."""
    def make(name: str, **settings: str) -> Site:
        return Site(spare_server(name, env={"ENABLE_EMAIL_AUTOCONFIRM": "false"} | settings).start())
    return make


OTHER_AUDIENCE = {"X-JWT-AUD": "somebody-elses"}


@pytest.mark.parametrize(("path", "fields"), [
    ("/otp", {}), ("/magiclink", {}), ("/recover", {}), ("/signup", {"password": "a password that is long"})])
def test_another_audience_does_not_tell_who_has_an_account(site, path, fields):
    answers = {
        site.web.post(path, headers=OTHER_AUDIENCE, json={"email": email} | fields).status_code
        for email in (site.account(), address())}
    assert len(answers) == 1 and max(answers) < 500, answers


def test_an_account_for_another_audience_does_not_take_the_address(site):
    email = address()
    site.web.post(
        "/signup", headers=OTHER_AUDIENCE, json={"email": email, "password": confide("the attacker's password")})
    answer = site.web.post("/signup", json={"email": email, "password": confide("the owner's password")})
    assert answer.status_code == 200, answer.text


def test_nobody_chooses_the_audience_of_their_token(site):
    guest = site.web.post("/signup", headers=OTHER_AUDIENCE, json={})
    assert guest.status_code != 200 or guest.json()["user"]["aud"] == "authenticated"


@pytest.mark.parametrize("data", [
    {"picture": "x" * 20_000}, {"deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}],
    ids=["large", "deep"])
def test_whoever_can_store_metadata_can_still_sign_in(site, data):
    """Upstream's limit is the request's; here a token has one too, and what is too much for it must not be stored."""
    email = site.account()
    bearer = {"Authorization": f"Bearer {site.sign_in(email).json()['access_token']}"}
    stored = site.web.put("/user", headers=bearer, json={"data": data})
    assert stored.status_code in (200, 400, 413, 422)
    again = site.sign_in(email)
    assert again.status_code == 200, again.text
    token = {"Authorization": f"Bearer {again.json()['access_token']}"}
    assert site.web.get("/user", headers=token).status_code == 200


@pytest.mark.parametrize("blocking", [
    ("/resend", {"type": "email_change"}), ("/resend", {"type": "signup"}),
    ("/signup", {"password": "another password"})], ids=["change", "confirmation", "sign-up"])
def test_a_request_that_sends_nothing_keeps_no_mail_back(other_site, blocking):
    """Otherwise one request a minute keeps somebody from ever recovering a password."""
    site = other_site("quiet")
    email, (path, fields) = site.account(), blocking
    assert site.web.post(path, json={"email": email} | fields).status_code == 200
    answer = site.web.post("/recover", json={"email": email})
    assert answer.status_code == 200, answer.text


def test_a_mail_server_that_is_down_does_not_tell_who_has_an_account(other_site):
    site = other_site("unreachable", **{
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(free_port()), "SMTP_ADMIN_EMAIL": "no-reply@clinic.example",
        "SMTP_TLS": "none"})
    known, unknown = (
        site.web.post("/recover", json={"email": email}).status_code for email in (site.account(), address()))
    assert known == unknown


def test_a_link_that_somebody_else_began_gives_them_nothing(people):
    """The attacker begins to link and has the victim go on: without the attacker's verifier nothing may be linked."""
    attacker, victim = SyncClient(people.server), people.address()
    signed_in(attacker, people.person(people.admin(SyncClient)))
    walk(people, attacker.auth.link_identity(options(people, victim)).url)
    assert [identity.provider for identity in attacker.auth.get_user_identities().identities] == ["email"]
    attacker.close()


def test_a_request_has_one_host(server):
    """RFC 9112, section 3.2: none or two are answered with 400."""
    port = httpx.URL(server.url).port
    for hosts in (b"", b"Host: one.example\r\nHost: two.example\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
            assert connection.recv(64).startswith(b"HTTP/1.1 400 "), hosts
