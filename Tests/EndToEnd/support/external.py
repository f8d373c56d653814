"""A server whose Google is a provider of the tests, and an app that signs in with it."""

import collections.abc
import contextlib
import dataclasses

from .oidc_provider import OIDCProvider
from .server import Server
from .web_app import WebApp


@dataclasses.dataclass
class External:
    server: Server
    provider: OIDCProvider
    app: WebApp


@contextlib.contextmanager
def external(name: str, **settings: str) -> collections.abc.Iterator[External]:
    """`settings` are further ones of the server."""
    provider, app = OIDCProvider(), WebApp()
    server = Server(name, env={
        "SITE_URL": app.url, "ADDITIONAL_REDIRECT_URLS": f"{app.url}/**,com.example.app://**",
        # Supabase's own names for the first three.
        "GOOGLE_ENABLED": "true", "GOOGLE_CLIENT_ID": provider.client_id, "GOOGLE_SECRET": provider.client_secret,
        "GOTRUE_EXTERNAL_GOOGLE_URL": provider.issuer, "GOTRUE_SECURITY_MANUAL_LINKING_ENABLED": "true",
        # Without https it is off by default.
        "EXTERNAL_STATE_COOKIE": "always"} | settings)
    try:
        server.start()
        app.serve(server)
        yield External(server, provider, app)
    finally:
        app.close()
        provider.close()
