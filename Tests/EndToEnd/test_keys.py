"""Named API keys that come and go while the gateway runs, and signing keys that rotate without signing anybody out."""

import base64
import json
import uuid

import httpx

from support.confidential import confide
from support.server import run_cli, wait_until


def settings(server, key: str) -> int:
    return httpx.get(server.url + "/auth/v1/settings", headers={"apikey": key}, timeout=30).status_code


def test_a_named_key_is_accepted_and_refused_at_once(server):
    options = ("--data-dir", str(server.data))
    name = f"export-{uuid.uuid4().hex[:8]}"
    made = run_cli("keys", "create", name, *options)
    assert made.returncode == 0, made.stderr
    key = confide(made.stdout.strip())
    assert key.startswith("sb_secret_")
    wait_until(lambda: settings(server, key) == 200, 10, "the gateway to accept the new key")
    users = httpx.get(server.url + "/auth/v1/admin/users", headers={"apikey": key}, timeout=30)
    assert users.status_code == 200

    # A second live key of the name would make revoking ambiguous; a key of the other kind is another key.
    assert run_cli("keys", "create", name, *options).returncode != 0
    public = confide(run_cli("keys", "create", name, "--kind", "publishable", *options).stdout.strip())
    assert public.startswith("sb_publishable_")
    listed = run_cli("keys", "list", *options).stdout
    assert [line.split()[1] for line in listed.splitlines() if line.startswith(name + " ")].count("secret") == 1
    assert key not in listed and public not in listed
    assert key not in server.sql("select string_agg(k::text, ' ') from medmitra.api_keys k")

    revoked = run_cli("keys", "revoke", name, "--kind", "secret", *options)
    assert revoked.returncode == 0, revoked.stderr
    wait_until(lambda: settings(server, key) == 401, 10, "the gateway to refuse the revoked key")
    wait_until(lambda: settings(server, public) == 200, 10, "the other key to go on working")
    assert run_cli("keys", "revoke", name, "--kind", "secret", *options).returncode != 0


def test_rotated_signing_keys_sign_nobody_out(spare_server):
    server = spare_server("rotation").start()
    public = server.keys()["SUPABASE_PUBLISHABLE_KEY"]
    client = httpx.Client(base_url=server.url + "/auth/v1", headers={"apikey": public}, timeout=60)
    form = {"email": "doctor@clinic.example", "password": confide("a password that stays")}
    tokens = [client.post("/signup", json=form).json()]
    assert client.get("/.well-known/jwks.json").json() == {"keys": []}
    for count, algorithm in ((1, "ES256"), (2, "RS256")):
        rotated = run_cli("keys", "rotate-signing", "--algorithm", algorithm, "--data-dir", str(server.data))
        assert rotated.returncode == 0, rotated.stderr
        assert server.stop() == 0
        server.start()
        published = client.get("/.well-known/jwks.json").json()["keys"]
        assert len(published) == count and all("d" not in key for key in published)
        for session in tokens:
            answer = client.get("/user", headers={"Authorization": f"Bearer {session['access_token']}"})
            assert answer.status_code == 200, answer.text
        refreshed = client.post("/token?grant_type=refresh_token", json={"refresh_token": tokens[-1]["refresh_token"]})
        assert refreshed.status_code == 200, refreshed.text
        tokens.append(refreshed.json())
        encoded = tokens[-1]["access_token"].split(".")[0]
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        assert header["alg"] == algorithm and header["kid"] in [key["kid"] for key in published]
    client.close()
