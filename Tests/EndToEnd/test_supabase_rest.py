"""The database as an API, through the Python client that apps use."""

import secrets

import postgrest.exceptions
import pytest

from support.doctors import client_of
from support.server import wait_until


@pytest.fixture(scope="module")
def shelves(server):
    """Two tables of this module's own, related, with a policy, and a function."""
    mark = secrets.token_hex(3)
    books, shelf = f"books_{mark}", f"shelves_{mark}"
    server.sql(f"""
        create table public.{shelf} (id int primary key, room text);
        create table public.{books} (
            id int primary key, title text not null, pages int, shelf_id int references public.{shelf}, owner uuid default auth.uid());
        alter table public.{shelf} enable row level security;
        alter table public.{books} enable row level security;
        create policy everybody_reads on public.{shelf} for select using (true);
        create policy own on public.{books} using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
        create function public.double_{mark}(n int) returns int language sql immutable as 'select n * 2';
        insert into public.{shelf} values (1, 'cellar'), (2, 'attic');
    """)
    admin = client_of(server, server.keys()["SUPABASE_SECRET_KEY"])

    def known():
        try:
            return admin.table(books).select("id").execute().data == []
        except postgrest.exceptions.APIError:
            return False
    wait_until(known, 30, "the schema cache to know the new tables")
    return books, shelf, f"double_{mark}"


def test_rows_are_written_read_filtered_and_counted_as_their_owner(doctor, other_doctor, shelves):
    books, shelf, _ = shelves
    table = lambda: doctor.client.table(books)  # noqa: E731
    rows = [{"id": 10 + n, "title": f"Volume {n}", "pages": n * 100, "shelf_id": n % 2 + 1} for n in range(1, 6)]
    assert len(table().insert(rows).execute().data) == 5
    assert [row["id"] for row in table().select("id").gt("pages", 200).order("pages", desc=True).limit(2).execute().data] == [15, 14]
    counted = table().select("id", count="exact").in_("id", [11, 12]).execute()
    assert counted.count == 2
    embedded = table().select(f"title, {shelf}(room)").eq("id", 11).single().execute().data
    assert embedded == {"title": "Volume 1", shelf: {"room": "attic"}}
    assert table().select("title").eq("id", 999).maybe_single().execute() is None
    assert table().update({"pages": 7}).eq("id", 11).execute().data[0]["pages"] == 7
    assert table().upsert({"id": 11, "title": "Renamed", "pages": 8}).execute().data[0]["title"] == "Renamed"
    assert table().select("id,title").eq("id", 11).csv().execute().data.splitlines() == ["id,title", "11,Renamed"]
    # The other doctor neither sees nor changes any of it.
    stranger = other_doctor.client.table(books)
    assert stranger.select("*").execute().data == []
    assert other_doctor.client.table(books).delete().gte("id", 0).execute().data == []
    assert len(table().delete().gte("id", 0).execute().data) == 5


def test_functions_are_called(doctor, shelves):
    assert doctor.client.rpc(shelves[2], {"n": 21}).execute().data == 42


def test_errors_are_postgrests(doctor, shelves):
    books = shelves[0]
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        doctor.client.table(books).select("nothing").execute()
    assert caught.value.code == "42703"
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        doctor.client.table(books).select("id").eq("id", 999).single().execute()
    assert caught.value.code == "PGRST116"
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        doctor.client.table("no_such_table").select("*").execute()
    assert caught.value.code == "PGRST205"
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        doctor.client.table(books).insert({"id": 1, "title": "x", "owner": "22222222-2222-4222-8222-222222222222"}).execute()
    assert caught.value.code == "42501"


def test_doctors_cases_are_reached_through_rest_under_the_same_policies(server, doctor, other_doctor):
    case = doctor.case()
    assert [row["case_id"] for row in doctor.client.table("cases").select("case_id").execute().data] == [case["case_id"]]
    assert other_doctor.client.table("cases").select("case_id").eq("case_id", case["case_id"]).execute().data == []
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        client_of(server).table("cases").select("*").execute()
    assert caught.value.code == "42501"
