"""A small OpenID Connect provider with Google's shape, so that sign-in can be tried without anybody's account.

It knows whoever is named by `login_hint`, an address, and consents in their name: `prompt=none` at once, otherwise on a
page that goes on by itself, as a browser would after a click. Codes work once, secrets are checked, ID tokens are signed
with RS256."""

import base64
import hashlib
import html
import http.server
import json
import secrets
import threading
import time
import urllib.parse

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from .confidential import confide


class OIDCProvider:
    def __init__(self):
        self.client_id = f"client-{secrets.token_hex(4)}"
        self.client_secret = confide(f"secret-{secrets.token_hex(12)}")
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict] = {}
        self.access_tokens: dict[str, dict] = {}
        #: What the next sign-ins say besides or instead of the usual claims.
        self.changes: dict = {}
        self.asked: list[str] = []
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def claims(self, email: str) -> dict:
        """Who has an address; always the same person."""
        subject = str(int(hashlib.sha256(email.encode()).hexdigest()[:16], 16))
        name = email.split("@")[0].replace(".", " ").title()
        return {
            "sub": subject, "email": email, "email_verified": True, "name": name,
            "picture": f"{self.issuer}/pictures/{subject}.png"} | self.changes

    def id_token(self, email: str, access_token: str | None = None, **more) -> str:
        now = int(time.time())
        claims = self.claims(email) | {
            "iss": self.issuer, "aud": self.client_id, "azp": self.client_id, "iat": now, "exp": now + 3600} | more
        if access_token:
            half = hashlib.sha256(access_token.encode()).digest()[:16]
            claims["at_hash"] = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
        return confide(jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "one"}))

    def keys(self) -> dict:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{"kty": "RSA", "n": public["n"], "e": public["e"], "kid": "one", "alg": "RS256", "use": "sig"}]}

    def document(self) -> dict:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/o/authorize",
            "token_endpoint": f"{self.issuer}/o/token", "userinfo_endpoint": f"{self.issuer}/o/userinfo",
            "jwks_uri": f"{self.issuer}/o/keys", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"]}

    # What the endpoints do: each answers (status, headers, body).

    def authorize(self, query: dict[str, str]):
        if query.get("client_id") != self.client_id or query.get("response_type") != "code":
            return 400, {}, "an unknown client"
        back = query["redirect_uri"]
        if "refuse" in query:
            answer = {"error": "access_denied", "error_description": "The person said no & left"}
        else:
            code = secrets.token_urlsafe(24)
            self.codes[code] = query
            answer = {"code": code, "scope": query.get("scope", "")}
        target = f"{back}?{urllib.parse.urlencode(answer | {'state': query['state']})}"
        if query.get("prompt") == "none":
            return 302, {"Location": target}, ""
        page = f"""<!doctype html><title>Consent</title><a id="go" href="{html.escape(target)}">Continue</a>
            <script>document.getElementById("go").click()</script>"""
        return 200, {"Content-Type": "text/html"}, page

    def token(self, form: dict[str, str], authorization: str | None):
        client = (form.get("client_id"), form.get("client_secret"))
        if authorization:
            client = tuple(map(urllib.parse.unquote, base64.b64decode(authorization.split()[1]).decode().split(":")))
        granted = self.codes.pop(form.get("code", ""), None)
        if client != (self.client_id, self.client_secret):
            return 401, {}, {"error": "invalid_client"}
        if granted is None or form.get("redirect_uri") != granted["redirect_uri"]:
            return 400, {}, {"error": "invalid_grant"}
        email = granted.get("login_hint", "someone@clinic.example")
        access = confide(secrets.token_urlsafe(24))
        self.access_tokens[access] = self.claims(email)
        return 200, {}, {
            "access_token": access, "refresh_token": confide(secrets.token_urlsafe(24)), "token_type": "Bearer",
            "expires_in": 3600, "scope": granted.get("scope", ""), "id_token": self.id_token(email, access)}

    def userinfo(self, authorization: str | None):
        claims = self.access_tokens.get((authorization or "").removeprefix("Bearer "))
        return (200, {}, claims) if claims else (401, {}, {"error": "invalid_token"})


def _handler(provider: OIDCProvider):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            parts = urllib.parse.urlsplit(self.path)
            provider.asked.append(parts.path)
            query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
            match parts.path:
                case "/.well-known/openid-configuration": self.answer(200, {}, provider.document())
                case "/o/keys": self.answer(200, {}, provider.keys())
                case "/o/authorize": self.answer(*provider.authorize(query))
                case "/o/userinfo": self.answer(*provider.userinfo(self.headers.get("Authorization")))
                case _: self.answer(404, {}, {"error": "not found"})

        def do_POST(self):
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if self.path != "/o/token":
                return self.answer(404, {}, {"error": "not found"})
            self.answer(*provider.token(dict(urllib.parse.parse_qsl(body)), self.headers.get("Authorization")))

        def answer(self, status: int, headers: dict[str, str], body):
            if not isinstance(body, str):
                headers, body = {"Content-Type": "application/json"} | headers, json.dumps(body)
            content = body.encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
