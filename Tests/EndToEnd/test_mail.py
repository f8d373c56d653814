"""Mails through a real SMTP server, and the outbox that development has in its place."""

import re

import httpx
import pytest
import supabase_auth.errors

from support.confidential import confide
from support.doctors import client_of
from support.mail_server import PASSWORD, USER, MailServer
from support.server import wait_until

TEMPLATE = """<html><body>{{/* from a file */}}
<p>Grüezi {{ .Data.full_name }},{{ if .Data.clinic }} {{ .Data.clinic.name }}{{ end }}</p>
<a href="{{ .ConfirmationURL }}">weiter</a> <b>{{ .Token }}</b></body></html>"""


@pytest.fixture(scope="module")
def mails(tmp_path_factory):
    server = MailServer(tmp_path_factory.mktemp("mail"))
    yield server
    server.stop()


def settings(mails: MailServer, tmp_path) -> dict[str, str]:
    template = tmp_path / "recovery.html"
    template.write_text(TEMPLATE)
    return {
        "SMTP_HOST": "localhost", "GOTRUE_SMTP_PORT": str(mails.port), "SMTP_USER": USER, "SMTP_PASS": PASSWORD,
        "SMTP_ADMIN_EMAIL": "no-reply@clinic.example", "SMTP_SENDER_NAME": "Klinik „Süd“", "SMTP_TLS": "required",
        "SMTP_CA_FILE": str(mails.certificate), "SMTP_HEADERS": '{"X-Kind": ["$messageType"]}',
        "ENABLE_EMAIL_AUTOCONFIRM": "false", "GOTRUE_MAILER_TEMPLATES_RECOVERY": str(template),
        "MAILER_SUBJECTS_RECOVERY": "Neues Passwort für {{ .Email }}", "SITE_URL": "http://localhost:3000",
        "SMTP_MAX_FREQUENCY": "0"}


@pytest.fixture
def mailing(spare_server, mails, tmp_path):
    return spare_server("mailing", env=settings(mails, tmp_path)).start()


def link_in(mail) -> str:
    text = mail.get_body(("plain",)).get_content()
    return confide(re.search(r"https?://\S+/verify\?[^\s>]+", text).group(0))


def code_in(mail) -> str:
    return re.search(r"\b(\d{6})\b", mail.get_body(("plain",)).get_content()).group(1)


def test_an_account_is_confirmed_by_the_link_of_a_real_mail(mailing, mails):
    client = client_of(mailing)
    credentials = {"email": confide("confirm-by-link@clinic.example"), "password": confide("a password to confirm")}
    answer = client.auth.sign_up(credentials)
    assert answer.session is None and answer.user.confirmation_sent_at is not None
    with pytest.raises(supabase_auth.errors.AuthApiError) as refused:
        client.auth.sign_in_with_password(credentials)
    assert refused.value.code == "email_not_confirmed"

    mail = mails.wait_for(credentials["email"])
    sender = mail["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Klinik „Süd“", "no-reply@clinic.example")
    assert mail["Subject"] == "Confirm your email address" and mail["X-Kind"] == "confirmation"
    assert mail["Message-ID"] and mail["Date"] and mails.senders[-1] == "no-reply@clinic.example"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    link = link_in(mail)
    assert link.startswith(f"{mailing.url}/auth/v1/verify?token=")

    followed = httpx.get(link, follow_redirects=False, trust_env=False, headers={"user-agent": "Mozilla/5.0 Firefox/140"})
    assert followed.status_code == 303 and followed.headers["location"].startswith("http://localhost:3000?code=")
    assert client.auth.sign_in_with_password(credentials).user.email == credentials["email"]
    again = httpx.get(link, follow_redirects=False, trust_env=False, headers={"user-agent": "Mozilla/5.0 Firefox/140"})
    assert "error_code=otp_expired" in again.headers["location"]


def test_a_password_is_recovered_by_a_mail_from_the_operators_template(mailing, mails):
    client = client_of(mailing)
    address = confide("recover-me@clinic.example")
    client.auth.sign_up({
        "email": address, "password": confide("soon forgotten password"),
        "options": {"data": {"full_name": "Dr. <b>Bold</b> & Söhne", "clinic": {"name": "Süd"}}}})
    client.auth.verify_otp({"email": address, "token": code_in(mails.wait_for(address)), "type": "signup"})
    client.auth.sign_out()

    client.auth.reset_password_for_email(address)
    mail = mails.wait_for(address, kind="recovery")
    assert mail["Subject"] == f"Neues Passwort für {address}"
    html = mail.get_body(("html",)).get_content()
    assert "Grüezi Dr. &lt;b&gt;Bold&lt;/b&gt; &amp; Söhne, Süd" in html and "from a file" not in html
    assert "Grüezi Dr. <b>Bold</b> & Söhne, Süd" in mail.get_body(("plain",)).get_content()
    answer = client.auth.verify_otp({"email": address, "token": code_in(mail), "type": "recovery"})
    assert answer.session is not None
    client.auth.update_user({"password": confide("a new password now")})
    assert client.auth.sign_in_with_password({"email": address, "password": "a new password now"}).user is not None


def test_a_mail_that_is_not_taken_is_the_operators_to_know(mailing, mails):
    answer = client_of(mailing).auth.sign_up(
        {"email": confide("refused@clinic.example"), "password": confide("a refused password")})
    assert answer.session is None and answer.user is not None
    wait_until(lambda: "reply code 550" in mailing.stderr, 20, "the failure in the log")
    assert "refused@clinic.example" not in mailing.stderr
    assert not list((mailing.data).rglob("*.eml"))


def test_a_server_whose_certificate_is_not_trusted_gets_nothing(spare_server, mails, tmp_path):
    without = settings(mails, tmp_path)
    del without["SMTP_CA_FILE"]
    server = spare_server("untrusted", env=without).start()
    before = len(mails.mails)
    client_of(server).auth.sign_up(
        {"email": confide("untrusted@clinic.example"), "password": confide("an untrusted password")})
    wait_until(lambda: "certificate is not trusted" in server.stderr, 20, "the failure in the log")
    assert len(mails.mails) == before


def test_without_a_mail_server_development_keeps_mails_for_this_machine(spare_server):
    server = spare_server("outbox", env={"ENABLE_EMAIL_AUTOCONFIRM": "false"}).start()
    client = client_of(server)
    address = confide("kept-in-outbox@clinic.example")
    client.auth.sign_up({"email": address, "password": confide("kept in the outbox")})
    kept = httpx.get(f"{server.url}/outbox/messages", params={"to": address}, trust_env=False).json()["messages"]
    assert [(mail["type"], mail["to"]) for mail in kept] == [("confirmation", address)]
    page = httpx.get(f"{server.url}/outbox", trust_env=False)
    assert address in page.text and "default-src 'none'" in page.headers["content-security-policy"]
    code = re.search(r"\b(\d{6})\b", kept[0]["text"]).group(1)
    assert client.auth.verify_otp({"email": address, "token": code, "type": "signup"}).session is not None

    for headers in [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"host": "evil.example"}]:
        assert httpx.get(f"{server.url}/outbox/messages", headers=headers, trust_env=False).status_code == 403


def test_production_does_not_pretend_to_have_sent_a_mail(spare_server):
    server = spare_server(
        "production", env={"ENABLE_EMAIL_AUTOCONFIRM": "false", "SUPABASE_PUBLIC_URL": "https://api.clinic.example"}).start()
    with pytest.raises(supabase_auth.errors.AuthApiError) as refused:
        client_of(server).auth.sign_up(
            {"email": confide("nobody-hears@clinic.example"), "password": confide("nobody hears this")})
    assert "Error sending confirmation email" in str(refused.value)
    assert server.sql("select count(*) from auth.users") == "0"
    assert "SMTP_HOST" in server.stderr
    assert httpx.get(f"{server.url}/outbox/messages", trust_env=False).status_code == 404
