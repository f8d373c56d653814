"""Two doctors on one server: by no route does one learn, change or destroy anything of the other's."""

import uuid

import httpx
import pytest
import storage3.exceptions

from support import documents
from support.confidential import confide
from support.doctors import client_of, new_doctor

BUCKET = "labdocs"
REPORT = documents.text_pdf([["Potassium 4.4 mmol/L [3.5-5.1]"]])


@pytest.fixture(scope="module")
def owner(server):
    return new_doctor(server)


@pytest.fixture(scope="module")
def intruder(server):
    return new_doctor(server)


@pytest.fixture(scope="module")
def case(owner):
    created = owner.case(name="Ottoline Secret-Patient", files=[("lab_files", ("private.pdf", REPORT, "application/pdf"))])
    owner.finished(created["case_id"])
    return created


@pytest.fixture(scope="module")
def file(owner, case):
    return owner.http.get(f"/cases/files/{case['case_id']}").json()["files"][0]


@pytest.fixture(scope="module")
def key(server, file):
    """The object's key, which an intruder would have to guess."""
    return server.sql(f"select name from storage.objects where bucket_id = '{BUCKET}' and name like '%{file['file_id']}%'")


@pytest.fixture(autouse=True)
def untouched(server, owner, case, key):
    """Whatever a test tries, the owner's case, file and bytes are afterwards what they were."""
    def state():
        answer = owner.http.get(f"/cases/cases/{case['case_id']}").json()
        content = httpx.get(answer["files"][0]["file_url"], timeout=60).content
        for entry in answer["files"]:
            # Signed anew for each answer.
            del entry["file_url"]
        return answer, content, server.sql(f"select id, version, updated_at from storage.objects where name = '{key}'")
    before = state()
    yield
    assert state() == before


def attempts(case_id, file_id):
    part = ("mine.pdf", REPORT, "application/pdf")
    return {
        "read": ("GET", f"/cases/cases/{case_id}", {}),
        "change": ("PUT", f"/cases/cases/{case_id}", {"json": {"patient_name": "Taken over"}}),
        "change as the front end": ("PUT", f"/cases/cases/{case_id}", {"json": {"patientInfo": {"name": "Taken over"}}}),
        "delete": ("DELETE", f"/cases/cases/{case_id}", {}),
        "analyze": ("POST", f"/cases/analyze/{case_id}", {}),
        "complete": ("POST", f"/cases/analyze/{case_id}", {"json": {"analysis_results": "mine"}}),
        "list files": ("GET", f"/cases/files/{case_id}", {}),
        "upload": ("POST", "/cases/upload", {"data": {"case_id": str(case_id)}, "files": {"file": part}}),
        "upload as the front end": ("POST", "/cases/upload", {"data": {"case_id": str(case_id), "category": "lab"}, "files": [("files", part)]}),
        "read file": ("GET", f"/cases/file/{file_id}", {}),
        "delete file": ("DELETE", f"/cases/file/{file_id}", {}),
        "delete file of case": ("DELETE", f"/cases/file/{file_id}?case_id={case_id}", {}),
    }


@pytest.mark.parametrize("ids", ["uuid", "row id"])
@pytest.mark.parametrize("attempt", attempts(0, 0))
def test_a_foreign_id_is_answered_exactly_like_an_unknown_one(intruder, case, file, attempt, ids):
    foreign = attempts(case["case_id"], file["file_id"]) if ids == "uuid" else attempts(case["id"], file["id"])
    unknown = attempts(uuid.uuid4(), uuid.uuid4()) if ids == "uuid" else attempts(2**40, 2**40)

    method, path, body = foreign[attempt]
    answer = intruder.http.request(method, path, **body)
    method, path, body = unknown[attempt]
    reference = intruder.http.request(method, path, **body)

    assert answer.status_code == 404, answer.text
    assert "not found" in answer.json()["detail"]
    assert (answer.status_code, answer.content) == (reference.status_code, reference.content)


def test_guessed_row_ids_find_nothing(intruder, case, file):
    for number in range(1, max(case["id"], file["id"]) + 3):
        for path in (f"/cases/cases/{number}", f"/cases/files/{number}", f"/cases/file/{number}"):
            assert intruder.http.get(path).status_code == 404, path


@pytest.mark.parametrize("query", [
    {}, {"search": "Ottoline"}, {"status": "completed"}, {"sort_by": "patient_name"}, {"limit": 1000}, {"page": 1},
    {"search": "%' or true --"}, {"minAge": 0, "maxAge": 200}])
def test_a_foreign_case_is_in_no_list(intruder, case, query):
    answer = intruder.http.get("/cases/all_cases", params=query)
    assert answer.status_code in (200, 422), answer.text
    assert answer.json().get("cases", []) == []


def test_acting_for_another_user_is_refused_or_ignored(intruder, owner):
    listed = intruder.http.get("/cases/all_cases", params={"user_id": owner.id})
    assert listed.status_code == 403 or listed.json() == {"cases": []}
    created = intruder.create_case(user_id=owner.id)
    assert created.status_code == 403 or created.json()["case"]["doctor_id"] == intruder.id


def test_storage_shows_an_intruder_neither_key_nor_bytes(intruder, server, key, case):
    bucket = intruder.client.storage.from_(BUCKET)
    prefix = key.rsplit("/", 1)[0]
    for folder in ("", "lab_files", f"lab_files/{case['case_id']}", prefix):
        assert bucket.list(folder) == [], folder
    for act in (
        lambda: bucket.download(key), lambda: bucket.create_signed_url(key, 60), lambda: bucket.info(key),
    ):
        with pytest.raises(storage3.exceptions.StorageApiError) as refused:
            act()
        assert "not found" in refused.value.message.lower()
    assert bucket.remove([key]) == []
    with pytest.raises(storage3.exceptions.StorageApiError):
        bucket.upload(key, b"overwritten", {"upsert": "true", "content-type": "application/pdf"})
    headers = {"Authorization": f"Bearer {intruder.token}"}
    for visibility in ("", "authenticated/", "public/", "info/", "info/authenticated/", "info/public/"):
        answer = httpx.get(f"{server.url}/storage/v1/object/{visibility}{BUCKET}/{key}", headers=headers, timeout=30)
        assert answer.status_code == 400, (visibility, answer.text)
        assert REPORT not in answer.content
    assert httpx.delete(f"{server.url}/storage/v1/object/{BUCKET}/{key}", headers=headers, timeout=30).status_code == 400


def test_an_intruder_cannot_plant_a_file_in_a_foreign_case(intruder, case):
    with pytest.raises(storage3.exceptions.StorageApiError):
        intruder.client.storage.from_(BUCKET).upload(
            f"lab_files/{case['case_id']}/planted.pdf", REPORT, {"content-type": "application/pdf"})


def test_a_signed_url_opens_its_own_object_only(intruder, owner, server, file, key):
    mine = intruder.case(files=[("lab_files", ("mine.pdf", REPORT, "application/pdf"))])
    url = httpx.URL(intruder.http.get(f"/cases/files/{mine['case_id']}").json()["files"][0]["file_url"])
    assert httpx.get(url, timeout=30).status_code == 200
    swapped = url.copy_with(raw_path=f"/storage/v1/object/sign/{BUCKET}/{key}?{url.query.decode()}".encode())
    answer = httpx.get(swapped, timeout=30)
    assert answer.status_code == 400 and REPORT not in answer.content
    token = url.params["token"]
    for broken in (token[:-4], token[:-1] + ("A" if token[-1] != "A" else "B"), "", "x", intruder.token, server.keys()["ANON_KEY"]):
        answer = httpx.get(url.copy_set_param("token", broken), timeout=30)
        assert answer.status_code == 400, broken
    assert httpx.get(url.copy_remove_param("token"), timeout=30).status_code == 400


def test_the_public_key_alone_opens_nothing(server, case, file, key):
    keys = server.keys()
    for name in ("SUPABASE_PUBLISHABLE_KEY", "ANON_KEY"):
        headers = {"apikey": keys[name]}
        for method, path, body in attempts(case["case_id"], file["file_id"]).values():
            assert httpx.request(method, server.url + path, headers=headers, timeout=30, **body).status_code == 401, path
        anonymous = client_of(server, keys[name])
        assert anonymous.storage.from_(BUCKET).list("lab_files") == []
        with pytest.raises(storage3.exceptions.StorageApiError):
            anonymous.storage.from_(BUCKET).download(key)
        with pytest.raises(storage3.exceptions.StorageApiError):
            anonymous.storage.from_(BUCKET).upload(f"lab_files/{uuid.uuid4()}/x.pdf", REPORT)


def test_a_deleted_case_takes_its_bytes_along(owner, server):
    mine = owner.case(files=[("lab_files", ("gone.pdf", REPORT, "application/pdf"))])
    owner.finished(mine["case_id"])
    url = owner.http.get(f"/cases/files/{mine['case_id']}").json()["files"][0]["file_url"]
    assert httpx.get(url, timeout=30).status_code == 200
    assert owner.http.delete(f"/cases/cases/{mine['case_id']}").status_code == 200
    assert httpx.get(url, timeout=30).status_code == 400
    for table in ("case_files", "ai_insights"):
        assert server.sql(f"select count(*) from public.{table} where case_id = '{mine['case_id']}'") == "0"
    assert server.sql(f"select count(*) from storage.objects where name like '%{mine['case_id']}%'") == "0"


def test_row_level_security_holds_in_the_database_itself(server, owner, intruder, case):
    def seen(sub):
        claims = f'{{"sub":"{sub}","role":"authenticated"}}'
        return server.sql(
            f"begin; select set_config('role', 'authenticated', true) is null, set_config('request.jwt.claims', '{claims}', true) is null;"
            " select (select count(*) from public.cases), (select count(*) from public.case_files),"
            " (select count(*) from public.ai_insights), (select count(*) from storage.objects); rollback").splitlines()[-1]
    mine = [int(number) for number in seen(owner.id).split("|")]
    assert all(number > 0 for number in mine), mine
    stranger = confide(str(uuid.uuid4()))
    assert seen(stranger) == "0|0|0|0"
