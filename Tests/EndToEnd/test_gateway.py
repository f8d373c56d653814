"""The door in front of all services: shapes of refusals, cross-origin answers, health, metrics."""

import re

import httpx
import pytest

from support import wire

ORIGIN = "https://app.clinic.example"


@pytest.fixture(scope="module")
def keys(server):
    return server.keys()


def test_liveness_and_readiness_need_no_key(server):
    for path in ("/health", "/ready"):
        assert httpx.get(server.url + path, timeout=30).status_code == 200


def test_the_root_and_the_documentation(server):
    assert httpx.get(server.url + "/", timeout=30).json() == {"message": "MedMitra Backend API is running!"}
    api = httpx.get(server.url + "/openapi.json", timeout=30).json()
    assert (api["info"]["title"], api["info"]["version"]) == ("MedMitra Backend", "1.0.0")
    assert api["openapi"].startswith("3.")
    assert {
        ("post", "/cases/create_case"), ("get", "/cases/all_cases"), ("get", "/cases/cases/{case_id}"), ("put", "/cases/cases/{case_id}"),
        ("delete", "/cases/cases/{case_id}"), ("post", "/cases/analyze/{case_id}"), ("post", "/cases/upload"), ("get", "/cases/files/{case_id}"),
        ("get", "/cases/file/{file_id}"), ("delete", "/cases/file/{file_id}"),
    } <= {(method, path) for path, methods in api["paths"].items() for method in methods}
    for path in ("/docs", "/redoc"):
        page = httpx.get(server.url + path, timeout=30)
        assert page.status_code == 200 and page.headers["content-type"].startswith("text/html") and "/openapi.json" in page.text


@pytest.mark.parametrize("path", ["/cases", "/cases/", "/cases/nonsense", "/cases/cases/1/2/3", "/nonsense", "/cases/../health/x"])
def test_an_unknown_route_is_not_found(server, doctor, path):
    answer = doctor.http.get(path)
    assert answer.status_code == 404, answer.text
    if path.startswith("/cases") and ".." not in path:
        assert answer.json()["detail"] == "Not Found"


@pytest.mark.parametrize("method, path", [
    ("DELETE", "/cases/all_cases"), ("PATCH", "/cases/create_case"), ("GET", "/cases/create_case"), ("GET", "/cases/upload"),
    ("POST", "/cases/cases/1"), ("PUT", "/cases/file/1"), ("GET", "/cases/analyze/1")])
def test_a_wrong_method_is_not_allowed(doctor, method, path):
    answer = doctor.http.request(method, path)
    assert (answer.status_code, answer.json()["detail"]) == (405, "Method Not Allowed")


def test_unknown_routes_of_the_services_in_their_own_words(server, keys):
    headers = {"apikey": keys["SUPABASE_PUBLISHABLE_KEY"]}
    assert httpx.get(f"{server.url}/auth/v1/nonsense", headers=headers, timeout=30).status_code == 404
    assert httpx.delete(f"{server.url}/auth/v1/signup", headers=headers, timeout=30).status_code == 405
    storage = httpx.get(f"{server.url}/storage/v1/nonsense", headers=headers, timeout=30)
    assert storage.status_code == 404
    assert storage.json()["message"] == "Route GET:/nonsense not found"


MOUNTS = ["/cases/create_case", "/auth/v1/token?grant_type=password", "/storage/v1/object/labdocs/x", "/health", "/nonsense"]


@pytest.mark.parametrize("path", MOUNTS)
def test_a_preflight_is_answered_without_any_key(server, path):
    asked = "authorization, apikey, content-type, x-client-info, x-upsert"
    answer = httpx.options(server.url + path, headers={
        "Origin": ORIGIN, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": asked}, timeout=30)
    assert answer.status_code in (200, 204)
    assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN)
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert all(name.strip() in allowed for name in asked.split(","))
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= {method.strip() for method in answer.headers["access-control-allow-methods"].split(",")}
    assert int(answer.headers["access-control-max-age"]) > 0


def test_browsers_may_send_credentials_to_the_cases(server):
    answer = httpx.get(f"{server.url}/cases/all_cases", headers={"Origin": ORIGIN}, timeout=30)
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize("path", ["/auth/v1/user", "/storage/v1/bucket", "/nonsense", "/cases/cases/1"])
def test_errors_carry_the_cors_header_too(server, path):
    answer = httpx.get(server.url + path, headers={"Origin": ORIGIN}, timeout=30)
    assert answer.status_code >= 400
    assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN)


def test_exposed_headers_are_each_services_own(server, keys):
    headers = {"Origin": ORIGIN, "apikey": keys["SUPABASE_PUBLISHABLE_KEY"]}
    answer = httpx.get(f"{server.url}/auth/v1/user", headers=headers, timeout=30)
    exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {"x-total-count", "link", "x-supabase-api-version"} <= exposed


def test_every_answer_has_a_request_id_and_keeps_a_plain_one(server):
    assert httpx.get(server.url + "/health", timeout=30).headers["x-request-id"]
    kept = httpx.get(server.url + "/health", headers={"x-request-id": "trace-42"}, timeout=30)
    assert kept.headers["x-request-id"] == "trace-42"
    replaced = httpx.get(server.url + "/health", headers={"x-request-id": "a b<c>"}, timeout=30)
    assert replaced.headers["x-request-id"] != "a b<c>"


MALFORMED = {
    "no HTTP": b"nonsense\r\n\r\n",
    "a NUL in the target": b"GET /hea\x00lth HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": b"POST /cases/create_case HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a length that is no number": b"POST /cases/create_case HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\nhello",
    "a length and chunks": b"POST /cases/create_case HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk that is no number": b"POST /cases/create_case HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a header of a mebibyte": b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "ten thousand headers": b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\n",
    "a target of 200 kB": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_http_is_refused_and_the_server_goes_on(server, name):
    with wire.connect(server.url) as connection:
        connection.settimeout(20)
        try:
            connection.sendall(MALFORMED[name])
            answer = connection.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
    # A refusal or a closed connection; what it may not be is a success or a failure of ours.
    assert answer == b"" or 400 <= wire.status_of(answer) < 500, answer[:200]
    assert server.status_of("/health") == 200


def test_many_connections_that_say_nothing_keep_nobody_out(server):
    idle = [wire.connect(server.url) for _ in range(300)]
    try:
        assert all(server.status_of("/health") == 200 for _ in range(20))
    finally:
        for connection in idle:
            connection.close()


def test_metrics_are_on_the_inner_port_only(server, doctor):
    doctor.http.get("/cases/all_cases")
    text = httpx.get(f"http://127.0.0.1:{server.metrics_port}/metrics", timeout=30).text
    types = [line for line in text.splitlines() if line.startswith("# TYPE ")]
    assert types and len({line.split()[2] for line in types}) == len(types), "Prometheus refuses a second TYPE line of one name"
    for line in text.splitlines():
        assert line.startswith("#") or re.fullmatch(r'[a-z_]+(\{([a-z]+="[^"]*",?)*\})? [0-9.e+-]+', line), line
    assert all(word in text for word in ("_seconds", "_total"))
    assert doctor.id not in text and doctor.email not in text
    outside = httpx.get(server.url + "/metrics", timeout=30)
    assert outside.status_code == 404


def test_forwarded_headers_are_not_believed(server, keys):
    answer = httpx.get(f"{server.url}/cases/all_cases", headers={
        "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}, timeout=30)
    assert "evil.example" not in answer.text
