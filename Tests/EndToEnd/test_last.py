"""What the whole run left behind: nothing."""

import json

import pytest

from support.clients import KINDS, called, public_methods
from support.confidential import phrases
from support.server import Server

pytestmark = pytest.mark.last


def test_no_token_password_address_or_patient_name_is_in_any_log(server, logs_of_past_servers):
    logs = [*logs_of_past_servers, (server.name, server.stderr)]
    assert sum(len(text) for _, text in logs) > 1000, "there are no logs to look at"
    secrets = set(phrases()) | {
        value for name, value in server.keys().items() if name.endswith(("_KEY", "_SECRET", "PASSWORD"))}
    assert len(secrets) > 50
    leaks = [(name, phrase[:12] + "...") for name, text in logs for phrase in secrets if phrase in text]
    assert leaks == []


def test_every_method_of_the_auth_client_was_called_in_both_kinds(request, server):
    """An app may call any of them; whatever a new version of the client adds is missed here."""
    needed = {f"test_supabase_{name}" for name in ("clients", "clients_mail", "mfa", "sso")}
    if missing := needed - {item.module.__name__ for item in request.session.items}:
        pytest.skip(f"not part of this run: {', '.join(sorted(missing))}")
    methods = set()
    for kind in KINDS.values():
        client = kind(server)
        methods |= public_methods(client)
        client.close()
    assert len(methods) > 80
    assert methods - called == set()


def test_no_answer_of_the_shared_server_was_a_failure(server):
    """No request of this whole run, however hostile, may have made the server fail."""
    failures = []
    for line in server.stderr.splitlines():
        if json.loads(line).get("status") == "500":
            failures.append(line)
    assert '"status":"200"' in server.stderr, "the log has no access lines to look at"
    assert failures == []


def test_every_server_stops_cleanly(server):
    # `stop` also waits until PostgreSQL is gone.
    assert server.stop() == 0
    running = [other.name for other in Server.every if other.process is not None and other.process.poll() is None]
    assert running == []
