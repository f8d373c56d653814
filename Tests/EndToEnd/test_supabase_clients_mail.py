"""Mails, and what an operator does, through supabase-py, both kinds of it."""

import urllib.parse
import uuid

import pytest
import supabase_auth.errors as errors
from supabase_auth.types import CreateOAuthClientParams, PageParams, UpdateOAuthClientParams

from support import outbox, tokens, totp
from support.confidential import confide
from test_supabase_clients import refusal, signed_in


# Codes and links


def test_an_account_waits_for_its_confirmation(client, people):
    credentials = {"email": people.address(), "password": confide("a password to confirm")}
    answer = client.auth.sign_up(credentials | {"options": {"data": {"full_name": "Dr. New"}}})
    assert answer.session is None and answer.user.email_confirmed_at is None
    assert [identity.provider for identity in answer.user.identities] == ["email"]
    first = outbox.newest(people.server, credentials["email"], "confirmation")
    assert refusal(client.auth.sign_in_with_password, credentials) == (400, "email_not_confirmed")

    assert client.auth.resend({"type": "signup", "email": credentials["email"]}).message_id is None
    second = outbox.newest(people.server, credentials["email"], "confirmation")
    code = {"email": credentials["email"], "type": "signup"}
    assert refusal(client.auth.verify_otp, code | {"token": first.code}) == (403, "otp_expired")
    assert refusal(client.auth.verify_otp, code | {"token": second.code, "type": "recovery"}) == (403, "otp_expired")
    verified = client.auth.verify_otp(code | {"token": second.code})
    assert verified.user.id == answer.user.id and verified.user.email_confirmed_at is not None
    assert verified.user.user_metadata["full_name"] == "Dr. New" and client.events == ["SIGNED_IN"]
    assert refusal(client.auth.verify_otp, code | {"token": second.code}) == (403, "otp_expired")
    # Who confirmed is not asked again, and nobody is told so.
    client.auth.resend({"type": "signup", "email": credentials["email"]})
    assert len(outbox.mails(people.server, credentials["email"])) == 2
    assert client.auth.sign_in_with_password(credentials).user.id == answer.user.id


def test_an_account_is_confirmed_by_the_link_and_a_verifier(client, new_client, people):
    credentials = {"email": people.address(), "password": confide("a password to confirm")}
    client.auth.sign_up(credentials | {"options": {"email_redirect_to": f"{people.app.url}/welcome?from=mail"}})
    link = outbox.newest(people.server, credentials["email"], "confirmation").link
    location, query, _ = outbox.followed(link)
    assert location.startswith(f"{people.app.url}/welcome?") and set(query) == {"from", "code"}
    assert refusal(new_client().auth.exchange_code_for_session, {
        "auth_code": query["code"], "code_verifier": "x" * 43}) == (400, "bad_code_verifier")
    answer = client.auth.exchange_code_for_session({"auth_code": query["code"]})
    assert answer.user.email == credentials["email"] and client.auth.get_session().user.id == answer.user.id
    assert outbox.followed(link)[1]["error_code"] == "otp_expired"


def test_an_account_is_confirmed_by_the_link_alone(new_client, people):
    client = new_client(flow_type="implicit")
    credentials = {"email": people.address(), "password": confide("a password to confirm")}
    client.auth.sign_up(credentials)
    link = outbox.newest(people.server, credentials["email"], "confirmation").link
    location, _, fragment = outbox.followed(link)
    assert fragment["type"] == "signup"
    client.auth.initialize_from_url(location)
    assert client.auth.get_user().user.email == credentials["email"] and client.events == ["SIGNED_IN"]
    used, _, fault = outbox.followed(link)
    assert fault["error_code"] == "otp_expired"
    with pytest.raises(errors.AuthImplicitGrantRedirectError) as caught:
        client.auth.initialize_from_url(used)
    assert caught.value.details == {"code": "otp_expired", "error": "access_denied"}


def test_a_code_signs_in_without_a_password(client, person, people):
    nobody = {"email": people.address(), "options": {"should_create_user": False}}
    assert refusal(client.auth.sign_in_with_otp, nobody) == (422, "otp_disabled")
    sent = client.auth.sign_in_with_otp({"email": person.email, "options": {"should_create_user": False}})
    assert (sent.user, sent.session) == (None, None)
    mail = outbox.newest(people.server, person.email, "magic_link")
    wrong = "000000" if mail.code != "000000" else "000001"
    code = {"email": person.email, "type": "email"}
    assert refusal(client.auth.verify_otp, code | {"token": wrong}) == (403, "otp_expired")
    answer = client.auth.verify_otp(code | {"email": person.email.upper(), "token": mail.code})
    assert answer.user.id == person.id
    assert [entry["method"] for entry in tokens.claims_of(answer.session.access_token)["amr"]] == ["otp"]


def test_a_link_signs_in_and_makes_the_account(client, people):
    email = people.address()
    client.auth.sign_in_with_otp({"email": email, "options": {
        "data": {"ward": "B2"}, "email_redirect_to": f"{people.app.url}/in"}})
    # New people are asked to confirm.
    location, query, _ = outbox.followed(outbox.newest(people.server, email, "confirmation").link)
    assert location.startswith(f"{people.app.url}/in?code=")
    made = client.auth.exchange_code_for_session({"auth_code": query["code"]})
    assert made.user.email == email and made.user.user_metadata["ward"] == "B2"
    client.auth.sign_in_with_otp({"email": email})
    _, query, _ = outbox.followed(outbox.newest(people.server, email, "magic_link").link)
    assert client.auth.exchange_code_for_session({"auth_code": query["code"]}).user.id == made.user.id


@pytest.mark.parametrize("method", ["reset_password_for_email", "reset_password_email"])
def test_a_forgotten_password_is_replaced_by_link(client, person, people, method):
    getattr(client.auth, method)(person.email, {"redirect_to": f"{people.app.url}/reset"})
    location, query, _ = outbox.followed(outbox.newest(people.server, person.email, "recovery").link)
    assert location.startswith(f"{people.app.url}/reset?code=")
    answer = client.auth.exchange_code_for_session({"auth_code": query["code"]})
    assert answer.user.id == person.id and client.events == ["PASSWORD_RECOVERY"]
    assert [entry["method"] for entry in tokens.claims_of(answer.session.access_token)["amr"]] == ["recovery"]
    password = confide("a password not forgotten")
    assert client.auth.update_user({"password": password}).user.id == person.id
    assert refusal(client.auth.update_user, {"password": password}) == (422, "same_password")
    assert refusal(client.auth.sign_in_with_password, person.credentials) == (400, "invalid_credentials")
    assert client.auth.sign_in_with_password(person.credentials | {"password": password}).user.id == person.id


def test_a_forgotten_password_is_replaced_by_code(new_client, person, people):
    client = new_client(flow_type="implicit")
    # Whoever is unknown is answered alike, and written to never.
    stranger = people.address()
    client.auth.reset_password_for_email(stranger)
    assert outbox.mails(people.server, stranger) == []
    client.auth.reset_password_for_email(person.email)
    mail = outbox.newest(people.server, person.email, "recovery")
    answer = client.auth.verify_otp({"email": person.email, "token": mail.code, "type": "recovery"})
    assert answer.user.id == person.id and client.events == ["PASSWORD_RECOVERY"]
    # The link went with the code.
    assert outbox.followed(mail.link)[2]["error_code"] == "otp_expired"


def test_an_old_session_changes_the_password_with_a_nonce_only(client, person, people):
    with pytest.raises(errors.AuthSessionMissingError):
        client.auth.reauthenticate()
    signed_in(client, person)
    people.server.sql(
        f"update auth.sessions set created_at = created_at - interval '2 days' where user_id = '{person.id}'")
    wanted = {"password": confide("a password after two days")}
    assert refusal(client.auth.update_user, wanted) == (400, "reauthentication_needed")
    answer = client.auth.reauthenticate()
    assert (answer.user, answer.session) == (None, None)
    code = outbox.newest(people.server, person.email, "reauthenticate").code
    wrong = "000000" if code != "000000" else "000001"
    assert refusal(client.auth.update_user, wanted | {"nonce": wrong}) == (422, "reauthentication_not_valid")
    assert client.auth.update_user(wanted | {"nonce": code}).user.id == person.id
    another = {"password": confide("a third password"), "nonce": code}
    assert refusal(client.auth.update_user, another) == (422, "reauthentication_not_valid")
    assert client.auth.sign_in_with_password(person.credentials | wanted).user.id == person.id


def test_an_address_is_changed_from_both_ends(client, admin, person, people):
    signed_in(client, person)
    email, taken = people.address(), people.person(admin).email
    assert refusal(client.auth.update_user, {"email": taken}) == (422, "email_exists")
    pending = client.auth.update_user({"email": email}, {"email_redirect_to": f"{people.app.url}/moved"}).user
    assert (pending.email, pending.new_email) == (person.email, email)
    assert client.events == ["SIGNED_IN", "USER_UPDATED"]
    before = outbox.newest(people.server, email, "email_change").code
    assert client.auth.resend({"type": "email_change", "email": person.email}).message_id is None
    new, old = (outbox.mails(people.server, address)[0] for address in (email, person.email))
    assert refusal(client.auth.verify_otp, {"email": email, "token": before, "type": "email_change"}) == (
        403, "otp_expired")
    half = client.auth.verify_otp({"email": person.email, "token": old.code, "type": "email_change"})
    assert (half.user, half.session) == (None, None) and client.auth.get_user().user.email == person.email
    changed = client.auth.verify_otp({"email": email, "token": new.code, "type": "email_change"})
    assert (changed.user.id, changed.user.email, changed.user.new_email or "") == (person.id, email, "")
    assert [identity.identity_data["email"] for identity in changed.user.identities] == [email]
    assert client.auth.sign_in_with_password({"email": email, "password": person.password}).user.id == person.id


def test_a_guest_becomes_a_person_with_an_address(client, people):
    guest = client.auth.sign_in_anonymously().user
    email = people.address()
    pending = client.auth.update_user({"email": email}).user
    assert pending.is_anonymous and pending.new_email == email
    code = outbox.mails(people.server, email)[0].code
    person = client.auth.verify_otp({"email": email, "token": code, "type": "email_change"}).user
    assert (person.id, person.email, person.is_anonymous) == (guest.id, email, False)
    assert client.auth.update_user({"password": confide("no longer a guest")}).user.id == guest.id


# The operator


def test_the_operator_makes_changes_and_deletes_people(admin, client, new_client, people):
    email, password = people.address(), confide("made by the operator")
    made = admin.auth.admin.create_user({
        "email": email, "password": password, "email_confirm": True, "user_metadata": {"ward": "B2"},
        "app_metadata": {"staff": True}}).user
    assert made.email_confirmed_at is not None and made.user_metadata == {"ward": "B2"}
    assert made.app_metadata == {"provider": "email", "providers": ["email"], "staff": True}
    users = admin.auth.admin
    assert refusal(users.create_user, {"email": email.upper(), "password": password}) == (422, "email_exists")
    read = users.get_user_by_id(made.id).user
    assert (read.id, read.email) == (made.id, email)
    # The newest comes first.
    assert users.list_users(page=1, per_page=1)[0].id == made.id
    assert {user.id for user in users.list_users()} >= {made.id}
    assert refusal(users.list_users, 0, -1) == (400, "validation_failed")

    session = client.auth.sign_in_with_password({"email": email, "password": password}).session
    assert tokens.claims_of(session.access_token)["app_metadata"]["staff"] is True
    moved, renewed = people.address(), confide("changed by the operator")
    changed = users.update_user_by_id(made.id, {
        "email": moved, "password": renewed, "user_metadata": {"ward": None, "floor": 3}, "email_confirm": True}).user
    assert (changed.email, changed.user_metadata) == (moved, {"floor": 3})
    assert refusal(client.auth.get_user, session.access_token) == (403, "session_not_found")
    assert client.auth.sign_in_with_password({"email": moved, "password": renewed}).user.id == made.id
    users.update_user_by_id(made.id, {"ban_duration": "24h"})
    assert refusal(client.auth.sign_in_with_password, {"email": moved, "password": renewed}) == (400, "user_banned")
    assert refusal(client.auth.get_user) == (403, "user_banned")
    users.update_user_by_id(made.id, {"ban_duration": "none"})
    token = client.auth.sign_in_with_password({"email": moved, "password": renewed}).session.access_token

    users.delete_user(made.id)
    assert refusal(users.get_user_by_id, made.id) == (404, "user_not_found")
    assert refusal(users.delete_user, made.id) == (404, "user_not_found")
    assert refusal(users.update_user_by_id, made.id, {"user_metadata": {}}) == (404, "user_not_found")
    assert refusal(new_client().auth.get_user, token) == (403, "user_not_found")


def test_a_soft_deletion_keeps_the_row_and_nothing_personal(admin, client, person):
    signed_in(client, person)
    admin.auth.admin.delete_user(person.id, should_soft_delete=True)
    left = admin.auth.admin.get_user_by_id(person.id).user
    assert left.deleted_at is not None and person.email not in left.model_dump_json() and left.user_metadata == {}
    assert refusal(client.auth.sign_in_with_password, person.credentials) == (400, "invalid_credentials")
    assert refusal(client.auth.get_user)[0] == 403


def test_nobody_else_is_an_operator(client, person):
    ways = [
        ("create_user", {"email": "somebody@clinic.example"}), ("list_users", ), ("get_user_by_id", person.id),
        ("update_user_by_id", person.id, {"role": "service_role"}), ("delete_user", person.id),
        ("invite_user_by_email", "somebody@clinic.example"),
        ("generate_link", {"type": "recovery", "email": person.email})]
    # With a publishable key alone, and as a user.
    for way, *arguments in ways:
        assert refusal(getattr(client.auth.admin, way), *arguments) == (403, "not_admin")
    token = signed_in(client, person).access_token
    client.auth.admin._part._headers["Authorization"] = f"Bearer {token}"
    for way, *arguments in ways:
        assert refusal(getattr(client.auth.admin, way), *arguments) == (403, "not_admin")
    for way, *arguments in [
            ("list_factors", {"user_id": person.id}), ("delete_factor", {"user_id": person.id, "id": person.id})]:
        assert refusal(getattr(client.auth.admin.mfa, way), *arguments) == (403, "not_admin")
    assert refusal(client.auth.admin.oauth.list_clients) == (403, "not_admin")


def test_an_invitation_is_accepted(admin, client, people):
    email = people.address()
    invited = admin.auth.admin.invite_user_by_email(
        email, {"data": {"ward": "B2"}, "redirect_to": f"{people.app.url}/join"}).user
    assert invited.invited_at is not None and invited.email_confirmed_at is None
    assert invited.user_metadata["ward"] == "B2"
    mail = outbox.newest(people.server, email, "invite")
    assert urllib.parse.quote(f"{people.app.url}/join", safe="") in mail.link
    answer = client.auth.verify_otp({"email": email, "token": mail.code, "type": "invite"})
    assert answer.user.id == invited.id and answer.user.email_confirmed_at is not None
    password = confide("chosen by the invited")
    client.auth.update_user({"password": password})
    assert client.auth.sign_in_with_password({"email": email, "password": password}).user.id == invited.id
    assert refusal(admin.auth.admin.invite_user_by_email, email) == (422, "email_exists")


@pytest.mark.parametrize(
    "type", ["signup", "invite", "magiclink", "recovery", "email_change_current", "email_change_new"])
def test_a_link_made_by_the_operator_works(admin, client, person, people, type):
    is_new = type in ("signup", "invite")
    email = people.address() if is_new else person.email
    asked = {"type": type, "email": email, "options": {"redirect_to": f"{people.app.url}/there"}}
    if type == "signup":
        asked |= {"password": confide("given by the operator")}
    if type.startswith("email_change"):
        asked |= {"new_email": people.address()}
    made = admin.auth.admin.generate_link(asked)
    link = made.properties
    confide(link.hashed_token)
    assert (link.verification_type, link.redirect_to) == (type, f"{people.app.url}/there")
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link.action_link).query))
    shown = "email_change" if type.startswith("email_change") else type
    assert query == {"token": link.hashed_token, "type": shown, "redirect_to": f"{people.app.url}/there"}
    assert len(link.email_otp) == 6 and made.user.email == email and outbox.mails(people.server, email) == []
    proof = {"token_hash": link.hashed_token, "type": shown}
    answer = client.auth.verify_otp(proof)
    if type.startswith("email_change"):
        # One end of two.
        assert (answer.user, answer.session) == (None, None)
    else:
        assert answer.user.id == made.user.id and client.auth.get_user().user.email == email
    assert refusal(client.auth.verify_otp, proof) == (403, "otp_expired")


def test_links_that_cannot_be_made(admin, person, people):
    make = admin.auth.admin.generate_link
    assert refusal(make, {"type": "signup", "email": person.email, "password": "long enough"}) == (422, "email_exists")
    assert refusal(make, {"type": "recovery", "email": people.address()}) == (404, "user_not_found")
    assert refusal(make, {"type": "no such type", "email": person.email}) == (400, "validation_failed")
    unknown = make({"type": "magiclink", "email": people.address()})
    assert unknown.properties.verification_type == "signup"


def test_the_operator_ends_sessions(admin, client, new_client, person):
    first, second = signed_in(client, person), signed_in(new_client(), person)
    admin.auth.admin.sign_out(first.access_token, "others")
    assert client.auth.get_user().user.id == person.id
    assert refusal(new_client().auth.get_user, second.access_token) == (403, "session_not_found")
    admin.auth.admin.sign_out(first.access_token)
    assert refusal(client.auth.get_user) == (403, "session_not_found")
    assert refusal(admin.auth.admin.sign_out, first.access_token) == (403, "session_not_found")


def test_the_operator_takes_a_second_factor_away(admin, client, new_client, person):
    signed_in(client, person)
    enrolled = client.auth.mfa.enroll({"factor_type": "totp", "friendly_name": "telephone"})
    code = totp.App(confide(enrolled.totp.secret)).next_code()
    client.auth.mfa.challenge_and_verify({"factor_id": enrolled.id, "code": code})
    factors = admin.auth.admin.mfa
    assert [(factor.id, factor.status) for factor in factors.list_factors({"user_id": person.id})] == [
        (enrolled.id, "verified")]
    named = {"user_id": person.id, "id": enrolled.id}
    assert factors.delete_factor(named).id == enrolled.id
    assert factors.list_factors({"user_id": person.id}) == []
    assert refusal(factors.delete_factor, named) == (404, "mfa_factor_not_found")
    assert refusal(factors.list_factors, {"user_id": str(uuid.uuid4())}) == (404, "user_not_found")
    assert tokens.claims_of(signed_in(new_client(), person).access_token)["aal"] == "aal1"


def test_the_operator_manages_the_programs_of_others(admin):
    programs = admin.auth.admin.oauth
    made = programs.create_client(CreateOAuthClientParams(
        client_name="An app", redirect_uris=["https://client.example.org/callback"])).client
    assert made.client_secret and (made.client_type, made.registration_type) == ("confidential", "manual")
    read = programs.get_client(made.client_id).client
    assert (read.client_name, read.client_secret) == ("An app", None)
    changed = programs.update_client(made.client_id, UpdateOAuthClientParams(client_name="Another name")).client
    assert (changed.client_name, changed.redirect_uris) == ("Another name", made.redirect_uris)
    renewed = programs.regenerate_client_secret(made.client_id).client
    assert renewed.client_secret and renewed.client_secret != made.client_secret
    programs.create_client(CreateOAuthClientParams(
        client_name="A second app", redirect_uris=["https://client.example.org/callback"]))
    page = programs.list_clients(PageParams(page=1, per_page=1))
    assert len(page.clients) == 1 and page.next_page == 2 and page.total == page.last_page >= 2
    assert made.client_id in [client.client_id for client in programs.list_clients().clients]
    with pytest.raises(errors.AuthApiError) as caught:
        programs.create_client(CreateOAuthClientParams(client_name="Bad", redirect_uris=["javascript:alert(1)"]))
    assert caught.value.status == 400
    programs.delete_client(made.client_id)
    for act in (programs.get_client, programs.delete_client, programs.regenerate_client_secret):
        assert refusal(act, made.client_id) == (404, "oauth_client_not_found")
