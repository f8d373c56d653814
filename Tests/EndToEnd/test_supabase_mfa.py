"""Second factors through the Python client that apps use, one call at a time and awaited."""

import urllib.parse

import pytest
import supabase_auth.errors

from support import totp
from support.clients import KINDS
from support.confidential import confide
from support.doctors import client_of, new_doctor


class Person:
    """A doctor with a client of either kind."""

    def __init__(self, kind, server):
        self.doctor = new_doctor(server)
        self.client = kind(server)
        self.sign_in()

    def sign_in(self):
        self.client.auth.sign_in_with_password({"email": self.doctor.email, "password": self.doctor.password})

    def mfa(self, name, *arguments):
        return getattr(self.client.auth.mfa, name)(*arguments)

    def refused(self, name, *arguments) -> supabase_auth.errors.AuthApiError:
        with pytest.raises(supabase_auth.errors.AuthApiError) as caught:
            self.mfa(name, *arguments)
        return caught.value

    def enroll(self, name="telephone"):
        enrolled = self.mfa("enroll", {"factor_type": "totp", "friendly_name": name, "issuer": "MedMitra"})
        confide(enrolled.totp.secret)
        return enrolled, totp.App(enrolled.totp.secret)

    def level(self) -> tuple[str, str, list[str]]:
        answer = self.mfa("get_authenticator_assurance_level")
        return answer.current_level, answer.next_level, [
            entry["method"] if isinstance(entry, dict) else entry.method
            for entry in answer.current_authentication_methods]


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def person(request, server):
    made = Person(request.param, server)
    yield made
    made.client.close()
    made.doctor.http.close()


def test_a_factor_from_its_enrolment_to_its_end(person):
    assert person.level() == ("aal1", "aal1", ["password"])
    enrolled, app = person.enroll()
    assert (enrolled.type, enrolled.friendly_name) == ("totp", "telephone")
    listed = person.mfa("list_factors")
    assert [factor.status for factor in listed.all] == ["unverified"] and listed.totp == []

    challenge = person.mfa("challenge", {"factor_id": enrolled.id})
    assert challenge.factor_type == "totp"
    verified = person.mfa(
        "verify", {"factor_id": enrolled.id, "challenge_id": challenge.id, "code": app.next_code()})
    assert verified.token_type == "bearer" and verified.user.id == person.doctor.id
    assert person.level() == ("aal2", "aal2", ["totp", "password"])
    assert [factor.id for factor in person.mfa("list_factors").totp] == [enrolled.id]

    # The new session is the client's own: it refreshes and stays on its level.
    person.client.auth.refresh_session()
    assert person.level()[0] == "aal2"

    # A later sign-in begins below, and knows that there is more.
    person.sign_in()
    assert person.level() == ("aal1", "aal2", ["password"])
    refused = person.refused("unenroll", {"factor_id": enrolled.id})
    assert (refused.status, refused.code) == (422, "insufficient_aal")
    raised = person.mfa("challenge_and_verify", {"factor_id": enrolled.id, "code": app.next_code()})
    assert raised.user.factors[0].status == "verified"
    assert person.mfa("unenroll", {"factor_id": enrolled.id}).id == enrolled.id
    person.client.auth.refresh_session()
    assert person.level() == ("aal1", "aal1", ["password"])
    assert person.mfa("list_factors").all == []


def test_the_picture_is_what_the_app_scans(person):
    enrolled, _ = person.enroll()
    prefix = "data:image/svg+xml;utf-8,"
    assert enrolled.totp.qr_code.startswith(prefix + "<svg ")
    picture = enrolled.totp.qr_code.removeprefix(prefix)
    assert "#" not in picture and "%" not in picture
    assert totp.scan(picture) == enrolled.totp.uri
    address = urllib.parse.urlsplit(enrolled.totp.uri)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert urllib.parse.unquote(address.path) == f"/MedMitra:{person.doctor.email}"
    assert urllib.parse.parse_qs(address.query) == {
        "algorithm": ["SHA1"], "digits": ["6"], "issuer": ["MedMitra"], "period": ["30"],
        "secret": [enrolled.totp.secret]}


def test_wrong_codes_and_used_ones_are_refused(person):
    enrolled, app = person.enroll()
    wrong = person.refused("challenge_and_verify", {"factor_id": enrolled.id, "code": app.wrong_code()})
    assert (wrong.status, wrong.code, wrong.message) == (422, "mfa_verification_failed", "Invalid TOTP code entered")
    code = app.next_code()
    challenge = person.mfa("challenge", {"factor_id": enrolled.id})
    answer = {"factor_id": enrolled.id, "challenge_id": challenge.id, "code": code}
    person.mfa("verify", answer)
    assert person.refused("verify", answer).code == "mfa_ip_address_mismatch"
    assert person.refused("challenge_and_verify", {"factor_id": enrolled.id, "code": code}).code == "mfa_verification_failed"


def test_a_name_is_taken_once_and_a_factor_is_ones_own(person, other_doctor):
    enrolled, _ = person.enroll()
    assert person.refused("enroll", {"factor_type": "totp", "friendly_name": "telephone"}).code == "mfa_factor_name_conflict"
    with pytest.raises(supabase_auth.errors.AuthApiError) as caught:
        other_doctor.client.auth.mfa.challenge({"factor_id": enrolled.id})
    assert (caught.value.status, caught.value.code) == (404, "mfa_factor_not_found")


def test_an_admin_lists_and_deletes_factors(person, server):
    enrolled, _ = person.enroll()
    admin = client_of(server, server.keys()["SERVICE_ROLE_KEY"]).auth.admin
    listed = admin.mfa.list_factors({"user_id": person.doctor.id})
    assert [factor.id for factor in listed] == [enrolled.id]
    assert admin.mfa.delete_factor({"user_id": person.doctor.id, "id": enrolled.id}).id == enrolled.id
    assert person.mfa("list_factors").all == []
