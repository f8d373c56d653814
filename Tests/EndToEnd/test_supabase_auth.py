"""Auth through the Python client that apps use."""

import concurrent.futures

import httpx
import pytest
import supabase_auth.errors

from support import tokens
from support.confidential import confide
from support.doctors import client_of, new_doctor


def refusal(act) -> supabase_auth.errors.AuthApiError:
    with pytest.raises(supabase_auth.errors.AuthApiError) as caught:
        act()
    return caught.value


def test_a_new_account_has_a_session_and_an_identity(server):
    client = client_of(server)
    answer = client.auth.sign_up({
        "email": confide("Mixed.Case-Address@Clinic.Example"), "password": confide("long enough a password"),
        "options": {"data": {"full_name": "Dr. Mixed Case", "clinic": {"floor": 3}}}})
    confide(answer.session.access_token)
    user = answer.user
    assert (user.email, user.role, user.aud) == ("mixed.case-address@clinic.example", "authenticated", "authenticated")
    assert user.app_metadata == {"provider": "email", "providers": ["email"]}
    assert user.user_metadata["full_name"] == "Dr. Mixed Case" and user.user_metadata["clinic"] == {"floor": 3}
    assert [identity.provider for identity in user.identities] == ["email"]
    assert user.email_confirmed_at is not None
    session = answer.session
    assert (session.token_type, session.expires_in) == ("bearer", 3600)
    claims = tokens.claims_of(session.access_token)
    assert list(claims)[1:4] == ["sub", "aud", "exp"] and claims["sub"] == user.id
    assert (claims["role"], claims["aal"], claims["is_anonymous"]) == ("authenticated", "aal1", False)
    assert claims["iss"] == f"{server.url}/auth/v1"
    assert claims["amr"][0]["method"] == "password"


@pytest.mark.parametrize("key", ["SUPABASE_PUBLISHABLE_KEY", "ANON_KEY"])
def test_sign_in_with_either_public_key(server, doctor, key):
    client = client_of(server, server.keys()[key])
    answer = client.auth.sign_in_with_password({"email": doctor.email.upper(), "password": doctor.password})
    confide(answer.session.access_token)
    assert answer.user.id == doctor.id
    assert client.auth.get_user().user.id == doctor.id


def test_a_wrong_password_and_an_unknown_user_are_told_the_same(server, doctor):
    client = client_of(server)
    wrong = refusal(lambda: client.auth.sign_in_with_password({"email": doctor.email, "password": "not the password"}))
    unknown = refusal(lambda: client.auth.sign_in_with_password({"email": "nobody@clinic.example", "password": "not the password"}))
    for error in (wrong, unknown):
        assert (error.status, error.code, error.message) == (400, "invalid_credentials", "Invalid login credentials")


def test_the_wrong_password_body_in_both_versions(server, doctor):
    url, key = f"{server.url}/auth/v1/token?grant_type=password", server.keys()["SUPABASE_PUBLISHABLE_KEY"]
    body = {"email": doctor.email, "password": "not the password"}
    legacy = httpx.post(url, json=body, headers={"apikey": key}, timeout=30)
    assert (legacy.status_code, legacy.content) == (400, b'{"code":400,"error_code":"invalid_credentials","msg":"Invalid login credentials"}')
    new = httpx.post(url, json=body, headers={"apikey": key, "X-Supabase-Api-Version": "2024-01-01"}, timeout=30)
    assert (new.status_code, new.content) == (400, b'{"code":"invalid_credentials","message":"Invalid login credentials"}')
    assert new.headers["x-supabase-api-version"] == "2024-01-01"


def test_a_second_account_of_one_address_is_refused(server, doctor):
    error = refusal(lambda: client_of(server).auth.sign_up({"email": doctor.email, "password": "another password"}))
    assert (error.status, error.code, error.message) == (422, "user_already_exists", "User already registered")


def test_a_short_password_is_weak(server):
    with pytest.raises(supabase_auth.errors.AuthWeakPasswordError) as caught:
        client_of(server).auth.sign_up({"email": "weak@clinic.example", "password": "abc"})
    assert (caught.value.status, caught.value.reasons) == (422, ["length"])


BAD_SIGN_UPS = {
    "no JSON": b"{", "a list": b"[]", "a number": b"1", "empty": b"",
    "no password": b'{"email":"a@clinic.example"}', "empty password": b'{"email":"a@clinic.example","password":""}',
    "no address": b'{"password":"long enough"}' , "no at": b'{"email":"nobody","password":"long enough"}',
    "two ats": b'{"email":"a@b@c","password":"long enough"}', "blank in it": b'{"email":"a b@c.example","password":"long enough"}',
    "300 characters": b'{"email":"' + b"a" * 300 + b'@clinic.example","password":"long enough"}',
    "73 bytes of password": b'{"email":"b@clinic.example","password":"' + b"p" * 73 + b'"}',
    "address a number": b'{"email":5,"password":"long enough"}', "password a list": b'{"email":"c@clinic.example","password":[]}',
    "NUL in the address": b'{"email":"a\\u0000@clinic.example","password":"long enough"}',
    "NUL in the data": b'{"email":"d@clinic.example","password":"long enough","data":{"a":"\\u0000"}}',
    "data a list": b'{"email":"e@clinic.example","password":"long enough","data":[]}',
    "two mebibytes": b'{"email":"f@clinic.example","password":"' + b"p" * (2 << 20) + b'"}',
    "deep": b'{"email":"g@clinic.example","password":"long enough","data":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
}


@pytest.mark.parametrize("name", BAD_SIGN_UPS)
def test_a_bad_sign_up_is_refused_and_makes_nobody(server, name):
    def count():
        return server.sql("select count(*) from auth.users where email ~ '^[a-h]@' or email = '' or email is null")
    before = count()
    answer = httpx.post(
        f"{server.url}/auth/v1/signup", content=BAD_SIGN_UPS[name], timeout=30,
        headers={"apikey": server.keys()["SUPABASE_PUBLISHABLE_KEY"], "content-type": "application/json"})
    assert answer.status_code in (400, 413, 422), (answer.status_code, answer.text)
    assert answer.json()["error_code"] and answer.json()["code"] == answer.status_code
    assert count() == before


def test_refreshing_rotates_the_token(server, doctor):
    first = doctor.client.auth.get_session()
    second = doctor.client.auth.refresh_session().session
    confide(second.access_token)
    assert second.refresh_token != first.refresh_token and second.user.id == doctor.id
    # The parent of the active token is answered with the active one: the client may have lost the first answer.
    repeated = client_of(server).auth.refresh_session(first.refresh_token).session
    confide(repeated.access_token)
    assert repeated.refresh_token == second.refresh_token


def test_a_refresh_token_reused_late_ends_the_family(server, doctor):
    first = doctor.client.auth.get_session().refresh_token
    second = client_of(server).auth.refresh_session(first).session
    third = client_of(server).auth.refresh_session(second.refresh_token).session
    for session in (second, third):
        confide(session.access_token)
    # Outside the window in which a lost answer is forgiven.
    server.sql(f"update auth.refresh_tokens set updated_at = updated_at - interval '1 hour' where user_id = '{doctor.id}'")
    error = refusal(lambda: client_of(server).auth.refresh_session(first))
    assert (error.status, error.code) == (400, "refresh_token_already_used")
    dead = refusal(lambda: client_of(server).auth.refresh_session(third.refresh_token))
    assert dead.code in ("refresh_token_already_used", "refresh_token_not_found")


def test_unknown_and_malformed_refresh_tokens(server):
    unknown = refusal(lambda: client_of(server).auth.refresh_session("abcdefghijkl"))
    assert (unknown.status, unknown.code, unknown.message) == (400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
    short = refusal(lambda: client_of(server).auth.refresh_session("abc"))
    assert (short.status, short.code, short.message) == (400, "validation_failed", "Refresh token is not valid")


def test_concurrent_refreshes_converge_on_one_token(server, doctor):
    token = doctor.client.auth.get_session().refresh_token
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(lambda _: client_of(server).auth.refresh_session(token).session, range(8)))
    for session in sessions:
        confide(session.access_token)
    assert len({session.refresh_token for session in sessions}) == 1


def test_a_user_changes_what_is_theirs(server, doctor):
    changed = doctor.client.auth.update_user({"data": {"ward": "B2", "nickname": None}}).user
    assert changed.user_metadata["ward"] == "B2" and "nickname" not in changed.user_metadata
    password = confide("a completely new password")
    doctor.client.auth.update_user({"password": password})
    error = refusal(lambda: client_of(server).auth.sign_in_with_password({"email": doctor.email, "password": doctor.password}))
    assert error.code == "invalid_credentials"
    again = client_of(server).auth.sign_in_with_password({"email": doctor.email, "password": password})
    confide(again.session.access_token)
    assert again.user.user_metadata["ward"] == "B2"


def test_a_new_password_ends_the_other_sessions_only(server, doctor):
    other = client_of(server)
    confide(other.auth.sign_in_with_password({"email": doctor.email, "password": doctor.password}).session.access_token)
    doctor.client.auth.update_user({"password": confide("yet another new password")})
    assert doctor.client.auth.get_user().user.id == doctor.id
    assert refusal(other.auth.get_user).code == "session_not_found"


def test_signing_out_ends_the_session(server, doctor):
    token = doctor.token
    other = client_of(server)
    confide(other.auth.sign_in_with_password({"email": doctor.email, "password": doctor.password}).session.access_token)
    doctor.client.auth.sign_out({"scope": "local"})
    headers = {"apikey": server.keys()["ANON_KEY"], "Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{server.url}/auth/v1/user", headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "session_not_found")
    assert other.auth.get_user().user.id == doctor.id
    refresh = other.auth.get_session().refresh_token
    other.auth.sign_out()
    assert refusal(lambda: client_of(server).auth.refresh_session(refresh)).code in ("refresh_token_not_found", "session_not_found")


def test_hashing_never_starves_other_requests(server):
    """Forty sign-ins at once keep the processors busy; health still answers while they do."""
    doctor = new_doctor(server)
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        signing = [pool.submit(
            lambda: httpx.post(
                f"{server.url}/auth/v1/token?grant_type=password", json={"email": doctor.email, "password": "wrong one"},
                headers={"apikey": server.keys()["ANON_KEY"]}, timeout=120).status_code) for _ in range(40)]
        answered = 0
        while not all(future.done() for future in signing):
            assert server.status_of("/health") == 200
            answered += 1
        assert answered > 0
        assert {future.result() for future in signing} <= {400, 429, 503, 504}


def test_the_settings_say_what_is_on(server):
    settings = httpx.get(f"{server.url}/auth/v1/settings", headers={"apikey": server.keys()["ANON_KEY"]}, timeout=30).json()
    assert settings["external"]["email"] is True and settings["mailer_autoconfirm"] is True and settings["disable_signup"] is False
    health = httpx.get(f"{server.url}/auth/v1/health", headers={"apikey": server.keys()["ANON_KEY"]}, timeout=30).json()
    assert health["name"] == "GoTrue" and health["version"]
