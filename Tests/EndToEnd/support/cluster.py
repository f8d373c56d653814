"""A PostgreSQL that is not a server's own."""

import collections.abc
import contextlib
import shutil
import subprocess

from support.server import REPOSITORY, make_home, wait_until


@contextlib.contextmanager
def scratch_cluster() -> collections.abc.Iterator[str]:
    """The URI of a fresh cluster's superuser; the cluster goes with the context."""
    home = make_home("cluster")
    # The script's watchdog ends the cluster together with its owner.
    owner = subprocess.Popen(["sleep", "infinity"])
    try:
        started = subprocess.run(
            [str(REPOSITORY / "scripts" / "test-cluster"), str(home / "pg"), str(owner.pid)], capture_output=True, text=True,
            timeout=120)
        assert started.returncode == 0, started.stderr
        yield started.stdout.strip()
    finally:
        owner.kill()
        owner.wait()
        wait_until(lambda: not (home / "pg").exists(), 30, "the cluster to be gone")
        shutil.rmtree(home)


def psql(uri: str, text: str) -> str:
    """The unaligned answer to a script."""
    done = subprocess.run(
        ["psql", "-X", "-Atq", "-v", "ON_ERROR_STOP=1", uri, "-f", "-"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
