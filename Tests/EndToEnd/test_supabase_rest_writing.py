"""Writing to the database as an API and calling its functions, through the Python client that apps use."""

import postgrest.exceptions
import pytest
from postgrest.types import CountMethod, ReturnMethod

from support.doctors import client_of, new_doctor
from support.library import make_library
from support.server import Server, wait_until


@pytest.fixture(scope="module")
def admin(server):
    return make_library(server)


@pytest.fixture
def notes(doctor, admin):
    return lambda: doctor.client.table("notes")


@pytest.fixture
def labels(doctor, admin):
    return lambda: doctor.client.table("labels")


def code_of(query) -> str:
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        query.execute()
    return caught.value.code


def numbers(query) -> list[int]:
    return sorted(row["stars"] for row in query.execute().data)


# Inserts

def test_an_inserted_row_comes_back_with_its_defaults(doctor, notes):
    [row] = notes().insert({"body": "read on a train", "book_id": 1}).execute().data
    assert {**row, "id": 0} == {"id": 0, "owner": doctor.id, "book_id": 1, "body": "read on a train", "stars": 3}
    [shown] = notes().insert({"body": "shown", "book_id": 3}).select("body", "books(title)").execute().data
    assert shown == {"body": "shown", "books": {"title": "River, and (Other) Stories"}}


def test_nothing_comes_back_when_nothing_is_asked_for(notes):
    answer = notes().insert({"body": "quiet"}, returning=ReturnMethod.minimal, count=CountMethod.exact).execute()
    assert (answer.data, answer.count) == ([], 1)
    assert notes().update({"stars": 5}, returning=ReturnMethod.minimal).eq("body", "quiet").execute().data == []
    assert notes().delete(returning=ReturnMethod.minimal).eq("body", "quiet").execute().data == []
    assert notes().select("id").execute().data == []


@pytest.mark.parametrize("text", [
    "plain", "", "'; drop table notes; --", 'a "quoted" \\ back', "null", "{1,2}", "naïve 検査 🩺", "\u0001\u001f\u007f", "line\nbreak\ttab", "$1 :x %s",
    "x" * 100_000])
def test_text_comes_back_as_it_went(notes, text):
    [row] = notes().insert({"body": text}).execute().data
    assert row["body"] == text
    if len(text) < 1000:
        assert [found["id"] for found in notes().select("id").eq("body", text).execute().data] == [row["id"]]


def test_missing_columns_of_a_bulk_insert_are_null_or_default_as_asked(notes):
    rows = [{"body": "both", "stars": 1}, {"body": "one"}, {"stars": 2}]
    assert [(row["body"], row["stars"]) for row in notes().insert(rows).execute().data] == [("both", 1), ("one", None), (None, 2)]
    filled = notes().insert(rows, default_to_null=False).execute().data
    assert [(row["body"], row["stars"]) for row in filled] == [("both", 1), ("one", 3), (None, 2)]


def test_a_bulk_insert_is_all_or_nothing(notes):
    assert code_of(notes().insert([{"body": "good", "stars": 1}, {"body": "bad", "stars": 9}])) == "23514"
    assert notes().select("id").execute().data == []
    many = notes().insert([{"body": f"row {number}"} for number in range(2500)], count=CountMethod.exact).execute()
    assert many.count == len(many.data) == 2500
    # A read is capped, a write is not.
    assert len(notes().select("id").execute().data) == 1000
    assert notes().insert([]).execute().data == []


# Upserts

def test_an_upsert_inserts_or_merges_by_primary_key(labels):
    assert labels().upsert({"key": "a", "value": "1"}).execute().data[0]["value"] == "1"
    merged = labels().upsert([{"key": "a", "value": "2"}, {"key": "b", "value": "3"}]).execute().data
    assert [(row["key"], row["value"]) for row in merged] == [("a", "2"), ("b", "3")]
    assert len(labels().select("key").execute().data) == 2


def test_an_upsert_can_leave_what_is_there(labels):
    labels().insert({"key": "a", "value": "old"}).execute()
    left = labels().upsert([{"key": "a", "value": "new"}, {"key": "b", "value": "new"}], ignore_duplicates=True).execute().data
    assert [row["key"] for row in left] == ["b"]
    assert labels().select("value").eq("key", "a").single().execute().data == {"value": "old"}


def test_an_upsert_can_go_by_another_unique_column(labels):
    place = 700_001
    labels().insert({"key": "a", "value": "old", "position": place}).execute()
    assert code_of(labels().upsert({"key": "b", "value": "new", "position": place})) == "23505"
    [row] = labels().upsert({"key": "b", "value": "new", "position": place}, on_conflict="position").execute().data
    assert (row["key"], row["value"]) == ("b", "new")
    assert code_of(labels().upsert({"key": "c"}, on_conflict="value")) == "42P10"


def test_missing_columns_of_an_upsert_are_null_or_default_as_asked(labels):
    rows = [{"key": "a", "value": "x"}, {"key": "b"}]
    assert [row["value"] for row in labels().upsert(rows).execute().data] == ["x", None]
    labels().delete().gte("key", "").execute()
    assert [row["value"] for row in labels().upsert(rows, default_to_null=False).execute().data] == ["x", "unset"]


# Updates and deletes

def test_updates_and_deletes_touch_what_their_filters_find(notes):
    notes().insert([{"body": f"note {number}", "stars": number} for number in range(1, 6)]).execute()
    assert numbers(notes().update({"body": "changed"}).gt("stars", 3)) == [4, 5]
    assert numbers(notes().update({"body": "changed"}).or_("stars.eq.1,stars.eq.2").not_.eq("stars", 2)) == [1]
    assert numbers(notes().select("stars").eq("body", "changed")) == [1, 4, 5]
    counted = notes().update({"body": "none"}, count=CountMethod.exact).eq("stars", 99).execute()
    assert (counted.data, counted.count) == ([], 0)
    removed = notes().delete(count=CountMethod.exact).in_("stars", [1, 2]).execute()
    assert (sorted(row["stars"] for row in removed.data), removed.count) == ([1, 2], 2)
    assert numbers(notes().select("stars")) == [3, 4, 5]


def test_too_many_affected_rows_undo_the_write(notes):
    notes().insert([{"stars": number} for number in (1, 2, 3)]).execute()
    assert code_of(notes().delete().gte("stars", 1).max_affected(2)) == "PGRST124"
    assert code_of(notes().update({"body": "x"}).gte("stars", 1).max_affected(2)) == "PGRST124"
    assert numbers(notes().select("stars").is_("body", None)) == [1, 2, 3]
    assert len(notes().delete().gte("stars", 1).max_affected(3).execute().data) == 3


def test_refused_writes_say_why(notes, labels, doctor):
    assert code_of(notes().insert({"nothing": 1})) == "PGRST204"
    assert code_of(notes().update({"nothing": 1}).eq("id", 1)) == "PGRST204"
    assert code_of(notes().insert({"book_id": 999})) == "23503"
    assert code_of(notes().insert({"stars": "many"})) == "22P02"
    assert code_of(notes().insert({"id": 5})) == "428C9"
    labels().insert({"key": "once"}).execute()
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        labels().insert({"key": "once"}).execute()
    assert caught.value.code == "23505"
    assert "labels_pkey" in caught.value.message
    # PostgreSQL names the values of the key only where no policy hides rows.
    assert caught.value.details is None


# Whose rows

def test_two_users_share_a_table_and_not_a_row(doctor, other_doctor, admin):
    mine, theirs = doctor.client.table, other_doctor.client.table
    [row] = mine("notes").insert({"body": "mine"}).execute().data
    assert theirs("notes").select("*", count=CountMethod.exact).execute().count == 0
    assert theirs("notes").select("id").eq("id", row["id"]).maybe_single().execute() is None
    assert theirs("notes").update({"body": "taken"}).eq("id", row["id"]).execute().data == []
    assert theirs("notes").delete().eq("id", row["id"]).execute().data == []
    assert code_of(theirs("notes").insert({"body": "planted", "owner": doctor.id})) == "42501"
    assert code_of(mine("notes").update({"owner": other_doctor.id}).eq("id", row["id"])) == "42501"
    mine("labels").insert({"key": "k", "value": "mine", "position": 700_002}).execute()
    assert code_of(theirs("labels").upsert({"owner": doctor.id, "key": "k", "value": "taken"})) == "42501"
    assert code_of(theirs("labels").upsert({"key": "k", "value": "taken", "position": 700_002}, on_conflict="position")) == "42501"
    # Not through an embed either.
    assert theirs("books").select("id,notes(body)").eq("id", 1).single().execute().data == {"id": 1, "notes": []}
    assert mine("notes").select("body").execute().data == [{"body": "mine"}]
    assert mine("labels").select("value").execute().data == [{"value": "mine"}]
    # The secret key is above policies, the publishable key without a user below them.
    assert row["id"] in [found["id"] for found in admin.table("notes").select("id").eq("id", row["id"]).execute().data]
    assert client_of(doctor.server).table("notes").select("id").execute().data == []


# Functions

CALLS = {
    "a number": ("add_numbers", {"a": 1, "b": 2}, 3),
    "a default": ("add_numbers", {"a": 1}, 11),
    "numbers": ("numbers_up_to", {"n": 3}, [1, 2, 3]),
    "no numbers": ("numbers_up_to", {"n": 0}, []),
    "an array": ("sum_of", {"numbers": [1, 2, 3]}, 6),
    "JSON": ("same", {"value": {"a": [1, None, "x"]}}, {"a": [1, None, "x"]}),
    "null": ("no_number", {}, None),
}


@pytest.mark.parametrize("get", [False, True], ids=["post", "get"])
@pytest.mark.parametrize("name", CALLS)
def test_functions_are_called(doctor, admin, name, get):
    function, arguments, expected = CALLS[name]
    assert doctor.client.rpc(function, arguments, get=get).execute().data == expected


def test_functions_of_nothing_give_nothing(doctor, admin):
    assert doctor.client.rpc("do_nothing").execute().data == []


@pytest.mark.parametrize("get", [False, True], ids=["post", "get"])
def test_rows_of_functions_are_filtered_ordered_counted_and_embedded(doctor, admin, get):
    call = lambda **options: doctor.client.rpc("books_from", {"pages_min": 100}, get=get, **options)  # noqa: E731
    assert [row["id"] for row in call().order("id").execute().data] == [1, 2, 3, 5]
    assert call().select("id").gt("pages", 100).order("id", desc=True).limit(1).execute().data == [{"id": 3}]
    assert call().select("id", "publishers(name)").eq("id", 3).single().execute().data == {"id": 3, "publishers": {"name": "Small & Sons"}}
    assert call().select("id,title").eq("id", 3).csv().execute().data.splitlines() == ["id,title", '3,"River, and (Other) Stories"']
    counted = call(count=CountMethod.exact).limit(2).execute()
    assert (len(counted.data), counted.count) == (2, 4)
    assert doctor.client.rpc("books_from", {"pages_min": 100}, count=CountMethod.exact, head=True).execute().count == 4
    assert doctor.client.rpc("first_book", get=get).select("id,title").execute().data == {"id": 1, "title": "The Quiet River"}
    assert code_of(call().select("id").single()) == "PGRST116"


def test_a_function_that_writes_is_refused_to_readers(doctor, admin):
    written = doctor.client.rpc("leave_note", {"body": "by call"}).execute().data
    assert (written["body"], written["owner"]) == ("by call", doctor.id)
    assert code_of(doctor.client.rpc("leave_note", {"body": "by get"}, get=True)) == "25006"
    assert [row["body"] for row in doctor.client.table("notes").select("body").execute().data] == ["by call"]


def test_a_function_can_answer_with_a_status_of_its_own(doctor, admin):
    assert code_of(doctor.client.rpc("teapot")) == "PT418"


# What is off by default

@pytest.fixture(scope="module")
def open_server():
    """Serves two schemas, plans and aggregates."""
    running = Server("archive", env={"DB_SCHEMAS": "public,archive", "DB_PLAN_ENABLED": "true", "DB_AGGREGATES_ENABLED": "true"})
    running.start()
    running.sql("""
        create schema archive;
        create table archive.papers (id int primary key, name text);
        create table public.papers (id int primary key, name text);
        insert into archive.papers values (1, 'archived');
        insert into public.papers values (1, 'current'), (2, 'current'), (3, 'new');
        create function archive.which() returns text language sql immutable as $$ select 'archive' $$;
        create function public.which() returns text language sql immutable as $$ select 'public' $$;
        grant usage on schema archive to authenticated;
        grant select, insert, update, delete on archive.papers, public.papers to authenticated;
    """)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def reader(open_server):
    person = new_doctor(open_server)

    def known():
        try:
            return person.client.schema("archive").rpc("which", {}).execute().data == "archive"
        except postgrest.exceptions.APIError:
            return False
    wait_until(known, 30, "the schema cache to know the archive")
    yield person.client
    person.http.close()


def test_a_schema_is_chosen_for_tables_and_functions(reader):
    assert reader.table("papers").select("name").eq("id", 1).execute().data == [{"name": "current"}]
    archive = reader.schema("archive")
    assert archive.table("papers").select("name").execute().data == [{"name": "archived"}]
    assert archive.rpc("which", {}).execute().data == "archive"
    assert reader.rpc("which").execute().data == "public"
    assert archive.table("papers").insert({"id": 2, "name": "moved"}).execute().data == [{"id": 2, "name": "moved"}]
    assert archive.table("papers").update({"name": "renamed"}).eq("id", 2).execute().data == [{"id": 2, "name": "renamed"}]
    assert archive.table("papers").delete().eq("id", 2).execute().data == [{"id": 2, "name": "renamed"}]
    assert code_of(archive.table("books").select("*")) == "PGRST205"
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        reader.schema("auth").table("users").select("*").execute()
    assert (caught.value.code, caught.value.hint) == ("PGRST106", "Only the following schemas are exposed: public, archive")


def test_plans_are_explained(reader):
    text = reader.table("papers").select("id").eq("id", 1).explain().execute()
    assert "cost=" in text and "papers" in text
    assert "actual time=" in reader.table("papers").select("id").explain(analyze=True, verbose=True, buffers=True).execute()
    [plan] = reader.table("papers").select("id").explain(format="json").execute().data
    assert plan["Plan"]["Node Type"] == "Aggregate"


def test_aggregates_group_by_what_else_is_selected(reader):
    rows = reader.table("papers").select("name,total:id.sum(),count()").execute().data
    assert sorted(rows, key=lambda row: row["name"]) == [{"name": "current", "total": 3, "count": 2}, {"name": "new", "total": 3, "count": 1}]
