"""Starting and stopping, as an operator sees it."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess

import httpx
import pytest

from support import wire
from support.confidential import confide
from support.doctors import client_of, new_doctor
from support.server import free_port, make_home, process_exists, run_cli, wait_until


def test_a_first_start_says_everything_a_newcomer_needs(server):
    wait_until(lambda: "curl" in server.stdout, 20, "the banner")
    banner, keys = server.stdout, server.keys()
    assert server.url in banner or f"http://localhost:{server.port}" in banner
    for name in ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "ANON_KEY", "SERVICE_ROLE_KEY"):
        assert keys[name] in banner, name
    assert "/docs" in banner and str(server.data) in banner


def test_the_printed_curl_works_when_pasted(server):
    banner = wait_until(lambda: server.stdout if "curl" in server.stdout else None, 20, "the banner")
    start = re.search(r"^.*?(curl\s)", banner, re.MULTILINE).start(1)
    lines = []
    for line in banner[start:].splitlines():
        lines.append(line.strip())
        if not line.rstrip().endswith("\\"):
            break
    pasted = subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, text=True, timeout=60)
    assert pasted.returncode == 0, pasted.stderr
    answer = json.loads(pasted.stdout)
    assert "error" not in answer and "error_code" not in answer, answer
    if "access_token" in answer:
        confide(answer["access_token"])


def test_the_keys_are_kept_where_only_their_owner_reads_them(server):
    file = server.data / "medmitra.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    values = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line and not line.startswith("#"))
    keys = server.keys()
    for name in ("JWT_SECRET", "ANON_KEY", "SERVICE_ROLE_KEY", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "POSTGRES_PASSWORD"):
        assert values[name].strip("'\"") == keys[name], name
    assert re.fullmatch(r"sb_publishable_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}", keys["SUPABASE_PUBLISHABLE_KEY"])
    assert re.fullmatch(r"sb_secret_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}", keys["SUPABASE_SECRET_KEY"])
    shown = run_cli("keys", "show", "--data-dir", str(server.data), "--format", "env")
    assert shown.returncode == 0 and f"JWT_SECRET={keys['JWT_SECRET']}" in shown.stdout.replace('"', "").replace("'", "")


def test_the_log_is_json_lines(server):
    lines = [line for line in server.stderr.splitlines() if line]
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict), line


def test_a_request_under_way_is_finished_before_the_server_ends(spare_server):
    server = spare_server("graceful").start()
    client_of(server, server.keys()["SUPABASE_SECRET_KEY"]).storage.create_bucket("b")
    content = os.urandom(2 << 20)
    request = wire.head("POST", "/storage/v1/object/b/half", {
        "Host": "x", "Connection": "close", "Content-Type": "application/octet-stream", "Content-Length": str(len(content)),
        "Authorization": f"Bearer {server.keys()['SERVICE_ROLE_KEY']}"})
    postmaster = server.postmaster_pid()
    with wire.connect(server.url) as connection:
        connection.sendall(request + content[:1 << 20])
        wait_until(server.stored_files, 20, "the first bytes to be taken in")
        server.signal(signal.SIGTERM)

        def refused():
            try:
                wire.connect(server.url, 1).close()
                return False
            except OSError:
                return True
        wait_until(refused, 20, "the port to close to new clients")
        connection.sendall(content[1 << 20:])
        answer = wire.receive(connection)
    assert wire.status_of(answer) == 200, answer[:300]
    assert b'"Key":"b/half"' in answer.replace(b" ", b"")
    assert server.collect(postmaster) == 0
    # What was acknowledged is there.
    server.start()
    stored = httpx.get(
        f"{server.url}/storage/v1/object/b/half", headers={"Authorization": f"Bearer {server.keys()['SERVICE_ROLE_KEY']}"}, timeout=30)
    assert stored.content == content


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_is_clean_and_quick(spare_server, number):
    server = spare_server("stopping").start()
    # Connections that idle must not hold the end up.
    idle = [wire.connect(server.url) for _ in range(5)]
    postmaster = server.postmaster_pid()
    assert process_exists(postmaster)
    server.signal(number)
    assert server.collect(postmaster) == 0
    for connection in idle:
        connection.close()
    assert not (server.data / "postgres" / "postmaster.pid").exists()


def test_a_stop_while_starting_is_clean_too(spare_server):
    server = spare_server("early").launch()
    wait_until(lambda: server.data.exists() and (server.postmaster_pid() or server.process.poll() is not None), 60, "the cluster to begin", interval=0.02)
    postmaster = server.postmaster_pid()
    server.signal(signal.SIGTERM)
    server.process.wait(60)
    assert server.process.returncode is not None and server.process.returncode >= 0, "killed by a signal"
    server.process = None
    if postmaster:
        wait_until(lambda: not process_exists(postmaster), 30, "PostgreSQL to end")
    # And the data directory is good.
    server.start()


def test_a_taken_port_is_said(server, spare_server):
    second = spare_server("taken")
    second.port = server.port
    second.launch()
    assert second.process.wait(120) != 0
    said = second.stderr + second.stdout
    assert f"127.0.0.1:{server.port}" in said and "another program" in said
    postmaster = second.postmaster_pid()
    assert postmaster is None or not process_exists(postmaster)
    second.process = None
    assert server.status_of("/health") == 200


def test_a_second_server_on_one_data_directory_is_refused(server, spare_server):
    second = spare_server("samedir")
    second.data = server.data
    second.launch()
    assert second.process.wait(120) != 0
    assert str(server.data) in second.stderr + second.stdout
    second.process = None
    # Clean-up must not touch what is not the second one's.
    second.data = second.home / "data"
    assert server.status_of("/ready") == 200


@pytest.fixture
def home():
    """A place for a data directory that PostgreSQL's user can reach; pytest's own it cannot."""
    made = make_home("settings")
    yield made
    shutil.rmtree(made)


REFUSED_SETTINGS = {
    "unknown service": (["--services", "auth,telepathy"], {}, ["telepathy", "storage"]),
    "port out of range": (["--port", "99999"], {}, ["PORT", "65535"]),
    "port a word": (["--port", "http"], {}, ["http"]),
    "unknown flag": (["--no-such-flag"], {}, ["--no-such-flag"]),
    "certificate without key": (["--tls-cert", "/nonexistent.crt"], {}, ["TLS_KEY"]),
    "certificate that is not there": (["--tls-cert", "/nonexistent.crt", "--tls-key", "/nonexistent.key"], {}, ["/nonexistent.crt"]),
    "expiry a word": ([], {"JWT_EXPIRY": "soon"}, ["JWT_EXPIRY"]),
    "a flag that is neither": ([], {"DISABLE_SIGNUP": "perhaps"}, ["DISABLE_SIGNUP"]),
    "short secret": ([], {"JWT_SECRET": "short"}, ["JWT_SECRET"]),
    "a name mistyped": ([], {"MEDMITRA_PG_BINN": "/usr"}, ["MEDMITRA_PG_BINN", "MEDMITRA_PG_BIN"]),
    "redirect without TLS": (["--http-redirect-port", "0"], {}, ["HTTP_REDIRECT_PORT"]),
    "database URL of nonsense": ([], {"DATABASE_URL": "nonsense"}, ["DATABASE_URL"]),
    "two mistakes at once": ([], {"JWT_EXPIRY": "soon", "DISABLE_SIGNUP": "perhaps"}, ["JWT_EXPIRY", "DISABLE_SIGNUP"]),
}


@pytest.mark.parametrize("name", REFUSED_SETTINGS)
def test_a_wrong_setting_is_named(home, name):
    arguments, environment, mentioned = REFUSED_SETTINGS[name]
    if "--port" not in arguments:
        arguments = [*arguments, "--port", str(free_port())]
    refused = run_cli("serve", "--data-dir", str(home / "data"), *arguments, env=environment)
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    for word in mentioned:
        assert word in said, said
    assert not (home / "data" / "postgres").exists(), "refused before anything was made"


def test_an_env_file_is_read_and_exported_variables_win(spare_server):
    server = spare_server("dotenv", "--env-file", "settings.env", env={"JWT_EXPIRY": "1200"})
    (server.home / "settings.env").write_text("# comment\nDISABLE_SIGNUP=true\nJWT_EXPIRY=60\nLOGFLARE_API_KEY=unused\n")
    server.start()
    settings = httpx.get(f"{server.url}/auth/v1/settings", headers={"apikey": server.keys()["ANON_KEY"]}, timeout=30).json()
    assert settings["disable_signup"] is True
    address = confide("made-by-operator@clinic.example")
    cli = {"env": server.environment, "cwd": server.home}
    options = ("--data-dir", str(server.data), "--env-file", "settings.env")
    created = run_cli("user", "create", address, *options, stdin=confide("operator chosen password") + "\n", **cli)
    assert created.returncode == 0, created.stderr
    session = client_of(server).auth.sign_in_with_password({"email": address, "password": "operator chosen password"}).session
    confide(session.access_token)
    assert session.expires_in == 1200
    assert address in run_cli("user", "list", *options, **cli).stdout
    assert run_cli("user", "create", address, *options, stdin="another password\n", **cli).returncode != 0
    assert run_cli("user", "delete", address, *options, **cli).returncode == 0
    assert address not in run_cli("user", "list", *options, **cli).stdout


def test_version_help_and_doctor(server):
    version = run_cli("version")
    assert version.returncode == 0 and re.search(r"\d+\.\d+", version.stdout)
    for command in ([], ["serve"], ["migrate"], ["keys"], ["keys", "rotate"], ["user"], ["user", "create"], ["doctor"]):
        shown = run_cli(*command, "--help")
        assert shown.returncode == 0 and len(shown.stdout) > 200, command
    report = run_cli("doctor", "--data-dir", str(server.data))
    assert report.returncode == 0, report.stdout + report.stderr
    assert "postgres" in report.stdout.lower() and "tesseract" in report.stdout.lower()


def test_doctor_says_where_postgresql_was_looked_for(home):
    report = run_cli("doctor", "--data-dir", str(home / "data"), env={"MEDMITRA_PG_BIN": "/nonexistent"})
    assert report.returncode != 0
    said = report.stdout + report.stderr
    assert "/nonexistent" in said and "MEDMITRA_PG_BIN" in said, said


def test_migrate_check_says_that_nothing_is_left_to_do(server):
    checked = run_cli("migrate", "--check", "--data-dir", str(server.data))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_only_the_chosen_services_are_mounted(spare_server):
    server = spare_server("authonly", "--services", "auth").start()
    assert httpx.get(f"{server.url}/auth/v1/health", headers={"apikey": server.keys()["ANON_KEY"]}, timeout=30).status_code == 200
    assert httpx.get(f"{server.url}/storage/v1/bucket", timeout=30).status_code == 404
    assert httpx.get(f"{server.url}/cases/all_cases", timeout=30).status_code == 404


def test_rotated_keys_replace_the_old_and_signed_in_users_stay(spare_server):
    server = spare_server("rotating").start()
    doctor, old = new_doctor(server), server.keys()
    assert server.stop() == 0
    rotated = run_cli("keys", "rotate", "--api-keys", "--jwt-secret", "--data-dir", str(server.data))
    assert rotated.returncode == 0, rotated.stderr
    new = server.keys()
    for name in ("JWT_SECRET", "ANON_KEY", "SERVICE_ROLE_KEY", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"):
        assert new[name] != old[name], name
        confide(old[name])
    assert new["POSTGRES_PASSWORD"] == old["POSTGRES_PASSWORD"]
    server.start()

    def status(key):
        return httpx.get(f"{server.url}/auth/v1/settings", headers={"apikey": key}, timeout=30).status_code
    for name in ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"):
        assert (status(new[name]), status(old[name])) == (200, 401), name
    assert (status(new["ANON_KEY"]), status(new["SERVICE_ROLE_KEY"])) == (200, 200)
    assert doctor.http.get("/cases/all_cases").status_code == 200
    again = client_of(server).auth.sign_in_with_password({"email": doctor.email, "password": doctor.password})
    confide(again.session.access_token)
    assert httpx.get(f"{server.url}/cases/all_cases", headers={"Authorization": f"Bearer {again.session.access_token}"}, timeout=30).status_code == 200


def test_fresh_keys_are_new_each_time():
    first, second = (run_cli("keys", "generate", "--format", "json") for _ in range(2))
    first, second = json.loads(first.stdout), json.loads(second.stdout)
    assert set(first) == set(second)
    assert all(first[name] != second[name] for name in first)
