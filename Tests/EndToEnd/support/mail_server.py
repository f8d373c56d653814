"""A real SMTP server (aiosmtpd) with STARTTLS and a login, that keeps what it is given."""

import email
import email.message
import email.policy
import pathlib
import ssl
import subprocess

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from .server import free_port, wait_until

USER = "gateway"
PASSWORD = 'a pass"word with \\ and : in it'


def make_certificate(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    certificate, key = folder / "mail.crt", folder / "mail.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key),
         "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


class MailServer:
    """Takes mails for everybody but `refused@…`, only over TLS and only from who logged in."""

    def __init__(self, folder: pathlib.Path):
        self.certificate, key = make_certificate(folder)
        self.mails: list[email.message.EmailMessage] = []
        self.senders: list[str] = []
        self.recipients: list[list[str]] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.port = free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=context, require_starttls=True, auth_required=True,
            auth_require_tls=True, authenticator=self._authenticate)
        self._controller.start()

    def stop(self):
        self._controller.stop()

    def _authenticate(self, server, session, envelope, mechanism, data):
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        assert session.ssl is not None and session.authenticated
        self.senders.append(envelope.mail_from)
        self.recipients.append(envelope.rcpt_tos)
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    def wait_for(self, address: str, kind: str | None = None) -> email.message.EmailMessage:
        """The newest mail to an address, of a kind if one is named."""
        def newest():
            fitting = [
                mail for mail, to in zip(self.mails, self.recipients)
                if to == [address] and kind in (None, mail["X-Kind"])]
            return fitting[-1] if fitting else None
        return wait_until(newest, 20, f"a mail to {address}")
