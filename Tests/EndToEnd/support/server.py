"""The real program, started as an operator starts it: a process, a port, a data directory."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import httpx

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]

# First start on a busy two-core machine: initdb, migrations, key generation.
READY_SECONDS = 120
# In-flight requests get their time, then PostgreSQL shuts down.
STOP_SECONDS = 60


def binary() -> pathlib.Path:
    """`MEDMITRA_BINARY`, else the release build, else the debug build."""
    named = os.environ.get("MEDMITRA_BINARY")
    candidates = [named] if named else [REPOSITORY / ".build" / kind / "medmitra" for kind in ("release", "debug")]
    for candidate in map(pathlib.Path, candidates):
        if os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError(f"no medmitra binary at {', '.join(map(str, candidates))}: run `make build`")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def process_exists(pid: int) -> bool:
    """Whether `pid` runs; one that is dead and merely not yet collected by its parent does not."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


def wait_until(condition, seconds: float, what, interval: float = 0.1):
    """The first truthy result of `condition`; fails with `what` (a text, or what gives one) after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"gave up after {seconds} s waiting for {what() if callable(what) else what}")
        time.sleep(interval)


def plain_environment(extra: dict[str, str]) -> dict[str, str]:
    """Nothing of the developer's own settings reaches the server under test."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    if "MEDMITRA_PG_BIN" in os.environ:
        kept["MEDMITRA_PG_BIN"] = os.environ["MEDMITRA_PG_BIN"]
    return kept | extra


def run_cli(*arguments: str, env: dict[str, str] | None = None, cwd=None, stdin: str | None = None, seconds=120):
    """Runs `medmitra ARGUMENTS` to its end."""
    return subprocess.run(
        [str(binary()), *arguments], env=plain_environment(env or {}), cwd=cwd or tempfile.gettempdir(),
        input=stdin, capture_output=True, text=True, timeout=seconds)


def make_home(name: str) -> pathlib.Path:
    """A directory of its own, short enough for a socket path and open to the user PostgreSQL runs as."""
    home = pathlib.Path(tempfile.mkdtemp(prefix=f"medmitra-{name[:12]}-"))
    home.chmod(0o755)
    return home


class Server:
    """One server process and what a test asks of it. Use :meth:`start` again after :meth:`kill` or :meth:`stop`."""

    every: list["Server"] = []

    def __init__(self, name: str, *arguments: str, env: dict[str, str] | None = None, home: pathlib.Path | None = None,
                 scheme: str = "http"):
        self.name = name
        self.home = home or make_home(name)
        self.data = self.home / "data"
        self.port = free_port()
        self.metrics_port = free_port()
        self.scheme = scheme
        self.arguments = arguments
        self.environment = env or {}
        self.process: subprocess.Popen | None = None
        self.starts = 0
        Server.every.append(self)

    # Files of the run

    @property
    def stdout(self) -> str:
        return self._captured("stdout")

    @property
    def stderr(self) -> str:
        return self._captured("stderr")

    def _captured(self, stream: str) -> str:
        return "".join(
            path.read_text(errors="replace") for path in sorted(self.home.glob(f"{stream}.*")))

    @property
    def url(self) -> str:
        host = "localhost" if self.scheme == "https" else "127.0.0.1"
        return f"{self.scheme}://{host}:{self.port}"

    # Life

    def launch(self) -> "Server":
        """Starts the process and does not wait for it."""
        assert self.process is None, f"{self.name} runs already"
        self.starts += 1
        with open(self.home / f"stdout.{self.starts}", "wb") as out, open(self.home / f"stderr.{self.starts}", "wb") as err:
            self.process = subprocess.Popen(
                [str(binary()), "serve", "--host", "127.0.0.1", "--port", str(self.port), "--data-dir", str(self.data),
                 "--metrics-port", str(self.metrics_port), *self.arguments],
                env=plain_environment(self.environment), cwd=self.home, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        return self

    def start(self) -> "Server":
        self.launch()
        self.wait_ready()
        return self

    def wait_ready(self, seconds: float = READY_SECONDS):
        def ready():
            code = self.process.poll()
            if code is not None:
                raise AssertionError(f"{self.name} ended with {code} while starting:\n{self.stderr[-4000:]}{self.stdout[-1000:]}")
            return self.status_of("/ready") == 200
        wait_until(ready, seconds, lambda: f"/ready of {self.name}; its log ends with\n{self.stderr[-3000:]}")

    def status_of(self, path: str) -> int | None:
        """The status of a GET, or None when nobody answers."""
        try:
            return httpx.get(self.url + path, timeout=5, verify=False, trust_env=False).status_code
        except httpx.TransportError:
            return None

    @property
    def pid(self) -> int:
        return self.process.pid

    def memory(self, field: str) -> int:
        """`VmRSS`, `VmHWM`, ... of the server process in bytes."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise KeyError(field)

    def signal(self, number: int):
        os.kill(self.pid, number)

    def stop(self) -> int:
        """SIGTERM, the way an operator stops it. Answers the exit status once the cluster is down too."""
        postmaster = self.postmaster_pid()
        self.signal(signal.SIGTERM)
        return self.collect(postmaster)

    def collect(self, postmaster: int | None) -> int:
        """Waits for the end of a process that was told to stop."""
        code = self.process.wait(STOP_SECONDS)
        self.process = None
        if postmaster is not None:
            wait_until(lambda: not process_exists(postmaster), 30, f"PostgreSQL {postmaster} of {self.name} to end")
        return code

    def kill(self):
        """SIGKILL to the server alone, as the kernel does when memory runs out: nothing is told, nothing cleaned up."""
        self.signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)
        self.process = None

    def discard(self):
        """Stops whatever still runs and removes the files; for clean-up, so it asserts nothing."""
        postmaster = self.postmaster_pid()
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.process.wait(STOP_SECONDS)
        self.process = None
        if postmaster is not None and process_exists(postmaster):
            os.kill(postmaster, signal.SIGINT)
        shutil.rmtree(self.home, ignore_errors=True)

    # The embedded cluster

    def socket_directory(self) -> pathlib.Path | None:
        """Where the embedded cluster listens: the fifth line of its postmaster.pid says so."""
        lines = self._postmaster_lines()
        return pathlib.Path(lines[4]) if lines and len(lines) > 4 and lines[4] else None

    def postmaster_pid(self) -> int | None:
        lines = self._postmaster_lines()
        return int(lines[0]) if lines else None

    def _postmaster_lines(self) -> list[str] | None:
        for path in self.data.glob("*/postmaster.pid"):
            return path.read_text().splitlines()
        return None

    def keys(self) -> dict[str, str]:
        shown = run_cli("keys", "show", "--data-dir", str(self.data), "--format", "json", env=self.environment)
        assert shown.returncode == 0, shown.stderr
        return json.loads(shown.stdout)

    def sql(self, query: str) -> str:
        """The unaligned answer of psql, as superuser, over the cluster's own socket."""
        environment = os.environ | {"PGPASSWORD": self.keys()["POSTGRES_PASSWORD"], "PGCONNECT_TIMEOUT": "10"}
        result = subprocess.run(
            ["psql", "-X", "-h", str(self.socket_directory()), "-U", "supabase_admin", "-d", "postgres", "-Atq",
             "-v", "ON_ERROR_STOP=1", "-c", query],
            env=environment, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def stored_files(self) -> set[str]:
        """What lies in the object store, and what a cut upload may leave behind there."""
        return {str(path.relative_to(self.data)) for path in (self.data / "objects").rglob("*") if path.is_file()}
