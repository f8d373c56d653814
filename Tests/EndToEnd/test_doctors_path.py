"""The main job, from sign-up to the finished insight, by the clients a front end uses."""

import httpx
import pytest

from support import documents
from support.confidential import confide
from support.doctors import client_of, new_doctor, patient_name
from support.laboratory import (
    PRINTED_VALUES, RADIOLOGY_IMAGE, RADIOLOGY_REPORT, SCANNED_REPORT, SCANNED_VALUES, differences, printed_pages, sample)

SCORES = ("case_summary_confidence_score", "soap_confidence_score", "diagnosis_confidence_score", "overall_confidence_score")
TEXTS = ("comprehensive_summary", "soap_subjective", "soap_objective", "soap_assessment", "soap_plan", "primary_diagnosis")


def need(path):
    content = sample(path)
    if content is None:
        pytest.skip(f"the sample {path.name} is not on this machine: its {len(SCANNED_VALUES)} values stay unchecked here")
    return content


def assert_insight_shape(insight: dict):
    assert isinstance(insight["key_findings"], list) and isinstance(insight["supporting_evidence"], list)
    assert isinstance(insight["patient_context"], dict)
    assert all(isinstance(insight[name], str) and insight[name] for name in TEXTS), insight
    assert all(0 <= insight[name] <= 1 for name in SCORES), insight
    parts = [insight[name] for name in SCORES[:3]]
    assert insight["overall_confidence_score"] == pytest.approx(sum(parts) / 3, abs=0.01)


def test_a_doctor_signs_up_signs_in_and_reads_the_insight_of_a_printed_report(server):
    doctor = new_doctor(server)
    again = client_of(server).auth.sign_in_with_password({"email": doctor.email, "password": doctor.password})
    confide(again.session.access_token)
    headers = {"Authorization": f"Bearer {again.session.access_token}"}
    name = confide(patient_name())
    report = documents.text_pdf(printed_pages(name))

    created = httpx.post(
        f"{server.url}/cases/create_case", headers=headers, timeout=60,
        data={"patient_name": name, "patient_age": "58", "patient_gender": "Male", "case_summary": "Tired for {three} weeks."},
        files=[("lab_files", ("bloodwork.pdf", report, "application/pdf"))])

    assert created.status_code == 201, created.text
    body = created.json()
    assert body["message"] == "Case created successfully"
    case = body["case"]
    assert (case["status"], case["doctor_id"], case["patient_name"], case["patient_age"]) == ("processing", doctor.id, name, 58)
    [uploaded] = body["uploaded_files"]
    assert (uploaded["file_name"], uploaded["file_category"], uploaded["file_size"]) == ("bloodwork.pdf", "lab", len(report))
    assert uploaded["file_type"] == "application/pdf" and uploaded["text_data"] is None

    finished = doctor.finished(case["case_id"])
    assert finished["case"]["status"] == "completed", finished
    [file] = finished["files"]
    assert differences(PRINTED_VALUES, file["lab_values"]) == []
    assert "Fasting Glucose" in file["text_data"]
    insight = finished["ai_insights"]
    assert_insight_shape(insight)
    assert insight["doctor_notes"] == "Tired for {three} weeks."
    assert insight["patient_context"] == {"name": name, "age": 58, "gender": "Male"}
    said = " ".join([insight["comprehensive_summary"], insight["lab_summary"], *insight["key_findings"]]).lower()
    assert "9.8" in said and "glucose" in said, "the summary does not mention what is out of range"

    opened = httpx.get(file["file_url"], timeout=60)
    assert (opened.status_code, opened.content) == (200, report)
    assert opened.headers["content-type"].startswith("application/pdf")
    assert "/object/public/" not in file["file_url"]


def test_thirty_values_of_the_scanned_report_come_out_as_printed(doctor):
    report = need(SCANNED_REPORT)
    case = doctor.case(files=[("lab_files", ("investigations.pdf", report, "application/pdf"))])

    finished = doctor.finished(case["case_id"])

    assert finished["case"]["status"] == "completed", finished
    [file] = finished["files"]
    assert differences(SCANNED_VALUES, file["lab_values"]) == []
    low = sorted(entry["name"].split()[0].lower() for entry in file["lab_values"] if entry["status"] != "normal")
    assert low == ["basophil", "mcv", "serum"]
    assert_insight_shape(finished["ai_insights"])


def test_a_report_scanned_by_us_is_read_by_optical_recognition(doctor):
    report = documents.scanned_pdf(printed_pages("Rotated Name"))
    case = doctor.case(files=[("lab_files", ("scan.pdf", report, "application/pdf"))])
    finished = doctor.finished(case["case_id"])
    assert finished["case"]["status"] == "completed", finished
    assert differences(PRINTED_VALUES, finished["files"][0]["lab_values"]) == []


def test_a_radiology_report_invents_no_lab_values(doctor):
    case = doctor.case(files=[("lab_files", ("spine.pdf", need(RADIOLOGY_REPORT), "application/pdf"))])
    finished = doctor.finished(case["case_id"])
    assert finished["case"]["status"] == "completed", finished
    assert finished["files"][0]["lab_values"] == []
    assert "spondylosis" in finished["files"][0]["text_data"].lower() or "cervical" in finished["files"][0]["text_data"].lower()


def test_a_csv_and_an_image_travel_with_a_report(doctor):
    table = b"Test,Result,Unit,Reference Range\nPotassium,6.1,mmol/L,3.5-5.1\nSodium,140,mmol/L,135-145\n"
    picture = sample(RADIOLOGY_IMAGE) or documents.png(640, 480)
    kind = "image/jpeg" if RADIOLOGY_IMAGE.exists() else "image/png"
    response = doctor.create_case(files=[
        ("radiology_files", ("chest.img", picture, kind)), ("lab_files", ("potassium.csv", table, "text/csv; charset=utf-8"))])
    assert response.status_code == 201, response.text
    assert [file["file_category"] for file in response.json()["uploaded_files"]] == ["lab", "radiology"]

    finished = doctor.finished(response.json()["case"]["case_id"])

    assert finished["case"]["status"] == "completed", finished
    by_name = {file["file_name"]: file for file in finished["files"]}
    values = {entry["name"]: (str(entry["value"]), entry["status"]) for entry in by_name["potassium.csv"]["lab_values"]}
    assert values == {"Potassium": ("6.1", "high"), "Sodium": ("140", "normal")} or \
        values == {"Potassium": ("6.1", "critical"), "Sodium": ("140", "normal")}
    assert httpx.get(by_name["chest.img"]["file_url"], timeout=60).content == picture


def test_a_case_without_files_or_notes_is_completed(doctor):
    finished = doctor.finished(doctor.case()["case_id"])
    assert finished["case"]["status"] == "completed", finished
    assert finished["files"] == []
    assert_insight_shape(finished["ai_insights"])


def test_two_files_of_one_name_are_both_kept(doctor):
    first, second = (documents.text_pdf([["Note", f"number {index}"]]) for index in (1, 2))
    case = doctor.case(files=[("lab_files", ("same.pdf", first, "application/pdf")), ("lab_files", ("same.pdf", second, "application/pdf"))])
    files = doctor.http.get(f"/cases/files/{case['case_id']}").json()["files"]
    assert sorted(httpx.get(file["file_url"], timeout=60).content for file in files) == sorted([first, second])


def test_a_case_is_listed_changed_completed_by_hand_and_deleted(doctor):
    older, newer = doctor.case(name="Beatrice Quimby-Older"), doctor.case(name="Cornelius Quimby-Newer", age=12)
    for case in (older, newer):
        doctor.finished(case["case_id"])
    listed = doctor.http.get("/cases/all_cases", params={"user_id": doctor.id}).json()["cases"]
    assert [case["case_id"] for case in listed] == [newer["case_id"], older["case_id"]]
    assert [case["case_id"] for case in doctor.http.get("/cases/all_cases", params={"search": "older"}).json()["cases"]] == [older["case_id"]]
    assert [case["case_id"] for case in doctor.http.get("/cases/all_cases", params={"maxAge": 20}).json()["cases"]] == [newer["case_id"]]

    path = f"/cases/cases/{older['case_id']}"
    changed = doctor.http.put(path, json={
        "patient_age": 90, "doctor_id": "00000000-0000-0000-0000-000000000000", "case_id": "another", "nonsense": 1})
    assert (changed.status_code, changed.json()["message"]) == (200, "Case updated successfully")
    after = changed.json()["case"]
    assert (after["patient_age"], after["doctor_id"], after["case_id"]) == (90, doctor.id, older["case_id"])
    assert after["updated_at"] > older["updated_at"]
    changed = doctor.http.put(f"/cases/cases/{older['id']}", json={
        "patientInfo": {"name": "", "age": "91", "gender": "", "caseTitle": "x"}, "caseSummary": "by front end", "uploadedFiles": []})
    after = changed.json()["case"]
    assert (after["patient_age"], after["patient_name"], after["case_summary"]) == (91, older["patient_name"], "by front end")

    completed = doctor.http.post(f"/cases/analyze/{older['case_id']}", json={"analysis_results": "Seen and discharged."})
    assert (completed.status_code, completed.json()["message"]) == (200, "Case analysis completed successfully")
    assert completed.json()["case"]["status"] == "completed"
    restarted = doctor.http.post(f"/cases/analyze/{older['case_id']}")
    assert (restarted.status_code, restarted.json()["message"]) == (200, "Case analysis started successfully")
    assert restarted.json()["case"]["status"] == "processing"
    assert doctor.finished(older["case_id"])["case"]["status"] == "completed"

    deleted = doctor.http.delete(path)
    assert (deleted.status_code, deleted.json()) == (200, {"message": "Case deleted successfully"})
    again = doctor.http.delete(path)
    assert again.status_code == 404 and again.json()["detail"] == "Case not found" == again.json()["error"]


@pytest.mark.parametrize("front_end", [True, False], ids=["front end's form", "code's form"])
def test_files_are_added_and_removed_later(doctor, server, front_end):
    case = doctor.case()
    doctor.finished(case["case_id"])
    report = documents.text_pdf([["Sodium 140 mmol/L [135-145]"]])
    part = ("late.pdf", report, "application/pdf")
    if front_end:
        answer = doctor.http.post("/cases/upload", data={"case_id": case["case_id"], "category": "lab"}, files=[("files", part), ("files", part)])
    else:
        answer = doctor.http.post("/cases/upload", data={"case_id": case["case_id"]}, files={"file": part})
    assert answer.status_code == 201, answer.text
    assert answer.json()["message"] == "File uploaded successfully"
    assert len(answer.json()["uploaded_files"]) == (2 if front_end else 1)
    file = answer.json()["file"]
    assert httpx.get(file["file_url"], timeout=60).content == report
    assert doctor.http.get(f"/cases/file/{file['file_id']}").json()["file"]["file_name"] == "late.pdf"
    assert doctor.http.get(f"/cases/cases/{case['case_id']}").json()["case"]["status"] == "completed"

    assert doctor.http.delete(f"/cases/file/{file['file_id']}", params={"case_id": "0b8f4f0e-0000-4000-8000-000000000000"}).status_code == 404
    removed = doctor.http.delete(f"/cases/file/{file['file_id']}")
    assert (removed.status_code, removed.json()) == (200, {"message": "File deleted successfully"})
    assert doctor.http.get(f"/cases/file/{file['file_id']}").status_code == 404
    assert httpx.get(file["file_url"], timeout=60).status_code == 400
