"""Documents that attack whoever reads them."""

import pathlib

import pytest

from conftest import keep_logs
from support import documents
from support.doctors import new_doctor
from support.laboratory import PRINTED_VALUES, differences, printed_pages
from support.server import Server


@pytest.fixture(scope="module")
def strict():
    """A server whose readers get little time, so that the tests need little too."""
    running = Server("strict", env={"DOCUMENT_SECONDS": "15", "JOBS_LEASE_SECONDS": "5"}).start()
    yield running
    keep_logs(running)
    running.discard()


HOSTILE = {
    "64 GiB of content in 100 kB": documents.bomb_pdf(64),
    "a header and then nothing": b"%PDF-1.7\n",
    "a header and then noise": b"%PDF-1.7\n" + bytes(range(256)) * 400,
    "cut in half": documents.text_pdf(printed_pages("Cut"))[:900],
    "five thousand pages": documents.text_pdf([["x"]] * 5000),
    "a page as large as a town": documents.text_pdf([["x"]]).replace(b"[0 0 595 842]", b"[0 0 9e9 9e9]"),
    "pages that contain themselves": documents.text_pdf([["x"]]).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pdf_ends_in_a_finished_case_and_a_living_server(strict, name):
    doctor = new_doctor(strict)
    good = documents.text_pdf(printed_pages("Beside the hostile one"))
    response = doctor.create_case(files=[
        ("lab_files", ("hostile.pdf", HOSTILE[name], "application/pdf")), ("lab_files", ("good.pdf", good, "application/pdf"))])
    if response.status_code != 201:
        assert response.status_code in (400, 413, 415, 422), response.text
        return
    # A reader that ran out of time is given a second try, with a pause between.
    finished = doctor.finished(response.json()["case"]["case_id"], seconds=240)
    assert finished["case"]["status"] in ("completed", "failed")
    files = {file["file_name"]: file for file in finished["files"]}
    assert files["hostile.pdf"]["lab_values"] == []
    if finished["case"]["status"] == "completed":
        assert differences(PRINTED_VALUES, files["good.pdf"]["lab_values"]) == []
    assert strict.status_of("/ready") == 200
    # The server itself never holds what a document unfolds to.
    assert strict.memory("VmHWM") < 400 << 20


def test_no_reader_outlives_its_document(strict):
    names = {"pdftotext", "pdftoppm", "pdfinfo", "tesseract", "dcmdump"}
    descendants, todo = set(), [strict.pid]
    while todo:
        pid = todo.pop()
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            children = [int(child) for child in task.read_text().split()]
            descendants.update(children)
            todo += children
    running = {pathlib.Path(f"/proc/{pid}/comm").read_text().strip() for pid in descendants if pathlib.Path(f"/proc/{pid}/comm").exists()}
    assert running & names == set()
