"""Doctors with accounts, made by the client their app would use, and what they do with cases."""

import dataclasses
import itertools
import secrets

import httpx
import supabase

from .confidential import confide
from .server import Server, wait_until

# Two scanned documents on a busy two-core machine.
ANALYSIS_SECONDS = 180

_numbers = itertools.count(1)


def client_of(server: Server, key: str | None = None) -> supabase.Client:
    return supabase.create_client(server.url, key or server.keys()["SUPABASE_PUBLISHABLE_KEY"])


@dataclasses.dataclass
class Doctor:
    server: Server
    client: supabase.Client
    id: str
    email: str
    password: str
    token: str
    http: httpx.Client

    def create_case(self, name: str | None = None, age: object = 47, gender: str = "Female", files=(), **fields) -> httpx.Response:
        """`files` are (field, (name, bytes, type)) pairs, as httpx takes them."""
        data = {"patient_name": confide(name or patient_name()), "patient_age": str(age), "patient_gender": gender} | fields
        # A form without files would go out url-encoded.
        parts = [(key, (None, value)) for key, value in data.items()] + list(files)
        return self.http.post("/cases/create_case", files=parts)

    def case(self, **arguments) -> dict:
        """A new case that must come about."""
        response = self.create_case(**arguments)
        assert response.status_code == 201, response.text
        return response.json()["case"]

    def finished(self, case_id: str, seconds: float = ANALYSIS_SECONDS) -> dict:
        """The case once its analysis has ended, either way."""
        def ended():
            response = self.http.get(f"/cases/cases/{case_id}")
            assert response.status_code == 200, response.text
            return response.json() if response.json()["case"]["status"] != "processing" else None
        return wait_until(ended, seconds, f"the analysis of {case_id}", interval=0.5)


def patient_name() -> str:
    return f"Patient {secrets.token_hex(6).capitalize()} Ramanujan"


def new_doctor(server: Server) -> Doctor:
    email = confide(f"doctor{next(_numbers)}-{secrets.token_hex(5)}@clinic.example")
    password = confide(f"pass-{secrets.token_hex(9)}")
    client = client_of(server)
    answer = client.auth.sign_up({"email": email, "password": password})
    assert answer.session is not None, "sign-up without a session: is autoconfirm off?"
    confide(answer.session.refresh_token)
    token = confide(answer.session.access_token)
    http = httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False)
    return Doctor(server, client, answer.user.id, email, password, token, http)
