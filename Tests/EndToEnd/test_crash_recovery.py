"""The process is killed, the database dies, the disk fills up: nothing is lost, nothing is done twice."""

import os
import shutil
import signal
import subprocess

import httpx
import pytest

from support import documents
from support.cluster import psql, scratch_cluster
from support.doctors import client_of, new_doctor
from support.laboratory import PRINTED_VALUES, differences, printed_pages
from support.server import process_exists, run_cli, wait_until

# Long enough under recognition that a kill lands in the middle.
SLOW_REPORT = documents.scanned_pdf(printed_pages("Kill In The Middle") * 3)


def test_a_kill_in_the_middle_of_an_analysis_ends_in_exactly_one_insight(spare_server):
    server = spare_server("killed", env={"JOBS_LEASE_SECONDS": "5"}).start()
    doctor = new_doctor(server)
    case_id = doctor.case(files=[("lab_files", ("slow.pdf", SLOW_REPORT, "application/pdf"))])["case_id"]
    key = f"unique_key = 'analysis:{case_id}'"
    wait_until(lambda: server.sql(f"select state from medmitra.jobs where {key}") == "running", 30, "the analysis to start", interval=0.05)
    first_owner = server.sql(f"select lease_owner from medmitra.jobs where {key}")

    server.kill()
    server.start()

    finished = doctor.finished(case_id)
    assert finished["case"]["status"] == "completed", finished
    assert server.sql(f"select count(*) from public.ai_insights where case_id = '{case_id}'") == "1"
    assert server.sql(f"select state, attempts > 1 from medmitra.jobs where {key}") == "done|t"
    assert first_owner not in server.sql(f"select coalesce(lease_owner::text, 'none') from medmitra.jobs where {key}")
    assert differences(PRINTED_VALUES * 3, [entry | {"page": (entry["page"] - 1) % 2 + 1} for entry in finished["files"][0]["lab_values"]]) == []
    # A restart makes nothing up either.
    assert server.stop() == 0
    server.start()
    assert server.sql(f"select count(*) from public.ai_insights where case_id = '{case_id}'") == "1"


def test_repeated_kills_still_end_in_one_insight(spare_server):
    server = spare_server("killed3", env={"JOBS_LEASE_SECONDS": "3"}).start()
    doctor = new_doctor(server)
    case_id = doctor.case(files=[("lab_files", ("slow.pdf", SLOW_REPORT, "application/pdf"))])["case_id"]
    key = f"unique_key = 'analysis:{case_id}'"
    for attempt in (1, 2):
        wait_until(
            lambda: server.sql(f"select state, attempts >= {attempt} from medmitra.jobs where {key}") in ("running|t", "done|t"),
            60, "the next attempt", interval=0.05)
        server.kill()
        server.start()
    assert doctor.finished(case_id)["case"]["status"] == "completed"
    assert server.sql(f"select count(*) from public.ai_insights where case_id = '{case_id}'") == "1"


def test_a_killed_server_leaves_no_trouble_for_the_next(spare_server):
    """Whether PostgreSQL died along or is still running: the next start is ready and has the same keys and rows."""
    server = spare_server("stale").start()
    doctor, keys = new_doctor(server), server.keys()
    for kill_postgres_too in (False, True):
        postmaster = server.postmaster_pid()
        server.kill()
        if kill_postgres_too and process_exists(postmaster):
            # As a power cut does it: the pid file stays.
            os.kill(postmaster, signal.SIGKILL)
        server.start()
        assert server.keys() == keys
        assert client_of(server).auth.sign_in_with_password({"email": doctor.email, "password": doctor.password}).user.id == doctor.id


def test_a_database_that_dies_is_started_again(spare_server):
    server = spare_server("supervised").start()
    doctor = new_doctor(server)
    case_id = doctor.case()["case_id"]
    old = server.postmaster_pid()
    os.kill(old, signal.SIGKILL)
    statuses = set()

    def back():
        answer = httpx.get(f"{server.url}/cases/cases/{case_id}", headers=doctor.http.headers, timeout=60)
        statuses.add(answer.status_code)
        return answer.status_code == 200 and server.postmaster_pid() not in (None, old)
    wait_until(back, 60, "the database to come back")
    assert statuses <= {200, 503}, "a request while the database was away must be told to try again"
    assert server.status_of("/ready") == 200
    assert doctor.finished(case_id)["case"]["status"] == "completed"


def tiny_disk(path, mebibytes: int) -> bool:
    path.mkdir(parents=True, exist_ok=True)
    return os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0777", "tmpfs", str(path)], capture_output=True).returncode == 0


def test_a_full_disk_is_said_and_leaves_nothing(spare_server):
    server = spare_server("fulldisk").start()
    doctor = new_doctor(server)
    first = doctor.case(files=[("lab_files", ("a.pdf", documents.text_pdf([["x"]]), "application/pdf"))])
    doctor.finished(first["case_id"])
    assert server.stop() == 0
    objects = server.data / "objects"
    kept = server.home / "kept"
    shutil.move(objects, kept)
    if not tiny_disk(objects, 12):
        shutil.move(kept, objects)
        pytest.skip("mounting a small file system takes root: what a full disk does stays untested here")
    try:
        shutil.copytree(kept, objects, dirs_exist_ok=True)
        server.start()
        service = client_of(server, server.keys()["SUPABASE_SECRET_KEY"])
        service.storage.create_bucket("filler")
        headers = {"Authorization": f"Bearer {server.keys()['SERVICE_ROLE_KEY']}"}
        too_large = httpx.post(f"{server.url}/storage/v1/object/filler/big", content=os.urandom(20 << 20), headers=headers, timeout=60)
        assert too_large.status_code in (503, 507), too_large.text
        assert set(too_large.json()) == {"statusCode", "error", "message", "code"}
        assert service.storage.from_("filler").list() == []
        assert httpx.post(f"{server.url}/storage/v1/object/filler/part", content=os.urandom(8 << 20), headers=headers, timeout=60).status_code == 200

        before, files = server.sql("select count(*) from cases"), server.stored_files()
        padded = documents.text_pdf([["y"]]) + b"%" + os.urandom(8 << 20)
        refused = doctor.create_case(files=[("lab_files", ("b.pdf", padded, "application/pdf"))])
        assert refused.status_code in (503, 507), refused.text
        assert isinstance(refused.json()["detail"], str)
        assert (server.sql("select count(*) from cases"), server.stored_files() - files) == (before, set())
        # And with what space there is, work goes on.
        assert doctor.finished(doctor.case(files=[("lab_files", ("c.pdf", documents.text_pdf([["z"]]), "application/pdf"))])["case_id"])["case"]["status"] == "completed"
        assert server.stop() == 0
    finally:
        if server.process is not None:
            server.kill()
        subprocess.run(["umount", str(objects)], check=True)


@pytest.fixture
def foreign_cluster():
    """The URI of a PostgreSQL that is not the server's own."""
    with scratch_cluster() as uri:
        yield uri


def test_two_gateways_start_at_once_on_one_fresh_database(spare_server, foreign_cluster):
    generated = run_cli("keys", "generate", "--format", "env")
    assert generated.returncode == 0, generated.stderr
    keys = dict(line.split("=", 1) for line in generated.stdout.splitlines() if "=" in line and not line.startswith("#"))
    keys = {name: value.strip("'\"") for name, value in keys.items()}
    environment = keys | {"DATABASE_URL": foreign_cluster, "JOBS_LEASE_SECONDS": "5"}
    first, second = spare_server("gateway-a", env=environment), spare_server("gateway-b", env=environment)
    for server in (first, second):
        server.launch()
    for server in (first, second):
        server.wait_ready()

    doctor = new_doctor(first)
    elsewhere = httpx.get(f"{second.url}/cases/all_cases", headers=doctor.http.headers, timeout=30)
    assert (elsewhere.status_code, elsewhere.json()) == (200, {"cases": []})
    cases = [doctor.case()["case_id"] for _ in range(6)]
    for case_id in cases:
        assert doctor.finished(case_id)["case"]["status"] == "completed"
    listed = httpx.get(f"{second.url}/cases/all_cases", headers=doctor.http.headers, timeout=30).json()["cases"]
    assert {case["case_id"] for case in listed} == set(cases)
    assert psql(foreign_cluster, "select count(*), count(distinct case_id) from public.ai_insights") == "6|6"
    assert first.postmaster_pid() is None, "with DATABASE_URL no cluster of its own is made"
    # One goes, the other serves on.
    assert first.stop() == 0
    assert httpx.get(f"{second.url}/cases/all_cases", headers=doctor.http.headers, timeout=30).status_code == 200
    assert second.stop() == 0
