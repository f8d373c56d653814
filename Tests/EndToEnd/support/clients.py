"""supabase-py in both its kinds behind one way to call it, so that one test speaks for both.

`called` remembers which method was called in which kind; :func:`public_methods` says which there are."""

import asyncio
import inspect

import supabase

from .confidential import confide
from .server import Server, wait_until

#: (kind, method as an app writes it): ("async", "auth.mfa.enroll").
called: set[tuple[str, str]] = set()

# What of a client has methods of its own.
_PARTS = ("admin", "mfa", "oauth")


class Spoken:
    """A part of a client. Every call is carried to its end, and the secrets in its answer are kept out of the logs."""

    def __init__(self, client: "SyncClient", part: object, name: str):
        self._client, self._part, self._name = client, part, name

    def __getattr__(self, name: str):
        found, path = getattr(self._part, name), f"{self._name}.{name}"
        if name in _PARTS:
            return Spoken(self._client, found, path)
        if not callable(found):
            return found

        def call(*arguments, **named):
            called.add((self._client.kind, path))
            return _kept(self._client.finish(found(*arguments, **named)))
        return call


def _kept(answer):
    holder = getattr(answer, "session", None) or getattr(answer, "client", None) or answer
    for name in ("access_token", "refresh_token", "client_secret"):
        if isinstance(value := getattr(holder, name, None), str):
            confide(value)
    return answer


class SyncClient:
    """The client as it is. Options are supabase-py's own, such as `flow_type`."""

    kind = "sync"

    def __init__(self, server: Server, key: str | None = None, **options):
        self.server = server
        self.key = key or server.keys()["SUPABASE_PUBLISHABLE_KEY"]
        self.auth = Spoken(self, self.make(options).auth, "auth")
        #: What the client has told its listeners, in order.
        self.events: list[str] = []
        self.auth.on_auth_state_change(lambda event, session: self.events.append(event))

    def make(self, options: dict):
        return supabase.create_client(self.server.url, self.key, supabase.ClientOptions(**options))

    def finish(self, result):
        return result

    def wait_for(self, event: str, seconds: float = 20):
        """Until the client's own timer has brought about an event."""
        wait_until(lambda: event in self.events, seconds, f"{event} of {self.events}")

    def close(self):
        # Stops the timer that would refresh the session.
        self.auth._remove_session()
        self.auth.close()


class AsyncClient(SyncClient):
    """The asynchronous client on a loop of its own; each call is awaited to its end."""

    kind = "async"

    def __init__(self, server: Server, key: str | None = None, **options):
        self.loop = asyncio.new_event_loop()
        super().__init__(server, key, **options)

    def make(self, options: dict):
        return self.finish(
            supabase.acreate_client(self.server.url, self.key, supabase.AsyncClientOptions(**options)))

    def finish(self, result):
        return self.loop.run_until_complete(result) if inspect.isawaitable(result) else result

    def wait_for(self, event: str, seconds: float = 20):
        async def told():
            while event not in self.events:
                await asyncio.sleep(0.05)
        self.finish(asyncio.wait_for(told(), seconds))

    def close(self):
        super().close()
        self.loop.close()


KINDS = {kind.kind: kind for kind in (SyncClient, AsyncClient)}


def public_methods(client: SyncClient) -> set[tuple[str, str]]:
    """Every method that an app may call on the auth part of a client."""
    return {(client.kind, path) for path in _methods(client.auth)}


def _methods(spoken: Spoken) -> set[str]:
    part = spoken._part
    own = {name for name, _ in inspect.getmembers(type(part), inspect.isfunction) if not name.startswith("_")}
    return {f"{spoken._name}.{name}" for name in own}.union(
        *(_methods(getattr(spoken, name)) for name in _PARTS if hasattr(part, name)))
