"""Storage through the Python client that apps use."""

import hashlib
import os
import secrets

import httpx
import pytest
import storage3.exceptions

from support import wire
from support.doctors import client_of
from support.server import wait_until


@pytest.fixture(scope="module")
def admin(server):
    return client_of(server, server.keys()["SUPABASE_SECRET_KEY"])


@pytest.fixture
def bucket(admin):
    """A private bucket that is empty and this test's own."""
    name = f"bucket-{secrets.token_hex(4)}"
    admin.storage.create_bucket(name)
    return name


def refusal(act) -> storage3.exceptions.StorageApiError:
    with pytest.raises(storage3.exceptions.StorageApiError) as caught:
        act()
    return caught.value


@pytest.mark.parametrize("key", ["SUPABASE_SECRET_KEY", "SERVICE_ROLE_KEY"])
def test_buckets_are_made_read_and_listed(server, key):
    storage = client_of(server, server.keys()[key]).storage
    name = f"open {secrets.token_hex(3)}"
    assert storage.create_bucket(name, options={"public": True, "file_size_limit": "1MB", "allowed_mime_types": ["image/*"]})["name"] == name
    found = storage.get_bucket(name)
    assert (found.id, found.public, found.file_size_limit, found.allowed_mime_types) == (name, True, 1_000_000, ["image/*"])
    assert name in [entry.name for entry in storage.list_buckets()]
    again = refusal(lambda: storage.create_bucket(name))
    assert (str(again.status), again.message) == ("409", "The resource already exists")
    missing = refusal(lambda: storage.get_bucket("no-such-bucket"))
    assert (str(missing.status), missing.message) == ("404", "Bucket not found")


def test_only_those_who_may_make_buckets(server, doctor):
    for client in (doctor.client, client_of(server)):
        error = refusal(lambda: client.storage.create_bucket("not-allowed"))
        assert (str(error.status), error.message) == ("403", "new row violates row-level security policy")
        assert client.storage.list_buckets() == [] or client is doctor.client


def test_an_object_goes_there_and_back(admin, bucket):
    files, content = admin.storage.from_(bucket), os.urandom(3_000_000)
    answer = files.upload("folder/data.bin", content, {"content-type": "application/x-custom", "cache-control": "60"})
    assert answer.path == "folder/data.bin" and answer.full_path == f"{bucket}/folder/data.bin"
    assert files.download("folder/data.bin") == content
    info = files.info("folder/data.bin")
    assert (info["size"], info["content_type"]) == (len(content), "application/x-custom")
    assert files.exists("folder/data.bin") is True


def test_uploading_twice_needs_upsert(admin, bucket):
    files = admin.storage.from_(bucket)
    files.upload("a.txt", b"first", {"content-type": "text/plain"})
    error = refusal(lambda: files.upload("a.txt", b"second", {"content-type": "text/plain"}))
    assert (str(error.status), error.message) == ("409", "The resource already exists")
    assert files.download("a.txt") == b"first"
    files.upload("a.txt", b"third", {"content-type": "text/plain", "upsert": "true"})
    assert files.download("a.txt") == b"third"
    files.update("a.txt", b"fourth", {"content-type": "text/plain"})
    assert files.download("a.txt") == b"fourth"


def test_ranges_and_conditions(server, admin, bucket):
    content = bytes(range(256)) * 64
    admin.storage.from_(bucket).upload("r.bin", content, {"content-type": "application/octet-stream"})
    url = f"{server.url}/storage/v1/object/authenticated/{bucket}/r.bin"
    headers = {"Authorization": f"Bearer {server.keys()['SERVICE_ROLE_KEY']}"}
    size = len(content)
    for asked, start, end in (("bytes=0-9", 0, 9), ("bytes=100-", 100, size - 1), ("bytes=-16", size - 16, size - 1), (f"bytes=0-{size * 2}", 0, size - 1)):
        answer = httpx.get(url, headers=headers | {"Range": asked}, timeout=30)
        assert (answer.status_code, answer.content) == (206, content[start:end + 1]), asked
        assert answer.headers["content-range"] == f"bytes {start}-{end}/{size}"
    for wrong in (f"bytes={size}-", "bytes=9-5", "bytes=0-1,5-6", "bytes=x-y"):
        answer = httpx.get(url, headers=headers | {"Range": wrong}, timeout=30)
        assert answer.status_code == 416, wrong
        assert answer.json()["error"] == "invalid_range" and answer.json()["statusCode"] == "416"
    whole = httpx.get(url, headers=headers, timeout=30)
    assert whole.content == content and whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["etag"] == f'"{hashlib.md5(content).hexdigest()}"'
    same = httpx.get(url, headers=headers | {"If-None-Match": whole.headers["etag"]}, timeout=30)
    assert (same.status_code, same.content) == (304, b"")
    head = httpx.head(url, headers=headers, timeout=30)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(size))
    assert httpx.head(url + "x", headers=headers, timeout=30).status_code == 400


def test_a_signed_url_works_alone_and_expires(server, admin, bucket):
    files = admin.storage.from_(bucket)
    files.upload("s.html", b"<h1>signed</h1>", {"content-type": "text/html"})
    url = files.create_signed_url("s.html", 60)["signedURL"]
    answer = httpx.get(url, timeout=30)
    assert (answer.status_code, answer.content) == (200, b"<h1>signed</h1>")
    assert answer.headers["content-type"].startswith("text/plain"), "stored HTML must not run in a browser"
    attachment = httpx.get(files.create_signed_url("s.html", 60, {"download": "näme.html"})["signedURL"], timeout=30)
    assert attachment.headers["content-disposition"].startswith("attachment;")
    brief = files.create_signed_url("s.html", 1)["signedURL"]
    wait_until(lambda: httpx.get(brief, timeout=30).status_code == 400, 10, "the signed URL to expire")
    signed = files.create_signed_urls(["s.html", "missing"], 60)
    assert [entry["path"] for entry in signed] == ["s.html", "missing"]
    assert signed[1]["error"] == "Either the object does not exist or you do not have access to it"


def test_listing_shows_folders_and_files_in_order(admin, bucket):
    files = admin.storage.from_(bucket)
    for path in ("b.txt", "a.txt", "sub/c.txt", "sub/deep/d.txt"):
        files.upload(path, path.encode(), {"content-type": "text/plain"})
    assert [entry["name"] for entry in files.list()] == ["a.txt", "b.txt", "sub"]
    folder = files.list()[2]
    assert (folder["id"], folder["metadata"]) == (None, None)
    assert [entry["name"] for entry in files.list("sub")] == ["c.txt", "deep"]
    assert [entry["name"] for entry in files.list("", {"limit": 1, "offset": 1})] == ["b.txt"]
    assert files.list()[0]["metadata"]["size"] == 5 and files.list()[0]["metadata"]["mimetype"] == "text/plain"
    assert files.list("nowhere") == []


def test_removing_answers_what_was_removed(admin, bucket):
    files = admin.storage.from_(bucket)
    files.upload("x.txt", b"x", {"content-type": "text/plain"})
    assert [entry["name"] for entry in files.remove(["x.txt", "missing.txt"])] == ["x.txt"]
    error = refusal(lambda: files.download("x.txt"))
    assert (str(error.status), error.message) == ("404", "Object not found")
    assert files.remove(["x.txt"]) == []


def test_a_public_bucket_is_readable_by_all_and_a_private_one_by_nobody(server, admin, bucket):
    name = f"public-{secrets.token_hex(4)}"
    admin.storage.create_bucket(name, options={"public": True})
    for target in (name, bucket):
        admin.storage.from_(target).upload("p.txt", b"for all?", {"content-type": "text/plain"})
    assert httpx.get(admin.storage.from_(name).get_public_url("p.txt"), timeout=30).content == b"for all?"
    hidden = httpx.get(admin.storage.from_(bucket).get_public_url("p.txt"), timeout=30)
    assert hidden.status_code == 400
    assert hidden.json() == {"statusCode": "404", "error": "Bucket not found", "message": "Bucket not found", "code": "NoSuchBucket"}
    without_key = httpx.get(f"{server.url}/storage/v1/object/{bucket}/p.txt", timeout=30)
    assert without_key.status_code == 400 and without_key.json()["code"] == "NoSuchBucket"


def test_limits_and_types_of_a_bucket(admin):
    name = f"small-{secrets.token_hex(4)}"
    admin.storage.create_bucket(name, options={"file_size_limit": 1000, "allowed_mime_types": ["text/plain"]})
    files = admin.storage.from_(name)
    large = refusal(lambda: files.upload("l.txt", bytes(1001), {"content-type": "text/plain"}))
    assert (str(large.status), large.message) == ("413", "The object exceeded the maximum allowed size")
    kind = refusal(lambda: files.upload("k.png", b"x", {"content-type": "image/png"}))
    assert (str(kind.status), kind.message) == ("415", "mime type image/png is not supported")
    assert files.list() == []


@pytest.mark.parametrize("key", ["../up.txt", "a/../../b.txt", "naïve.txt", "a\\b.txt", "tab\t.txt", "hash#x.txt", "a[b].txt"])
def test_keys_that_are_no_keys(server, admin, bucket, key):
    answer = httpx.post(
        f"{server.url}/storage/v1/object/{bucket}/" + "".join(f"%{byte:02X}" for byte in key.encode()), content=b"x", timeout=30,
        headers={"Authorization": f"Bearer {server.keys()['SERVICE_ROLE_KEY']}", "content-type": "text/plain"})
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"statusCode", "error", "message", "code"}
    assert admin.storage.from_(bucket).list() == []


BAD_REQUESTS = [
    ("POST", "/bucket", b"{"), ("POST", "/bucket", b"[]"), ("POST", "/bucket", b"{}"), ("POST", "/bucket", b'{"name":""}'),
    ("POST", "/bucket", b'{"name":"a/b"}'), ("POST", "/bucket", b'{"name":"' + b"n" * 101 + b'"}'), ("POST", "/bucket", b'{"name":5,"public":"maybe"}'),
    ("POST", "/bucket", b'{"name":"limit","file_size_limit":"lots"}'), ("POST", "/bucket", b'{"name":"neg","file_size_limit":-1}'),
    ("POST", "/bucket", b'{"name":"mime","allowed_mime_types":["nonsense"]}'), ("POST", "/bucket", b'{"name":"nul\\u0000"}'),
    ("POST", "/object/sign/B/x", b"{}"), ("POST", "/object/sign/B/x", b'{"expiresIn":0}'), ("POST", "/object/sign/B/x", b'{"expiresIn":"soon"}'),
    ("POST", "/object/sign/B", b'{"expiresIn":5,"paths":[]}'), ("POST", "/object/list/B", b"{"), ("POST", "/object/list/B", b'{"prefix":5,"limit":"x"}'),
    ("POST", "/object/list/B", b'{"prefix":"","limit":-1}'), ("POST", "/object/list/B", b'{"prefix":"","sortBy":{"column":"owner; drop"}}'),
    ("DELETE", "/object/B", b"{}"), ("DELETE", "/object/B", b'{"prefixes":[]}'), ("DELETE", "/object/B", b'{"prefixes":"x"}'),
    ("POST", "/object/no-such-bucket/x", b"x"), ("GET", "/object/sign/B/x?token=nonsense", b""), ("GET", "/object/sign/B/x", b""),
]


@pytest.mark.parametrize("method, path, body", BAD_REQUESTS, ids=lambda value: repr(value)[:40])
def test_a_bad_request_is_refused_in_storages_words(server, bucket, method, path, body):
    answer = httpx.request(
        method, f"{server.url}/storage/v1" + path.replace("/B", f"/{bucket}"), content=body, timeout=30,
        headers={"Authorization": f"Bearer {server.keys()['SERVICE_ROLE_KEY']}", "content-type": "application/json"})
    assert answer.status_code == 400, (answer.status_code, answer.text)
    assert set(answer.json()) == {"statusCode", "error", "message", "code"}, answer.text


def test_wrong_tokens_are_refused_with_400_and_403_inside(server, bucket):
    missing = httpx.get(f"{server.url}/storage/v1/bucket", timeout=30)
    assert (missing.status_code, missing.json()["statusCode"], missing.json()["error"]) == (400, "400", "Error")
    for token in ("garbage", "a.b.c", server.keys()["ANON_KEY"][:-2] + "xx"):
        answer = httpx.get(f"{server.url}/storage/v1/bucket", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert (answer.status_code, answer.json()["statusCode"], answer.json()["error"]) == (400, "403", "Unauthorized"), token


def test_a_cut_upload_leaves_neither_row_nor_bytes(server, admin, bucket):
    before = server.stored_files()
    request = wire.head("POST", f"/storage/v1/object/{bucket}/cut.bin", {
        "Host": "x", "Authorization": f"Bearer {server.keys()['SERVICE_ROLE_KEY']}", "Content-Type": "application/octet-stream",
        "Content-Length": str(64 << 20)})
    connection = wire.connect(server.url)
    connection.sendall(request + os.urandom(4 << 20))
    connection.close()
    wait_until(lambda: server.stored_files() <= before, 20, "the bytes of the cut upload to go")
    assert admin.storage.from_(bucket).list() == []
