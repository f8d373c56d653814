"""JWTs made by hand, right and wrong."""

import base64
import hashlib
import hmac
import json
import time
import uuid

from .confidential import confide


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def claims_of(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def make(claims: dict, secret: str, algorithm: str = "HS256", header: dict | None = None) -> str:
    head = {"alg": algorithm, "typ": "JWT"} | (header or {})
    signed = encode(json.dumps(head).encode()) + "." + encode(json.dumps(claims).encode())
    digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}.get(algorithm)
    signature = encode(hmac.new(secret.encode(), signed.encode(), digest).digest()) if digest else ""
    return confide(f"{signed}.{signature}")


def user_claims(**changes) -> dict:
    """What an access token of a signed-in user says; a change to None leaves the claim out."""
    now = int(time.time())
    claims = {
        "sub": str(uuid.uuid4()), "aud": "authenticated", "role": "authenticated", "iat": now, "exp": now + 3600,
        "session_id": str(uuid.uuid4()),
    } | changes
    return {name: value for name, value in claims.items() if value is not None}
