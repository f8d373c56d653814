"""TLS with a certificate of our development authority, HTTP/2, and a certificate that changes under way."""

import os
import secrets
import shutil
import socket
import ssl
import subprocess

import httpx
import pytest
import supabase

from conftest import keep_logs
from support.confidential import confide
from support.server import REPOSITORY, Server, free_port, make_home, wait_until


def make_certificates(directory, *names):
    made = subprocess.run(
        [str(REPOSITORY / "certs" / "make-development-ca"), str(directory), *names], capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    return directory


@pytest.fixture(scope="module")
def secured():
    home = make_home("tls")
    certificates = make_certificates(home / "certs", "localhost", "127.0.0.1")
    redirect = free_port()
    running = Server(
        "tls", "--tls-cert", str(certificates / "server.crt"), "--tls-key", str(certificates / "server.key"),
        "--http-redirect-port", str(redirect), home=home, scheme="https")
    running.certificates, running.redirect_port = certificates, redirect
    running.start()
    yield running
    keep_logs(running)
    running.discard()


def curl(server, *arguments, path="/health"):
    return subprocess.run(
        ["curl", "-sS", "--cacert", str(server.certificates / "ca.crt"), *arguments, server.url + path], capture_output=True, text=True, timeout=60)


def test_http_2_is_negotiated(secured):
    answer = curl(secured, "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "2 200"


def test_http_1_is_still_spoken(secured):
    assert curl(secured, "--http1.1", "-o", "/dev/null", "-w", "%{http_version} %{http_code}").stdout == "1.1 200"


def test_browsers_are_told_to_stay_with_tls(secured):
    headers = curl(secured, "-D", "-", "-o", "/dev/null").stdout.lower()
    assert "strict-transport-security: max-age=" in headers


def test_a_stranger_does_not_trust_the_authority(secured):
    distrusting = subprocess.run(["curl", "-sS", secured.url + "/health"], capture_output=True, text=True, timeout=60)
    assert distrusting.returncode == 60


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_old_versions_of_tls_are_refused(secured, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = getattr(ssl.TLSVersion, version)
    with pytest.raises(OSError):
        with socket.create_connection(("127.0.0.1", secured.port), 10) as plain:
            context.wrap_socket(plain).close()


def test_plain_http_is_redirected(secured):
    answer = httpx.get(f"http://127.0.0.1:{secured.redirect_port}/cases/all_cases?page=2", timeout=30)
    assert answer.status_code in (301, 308)
    target = httpx.URL(answer.headers["location"])
    assert (target.scheme, target.port, target.raw_path) == ("https", secured.port, b"/cases/all_cases?page=2")
    evil = httpx.get(f"http://127.0.0.1:{secured.redirect_port}//evil.example/x", headers={"Host": "evil.example"}, timeout=30)
    assert httpx.URL(evil.headers["location"]).host != "evil.example"


def test_plain_http_on_the_tls_port_is_no_answer_of_ours(secured):
    with socket.create_connection(("127.0.0.1", secured.port), 10) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        try:
            answer = plain.recv(4096)
        except ConnectionResetError:
            answer = b""
    assert not answer.startswith(b"HTTP/1.1 200")
    assert curl(secured, "-o", "/dev/null", "-w", "%{http_code}").stdout == "200"


def test_the_doctors_client_works_over_tls(secured):
    os.environ["SSL_CERT_FILE"] = str(secured.certificates / "ca.crt")
    try:
        client = supabase.create_client(secured.url, secured.keys()["SUPABASE_PUBLISHABLE_KEY"])
        answer = client.auth.sign_up({"email": f"tls-{secrets.token_hex(4)}@clinic.example", "password": confide("over an encrypted wire")})
    finally:
        del os.environ["SSL_CERT_FILE"]
    token = confide(answer.session.access_token)
    cases = curl(secured, "-H", f"Authorization: Bearer {token}", path="/cases/all_cases")
    assert cases.stdout == '{"cases":[]}'


def serial(server) -> str:
    context = ssl.create_default_context(cafile=str(server.certificates / "ca.crt"))
    with socket.create_connection(("127.0.0.1", server.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            return secure.getpeercert()["serialNumber"]


def test_a_renewed_certificate_is_used_without_a_restart(secured):
    before, pid = serial(secured), secured.pid
    with httpx.Client(verify=ssl.create_default_context(cafile=str(secured.certificates / "ca.crt")), trust_env=False) as open_connection:
        assert open_connection.get(secured.url + "/health").status_code == 200
        make_certificates(secured.certificates, "localhost", "127.0.0.1")
        wait_until(lambda: serial(secured) != before, 90, "the renewed certificate to be served", interval=0.5)
        assert open_connection.get(secured.url + "/health").status_code == 200
    assert secured.pid == pid and secured.process.poll() is None


def test_an_idle_http_2_connection_does_not_hold_the_stop_up(spare_server):
    home = make_home("tls-stop")
    certificates = make_certificates(home / "certs", "localhost")
    server = spare_server(
        "tls-stop", "--tls-cert", str(certificates / "server.crt"), "--tls-key", str(certificates / "server.key"), home=home,
        scheme="https").start()
    with httpx.Client(http2=True, verify=ssl.create_default_context(cafile=str(certificates / "ca.crt")), trust_env=False) as idle:
        assert idle.get(server.url + "/health").http_version == "HTTP/2"
        # The client reads nothing while it idles, and so answers no farewell.
        assert server.stop() == 0


def test_a_pair_that_does_not_fit_is_not_taken(secured):
    before = serial(secured)
    elsewhere = make_certificates(secured.home / "other", "localhost")
    good = (secured.certificates / "server.key").read_bytes()
    shutil.copy(elsewhere / "server.key", secured.certificates / "server.key.new")
    (secured.certificates / "server.key.new").rename(secured.certificates / "server.key")
    try:
        wait_until(lambda: "certificate" in secured.stderr and ("does not belong" in secured.stderr or "mismatch" in secured.stderr), 90, "the log to say so", interval=0.5)
        assert serial(secured) == before
    finally:
        (secured.certificates / "server.key").write_bytes(good)
