"""Sign-in with a provider in a real browser: MedMitra's own way in, with Google's shape."""

import secrets
import urllib.parse

import httpx
import pytest

from conftest import keep_logs
from support.browser import Browser
from support.confidential import confide
from support.external import External, external


@pytest.fixture(scope="module")
def world():
    with external("browser") as running:
        yield running
        keep_logs(running.server)
        running.server.discard()


@pytest.fixture
def browser():
    opened = Browser()
    yield opened
    opened.close()


def new_person() -> str:
    return confide(f"dr.{secrets.token_hex(5)}@clinic.example")


def test_the_whole_way_of_the_app(world: External, browser: Browser):
    email = new_person()
    hint = urllib.parse.urlencode({"login_hint": email, "access_type": "offline"})
    shown = browser.result(f"{world.app.url}/login?{hint}")
    assert shown["exchange"] == 200 and shown["next"] == "/cases", shown
    user = shown["user"]
    assert user["email"] == email and user["email_confirmed_at"]
    assert user["app_metadata"] == {"provider": "google", "providers": ["google"]}
    known = world.provider.claims(email)
    assert user["user_metadata"] == {
        "iss": world.provider.issuer, "sub": known["sub"], "provider_id": known["sub"], "name": known["name"],
        "full_name": known["name"], "picture": known["picture"], "avatar_url": known["picture"], "email": email,
        "email_verified": True, "phone_verified": False}
    assert shown["has_provider_token"] and not shown["refreshed_has_provider_token"]
    assert shown["again"] == 404, "a code works once"
    assert (shown["refreshed"], shown["signed_out"]) == (200, 204)
    assert shown["after"] == [403, "session_not_found"]


def test_the_same_person_is_the_same_account(world: External, browser: Browser):
    email = new_person()
    first = browser.result(f"{world.app.url}/login?login_hint={email}")
    second = browser.result(f"{world.app.url}/login?login_hint={email}")
    assert first["user"]["id"] == second["user"]["id"]


def test_tokens_in_the_fragment(world: External, browser: Browser):
    email = new_person()
    shown = browser.result(f"{world.app.url}/implicit?login_hint={email}")
    assert shown["names"] == [
        "access_token", "expires_at", "expires_in", "provider_refresh_token", "provider_token", "refresh_token", "sb",
        "token_type"]
    assert shown["user"]["email"] == email


def test_a_person_who_says_no(world: External, browser: Browser):
    shown = browser.result(f"{world.app.url}/login?refuse=1")
    assert (shown["error"], shown["error_description"]) == ("access_denied", "The person said no & left")
    assert shown["next"] == "/cases" and "exchange" not in shown
    implicit = browser.result(f"{world.app.url}/implicit?refuse=1")
    assert implicit["names"] == ["error", "error_description", "sb"]


def test_nobody_is_signed_in_with_a_link_of_somebody_elses_browser(world: External, browser: Browser):
    """The attacker signs in up to the last redirect and hands that link on."""
    with httpx.Client(trust_env=False) as attacker:
        start = attacker.get(world.app.authorize_url("/landed", prompt="none", login_hint=new_person()))
        callback = attacker.get(start.headers["location"]).headers["location"]
    assert callback.startswith(f"{world.server.url}/auth/v1/callback?")
    shown = browser.result(callback)
    assert shown["error_code"] == "bad_oauth_state" and "user" not in shown


def test_a_link_that_was_used_leads_home(world: External, browser: Browser):
    with httpx.Client(trust_env=False) as client:
        start = client.get(world.app.authorize_url("/landed", prompt="none", login_hint=new_person()))
        callback = client.get(start.headers["location"]).headers["location"]
        landed = client.get(callback)
        assert landed.status_code == 302 and "#access_token=" in landed.headers["location"]
    assert browser.result(callback)["error_code"] == "bad_oauth_state"
