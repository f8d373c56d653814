"""Accounts and sessions through supabase-py, both kinds of it: every method of its auth client that needs no mail."""

import asyncio
import hashlib
import json
import secrets
import urllib.parse

import httpx
import pytest
import supabase
import supabase_auth.errors as errors

from support import tokens
from support.clients import AsyncClient, SyncClient
from support.confidential import confide
from support.people import TEXTED_CODE


def refusal(method, *arguments) -> tuple[int, str]:
    with pytest.raises(errors.AuthApiError) as caught:
        method(*arguments)
    return caught.value.status, caught.value.code


def signed_in(client, person):
    return client.auth.sign_in_with_password(person.credentials).session


# Passwords and numbers


def test_a_password_signs_in_and_a_wrong_one_does_not(client, person, people):
    assert client.auth.get_session() is None and client.auth.get_user() is None
    assert refusal(client.auth.sign_in_with_password, person.credentials | {"password": "not the password"}) == (
        400, "invalid_credentials")
    assert client.events == []
    answer = client.auth.sign_in_with_password(person.credentials)
    assert (answer.user.id, answer.user.email, answer.user.role) == (person.id, person.email, "authenticated")
    assert answer.session.token_type == "bearer" and answer.session.expires_in == 3600
    assert client.auth.get_session().access_token == answer.session.access_token
    assert client.auth.get_user().user.id == person.id
    assert client.auth.get_user(answer.session.access_token).user.email == person.email
    assert refusal(client.auth.get_user, answer.session.access_token + "x") == (403, "bad_jwt")
    assert client.events == ["SIGNED_IN"]


def test_a_number_with_a_password(client, new_client, people):
    credentials = {"phone": people.number(), "password": confide("a password for a number")}
    answer = client.auth.sign_up(credentials | {"options": {"data": {"ward": "B2"}}})
    assert answer.session is None and answer.user.phone == credentials["phone"].removeprefix("+")
    assert answer.user.user_metadata["ward"] == "B2" and answer.user.phone_confirmed_at is None
    assert refusal(client.auth.sign_in_with_password, credentials) == (400, "phone_not_confirmed")
    code = {"phone": credentials["phone"], "type": "sms"}
    assert refusal(client.auth.verify_otp, code | {"token": "000000"}) == (403, "otp_expired")
    verified = client.auth.verify_otp(code | {"token": TEXTED_CODE})
    assert verified.user.id == answer.user.id and verified.user.phone_confirmed_at is not None
    assert client.auth.get_session().user.id == answer.user.id and client.events == ["SIGNED_IN"]
    again = new_client().auth.sign_in_with_password(credentials)
    assert tokens.claims_of(again.session.access_token)["phone"] == code["phone"].removeprefix("+")


def test_a_number_without_a_password(client, people):
    number = people.number()
    nobody = {"phone": number, "options": {"should_create_user": False}}
    assert refusal(client.auth.sign_in_with_otp, nobody) == (422, "otp_disabled")
    sent = client.auth.sign_in_with_otp({"phone": number, "options": {"data": {"ward": "C3"}}})
    assert sent.user is None and sent.session is None
    assert client.auth.resend({"type": "sms", "phone": number}).user is None
    verified = client.auth.verify_otp({"phone": number, "token": TEXTED_CODE, "type": "sms"})
    assert verified.user.phone == number.removeprefix("+") and verified.user.user_metadata["ward"] == "C3"
    assert [entry["method"] for entry in tokens.claims_of(verified.session.access_token)["amr"]] == ["otp"]


def test_a_number_is_changed_by_a_code(client, person, people):
    number = people.number()
    signed_in(client, person)
    pending = client.auth.update_user({"phone": number}).user
    assert pending.new_phone == number.removeprefix("+") and pending.phone == ""
    wrong = {"phone": number, "token": "000000", "type": "phone_change"}
    assert refusal(client.auth.verify_otp, wrong) == (403, "otp_expired")
    changed = client.auth.verify_otp(wrong | {"token": TEXTED_CODE}).user
    assert (changed.id, changed.phone) == (person.id, number.removeprefix("+")) and not changed.new_phone


def test_a_guest_becomes_a_person(client, people):
    guest = client.auth.sign_in_anonymously({"options": {"data": {"theme": "dark"}}})
    assert guest.user.is_anonymous and guest.user.email == "" and guest.user.user_metadata == {"theme": "dark"}
    claims = tokens.claims_of(guest.session.access_token)
    assert claims["is_anonymous"] is True and claims["amr"][0]["method"] == "anonymous"
    assert refusal(client.auth.update_user, {"password": "a guest's password"}) == (422, "validation_failed")
    assert refusal(client.auth.mfa.enroll, {"factor_type": "totp", "friendly_name": "app"}) == (403, "no_authorization")
    number = people.number()
    client.auth.update_user({"phone": number})
    person = client.auth.verify_otp({"phone": number, "token": TEXTED_CODE, "type": "phone_change"})
    assert person.user.id == guest.user.id and person.user.is_anonymous is False
    assert tokens.claims_of(person.session.access_token)["is_anonymous"] is False


# Sessions


def test_a_session_is_handed_on_to_another_client(client, new_client, person):
    first = signed_in(client, person)
    other = new_client()
    handed = other.auth.set_session(first.access_token, first.refresh_token)
    assert handed.session.access_token == first.access_token and handed.user.id == person.id
    assert other.events == ["SIGNED_IN"] and other.auth.get_user().user.email == person.email
    broken = new_client()
    with pytest.raises(errors.AuthInvalidJwtError):
        broken.auth.set_session("no token", first.refresh_token)
    assert broken.auth.get_session() is None


def test_a_session_whose_token_has_expired_is_refreshed(client, new_client, person, people):
    first = signed_in(client, person)
    expired = people.expiring(first.access_token, -60)
    assert refusal(client.auth.get_user, expired) == (403, "bad_jwt")
    other = new_client()
    handed = other.auth.set_session(expired, first.refresh_token)
    assert handed.session.refresh_token != first.refresh_token and other.events == ["TOKEN_REFRESHED"]
    assert tokens.claims_of(handed.session.access_token)["session_id"] == (
        tokens.claims_of(first.access_token)["session_id"])
    assert refusal(new_client().auth.set_session, expired, "abcdefghijkl") == (400, "refresh_token_not_found")


def test_a_session_is_refreshed_by_hand(client, person):
    with pytest.raises(errors.AuthSessionMissingError):
        client.auth.refresh_session()
    first = signed_in(client, person)
    second = client.auth.refresh_session()
    assert second.user.id == person.id and second.session.refresh_token != first.refresh_token
    assert client.auth.get_session().refresh_token == second.session.refresh_token
    # Whoever lost the answer to the first is told it again.
    assert client.auth.refresh_session(first.refresh_token).session.refresh_token == second.session.refresh_token
    assert client.events == ["SIGNED_IN", "TOKEN_REFRESHED", "TOKEN_REFRESHED"]
    assert refusal(client.auth.refresh_session, "abcdefghijkl") == (400, "refresh_token_not_found")


def test_a_session_about_to_expire_refreshes_itself(client, new_client, person, people):
    first = signed_in(client, person)
    other = new_client()
    # The client refreshes ten seconds before the end.
    other.auth.set_session(people.expiring(first.access_token, 12), first.refresh_token)
    assert other.events == ["SIGNED_IN"]
    other.wait_for("TOKEN_REFRESHED")
    renewed = other.auth.get_session()
    assert renewed.refresh_token != first.refresh_token and renewed.expires_in == 3600
    assert other.auth.get_user().user.id == person.id


def test_listeners_hear_what_happens_until_they_leave(client, person):
    heard = []
    subscription = client.auth.on_auth_state_change(
        lambda event, session: heard.append((event, session.user.id if session else None)))
    signed_in(client, person)
    changed = client.auth.update_user({"data": {"ward": "B2", "gone": None}}).user
    assert changed.user_metadata["ward"] == "B2" and "gone" not in changed.user_metadata
    client.auth.refresh_session()
    subscription.unsubscribe()
    client.auth.sign_out()
    assert heard == [(event, person.id) for event in ("SIGNED_IN", "USER_UPDATED", "TOKEN_REFRESHED")]
    assert client.events[-1] == "SIGNED_OUT"


@pytest.mark.parametrize(("scope", "own", "other"), [
    ("global", False, False), ("local", False, True), ("others", True, False)])
def test_signing_out_ends_the_sessions_that_are_meant(client, new_client, person, scope, own, other):
    elsewhere = new_client()
    sessions = signed_in(client, person), signed_in(elsewhere, person)
    client.auth.sign_out({"scope": scope})
    for session, is_left in zip(sessions, (own, other)):
        if is_left:
            assert new_client().auth.get_user(session.access_token).user.id == person.id
        else:
            assert refusal(new_client().auth.get_user, session.access_token) == (403, "session_not_found")
            assert refusal(new_client().auth.refresh_session, session.refresh_token) == (
                400, "refresh_token_not_found")
    assert (client.auth.get_session() is not None) is own
    assert ("SIGNED_OUT" in client.events) is not own
    # Where nobody is signed in, nothing goes wrong.
    new_client().auth.sign_out({"scope": scope})


def test_claims_are_verified_on_the_spot(client, person, people):
    assert client.auth.get_claims() is None
    session = signed_in(client, person)
    answer = client.auth.get_claims()
    assert answer["claims"]["sub"] == person.id and answer["headers"]["alg"] == "ES256"
    keys = httpx.get(f"{people.server.url}/auth/v1/.well-known/jwks.json", trust_env=False, timeout=30).json()
    assert client.auth.get_claims(session.access_token, keys)["claims"] == answer["claims"]
    head, _, signature = session.access_token.split(".")
    forged = tokens.encode(json.dumps(tokens.claims_of(session.access_token) | {"role": "service_role"}).encode())
    with pytest.raises(errors.AuthInvalidJwtError, match="Invalid JWT signature"):
        client.auth.get_claims(f"{head}.{forged}.{signature}")
    with pytest.raises(errors.AuthInvalidJwtError, match="expired"):
        client.auth.get_claims(people.expiring(session.access_token, -60))


def test_claims_of_a_shared_secret_are_asked_of_the_server(kind, server, doctor):
    client = kind(server)
    token = client.auth.sign_in_with_password({"email": doctor.email, "password": doctor.password}).session.access_token
    answer = client.auth.get_claims()
    assert answer["claims"]["sub"] == doctor.id and answer["headers"]["alg"] == "HS256"
    client.auth.sign_out()
    assert refusal(client.auth.get_claims, token) == (403, "session_not_found")
    client.close()


def test_a_closed_client_asks_nobody(new_client, person):
    client = new_client()
    token = signed_in(client, person).access_token
    client.auth.close()
    with pytest.raises(errors.AuthRetryableError):
        client.auth.get_user(token)


def test_a_closed_operator_asks_nobody(kind, people):
    admin = people.admin(kind)
    assert admin.auth.admin.list_users() is not None
    admin.auth.admin.close()
    with pytest.raises(errors.AuthRetryableError):
        admin.auth.admin.list_users()
    admin.close()


def test_many_at_once_await_one_refresh(people):
    """What a client of one thread does when an app's pages all find their session expired."""
    person = people.person(people.admin(SyncClient))

    async def act():
        client = await supabase.acreate_client(people.server.url, people.server.keys()["SUPABASE_PUBLISHABLE_KEY"])
        first = (await client.auth.sign_in_with_password(person.credentials)).session
        answers = await asyncio.gather(*(client.auth.refresh_session(first.refresh_token) for _ in range(8)))
        users = await asyncio.gather(*(client.auth.get_user(answer.session.access_token) for answer in answers))
        await client.auth.sign_out()
        return first, [answer.session for answer in answers], {user.user.id for user in users}

    first, sessions, users = asyncio.run(act())
    for session in (first, *sessions):
        confide(session.access_token), confide(session.refresh_token)
    assert len({session.refresh_token for session in sessions}) == 1 and users == {person.id}


# What a client remembers


class Shelf:
    """The storage that an app gives its client, here of the simplest kind."""

    def __init__(self):
        self.items: dict[str, str] = {}

    def get_item(self, key):
        return self.items.get(key)

    def set_item(self, key, value):
        self.items[key] = value

    def remove_item(self, key):
        self.items.pop(key, None)


class AwaitedShelf(Shelf):
    async def get_item(self, key):
        return super().get_item(key)

    async def set_item(self, key, value):
        super().set_item(key, value)

    async def remove_item(self, key):
        super().remove_item(key)


def test_a_client_goes_on_where_the_last_one_stopped(kind, new_client, person):
    shelf = AwaitedShelf() if kind is AsyncClient else Shelf()
    token = signed_in(new_client(storage=shelf), person).access_token
    for begin in ("initialize", "initialize_from_storage"):
        later = new_client(storage=shelf)
        getattr(later.auth, begin)()
        assert later.events == ["SIGNED_IN"] and later.auth.get_session().access_token == token
        assert later.auth.get_user().user.id == person.id
    stranger = new_client()
    stranger.auth.initialize()
    assert stranger.events == [] and stranger.auth.get_session() is None


# Other providers


def walk(people, url: str) -> str:
    """Follows redirects as a browser would, up to the app."""
    with httpx.Client(trust_env=False, timeout=30) as browser:
        while not url.startswith(people.app.url):
            answer = browser.get(url)
            assert answer.status_code in (302, 303), f"{url}: {answer.status_code} {answer.text}"
            url = answer.headers["location"]
    return url


def options(people, email: str, **query) -> dict:
    return {"provider": "google", "options": {
        "redirect_to": f"{people.app.url}/auth/callback", "scopes": "openid",
        "query_params": {"prompt": "none", "login_hint": email} | query}}


def code_of(url: str) -> str:
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    assert set(query) == {"code"}, query
    return query["code"]


def test_a_code_and_its_verifier_become_a_session(client, new_client, people):
    email = people.address()
    started = client.auth.sign_in_with_oauth(options(people, email))
    assert started.provider == "google"
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(started.url).query))
    assert query["code_challenge_method"] == "s256" and len(query["code_challenge"]) == 43
    code = code_of(walk(people, started.url))
    thief = new_client()
    thief.auth.sign_in_with_oauth(options(people, email))
    assert refusal(thief.auth.exchange_code_for_session, {"auth_code": code}) == (400, "bad_code_verifier")
    answer = client.auth.exchange_code_for_session({"auth_code": code})
    assert answer.user.email == email and answer.session.provider_token and answer.session.provider_refresh_token
    assert client.events == ["SIGNED_IN"] and client.auth.get_user().user.id == answer.user.id
    used = {"auth_code": code, "code_verifier": "v" * 43}
    assert refusal(client.auth.exchange_code_for_session, used) == (404, "flow_state_not_found")


def test_tokens_in_a_link_become_a_session(new_client, people):
    email = people.address()
    for begin in ("initialize_from_url", "initialize"):
        client = new_client(flow_type="implicit")
        landed = walk(people, client.auth.sign_in_with_oauth(options(people, email)).url)
        if begin == "initialize":
            client.auth.initialize(url=landed)
        else:
            client.auth.initialize_from_url(landed)
        session = client.auth.get_session()
        assert session.user.email == email and session.provider_token and client.events == ["SIGNED_IN"]
        assert client.auth.get_user().user.id == session.user.id
    with pytest.raises(errors.AuthApiError) as caught:
        client.auth.initialize_from_url(landed.replace("access_token=", "access_token=x"))
    assert caught.value.code == "bad_jwt" and client.auth.get_session() is None


def test_a_person_who_says_no_comes_back_with_the_reason(new_client, people):
    client = new_client(flow_type="implicit")
    landed = walk(people, client.auth.sign_in_with_oauth(options(people, people.address(), refuse="1")).url)
    assert "error=access_denied" in landed
    with pytest.raises(errors.AuthImplicitGrantRedirectError):
        client.auth.initialize_from_url(landed)
    assert client.auth.get_session() is None and client.events == []


def test_an_id_token_becomes_a_session(client, people):
    email, nonce = people.address(), secrets.token_urlsafe(16)
    token = people.provider.id_token(email, nonce=hashlib.sha256(nonce.encode()).hexdigest())
    credentials = {"provider": "google", "token": token}
    with pytest.raises(errors.AuthApiError, match="nonce") as caught:
        client.auth.sign_in_with_id_token(credentials)
    assert caught.value.status == 400
    answer = client.auth.sign_in_with_id_token(credentials | {"nonce": nonce})
    assert answer.user.email == email and [i.provider for i in answer.user.identities] == ["google"]
    assert client.auth.get_session().user.id == answer.user.id and client.events == ["SIGNED_IN"]


def test_an_identity_is_linked_and_unlinked(client, person, people):
    with pytest.raises(errors.AuthSessionMissingError):
        client.auth.link_identity(options(people, people.address()))
    with pytest.raises(errors.AuthSessionMissingError):
        client.auth.get_user_identities()
    signed_in(client, person)
    only = client.auth.get_user_identities().identities
    assert [identity.provider for identity in only] == ["email"]
    assert refusal(client.auth.unlink_identity, only[0]) == (422, "single_identity_not_deletable")
    away = client.auth.link_identity(options(people, people.address()))
    assert away.provider == "google" and away.url.startswith(people.provider.issuer)
    linked = client.auth.exchange_code_for_session({"auth_code": code_of(walk(people, away.url))})
    assert linked.user.id == person.id and linked.user.email == person.email
    identities = client.auth.get_user_identities().identities
    assert sorted(identity.provider for identity in identities) == ["email", "google"]
    google = next(identity for identity in identities if identity.provider == "google")
    assert client.auth.unlink_identity(google).status_code == 200
    assert [identity.provider for identity in client.auth.get_user_identities().identities] == ["email"]
    assert refusal(client.auth.unlink_identity, google)[1] in ("single_identity_not_deletable", "identity_not_found")


# A telephone as second factor; authenticator apps have tests of their own.


def test_a_number_is_a_second_factor(client, new_client, person, people):
    signed_in(client, person)
    number = people.number()
    enrolled = client.auth.mfa.enroll({"factor_type": "phone", "friendly_name": "ward", "phone": number})
    assert (enrolled.type, enrolled.friendly_name, enrolled.phone) == ("phone", "ward", number)
    challenge = client.auth.mfa.challenge({"factor_id": enrolled.id, "channel": "sms"})
    assert challenge.factor_type == "phone"
    code = people.texts.code_for(number)
    answer = {"factor_id": enrolled.id, "challenge_id": challenge.id}
    wrong = answer | {"code": "000000" if code != "000000" else "000001"}
    assert refusal(client.auth.mfa.verify, wrong) == (422, "mfa_verification_failed")
    raised = client.auth.mfa.verify(answer | {"code": code})
    confide(raised.access_token), confide(raised.refresh_token)
    assert tokens.claims_of(raised.access_token)["aal"] == "aal2" and client.events[-1] == "MFA_CHALLENGE_VERIFIED"
    assert [factor.id for factor in client.auth.mfa.list_factors().phone] == [enrolled.id]
    below = new_client()
    signed_in(below, person)
    assert below.auth.mfa.get_authenticator_assurance_level().next_level == "aal2"
    assert refusal(below.auth.update_user, {"password": "another password"}) == (401, "insufficient_aal")
