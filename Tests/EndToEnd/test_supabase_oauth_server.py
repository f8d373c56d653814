"""The OAuth 2.1 server: the operator's clients through supabase-py, and apps of others by plain HTTP, as they come."""

import base64
import concurrent.futures
import hashlib
import secrets
import urllib.parse

import httpx
import pytest
import supabase_auth.errors
from supabase_auth.types import CreateOAuthClientParams, PageParams, UpdateOAuthClientParams

from support import tokens
from support.confidential import confide
from support.doctors import client_of, new_doctor
from support.server import Server

REDIRECT = "https://client.example.org/callback"
PAGE = "/oauth/consent"


@pytest.fixture(scope="module")
def oauth():
    running = Server("oauth", env={
        "GOTRUE_OAUTH_SERVER_ENABLED": "true", "GOTRUE_OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION": "true",
        "GOTRUE_OAUTH_SERVER_AUTHORIZATION_PATH": PAGE, "SITE_URL": "https://app.example.org"}).start()
    yield running
    running.discard()


@pytest.fixture(scope="module")
def doctor(oauth):
    person = new_doctor(oauth)
    yield person
    person.http.close()


@pytest.fixture(scope="module")
def admin(oauth):
    return client_of(oauth, oauth.keys()["SUPABASE_SECRET_KEY"]).auth.admin.oauth


@pytest.fixture(scope="module")
def web(oauth):
    """A program of somebody else's: it has no API key and follows no redirects."""
    with httpx.Client(base_url=f"{oauth.url}/auth/v1", timeout=60, trust_env=False, follow_redirects=False) as client:
        yield client


def parameters(**changes):
    return CreateOAuthClientParams(client_name="An app", redirect_uris=[REDIRECT], **changes)


def proof() -> tuple[str, str]:
    verifier = confide(secrets.token_urlsafe(32))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return verifier, challenge


def query_of(url: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def user_http(oauth, doctor) -> dict[str, str]:
    return {"Authorization": f"Bearer {doctor.token}", "apikey": oauth.keys()["SUPABASE_PUBLISHABLE_KEY"]}


def code_for(web, oauth, doctor, client_id: str, scope: str = "openid email") -> tuple[str, str]:
    """What a browser does between the app of somebody else and ours. Returns code and verifier."""
    verifier, challenge = proof()
    state = secrets.token_urlsafe(12)
    sent = web.get("/oauth/authorize", params={
        "client_id": client_id, "redirect_uri": REDIRECT, "response_type": "code", "scope": scope, "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256"})
    assert sent.status_code == 302, sent.text
    assert sent.headers["location"].startswith(f"https://app.example.org{PAGE}?authorization_id=")
    request = query_of(sent.headers["location"])["authorization_id"]
    headers = user_http(oauth, doctor)
    shown = web.get(f"/oauth/authorizations/{request}", headers=headers).json()
    if "redirect_url" not in shown:
        assert (shown["client"]["name"], shown["user"]["id"], shown["scope"]) == ("An app", doctor.id, scope)
        shown = web.post(f"/oauth/authorizations/{request}/consent", headers=headers, json={"action": "approve"}).json()
    answer = query_of(shown["redirect_url"])
    assert shown["redirect_url"].startswith(REDIRECT) and answer["state"] == state
    return confide(answer["code"]), verifier


def redeem(web, client, code: str, verifier: str) -> httpx.Response:
    return web.post("/oauth/token", auth=(client.client_id, client.client_secret), data={
        "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier})


def test_the_operator_manages_clients(admin):
    made = admin.create_client(parameters()).client
    confide(made.client_secret)
    assert (made.client_type, made.registration_type, made.token_endpoint_auth_method) == (
        "confidential", "manual", "client_secret_basic")
    assert (made.redirect_uris, made.grant_types, made.response_types) == (
        [REDIRECT], ["authorization_code", "refresh_token"], ["code"])
    read = admin.get_client(made.client_id).client
    assert read.client_secret is None and read.client_name == "An app"
    changed = admin.update_client(made.client_id, UpdateOAuthClientParams(
        client_name="Another name", redirect_uris=["https://other.example.org/cb"])).client
    assert (changed.client_name, changed.redirect_uris) == ("Another name", ["https://other.example.org/cb"])
    renewed = admin.regenerate_client_secret(made.client_id).client
    assert confide(renewed.client_secret) != made.client_secret
    listed = admin.list_clients()
    assert made.client_id in [client.client_id for client in listed.clients] and listed.total == len(listed.clients)
    assert len(admin.list_clients(PageParams(page=1, per_page=1)).clients) == 1
    admin.delete_client(made.client_id)
    with pytest.raises(supabase_auth.errors.AuthApiError) as gone:
        admin.get_client(made.client_id)
    assert (gone.value.status, gone.value.code) == (404, "oauth_client_not_found")


def test_nobody_else_manages_clients(oauth, doctor):
    with pytest.raises(supabase_auth.errors.AuthApiError) as refused:
        doctor.client.auth.admin.oauth.list_clients()
    assert refused.value.status in (401, 403)


def test_discovery_leads_everywhere(oauth, web):
    document = web.get("/.well-known/oauth-authorization-server").json()
    assert document == web.get("/.well-known/openid-configuration").json()
    assert document["issuer"] == f"{oauth.url}/auth/v1"
    for name in ("authorization", "token", "userinfo", "registration", "revocation"):
        assert document[f"{name}_endpoint"].startswith(f"{oauth.url}/auth/v1/oauth/")
    assert httpx.get(document["jwks_uri"], trust_env=False).status_code == 200


@pytest.mark.parametrize("place", [
    "oauth-authorization-server/auth/v1", "openid-configuration/auth/v1", "oauth-authorization-server",
    "openid-configuration"])
def test_who_knows_the_issuer_alone_finds_the_server(oauth, web, place):
    """RFC 8414, section 3.1: the well-known name comes before the issuer's path, as MCP clients expect it."""
    answer = httpx.get(
        f"{oauth.url}/.well-known/{place}", headers={"Origin": "https://client.example.org"}, trust_env=False)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"]
    assert answer.json() == web.get("/.well-known/oauth-authorization-server").json()
    assert answer.json()["issuer"] == f"{oauth.url}/auth/v1"


def test_nothing_else_is_well_known(oauth):
    for place in ("oauth-authorization-server/auth/v2", "oauth-authorization-server/auth/v1/", "jwks.json", ""):
        answer = httpx.get(f"{oauth.url}/.well-known/{place}", trust_env=False)
        assert answer.status_code == 404, (place, answer.text)


def test_an_app_registers_itself_signs_a_user_in_and_is_thrown_out(oauth, web, doctor):
    registered = web.post("/oauth/clients/register", json={
        "client_name": "An app", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"})
    assert registered.status_code == 201, registered.text
    client_id = registered.json()["client_id"]
    assert "client_secret" not in registered.json()
    code, verifier = code_for(web, oauth, doctor, client_id, "openid email profile")
    answer = web.post("/oauth/token", data={
        "grant_type": "authorization_code", "client_id": client_id, "code": code, "code_verifier": verifier})
    assert answer.status_code == 200, answer.text
    session = answer.json()
    for name in ("access_token", "refresh_token"):
        confide(session[name])
    claims = tokens.claims_of(session["access_token"])
    assert (claims["client_id"], claims["scope"], claims["sub"]) == (client_id, "openid email profile", doctor.id)
    bearer = {"Authorization": f"Bearer {session['access_token']}"}
    about = web.get("/oauth/userinfo", headers=bearer).json()
    assert (about["sub"], about["email"], about["email_verified"]) == (doctor.id, doctor.email, True)

    refreshed = web.post("/oauth/token", data={
        "grant_type": "refresh_token", "client_id": client_id, "refresh_token": session["refresh_token"]}).json()
    assert confide(refreshed["refresh_token"]) != session["refresh_token"]
    bearer = {"Authorization": f"Bearer {confide(refreshed['access_token'])}"}

    # What the user allowed is to read who they are, not to become them.
    key = {"apikey": oauth.keys()["SUPABASE_PUBLISHABLE_KEY"]}
    assert web.put("/user", headers=bearer | key, json={"password": "somebody else's"}).status_code == 403

    own = user_http(oauth, doctor)
    grants = web.get("/user/oauth/grants", headers=own).json()
    assert [grant["client"]["id"] for grant in grants if grant["scopes"] == ["openid", "email", "profile"]] == [client_id]
    assert web.delete("/user/oauth/grants", headers=own, params={"client_id": client_id}).status_code == 204
    assert web.get("/oauth/userinfo", headers=bearer).status_code == 403
    refused = web.post("/oauth/token", data={
        "grant_type": "refresh_token", "client_id": client_id, "refresh_token": refreshed["refresh_token"]})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert doctor.client.auth.get_user().user.id == doctor.id


def test_a_code_is_worth_one_session_however_many_ask(oauth, web, doctor, admin):
    client = admin.create_client(parameters()).client
    confide(client.client_secret)
    code, verifier = code_for(web, oauth, doctor, client.client_id)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: redeem(web, client, code, verifier), range(50)))
    codes = [answer.status_code for answer in answers]
    # Per-address limits may answer some of them; none but one may succeed.
    assert codes.count(200) == 1 and set(codes) <= {200, 400, 429}
    won = next(answer for answer in answers if answer.status_code == 200).json()
    for name in ("access_token", "refresh_token"):
        confide(won[name])


def test_a_revoked_token_is_dead(oauth, web, doctor, admin):
    client = admin.create_client(parameters()).client
    confide(client.client_secret)
    session = redeem(web, client, *code_for(web, oauth, doctor, client.client_id)).json()
    for name in ("access_token", "refresh_token"):
        confide(session[name])
    bearer = {"Authorization": f"Bearer {session['access_token']}"}
    assert web.get("/oauth/userinfo", headers=bearer).status_code == 200
    revoked = web.post(
        "/oauth/revoke", auth=(client.client_id, client.client_secret), data={"token": session["refresh_token"]})
    assert revoked.status_code == 200
    assert web.get("/oauth/userinfo", headers=bearer).status_code == 403


def test_wrong_secrets_and_strange_places_are_refused(oauth, web, admin):
    client = admin.create_client(parameters()).client
    confide(client.client_secret)
    wrong = web.post("/oauth/token", auth=(client.client_id, "wrong"), data={
        "grant_type": "authorization_code", "code": "x", "code_verifier": "x"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic")
    strange = web.get("/oauth/authorize", params={
        "client_id": client.client_id, "redirect_uri": "https://evil.example.org/", "response_type": "code"})
    assert strange.status_code == 400 and "location" not in strange.headers
    for uri in ("javascript:alert(1)", "http://client.example.org/", "file:///etc/passwd"):
        assert web.post("/oauth/clients/register", json={"redirect_uris": [uri]}).status_code == 400
