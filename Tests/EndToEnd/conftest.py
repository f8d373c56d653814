"""Servers and doctors that the tests share."""

import collections.abc
import sys
import pathlib

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from support.clients import KINDS, SyncClient  # noqa: E402
from support.doctors import Doctor, new_doctor  # noqa: E402
from support.people import People, Person, people as people_of  # noqa: E402
from support.server import Server, process_exists  # noqa: E402


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def server() -> collections.abc.Iterator[Server]:
    """The server most tests share; they make doctors of their own and so do not meet."""
    running = Server("shared", env={"JOBS_LEASE_SECONDS": "5"}).start()
    yield running
    # Ordinarily the last test has stopped it by now.
    running.discard()


@pytest.fixture
def spare_server() -> collections.abc.Iterator[collections.abc.Callable[..., Server]]:
    """Makes servers for one test, not started yet."""
    made: list[Server] = []

    def make(name: str, *arguments: str, **options) -> Server:
        made.append(Server(name, *arguments, **options))
        return made[-1]

    yield make
    for running in made:
        keep_logs(running)
        running.discard()


@pytest.fixture
def doctor(server: Server) -> collections.abc.Iterator[Doctor]:
    person = new_doctor(server)
    yield person
    person.http.close()


@pytest.fixture
def other_doctor(server: Server) -> collections.abc.Iterator[Doctor]:
    person = new_doctor(server)
    yield person
    person.http.close()


@pytest.fixture(scope="module")
def people() -> collections.abc.Iterator[People]:
    """A server with all that supabase-py's auth client can ask for."""
    with people_of("people") as running:
        yield running
        keep_logs(running.server)
        running.server.discard()


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def kind(request) -> type[SyncClient]:
    return request.param


@pytest.fixture
def new_client(kind, people) -> collections.abc.Iterator[collections.abc.Callable[..., SyncClient]]:
    """Makes clients of `people`; options are supabase-py's, such as `flow_type`."""
    made: list[SyncClient] = []

    def make(**options) -> SyncClient:
        made.append(kind(people.server, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(new_client) -> SyncClient:
    return new_client()


@pytest.fixture
def admin(kind, people) -> collections.abc.Iterator[SyncClient]:
    made = people.admin(kind)
    yield made
    made.close()


@pytest.fixture
def person(admin, people) -> Person:
    return people.person(admin)


# Logs of servers that are gone, for the test that reads all of them.
past_logs: list[tuple[str, str]] = []


def keep_logs(running: Server):
    past_logs.append((running.name, running.stderr))


@pytest.fixture(scope="session")
def logs_of_past_servers() -> list[tuple[str, str]]:
    return past_logs


def pytest_sessionfinish(session):
    left = [running.name for running in Server.every if running.process is not None and process_exists(running.pid)]
    for running in Server.every:
        running.discard()
    if left:
        print(f"\nservers left running: {', '.join(left)}", file=sys.stderr)
        session.exitstatus = 1
