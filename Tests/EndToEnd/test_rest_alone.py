"""`serve --services rest`: in PostgREST's place, with PostgREST's settings, in front of somebody else's database."""

import json

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from support.cluster import psql, scratch_cluster
from support.confidential import confide
from support.doctors import new_doctor
from support.server import free_port, wait_until

SCHEMA = """
create role web_anon nologin;
create role reader nologin;
create role authenticator login noinherit;
grant web_anon, reader to authenticator;
create schema api;
grant usage on schema api to web_anon, reader;
create table api.notes (id int primary key, text text not null);
grant select on api.notes to reader;
insert into api.notes values (1, 'first');
create function api.headers() returns json language sql stable as $$ select current_setting('request.headers')::json $$;
create function api.whoami() returns text language sql stable as 'select current_user::text';
"""


@pytest.fixture(scope="module")
def cluster():
    with scratch_cluster() as uri:
        psql(uri, SCHEMA)
        yield uri


def login(uri: str, name: str) -> str:
    return uri.replace("supabase_admin@", f"{name}@")


def settings(cluster: str, **more: str) -> dict[str, str]:
    given = {"PGRST_DB_URI": login(cluster, "authenticator"), "PGRST_DB_SCHEMAS": "api", "PGRST_DB_ANON_ROLE": "web_anon"}
    return given | more


def token(algorithm: str, key, **headers) -> dict[str, str]:
    return {"Authorization": "Bearer " + confide(jwt.encode({"role": "reader"}, key, algorithm, headers=headers))}


SECRET = b"a secret of the tests that is long enough for each of the hashes"
KEYS = {
    "HS256": (SECRET, {"kty": "oct", "k": jwt.utils.base64url_encode(SECRET).decode()}),
    "RS384": (rsa.generate_private_key(65537, 2048), None),
    "ES512": (ec.generate_private_key(ec.SECP521R1()), None),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate(), None),
}


def jwk(algorithm: str) -> dict:
    key, known = KEYS[algorithm]
    if known:
        return known
    kind = {"R": RSAAlgorithm, "E": OKPAlgorithm if algorithm == "EdDSA" else ECAlgorithm}[algorithm[0]]
    return {name: value for name, value in kind.to_jwk(key.public_key(), as_dict=True).items() if name != "key_ops"}


def test_secret_and_address_in_files_and_tokens_of_every_kind(spare_server, cluster):
    server = spare_server("alone", "--services", "rest", env=settings(
        cluster, PGRST_DB_URI="@address", PGRST_JWT_SECRET="@keys.json"))
    (server.home / "address").write_text(login(cluster, "authenticator") + "\n")
    (server.home / "keys.json").write_text(json.dumps({"keys": [jwk(name) | {"kid": name} for name in KEYS]}) + "\n")
    server.start()
    notes = f"{server.url}/notes"
    assert httpx.get(notes, timeout=30).status_code == 401
    for algorithm, (key, _) in KEYS.items():
        for headers in ({}, {"kid": algorithm}):
            answer = httpx.get(notes, headers=token(algorithm, key, **headers), timeout=30)
            assert (answer.status_code, answer.text) == (200, '[{"id":1,"text":"first"}]'), algorithm
        refused = httpx.get(notes, headers=token(algorithm, key, kid="other"), timeout=30)
        assert (refused.status_code, refused.json()) == (401, {
            "code": "PGRST301", "details": "No suitable key was found to decode the JWT", "hint": None,
            "message": "No suitable key or wrong key type"}), algorithm
    # The same secret, another hash: an oct key without alg takes all three.
    assert httpx.get(notes, headers=token("HS512", SECRET), timeout=30).status_code == 200
    assert httpx.get(notes, headers=token("HS256", b"x" * 64), timeout=30).json()["details"] == (
        "None of the keys was able to decode the JWT")


def test_a_plain_secret_is_for_HS256_alone(spare_server, cluster):
    server = spare_server("plain", "--services", "rest", env=settings(cluster, PGRST_JWT_SECRET=confide(SECRET.decode()))).start()
    assert httpx.get(f"{server.url}/notes", headers=token("HS256", SECRET), timeout=30).status_code == 200
    assert httpx.get(f"{server.url}/notes", headers=token("HS512", SECRET), timeout=30).status_code == 401
    seen = httpx.get(f"{server.url}/rpc/headers", headers={"Host": "api.example", "Cookie": "a=b", "X-Bed": "7"}, timeout=30).json()
    assert (seen["host"], seen["x-bed"], "cookie" in seen) == ("api.example", "7", False)


def test_the_admin_server_shows_the_schema_cache(spare_server, cluster):
    port = free_port()
    server = spare_server("admin", "--services", "rest", env=settings(cluster, PGRST_ADMIN_SERVER_PORT=str(port)))
    server.launch()
    admin = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        try:
            return httpx.get(f"{admin}/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False
    wait_until(is_ready, 60, "the schema cache to be loaded")
    assert httpx.get(f"{admin}/live", timeout=30).content == b""
    cache = httpx.get(f"{admin}/schema_cache", timeout=30).json()
    assert sorted(cache) == ["dbMediaHandlers", "dbRelationships", "dbRepresentations", "dbRoutines", "dbTables"]
    tables = {(key["qiSchema"], key["qiName"]): table for key, table in cache["dbTables"]}
    assert tables["api", "notes"]["tablePKCols"] == ["id"]
    assert tables["api", "notes"]["tableColumns"]["text"]["colNullable"] is False
    assert {key["qiName"] for key, _ in cache["dbRoutines"]} >= {"headers", "whoami"}
    assert httpx.get(f"{admin}/anything", timeout=30).status_code == 404
    assert httpx.get(f"{server.url}/schema_cache", timeout=30).json()["code"] == "PGRST205"


def test_a_token_cannot_name_the_owner_of_an_existing_database(spare_server):
    """Whoever has the service key can give users any role; the database's superuser must not be among them."""
    with scratch_cluster() as uri:
        server = spare_server("existing", env={"DATABASE_URL": uri}).start()
        psql(uri, "create function public.whoami() returns text language sql stable as 'select current_user::text'; notify pgrst")
        doctor, keys = new_doctor(server), server.keys()

        def whoami(role: str) -> httpx.Response:
            return httpx.post(
                f"{server.url}/rest/v1/rpc/whoami", json={}, timeout=30, headers={
                    "apikey": keys["ANON_KEY"],
                    "Authorization": "Bearer " + confide(jwt.encode({"role": role, "exp": 2_000_000_000}, keys["JWT_SECRET"], "HS256"))})
        wait_until(lambda: whoami("authenticated").status_code == 200, 30, "the function to be known")
        assert [whoami(role).json() for role in ("anon", "authenticated", "service_role")] == ["anon", "authenticated", "service_role"]
        for role in ("supabase_admin", "supabase_auth_admin", "pg_read_all_data", "authenticator", "none"):
            refused = whoami(role)
            assert refused.status_code in (400, 401, 403), (role, refused.text)
        # And the services live on the roles that they have.
        assert doctor.finished(doctor.case()["case_id"])["case"]["status"] == "completed"
