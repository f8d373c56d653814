"""An app as MedMitra's is: pages, and a server of its own that exchanges codes and asks who is signed in."""

import base64
import hashlib
import html
import http.server
import json
import secrets
import threading
import urllib.parse

import httpx

from .confidential import confide
from .server import Server


class WebApp:
    """`/login` starts the code flow and keeps the verifier in a cookie, `/auth/callback` ends it on the server;
    `/implicit` starts the implicit flow, `/landed` ends it in the page's own script."""

    def __init__(self):
        self.server: Server | None = None
        self.key = ""
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def serve(self, server: Server):
        self.server = server
        self.key = server.keys()["SUPABASE_PUBLISHABLE_KEY"]

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    @property
    def auth(self) -> str:
        return f"{self.server.url}/auth/v1"

    def authorize_url(self, target: str, **more: str) -> str:
        query = {"provider": "google", "redirect_to": f"{self.url}{target}"} | more
        return f"{self.auth}/authorize?{urllib.parse.urlencode(query)}"

    # Pages: each answers (headers, HTML).

    def login(self, query: dict[str, str]):
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        away = self.authorize_url(
            "/auth/callback?next=%2Fcases", code_challenge=challenge, code_challenge_method="s256", **query)
        return {"Set-Cookie": f"verifier={verifier}; Path=/; HttpOnly; SameSite=Lax"}, _goes_on(away)

    def callback(self, query: dict[str, str], cookies: dict[str, str]):
        """What a Next.js app does between the redirect and its first page."""
        shown = {"next": query.get("next"), "error": query.get("error"), "error_code": query.get("error_code"),
                 "error_description": query.get("error_description")}
        if "code" in query:
            with httpx.Client(headers={"apikey": self.key}, timeout=30, trust_env=False) as client:
                body = {"auth_code": query["code"], "code_verifier": cookies.get("verifier", "")}
                exchanged = client.post(f"{self.auth}/token?grant_type=pkce", json=body)
                shown["exchange"] = exchanged.status_code
                if exchanged.status_code == 200:
                    shown |= self.use(client, exchanged.json(), body)
        return {}, _page(shown)

    def use(self, client: httpx.Client, session: dict, body: dict) -> dict:
        bearer = {"Authorization": f"Bearer {confide(session['access_token'])}"}
        confide(session["refresh_token"])
        user = client.get(f"{self.auth}/user", headers=bearer)
        again = client.post(f"{self.auth}/token?grant_type=pkce", json=body)
        refreshed = client.post(
            f"{self.auth}/token?grant_type=refresh_token", json={"refresh_token": session["refresh_token"]})
        signed_out = client.post(f"{self.auth}/logout?scope=global", headers=bearer)
        after = client.get(f"{self.auth}/user", headers=bearer)
        return {
            "user": user.json(), "has_provider_token": bool(session.get("provider_token")), "again": again.status_code,
            "refreshed": refreshed.status_code, "refreshed_has_provider_token": "provider_token" in refreshed.json(),
            "signed_out": signed_out.status_code, "after": [after.status_code, after.json().get("error_code")]}

    def implicit(self, query: dict[str, str]):
        return {}, _goes_on(self.authorize_url("/landed", **query))

    def landed(self):
        script = f"""
            const members = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
            const shown = {{names: Object.keys(members), error_code: members.error_code}};
            const done = () => {{ document.getElementById("result").textContent = JSON.stringify(shown); }};
            if (members.access_token) {{
                fetch("{self.auth}/user", {{headers: {{
                    apikey: "{self.key}", Authorization: "Bearer " + members.access_token}}}})
                    .then(answer => answer.json()).then(user => {{ shown.user = user; done(); }});
            }} else done();"""
        return {}, f'<!doctype html><title>Landed</title><pre id="result"></pre><script>{script}</script>'


def _goes_on(url: str) -> str:
    return f"<!doctype html><title>Away</title><script>location.replace({json.dumps(url)})</script>"


def _page(shown: dict) -> str:
    return f'<!doctype html><title>App</title><pre id="result">{html.escape(json.dumps(shown))}</pre>'


def _handler(app: WebApp):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            parts = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
            pairs = [pair.strip().split("=", 1) for pair in self.headers.get("Cookie", "").split(";") if "=" in pair]
            match parts.path:
                case "/login": headers, page = app.login(query)
                case "/auth/callback": headers, page = app.callback(query, dict(pairs))
                case "/implicit": headers, page = app.implicit(query)
                case "/landed": headers, page = app.landed()
                case "/": headers, page = {}, _page({"home": True} | query)
                case _: headers, page = {}, _page({"missing": parts.path})
            content = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
