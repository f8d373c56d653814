"""Clients that ask for much and take nothing of it keep no connection to the database, and leave the others theirs."""

import contextlib
import socket
import threading

import httpx
from support.server import wait_until

SCHEMA = """
create table public.stalled_rows (id int primary key, payload text not null);
insert into public.stalled_rows select n, repeat(md5(n::text), 1000) from generate_series(1, 1000) n;
grant select on public.stalled_rows to anon;
notify pgrst, 'reload schema';
"""
LARGE = "/rest/v1/stalled_rows?select=payload"
# Those who wait for their reader.
READERS = "select count(*) from pg_stat_activity where state = 'idle in transaction' and usename = 'authenticator'"


@contextlib.contextmanager
def silent_reader(server, path: str, receive_buffer: int = 4096):
    """Has asked, and does not read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.connect(("127.0.0.1", server.port))
    key = server.keys()["SUPABASE_PUBLISHABLE_KEY"]
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\napikey: {key}\r\n\r\n".encode())
    try:
        yield client
    finally:
        client.close()


def is_ready(server) -> bool:
    key = server.keys()["SUPABASE_PUBLISHABLE_KEY"]
    return httpx.get(f"{server.url}/rest/v1/stalled_rows?select=id&limit=1", headers={"apikey": key}).status_code == 200


def test_a_reader_that_takes_nothing_is_disconnected(spare_server):
    # Long enough to see it waiting.
    server = spare_server("stalled", env={"CLIENT_STALL_SECONDS": "8", "DB_MAX_ROWS": "1000000"}).start()
    server.sql(SCHEMA)
    wait_until(lambda: is_ready(server), 60, "the new table")
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(silent_reader(server, LARGE))
        wait_until(lambda: int(server.sql(READERS)) == 3, 60, "three readers")
        # Others are served meanwhile, and after a time the three hold nothing any more.
        assert is_ready(server)
        wait_until(lambda: int(server.sql(READERS)) == 0, 120, "the end of the readers")
    assert "took nothing of its answer" in server.stderr


def test_a_slow_reader_gets_all(spare_server):
    server = spare_server("slow", env={"CLIENT_STALL_SECONDS": "2", "DB_MAX_ROWS": "1000000"}).start()
    server.sql(SCHEMA)
    wait_until(lambda: is_ready(server), 60, "the new table")
    key = server.keys()["SUPABASE_PUBLISHABLE_KEY"]
    whole = httpx.get(server.url + LARGE, headers={"apikey": key}, timeout=60).content
    pause = threading.Event()
    received = 0
    with silent_reader(server, LARGE, receive_buffer=1 << 20) as client:
        # A second for each two megabytes: much longer than the limit altogether.
        while received < len(whole):
            pause.wait(0.5)
            taken = 0
            while taken < 1 << 20 and received < len(whole):
                part = client.recv(1 << 18)
                assert part, f"cut off after {received} of {len(whole)} bytes"
                taken += len(part)
                received += len(part)
    assert server.stderr.count("took nothing of its answer") == 0
