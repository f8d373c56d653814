"""The servers under measurement, each in a directory of its own that goes when they do."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]


def binary() -> pathlib.Path:
    """The release build; a debug build would measure something else."""
    return pathlib.Path(os.environ.get("MEDMITRA_BINARY") or REPOSITORY / ".build" / "release" / "medmitra")


def postgres_binaries() -> pathlib.Path:
    named = os.environ.get("MEDMITRA_PG_BIN")
    if named:
        return pathlib.Path(named)
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not found:
        raise SystemExit("no PostgreSQL server binaries: run scripts/install-dependencies serve")
    return found[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, seconds: int = 120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise SystemExit(f"{url} does not answer")
            time.sleep(0.1)


def request(method: str, url: str, body: dict | None = None, bearer: str | None = None, headers: dict | None = None) -> dict:
    headers = {"Content-Type": "application/json"} | (headers or {})
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=60) as answer:
        return json.load(answer)


@contextlib.contextmanager
def scratch_cluster():
    """A throw-away PostgreSQL; the URI of its superuser."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="medmitra-pg-"))
    home.chmod(0o755)
    # The script's watchdog ends the cluster together with its owner, which is this process of no other purpose.
    owner = subprocess.Popen(["sleep", "infinity"])
    try:
        started = subprocess.run(
            [REPOSITORY / "scripts" / "test-cluster", home / "pg", str(owner.pid)], capture_output=True, text=True)
        if started.returncode != 0:
            raise SystemExit(started.stderr)
        yield started.stdout.strip()
    finally:
        owner.kill()
        owner.wait()
        deadline = time.monotonic() + 30
        while (home / "pg").exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        shutil.rmtree(home, ignore_errors=True)


class Gateway:
    """The release binary on a fresh data directory."""

    def __init__(self, environment: dict[str, str] | None = None):
        self.environment = environment or {}

    def __enter__(self) -> "Gateway":
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="medmitra-bench-"))
        self.home.chmod(0o755)
        self.data = self.home / "data"
        self.shown_keys: dict[str, str] | None = None
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(self.home / "log", "wb")
        self.process = subprocess.Popen(
            [binary(), "serve", "--port", str(port), "--data-dir", self.data], cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | self.environment)
        try:
            wait_for(self.url + "/ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        finally:
            self.log.close()
            shutil.rmtree(self.home, ignore_errors=True)

    def memory(self, field: str) -> float:
        """`VmRSS` or `VmHWM` of the server process, PostgreSQL aside, in MiB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise KeyError(field)

    def processor_seconds(self) -> float:
        """Processor time of the server process so far, PostgreSQL aside (proc(5), stat: utime and stime)."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def forget_peak(self):
        """Begins `VmHWM` anew (proc(5), clear_refs)."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def keys(self) -> dict[str, str]:
        if self.shown_keys is None:
            shown = subprocess.run(
                [binary(), "keys", "show", "--data-dir", self.data, "--format", "json"], capture_output=True, text=True,
                check=True)
            self.shown_keys = json.loads(shown.stdout)
        return self.shown_keys

    def login(self, user: str) -> dict[str, str]:
        """An environment in which PostgreSQL's programs reach the embedded cluster as `user`."""
        return {"PATH": os.environ["PATH"], "PGHOST": str(self.data / "run"), "PGUSER": user, "PGDATABASE": "postgres",
                "PGPASSWORD": self.keys()["POSTGRES_PASSWORD"]}

    def sql(self, text: str) -> str:
        """The unaligned answer of psql, as superuser."""
        done = subprocess.run(
            ["psql", "-X", "-Atq", "-v", "ON_ERROR_STOP=1", "-f", "-"], input=text, env=self.login("supabase_admin"),
            capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return done.stdout.strip()

    def sign_up(self) -> str:
        """A new doctor's access token."""
        answer = request(
            "POST", f"{self.url}/auth/v1/signup", {"email": f"{uuid.uuid4().hex}@bench.example", "password": uuid.uuid4().hex},
            headers={"apikey": self.keys()["SUPABASE_PUBLISHABLE_KEY"]})
        return answer["access_token"]

    def finished_case(self, token: str) -> str:
        """The id of a case with one CSV report, analysed."""
        boundary = uuid.uuid4().hex
        fields = {"patient_name": "Bench Mark", "patient_age": "40", "patient_gender": "Female"}
        parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
        parts.append(
            'Content-Disposition: form-data; name="lab_files"; filename="report.csv"\r\nContent-Type: text/csv\r\n\r\n'
            "Test,Result,Unit,Reference Range\nSodium,140,mmol/L,135-145\n")
        body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}"}
        made = urllib.request.Request(f"{self.url}/cases/create_case", body.encode(), headers, method="POST")
        with urllib.request.urlopen(made, timeout=60) as answer:
            case_id = json.load(answer)["case"]["case_id"]
        deadline = time.monotonic() + 120
        while request("GET", f"{self.url}/cases/cases/{case_id}", bearer=token)["case"]["status"] == "processing":
            if time.monotonic() > deadline:
                raise SystemExit("the analysis does not end")
            time.sleep(0.2)
        return case_id


class Nginx:
    """nginx of the distribution with one worker: files by PUT and GET, and a constant answer."""

    def __enter__(self) -> "Nginx":
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="medmitra-nginx-"))
        (self.home / "files").mkdir()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        user = "user root;" if os.geteuid() == 0 else ""
        configuration = self.home / "nginx.conf"
        configuration.write_text(f"""
{user}
daemon off;
worker_processes 1;
pid {self.home}/pid;
error_log {self.home}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    client_max_body_size 0;
    client_body_temp_path {self.home}/body;
    proxy_temp_path {self.home}/proxy; fastcgi_temp_path {self.home}/fastcgi;
    uwsgi_temp_path {self.home}/uwsgi; scgi_temp_path {self.home}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location /files/ {{ root {self.home}; dav_methods PUT; }}
        location /constant {{ default_type application/json; return 200 '{{"status":"ok"}}'; }}
    }}
}}
""")
        self.process = subprocess.Popen(
            ["nginx", "-c", configuration, "-p", self.home, "-e", self.home / "error.log"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(self.url + "/constant", 20)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)
        shutil.rmtree(self.home, ignore_errors=True)
