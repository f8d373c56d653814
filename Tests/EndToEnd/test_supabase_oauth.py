"""Other providers through the Python client that apps use."""

import hashlib
import secrets
import urllib.parse

import httpx
import pytest
import supabase_auth.errors

from conftest import keep_logs
from support.confidential import confide
from support.doctors import client_of, new_doctor
from support.external import External, external


@pytest.fixture(scope="module")
def world():
    with external("oauth") as running:
        yield running
        keep_logs(running.server)
        running.server.discard()


def new_person() -> str:
    return confide(f"dr.{secrets.token_hex(5)}@clinic.example")


def walk(world: External, url: str) -> urllib.parse.SplitResult:
    """Follows redirects as a browser would, up to the app."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        while not url.startswith(world.app.url):
            answer = client.get(url)
            assert answer.status_code in (302, 303), f"{url}: {answer.status_code} {answer.text}"
            url = answer.headers["location"]
    return urllib.parse.urlsplit(url)


def start(client, world: External, email: str) -> str:
    answer = client.auth.sign_in_with_oauth({
        "provider": "google", "options": {
            "redirect_to": f"{world.app.url}/auth/callback", "scopes": "openid",
            "query_params": {"prompt": "none", "login_hint": email}}})
    assert answer.provider == "google" and answer.url.startswith(f"{world.server.url}/auth/v1/authorize?")
    return answer.url


def code_of(landed: urllib.parse.SplitResult) -> str:
    query = dict(urllib.parse.parse_qsl(landed.query))
    assert set(query) == {"code"}, query
    return query["code"]


def sign_in(world: External, email: str):
    client = client_of(world.server)
    code = code_of(walk(world, start(client, world, email)))
    answer = client.auth.exchange_code_for_session({"auth_code": code})
    confide(answer.session.access_token)
    return client, answer


def test_a_code_becomes_a_session(world):
    email = new_person()
    client, answer = sign_in(world, email)
    assert answer.user.email == email
    assert answer.session.provider_token and answer.session.provider_refresh_token
    assert client.auth.get_user().user.id == answer.user.id
    client.auth.refresh_session()
    assert [identity.provider for identity in client.auth.get_user_identities().identities] == ["google"]
    client.auth.sign_out()
    assert client.auth.get_session() is None


def test_a_code_of_another_client_is_worth_nothing(world):
    thief, victim = client_of(world.server), client_of(world.server)
    start(thief, world, new_person())
    code = code_of(walk(world, start(victim, world, new_person())))
    with pytest.raises(supabase_auth.errors.AuthApiError) as caught:
        thief.auth.exchange_code_for_session({"auth_code": code})
    assert (caught.value.status, caught.value.code) == (400, "bad_code_verifier")
    assert victim.auth.exchange_code_for_session({"auth_code": code}).user is not None


def test_an_id_token_becomes_a_session(world):
    email, nonce = new_person(), secrets.token_urlsafe(16)
    token = world.provider.id_token(email, nonce=hashlib.sha256(nonce.encode()).hexdigest())
    client = client_of(world.server)
    answer = client.auth.sign_in_with_id_token({"provider": "google", "token": token, "nonce": nonce})
    confide(answer.session.access_token)
    assert answer.user.email == email
    # By the browser it is the same account.
    assert sign_in(world, email)[1].user.id == answer.user.id


@pytest.mark.parametrize(("change", "nonce", "message"), [
    ({"aud": "somebody-else"}, None, "Unacceptable audience in id_token: [somebody-else]"),
    ({"iss": "https://accounts.google.com"}, None, "Bad ID token"),
    ({"exp": 1}, None, "Bad ID token"),
    ({}, "a nonce", "Passed nonce and nonce in id_token should either both exist or not."),
    ({"nonce": "x"}, "a nonce", "Nonces mismatch"),
])
def test_an_id_token_that_will_not_do(world, change, nonce, message):
    credentials = {"provider": "google", "token": world.provider.id_token(new_person(), **change)}
    if nonce:
        credentials["nonce"] = nonce
    with pytest.raises(supabase_auth.errors.AuthApiError) as caught:
        client_of(world.server).auth.sign_in_with_id_token(credentials)
    assert (caught.value.status, caught.value.message) == (400, message)


def test_identities_are_linked_and_unlinked(world):
    doctor = new_doctor(world.server)
    private = new_person()
    answer = doctor.client.auth.link_identity({
        "provider": "google", "options": {
            "redirect_to": f"{world.app.url}/auth/callback",
            "query_params": {"prompt": "none", "login_hint": private}}})
    landed = walk(world, answer.url)
    code = dict(urllib.parse.parse_qsl(landed.query)).get("code")
    if code:
        doctor.client.auth.exchange_code_for_session({"auth_code": code})
    identities = doctor.client.auth.get_user_identities().identities
    assert sorted(identity.provider for identity in identities) == ["email", "google"]
    assert doctor.client.auth.get_user().user.email == doctor.email
    google = next(identity for identity in identities if identity.provider == "google")
    doctor.client.auth.unlink_identity(google)
    assert [identity.provider for identity in doctor.client.auth.get_user_identities().identities] == ["email"]
    doctor.http.close()


def test_a_verified_address_joins_its_account_and_an_unverified_one_does_not(world):
    doctor = new_doctor(world.server)
    assert sign_in(world, doctor.email)[1].user.id == doctor.id
    other = new_doctor(world.server)
    world.provider.changes = {"email_verified": False}
    try:
        stranger = sign_in(world, other.email)[1]
    finally:
        world.provider.changes = {}
    assert stranger.user.id != other.id and stranger.user.email == ""
    doctor.http.close()
    other.http.close()


def test_the_settings_name_the_provider(world):
    answer = httpx.get(
        f"{world.server.url}/auth/v1/settings", trust_env=False,
        headers={"apikey": world.server.keys()["SUPABASE_PUBLISHABLE_KEY"]})
    assert answer.json()["external"]["google"] is True and answer.json()["external"]["github"] is False
