"""A service that takes text messages as MedMitra posts them to `SMS_HTTP_URL`."""

import http.server
import json
import secrets
import threading

from .confidential import confide
from .server import wait_until


class TextMessages:
    def __init__(self):
        self.token = confide(f"texts-{secrets.token_hex(9)}")
        self.taken: list[dict] = []
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/messages"

    def code_for(self, number: str) -> str:
        """The code of the newest message to a number."""
        def newest():
            return [message for message in self.taken if message["to"].removeprefix("+") == number.removeprefix("+")]
        return wait_until(newest, 20, "a text message")[-1]["code"]

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def _handler(service: TextMessages):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.headers["Authorization"] == f"Bearer {service.token}"
            if known:
                service.taken.append(json.loads(body))
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler
