"""A server with everything on that supabase-py's auth client can ask for, and people who use it."""

import collections.abc
import contextlib
import dataclasses
import json
import secrets
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from . import tokens
from .clients import SyncClient
from .confidential import confide
from .external import External, external
from .text_messages import TextMessages

# Telephone numbers to which nothing is sent: the server is told their code.
TEXTED_CODE = "271828"
_NUMBERS = [f"1555010{number:04}" for number in range(100)]
_KID = "people-1"


@dataclasses.dataclass
class Person:
    id: str
    email: str
    password: str

    @property
    def credentials(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}


class People:
    def __init__(self, world: External, key: ec.EllipticCurvePrivateKey, texts: TextMessages):
        self.server, self.provider, self.app, self.texts = world.server, world.provider, world.app, texts
        self._key = key
        self._numbers = iter(_NUMBERS)

    def number(self) -> str:
        return "+" + next(self._numbers)

    def address(self) -> str:
        return confide(f"person-{secrets.token_hex(5)}@clinic.example")

    def admin(self, kind: type[SyncClient]) -> SyncClient:
        return kind(self.server, self.server.keys()["SUPABASE_SECRET_KEY"])

    def person(self, admin: SyncClient) -> Person:
        email, password = self.address(), confide(f"pass-{secrets.token_hex(9)}")
        made = admin.auth.admin.create_user({"email": email, "password": password, "email_confirm": True})
        return Person(made.user.id, email, password)

    def signed(self, token: str, **changes) -> str:
        """A token like another, signed as the server signs."""
        return confide(jwt.encode(
            tokens.claims_of(token) | changes, self._key, algorithm="ES256", headers={"kid": _KID}))

    def expiring(self, token: str, seconds: int) -> str:
        return self.signed(token, exp=int(time.time()) + seconds)


def _private_jwk(key: ec.EllipticCurvePrivateKey) -> dict:
    made = jwt.algorithms.ECAlgorithm.to_jwk(key, as_dict=True)
    confide(made["d"])
    return made | {"kid": _KID, "alg": "ES256", "use": "sig", "key_ops": ["sign", "verify"]}


@contextlib.contextmanager
def people(name: str, **settings: str) -> collections.abc.Iterator[People]:
    key, texts = ec.generate_private_key(ec.SECP256R1()), TextMessages()
    with contextlib.closing(texts), external(name, **{
            "SMS_PROVIDER": "http", "SMS_HTTP_URL": texts.url, "SMS_HTTP_TOKEN": texts.token,
            "JWT_KEYS": json.dumps([_private_jwk(key)]), "ENABLE_EMAIL_AUTOCONFIRM": "false",
            "ENABLE_ANONYMOUS_USERS": "true", "ENABLE_PHONE_SIGNUP": "true",
            "SMS_TEST_OTP": ",".join(f"{number}:{TEXTED_CODE}" for number in _NUMBERS),
            "SMTP_MAX_FREQUENCY": "0", "SMS_MAX_FREQUENCY": "0", "RATE_LIMIT_EMAIL_SENT": "10000",
            "RATE_LIMIT_SMS_SENT": "10000", "PASSWORD_REQUIRE_REAUTHENTICATION": "true",
            "MFA_PHONE_ENROLL_ENABLED": "true", "MFA_PHONE_VERIFY_ENABLED": "true",
            "OAUTH_SERVER_ENABLED": "true", "OAUTH_SERVER_AUTHORIZATION_PATH": "/oauth/consent"} | settings) as world:
        yield People(world, key, texts)
