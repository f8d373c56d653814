"""Everything a confused or hostile client sends: a clear 4xx, nothing half-written, never a 500."""

import json
import uuid

import httpx
import pytest

from support import documents, wire
from support.doctors import new_doctor
from support.server import wait_until

REPORT = documents.text_pdf([["Potassium 4.4 mmol/L [3.5-5.1]"]])
PDF = ("report.pdf", REPORT, "application/pdf")
GOOD = {"patient_name": "Prudence Bad-Input", "patient_age": "30", "patient_gender": "Female"}


@pytest.fixture(scope="module")
def doctor(server):
    return new_doctor(server)


@pytest.fixture(scope="module")
def case(doctor):
    created = doctor.case(files=[("lab_files", PDF)])
    doctor.finished(created["case_id"])
    return created


@pytest.fixture
def nothing_written(server, doctor, case):
    """The rows and files of this doctor are afterwards what they were."""
    def rows():
        return server.sql(
            f"select (select count(*) from cases where doctor_id = '{doctor.id}'), (select count(*) from case_files),"
            " (select count(*) from storage.objects)")
    before, files = rows(), server.stored_files()
    yield
    assert rows() == before
    # A connection that was cut is noticed in the server's own time. Files of cases deleted before may go meanwhile.
    wait_until(lambda: server.stored_files() <= files, 15, "the files of the refused request to go")


def assert_refused(answer: httpx.Response, *statuses: int):
    assert answer.status_code in statuses, (answer.status_code, answer.text[:500])
    body = answer.json()
    assert body["detail"], body
    if answer.status_code == 422 and isinstance(body["detail"], list):
        for entry in body["detail"]:
            assert {"type", "loc", "msg", "input"} <= set(entry), entry
            assert entry["loc"][0] in ("body", "query", "path"), entry
    else:
        assert isinstance(body["detail"], str), body
    assert isinstance(body["error"], str) and body["error"]
    for leak in ("SELECT", "insert into", "medmitra.", "SQLSTATE", ".swift", "/data/"):
        assert leak not in answer.text, answer.text


def form(fields, files=()):
    """Multipart even without files, from a mapping or from pairs."""
    pairs = fields.items() if isinstance(fields, dict) else fields
    return {"files": [(name, (None, value)) for name, value in pairs] + list(files)}


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


FORMS = {
    "nothing": ({}, "patient_name"),
    "no name": (without("patient_name"), "patient_name"),
    "no age": (without("patient_age"), "patient_age"),
    "no gender": (without("patient_gender"), "patient_gender"),
    "age a word": (GOOD | {"patient_age": "old"}, "patient_age"),
    "age a fraction": (GOOD | {"patient_age": "30.5"}, "patient_age"),
    "age empty": (GOOD | {"patient_age": ""}, "patient_age"),
    "age beyond 32 bits": (GOOD | {"patient_age": "99999999999"}, "patient_age"),
    "age beyond 64 bits": (GOOD | {"patient_age": "9" * 40}, "patient_age"),
    "name with a NUL": (GOOD | {"patient_name": "a\0b"}, "patient_name"),
    "name of a mebibyte": (GOOD | {"patient_name": "x" * (1 << 20)}, None),
    "summary of 40 mebibytes": (GOOD | {"case_summary": "x" * (40 << 20)}, None),
    "gender of a mebibyte": (GOOD | {"patient_gender": "x" * (1 << 20)}, None),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_wrong_form_is_refused_and_names_the_field(doctor, nothing_written, name):
    fields, culprit = FORMS[name]
    answer = doctor.http.post("/cases/create_case", **form(fields))
    assert_refused(answer, 422, 400, 413)
    if culprit and answer.status_code == 422:
        assert [culprit] in [entry["loc"][1:] for entry in answer.json()["detail"]], answer.text


def test_the_shape_of_a_missing_field_is_fastapis(doctor, nothing_written):
    answer = doctor.http.post("/cases/create_case", **form(without("patient_name")))
    assert answer.status_code == 422
    assert answer.json()["detail"] == [
        {"type": "missing", "loc": ["body", "patient_name"], "msg": "Field required", "input": None}]
    answer = doctor.http.post("/cases/create_case", **form(GOOD | {"patient_age": "old"}))
    [entry] = answer.json()["detail"]
    assert (entry["type"], entry["loc"], entry["input"]) == ("int_parsing", ["body", "patient_age"], "old")


REFUSED_FILES = {
    "a lab file that is a picture": ("lab_files", ("x.png", documents.png(8, 8), "image/png")),
    "a radiology file that is a PDF": ("radiology_files", PDF),
    "a program": ("lab_files", ("x.exe", b"MZ\x90", "application/x-msdownload")),
    "HTML": ("lab_files", ("x.html", b"<script>", "text/html")),
    "an SVG": ("radiology_files", ("x.svg", b"<svg/>", "image/svg+xml")),
    "no type at all": ("lab_files", ("x.pdf", REPORT, "")),
    "a type of nonsense": ("lab_files", ("x.pdf", REPORT, "application")),
    "a PDF that is a ZIP file": ("lab_files", ("x.pdf", b"PK\x03\x04" + bytes(200), "application/pdf")),
    "a PDF that is text": ("lab_files", ("x.pdf", b"hello", "application/pdf")),
    "a PDF that is empty": ("lab_files", ("x.pdf", b"", "application/pdf")),
    "a PNG that is a PDF": ("radiology_files", ("x.png", REPORT, "image/png")),
    "a JPEG that is text": ("radiology_files", ("x.jpg", b"hello", "image/jpeg")),
    "a lab file over 10 MiB": ("lab_files", ("x.pdf", REPORT + bytes(11 << 20), "application/pdf")),
    "a radiology file over 50 MiB": ("radiology_files", ("x.png", documents.png(8, 8) + bytes(51 << 20), "image/png")),
    "a PNG of 30,000 x 30,000 pixels": ("radiology_files", ("x.png", documents.png(30_000, 30_000), "image/png")),
}


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_a_refused_file_leaves_no_case_behind(doctor, nothing_written, name):
    good = ("lab_files", PDF)
    answer = doctor.http.post("/cases/create_case", **form(GOOD, [good, REFUSED_FILES[name]]))
    assert_refused(answer, 400, 413, 415, 422)


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_a_refused_file_is_refused_by_upload_as_well(doctor, case, nothing_written, name):
    field, part = REFUSED_FILES[name]
    category = "lab" if field == "lab_files" else "radiology"
    answer = doctor.http.post(
        "/cases/upload", **form({"case_id": case["case_id"], "category": category}, [("files", PDF if category == "lab" else ("ok.png", documents.png(8, 8), "image/png")), ("files", part)]))
    assert_refused(answer, 400, 413, 415, 422)


NAMES = {
    "../../../../etc/passwd.pdf": "passwd.pdf",
    "..\\..\\windows\\system.pdf": "system.pdf",
    "/absolute/path.pdf": "path.pdf",
    "naïve résumé 検査.pdf": "naïve résumé 検査.pdf",
    "semi;colon=and'quote.pdf": "semi;colon=and'quote.pdf",
    "percent%2F..%2Fname.pdf": "percent%2F..%2Fname.pdf",
    "." * 3 + "pdf": None,
    "x" * 300 + ".pdf": None,
    "line\nbreak.pdf": None,
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:24]))
def test_a_file_name_never_steers_where_the_bytes_go(doctor, server, name):
    answer = doctor.create_case(files=[("lab_files", (name, REPORT, "application/pdf"))])
    if answer.status_code != 201:
        assert_refused(answer, 400, 422)
        return
    [file] = answer.json()["uploaded_files"]
    if NAMES[name] is not None:
        assert file["file_name"] == NAMES[name]
    assert "/" not in file["file_name"] and "\\" not in file["file_name"]
    key = server.sql(f"select name from storage.objects where name like '%{file['file_id']}%'")
    assert key.startswith(f"lab_files/{answer.json()['case']['case_id']}/") and ".." not in key.split("/")
    assert httpx.get(file["file_url"], timeout=30).content == REPORT


def test_a_huge_file_name_is_refused(doctor, nothing_written):
    answer = doctor.http.post("/cases/create_case", **form(GOOD, [("lab_files", ("n" * 200_000 + ".pdf", REPORT, "application/pdf"))]))
    assert_refused(answer, 400, 413, 422, 431)


BODIES = {
    "JSON": ("application/json", json.dumps(GOOD).encode()),
    "nothing at all": (None, b""),
    "url-encoded and truncated": ("application/x-www-form-urlencoded", b"patient_name=%E0%A4%A"),
    "multipart without boundary": ("multipart/form-data", b"--x\r\n\r\n--x--\r\n"),
    "multipart with an empty boundary": ("multipart/form-data; boundary=", b"----\r\n"),
    "boundary of 300 characters": ("multipart/form-data; boundary=" + "b" * 300, b"--" + b"b" * 300 + b"--\r\n"),
    "another boundary": ("multipart/form-data; boundary=right", b'--wrong\r\nContent-Disposition: form-data; name="patient_name"\r\n\r\nx\r\n--wrong--\r\n'),
    "cut inside a part": ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="patient_name"\r\n\r\nhalf'),
    "cut inside a header": ("multipart/form-data; boundary=b", b"--b\r\nContent-Dispo"),
    "no closing boundary": ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="patient_name"\r\n\r\nx\r\n--b\r\n'),
    "header without colon": ("multipart/form-data; boundary=b", b"--b\r\nnonsense\r\n\r\nx\r\n--b--\r\n"),
    "header of a mebibyte": ("multipart/form-data; boundary=b", b"--b\r\nX-Long: " + b"a" * (1 << 20) + b"\r\n\r\nx\r\n--b--\r\n"),
    "part without a name": ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    "ten thousand parts": ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 10_000 + b"--b--\r\n"),
    "a name that is no UTF-8": ("multipart/form-data; boundary=b", b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % pair
        for pair in ((b"patient_name", b"\xff\xfe\xc0"), (b"patient_age", b"3"), (b"patient_gender", b"x"))) + b"--b--\r\n"),
    "only noise": ("multipart/form-data; boundary=b", bytes(range(256)) * 100),
}


@pytest.mark.parametrize("path", ["/cases/create_case", "/cases/upload"])
@pytest.mark.parametrize("name", BODIES)
def test_a_broken_body_is_refused(doctor, nothing_written, path, name):
    kind, body = BODIES[name]
    headers = {"content-type": kind} if kind else {}
    assert_refused(doctor.http.post(path, content=body, headers=headers), 400, 413, 415, 422, 431)


@pytest.mark.parametrize("path", ["/cases/create_case", "/cases/upload"])
def test_a_cut_connection_leaves_nothing(server, doctor, case, nothing_written, path):
    start = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % pair
        for pair in ((b"patient_name", b"Cut"), (b"patient_age", b"3"), (b"patient_gender", b"x"), (b"case_id", case["case_id"].encode()), (b"category", b"lab")))
    start += b'--b\r\nContent-Disposition: form-data; name="%s"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n' % (
        b"lab_files" if path.endswith("case") else b"files")
    request = wire.head("POST", path, {
        "Host": "x", "Authorization": f"Bearer {doctor.token}", "Content-Type": "multipart/form-data; boundary=b",
        "Content-Length": str(8 << 20)}) + start + REPORT + bytes(1 << 20)
    connection = wire.connect(server.url)
    connection.sendall(request)
    connection.close()
    assert server.status_of("/health") == 200


JSON_BODIES = {
    "nothing": b"", "no JSON": b"{", "a list": b"[]", "a number": b"5", "a string": b'"x"', "null": b"null",
    "empty object": b"{}", "only ignored fields": b'{"doctor_id":"x","created_at":"y"}', "age a word": b'{"patient_age":"old"}',
    "age a fraction": b'{"patient_age":1.5}', "age a list": b'{"patient_age":[]}', "age enormous": b'{"patient_age":1e400}',
    "age beyond 32 bits": b'{"patient_age":9999999999}', "name a number": b'{"patient_name":5}', "name an object": b'{"patient_name":{}}',
    "status a number": b'{"status":1}', "status empty": b'{"status":""}', "status null": b'{"status":null}',
    "NUL in a name": b'{"patient_name":"a\\u0000b"}', "lone surrogate": b'{"patient_name":"\\ud800"}', "not UTF-8": b'{"patient_name":"\xff"}',
    "patientInfo a list": b'{"patientInfo":[]}', "patientInfo age a word": b'{"patientInfo":{"age":"old"}}',
    "ten thousand deep": b'{"patient_name":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "three mebibytes": b'{"case_summary":"' + b"x" * (3 << 20) + b'"}', "40 mebibytes": b'{"case_summary":"' + b"x" * (40 << 20) + b'"}',
}


@pytest.mark.parametrize("name", JSON_BODIES)
def test_a_wrong_update_is_refused(doctor, case, nothing_written, name):
    answer = doctor.http.put(f"/cases/cases/{case['case_id']}", content=JSON_BODIES[name], headers={"content-type": "application/json"})
    assert_refused(answer, 400, 413, 422)
    unchanged = doctor.http.get(f"/cases/cases/{case['case_id']}").json()["case"]
    assert all(unchanged[name] == case[name] for name in ("patient_name", "patient_age", "patient_gender", "case_summary"))


def test_an_update_of_nothing_is_told_so(doctor, case):
    answer = doctor.http.put(f"/cases/cases/{case['case_id']}", json={"doctor_id": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "No data provided for update")


@pytest.mark.parametrize("body", [b"{", b"[]", b"5", b'{"analysis_results":5}', b'{"analysis_results":""}', b'{"confidenceThreshold":"high"}', b'{"includeImagingAnalysis":"perhaps"}'])
def test_a_wrong_analysis_request_is_refused_or_starts_one(doctor, body):
    case = doctor.case()
    doctor.finished(case["case_id"])
    answer = doctor.http.post(f"/cases/analyze/{case['case_id']}", content=body, headers={"content-type": "application/json"})
    if answer.status_code != 200:
        assert_refused(answer, 400, 422)
    doctor.finished(case["case_id"])


IDS = ["0", "-1", "99999999999999999999999", "9223372036854775807", "1.5", "1e3", "abc", "%00", "a%2Fb", "..%2F..", "'", "%27%20or%201=1",
       "00000000-0000-0000-0000-000000000000", "not-a-uuid-but-36-characters-long-xx", "x" * 5000, "%F0%9F%98%80", "%ff", "null", "undefined", " "]
ROUTES = [("GET", "/cases/cases/"), ("PUT", "/cases/cases/"), ("DELETE", "/cases/cases/"), ("POST", "/cases/analyze/"),
          ("GET", "/cases/files/"), ("GET", "/cases/file/"), ("DELETE", "/cases/file/")]


@pytest.mark.parametrize("method, path", ROUTES)
def test_a_malformed_id_is_unknown_and_never_a_failure(doctor, nothing_written, method, path):
    for wrong in IDS:
        body = {"json": {"patient_name": "x"}} if method == "PUT" else {}
        answer = doctor.http.request(method, path + wrong, **body)
        assert answer.status_code in (400, 404, 422), (wrong, answer.status_code, answer.text)
        assert answer.json()["detail"], wrong


@pytest.mark.parametrize("case_id", ["", "abc", "99999999999999999999", str(uuid.UUID(int=0))])
def test_an_upload_to_a_case_that_is_not_there(doctor, nothing_written, case_id):
    assert_refused(doctor.http.post("/cases/upload", **form({"case_id": case_id, "category": "lab"}, [("files", PDF)])), 400, 404, 422)


UPLOADS = {
    "no file": ({"category": "lab"}, []),
    "a file that is a field": ({"category": "lab", "files": "text"}, []),
    "a category unheard of": ({"category": "surgery"}, [("files", PDF)]),
    "an empty category": ({"category": ""}, [("files", PDF)]),
    "no category": ({}, [("files", ("x.html", b"<p>", "text/html"))]),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_a_wrong_upload_is_refused(doctor, case, nothing_written, name):
    fields, files = UPLOADS[name]
    assert_refused(doctor.http.post("/cases/upload", **form({"case_id": case["case_id"]} | fields, files)), 400, 415, 422)


QUERIES = ["page=0", "page=-1", "page=x", "page=99999999999999999999", "limit=0", "limit=-5", "limit=x", "limit=1000000000", "minAge=x",
           "max_age=1.5", "startDate=yesterday", "end_date=2026-13-45", "startDate=2026-02-30", "sortBy=doctor_id;drop", "sortBy=password",
           "sortOrder=sideways", "user_id=not-a-uuid", "status=%00", "search=%00", "search=%ff", "search=" + "x" * 20_000, "page=1&page=2", "%", "=&=&"]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
def test_a_wrong_list_query_is_refused_or_ignored(doctor, query):
    answer = doctor.http.get(f"/cases/all_cases?{query}")
    if answer.status_code == 200:
        assert isinstance(answer.json()["cases"], list)
    else:
        assert_refused(answer, 400, 403, 414, 422)
