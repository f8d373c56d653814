"""The programs that measure, and what they print."""

import re
import subprocess

import servers


def output(*command, **options) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def wrk(url: str, headers: dict[str, str], connections: int, seconds: int, script: str | None = None) -> dict:
    """`script` is the path of a Lua file that makes the requests."""
    arguments = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    if script:
        arguments += ["-s", script]
    text = output("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency", *arguments, url)

    def percentile(which: str) -> float:
        number, unit = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s|m)\s*$", text, re.MULTILINE).groups()
        return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]

    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    socket_errors = re.search(r"Socket errors: (.*)", text)
    return {
        "requests_per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), "p50_ms": percentile("50"),
        "p99_ms": percentile("99"), "not_2xx": int(failed[1]) if failed else 0,
        "socket_errors": socket_errors[1] if socket_errors else None,
    }


def pgbench(script, connections: int, seconds: int, *arguments, environment: dict[str, str] | None = None) -> float:
    """Transactions a second of `script` with prepared statements."""
    text = output(
        servers.postgres_binaries() / "pgbench", "-n", "-M", "prepared", "-c", connections, "-j", 1, "-T", seconds,
        "-f", script, *arguments, env=environment)
    # pgbench goes on when a client fails; what it then prints is not what was asked for.
    if failed := re.search(r"^number of failed transactions: ([1-9]\d*)", text, re.MULTILINE):
        raise SystemExit(f"pgbench: {failed[1]} transactions failed")
    return float(re.search(r"^tps = ([\d.]+)", text, re.MULTILINE)[1])
