"""Who is let in: every wrong token on every route, and the gateway's keys."""

import time
import uuid

import httpx
import pytest

from support import tokens

ROUTES = [
    ("POST", "/cases/create_case"), ("GET", "/cases/all_cases"), ("GET", "/cases/cases/{id}"), ("PUT", "/cases/cases/{id}"),
    ("DELETE", "/cases/cases/{id}"), ("POST", "/cases/analyze/{id}"), ("POST", "/cases/upload"), ("GET", "/cases/files/{id}"),
    ("GET", "/cases/file/{id}"), ("DELETE", "/cases/file/{id}"),
]


@pytest.fixture(scope="module")
def keys(server):
    return server.keys()


def nested(depth: int) -> list:
    return [nested(depth - 1)] if depth else []


def wrong_authorizations(doctor, keys) -> dict[str, str]:
    now = int(time.time())
    secret = keys["JWT_SECRET"]
    claims = tokens.claims_of(doctor.token)
    head, payload, signature = doctor.token.split(".")
    other_signature = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    made = {
        "expired": tokens.make(claims | {"exp": now - 1}, secret),
        "expired long ago": tokens.make(claims | {"exp": 1}, secret),
        "expiry as text": tokens.make(claims | {"exp": str(now + 3600)}, secret),
        "expiry as list": tokens.make(claims | {"exp": [now + 3600]}, secret),
        "not yet valid": tokens.make(claims | {"nbf": now + 3600}, secret),
        "another secret": tokens.make(claims, "a-secret-that-nobody-ever-configured-here"),
        "empty secret": tokens.make(claims, ""),
        "unsigned": tokens.make(claims, "", "none"),
        "unsigned, other spelling": tokens.make(claims, "", "nOnE"),
        "algorithm not allowed": tokens.make(claims, secret, "HS512"),
        "another audience": tokens.make(claims | {"aud": "somebody-else"}, secret),
        "no subject": tokens.make({name: value for name, value in claims.items() if name != "sub"}, secret),
        "subject no uuid": tokens.make(claims | {"sub": "1' or '1'='1"}, secret),
        "subject a number": tokens.make(claims | {"sub": 7}, secret),
        "role of the database": tokens.make(claims | {"role": "postgres"}, secret),
        "role unheard of": tokens.make(claims | {"role": "nobody; drop table cases"}, secret),
        "payload changed": f"{head}.{tokens.encode(b'{}')}.{signature}",
        "signature changed": f"{head}.{payload}.{other_signature}",
        "signature missing": f"{head}.{payload}.",
        "two parts": f"{head}.{payload}",
        "four parts": f"{doctor.token}.{signature}",
        "padding": f"{head}.{payload}.{signature}=",
        "not base64": "!!!.###.$$$",
        "no token": "no-token-at-all",
        "the user id": doctor.id,
        "the anon key": keys["ANON_KEY"],
        "the service_role key": keys["SERVICE_ROLE_KEY"],
        "the publishable key": keys["SUPABASE_PUBLISHABLE_KEY"],
        "an invented publishable key": "sb_publishable_" + "A" * 22 + "_" + "B" * 8,
        "long": "A" * 30_000,
        "deep": tokens.make(claims | {"deep": nested(60)}, "another-secret-altogether-nobody-has"),
    }
    return {name: f"Bearer {token}" for name, token in made.items()} | {
        "no scheme": doctor.token, "other scheme": f"Basic {doctor.token}", "scheme alone": "Bearer", "empty": ""}


@pytest.mark.parametrize("method, path", ROUTES, ids=lambda value: value)
def test_no_wrong_token_opens_a_route(server, doctor, keys, method, path):
    path = path.format(id=uuid.uuid4())
    bare = httpx.request(method, server.url + path, timeout=30)
    assert bare.status_code == 401 and bare.json()["detail"] and bare.json()["error"] == bare.json()["detail"]
    for name, authorization in wrong_authorizations(doctor, keys).items():
        answer = httpx.request(method, server.url + path, headers={"Authorization": authorization}, timeout=30)
        assert answer.status_code == 401, (name, answer.status_code, answer.text)
        assert isinstance(answer.json()["detail"], str), name


def test_a_good_token_needs_no_api_key_and_may_use_any_spelling_of_the_scheme(server, doctor):
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = httpx.get(f"{server.url}/cases/all_cases", headers={"Authorization": f"{scheme} {doctor.token}"}, timeout=30)
        assert (answer.status_code, answer.json()) == (200, {"cases": []})


def test_a_token_of_a_user_that_does_not_exist_makes_no_case(server, keys):
    token = tokens.make(tokens.user_claims(), keys["JWT_SECRET"])
    answer = httpx.post(
        f"{server.url}/cases/create_case", headers={"Authorization": f"Bearer {token}"}, timeout=30,
        files=[(name, (None, value)) for name, value in {"patient_name": "Nobody's patient", "patient_age": "3", "patient_gender": "x"}.items()])
    assert 400 <= answer.status_code < 500, answer.text


def test_the_auth_routes_refuse_wrong_tokens_in_their_own_words(server, doctor, keys):
    claims = tokens.claims_of(doctor.token)
    url = f"{server.url}/auth/v1/user"
    # The legacy key stands for no bearer; an opaque one would be exchanged for the role it stands for.
    headers = {"apikey": keys["ANON_KEY"]}
    table = [
        (None, 401, "no_authorization"),
        ("garbage", 403, "bad_jwt"),
        (tokens.make(claims | {"exp": 1}, keys["JWT_SECRET"]), 403, "bad_jwt"),
        (tokens.make(claims, "", "none"), 403, "bad_jwt"),
        (tokens.make(claims, "the-wrong-secret-the-wrong-secret"), 403, "bad_jwt"),
        (keys["ANON_KEY"], 403, "bad_jwt"),
        (tokens.make(claims | {"session_id": str(uuid.uuid4())}, keys["JWT_SECRET"]), 403, "session_not_found"),
        (tokens.make(claims | {"sub": str(uuid.uuid4())}, keys["JWT_SECRET"]), 403, "user_not_found"),
    ]
    for token, status, code in table:
        sent = headers | ({"Authorization": f"Bearer {token}"} if token else {})
        answer = httpx.get(url, headers=sent, timeout=30)
        assert (answer.status_code, answer.json()["error_code"], answer.json()["code"]) == (status, code, status), (token, answer.text)
        assert answer.headers["x-sb-error-code"] == code
        new = httpx.get(url, headers=sent | {"X-Supabase-Api-Version": "2024-01-01"}, timeout=30)
        assert (new.status_code, new.json()["code"], set(new.json())) == (status, code, {"code", "message"}), new.text
        assert new.headers["x-supabase-api-version"] == "2024-01-01"


def test_api_key_errors_are_byte_exact(server, keys):
    url = f"{server.url}/auth/v1/settings"
    missing = httpx.get(url, timeout=30)
    assert missing.status_code == 401
    assert missing.content == (
        b'{"message":"No API key found in request","hint":"No `apikey` request header or url param was found."}')
    assert missing.headers["www-authenticate"] == "Key"
    wrong_keys = [
        "nonsense", keys["SUPABASE_PUBLISHABLE_KEY"][:-1] + "!", "sb_secret_" + "x" * 31, keys["ANON_KEY"][:-3] + "abc",
        tokens.make({"role": "authenticated", "iss": "supabase"}, keys["JWT_SECRET"]),
        tokens.make({"role": "service_role", "iss": "supabase"}, "some-other-secret-some-other-secret"),
        tokens.make({"role": "anon", "exp": 1}, keys["JWT_SECRET"]),
    ]
    for key in wrong_keys:
        for answer in (httpx.get(url, headers={"apikey": key}, timeout=30), httpx.get(url, params={"apikey": key}, timeout=30)):
            assert answer.status_code == 401, key
            assert answer.content == (
                b'{"message":"Invalid API key","hint":"Double check your Supabase `anon` or `service_role` API key."}'), key


def test_every_valid_key_opens_auth_from_header_and_query(server, keys):
    valid = [keys[name] for name in ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "ANON_KEY", "SERVICE_ROLE_KEY")]
    valid.append(tokens.make({"role": "anon"}, keys["JWT_SECRET"]))
    for key in valid:
        for answer in (
            httpx.get(f"{server.url}/auth/v1/settings", headers={"apikey": key}, timeout=30),
            httpx.get(f"{server.url}/auth/v1/settings", params={"apikey": key}, timeout=30),
        ):
            assert answer.status_code == 200, answer.text
            assert "external" in answer.json()


def test_a_secret_key_is_refused_from_a_browser(server, keys):
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    secret = httpx.get(f"{server.url}/auth/v1/settings", headers=browser | {"apikey": keys["SUPABASE_SECRET_KEY"]}, timeout=30)
    assert secret.status_code == 401
    public = httpx.get(f"{server.url}/auth/v1/settings", headers=browser | {"apikey": keys["SUPABASE_PUBLISHABLE_KEY"]}, timeout=30)
    assert public.status_code == 200
