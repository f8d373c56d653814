"""Reading the database as an API, through the Python client that apps use."""

import asyncio

import postgrest.exceptions
import pytest
import supabase
from postgrest.types import CountMethod

from support.doctors import client_of
from support.library import make_library


@pytest.fixture(scope="module")
def admin(server):
    return make_library(server)


def ids(query) -> list[int]:
    return sorted(row["id"] for row in query.execute().data)


FILTERS = {
    "eq": (lambda q: q.eq("id", 2), [2]),
    "eq of a text with every special character": (lambda q: q.eq("title", "River, and (Other) Stories"), [3]),
    "eq of a quoted text": (lambda q: q.eq("title", '50% "Quoted" Ways'), [4]),
    "eq in JSON": (lambda q: q.eq("facts->awards", 3), [3]),
    "eq in JSON as text": (lambda q: q.eq("facts->>lang", "de"), [2]),
    "eq deep in JSON": (lambda q: q.eq("facts->path->to->>1", "y"), [5]),
    "neq": (lambda q: q.neq("pages", 100), [2, 3]),
    "gt": (lambda q: q.gt("pages", 250), [3]),
    "gte": (lambda q: q.gte("pages", 250), [2, 3]),
    "lt": (lambda q: q.lt("price", 9.5), [4]),
    "lte": (lambda q: q.lte("price", 9.5), [1, 4]),
    "gte of a date": (lambda q: q.gte("published", "2010-10-10"), [3, 4, 5]),
    "two on one column": (lambda q: q.gt("pages", 100).lt("pages", 300), [2]),
    "is null": (lambda q: q.is_("pages", None), [4]),
    "is null in words": (lambda q: q.is_("pages", "null"), [4]),
    "is true": (lambda q: q.is_("in_print", True), [1, 3, 5]),
    "is false": (lambda q: q.is_("in_print", False), [2]),
    "is unknown": (lambda q: q.is_("in_print", "unknown"), [4]),
    "is not_null": (lambda q: q.is_("price", "not_null"), [1, 2, 4, 5]),
    "not is null": (lambda q: q.not_.is_("price", None), [1, 2, 4, 5]),
    "not eq": (lambda q: q.not_.eq("pages", 100), [2, 3]),
    "not in": (lambda q: q.not_.in_("id", [1, 2]), [3, 4, 5]),
    "not like": (lambda q: q.not_.like("title", "%River%"), [2, 4]),
    "like": (lambda q: q.like("title", "%River%"), [1, 3, 5]),
    "like with a star": (lambda q: q.like("title", "*River"), [1]),
    "like of quotes": (lambda q: q.like("title", '%"Quoted"%'), [4]),
    "ilike": (lambda q: q.ilike("title", "%mountain%"), [2, 5]),
    "like_all_of": (lambda q: q.like_all_of("title", "%River%,%Stories%"), [3]),
    "like_any_of": (lambda q: q.like_any_of("title", "%Loud%,%Ways"), [2, 4]),
    "ilike_all_of": (lambda q: q.ilike_all_of("title", "%RIVER%,%MOUNTAIN%"), [5]),
    "ilike_any_of": (lambda q: q.ilike_any_of("title", "%quiet%,%loud%"), [1, 2]),
    "match of a pattern": (lambda q: q.filter("title", "match", "^(The|A) "), [1, 2]),
    "imatch": (lambda q: q.filter("title", "imatch", "^MOUNTAIN"), [5]),
    "isdistinct": (lambda q: q.filter("pages", "isdistinct", "100"), [2, 3, 4]),
    "eq(any)": (lambda q: q.filter("id", "eq(any)", "{1,4}"), [1, 4]),
    "gt(all)": (lambda q: q.filter("pages", "gt(all)", "{100,200}"), [2, 3]),
    "match of a dictionary": (lambda q: q.match({"pages": 100, "in_print": True}), [1, 5]),
    "in": (lambda q: q.in_("id", [5, 1, 99]), [1, 5]),
    "in of nothing": (lambda q: q.in_("id", []), []),
    "in of texts with commas, parentheses and quotes": (
        lambda q: q.in_("title", ["River, and (Other) Stories", '50% "Quoted" Ways', "back\\slash"]), [3, 4]),
    "contains of an array": (lambda q: q.contains("tags", ["water"]), [1, 3]),
    "contains of an element with a blank": (lambda q: q.contains("tags", ["b c"]), [5]),
    "contains of JSON": (lambda q: q.contains("facts", {"lang": "en"}), [1, 3]),
    "contains of a range": (lambda q: q.contains("span", "[2,3]"), [1]),
    "contained_by of an array": (lambda q: q.contained_by("tags", ["rock", "water"]), [2, 3, 4]),
    "contained_by of JSON": (lambda q: q.contained_by("facts", {"lang": "de", "more": 1}), [2]),
    "contained_by of a range": (lambda q: q.contained_by("span", "[0,15]"), [1, 2]),
    "cs": (lambda q: q.cs("tags", ["rock"]), [2, 3]),
    "cd": (lambda q: q.cd("tags", ["rock"]), [2, 4]),
    "overlaps of an array": (lambda q: q.overlaps("tags", ["calm", "b c"]), [1, 5]),
    "overlaps of a range": (lambda q: q.overlaps("span", "[7,9)"), [2, 5]),
    "range_gt": (lambda q: q.range_gt("span", (5, 10)), [3]),
    "range_gte": (lambda q: q.range_gte("span", (5, 10)), [3, 5]),
    "range_lt": (lambda q: q.range_lt("span", (5, 10)), [1]),
    "range_lte": (lambda q: q.range_lte("span", (5, 10)), [1, 2]),
    "range_adjacent": (lambda q: q.range_adjacent("span", (4, 10)), [1]),
    "text_search": (lambda q: q.text_search("search", "river & quiet"), [1]),
    "text_search, plain, of a text": (
        lambda q: q.text_search("title", "rivers stories", {"type": "plain", "config": "english"}), [3]),
    "text_search, phrase": (lambda q: q.text_search("search", "quiet river", {"type": "phrase"}), [1]),
    "text_search, web": (lambda q: q.text_search("search", "river -quiet", {"type": "web_search", "config": "english"}), [3, 5]),
    "fts": (lambda q: q.fts("search", "mountain"), [2, 5]),
    "plfts": (lambda q: q.plfts("search", "loud mountain"), [2]),
    "phfts": (lambda q: q.phfts("search", "mountain loud"), []),
    "wfts": (lambda q: q.wfts("search", "stories or ways"), [3, 4]),
    "or": (lambda q: q.or_("pages.gt.250,title.like.*Quiet*"), [1, 3]),
    "or of an and": (lambda q: q.or_("and(pages.gte.100,pages.lte.100),id.eq.2"), [1, 2, 5]),
    "or of quoted texts": (lambda q: q.or_('title.eq."River, and (Other) Stories",id.eq.1'), [1, 3]),
    "or of in, not and arrays": (lambda q: q.or_("id.in.(1,2),tags.cs.{rock},price.not.lt.50"), [1, 2, 3, 5]),
    "not or": (lambda q: q.not_.or_("id.eq.1,id.eq.2"), [3, 4, 5]),
    "an embed that is there": (lambda q: q.select("id,publishers(id)").not_.is_("publishers", None), [1, 3, 4, 5]),
    "an embed that is not there": (lambda q: q.select("id,publishers(id)").is_("publishers", None), [2]),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_what_it_says(doctor, admin, name):
    query, expected = FILTERS[name]
    table = doctor.client.table("books")
    # The filters on embeds bring a select list of their own.
    wanted = query(table) if name.startswith("an embed") else query(table.select("id"))
    assert ids(wanted) == expected


EMBEDS = {
    "many to one": ("id,publishers(name)", {"id": 1, "publishers": {"name": "Northern Press"}}),
    "many to one, renamed": ("house:publishers(name)", {"house": {"name": "Northern Press"}}),
    "many to one by column": ("author:author_id(name),editor:editor_id(name)", {"author": {"name": "Ada"}, "editor": {"name": "Ben"}}),
    "many to one by constraint": ("authors!books_editor_id_fkey(name)", {"authors": {"name": "Ben"}}),
    "many to many": ("genres(name)", {"genres": [{"name": "nature"}]}),
    "through the junction": ("book_genres(genres(name))", {"book_genres": [{"genres": {"name": "nature"}}]}),
    "two levels": (
        "publishers(name,books(id))", {"publishers": {"name": "Northern Press", "books": [{"id": 1}, {"id": 5}]}}),
    "a spread": ("id,...publishers(publisher:name)", {"id": 1, "publisher": "Northern Press"}),
    "a spread of many": ("id,...genres(kinds:name)", {"id": 1, "kinds": ["nature"]}),
    "an alias, a cast and a path": ("number:id::text,facts->>lang,facts->awards", {"number": "1", "lang": "en", "awards": 1}),
    "blanks and lines": ("id,\n  publishers ( name )", {"id": 1, "publishers": {"name": "Northern Press"}}),
}


@pytest.mark.parametrize("name", EMBEDS)
def test_related_rows_are_embedded(doctor, admin, name):
    select, expected = EMBEDS[name]
    assert doctor.client.table("books").select(select).eq("id", 1).single().execute().data == expected


def test_embeds_are_filtered_ordered_and_cut_on_their_own(doctor, admin):
    authors = lambda select: doctor.client.table("authors").select(select).order("id")  # noqa: E731
    written = "name,books!books_author_id_fkey(id)"
    assert authors(written).execute().data == [
        {"name": "Ada", "books": [{"id": 1}, {"id": 2}]}, {"name": "Ben", "books": [{"id": 3}, {"id": 5}]},
        {"name": "Cleo", "books": [{"id": 4}]}, {"name": "Dan", "books": []}]
    turned = authors(written).order("id", desc=True, foreign_table="books").limit(1, foreign_table="books").execute().data
    assert [row["books"] for row in turned] == [[{"id": 2}], [{"id": 5}], [{"id": 4}], []]
    second = authors(written).order("id", foreign_table="books").range(1, 1, foreign_table="books").execute().data
    assert [row["books"] for row in second] == [[{"id": 2}], [{"id": 5}], [], []]
    long = authors(written).gt("books.pages", 200).execute().data
    assert [row["books"] for row in long] == [[{"id": 2}], [{"id": 3}], [], []]
    either = authors(written).or_("pages.gt.250,id.eq.1", reference_table="books").execute().data
    assert [row["books"] for row in either] == [[{"id": 1}], [{"id": 3}], [], []]
    # An inner embed also drops the authors that are left without.
    inner = authors("name,books!books_author_id_fkey!inner(id)").gt("books.pages", 250).execute().data
    assert inner == [{"name": "Ben", "books": [{"id": 3}]}]
    by_publisher = doctor.client.table("books").select("id,publishers(name)").order("publishers(name)", desc=True, nullsfirst=False)
    assert [row["id"] for row in by_publisher.order("id").execute().data] == [3, 4, 1, 5, 2]


def test_rows_are_ordered_and_paged(doctor, admin):
    books = lambda: doctor.client.table("books").select("id")  # noqa: E731
    listed = lambda query: [row["id"] for row in query.execute().data]  # noqa: E731
    assert listed(books().order("pages", desc=True, nullsfirst=False).order("id", desc=True)) == [3, 2, 5, 1, 4]
    assert listed(books().order("pages", nullsfirst=True).order("id")) == [4, 1, 5, 2, 3]
    assert listed(books().order("facts->>lang", nullsfirst=False).order("id")) == [2, 1, 3, 4, 5]
    assert listed(books().order("id").limit(2)) == [1, 2]
    assert listed(books().order("id").range(1, 3)) == [2, 3, 4]
    assert listed(books().order("id").limit(2).offset(4)) == [5]
    assert listed(books().limit(0)) == []


@pytest.mark.parametrize("method", list(CountMethod))
def test_rows_are_counted(doctor, admin, method):
    answer = doctor.client.table("books").select("id", count=method).lte("id", 4).limit(2).execute()
    assert len(answer.data) == 2
    # What the planner guesses is only known to be a number.
    assert answer.count == 4 if method != CountMethod.planned else isinstance(answer.count, int)
    head = doctor.client.table("books").select("id", count=method, head=True).lte("id", 4).execute()
    assert head.data == []
    assert head.count == 4 if method != CountMethod.planned else isinstance(head.count, int)


def test_an_inner_embed_counts_only_what_has_one(doctor, admin):
    answer = doctor.client.table("authors").select("id,books!books_author_id_fkey!inner(id)", count="exact").limit(1).execute()
    assert (len(answer.data), answer.count) == (1, 3)


def test_csv_is_csv(doctor, admin):
    text = doctor.client.table("books").select("id,title,pages").in_("id", [3, 4]).order("id").csv().execute().data
    assert text.splitlines() == ["id,title,pages", '3,"River, and (Other) Stories",300', '4,"50% ""Quoted"" Ways",']
    assert doctor.client.table("books").select("id").eq("id", 99).csv().execute().data.strip() == ""


def test_nulls_are_stripped_on_request(doctor, admin):
    rows = doctor.client.table("books").select("id,pages").eq("id", 4).strip_nulls().execute().data
    assert rows == [{"id": 4}]
    assert doctor.client.table("books").select("id,pages").eq("id", 4).strip_nulls().single().execute().data == {"id": 4}


def test_single_wants_exactly_one_row(doctor, admin):
    books = lambda n: doctor.client.table("books").select("id").lte("id", n)  # noqa: E731
    assert books(1).single().execute().data == {"id": 1}
    for number in (0, 2):
        with pytest.raises(postgrest.exceptions.APIError) as caught:
            books(number).single().execute()
        assert (caught.value.code, caught.value.details) == ("PGRST116", f"The result contains {number} rows")
        assert caught.value.message == "Cannot coerce the result to a single JSON object"
        assert caught.value.hint is None


def test_maybe_single_wants_at_most_one(doctor, admin):
    books = lambda n: doctor.client.table("books").select("id").lte("id", n)  # noqa: E731
    assert books(0).maybe_single().execute() is None
    assert books(1).maybe_single().execute().data == {"id": 1}
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        books(2).maybe_single().execute()
    assert caught.value.code == "406"


ERRORS = {
    "no such table": (lambda c: c.table("bookz").select("*"), ("PGRST205", "Could not find the table 'public.bookz' in the schema cache")),
    "no such column": (lambda c: c.table("books").select("nothing"), ("42703", "column books.nothing does not exist")),
    "no such column to filter": (lambda c: c.table("books").select("id").eq("nothing", 1), ("42703", "column books.nothing does not exist")),
    "no such relationship": (
        lambda c: c.table("books").select("notes_of(id)"),
        ("PGRST200", "Could not find a relationship between 'books' and 'notes_of' in the schema cache")),
    "two relationships": (
        lambda c: c.table("books").select("authors(id)"),
        ("PGRST201", "Could not embed because more than one relationship was found for 'books' and 'authors'")),
    "a filter on what is not embedded": (
        lambda c: c.table("books").select("id").eq("publishers.id", 1), ("PGRST108", "'publishers' is not an embedded resource in this request")),
    "a value of the wrong type": (lambda c: c.table("books").select("id").eq("id", "x"), ("22P02", 'invalid input syntax for type integer: "x"')),
    "no operator": (lambda c: c.table("books").select("id").filter("id", "nonsense", "1"), ("PGRST100", '"failed to parse filter (nonsense.1)" (line 1, column 1)')),
    "a broken select": (lambda c: c.table("books").select("id,(("), ("PGRST100", None)),
    "a broken tree": (lambda c: c.table("books").select("id").or_("id.eq.1,"), ("PGRST100", None)),
    "no such function": (
        lambda c: c.rpc("subtract_numbers", {"a": 1}),
        ("PGRST202", "Could not find the function public.subtract_numbers(a) in the schema cache")),
    "a function without its arguments": (
        lambda c: c.rpc("add_numbers", {"x": 1}), ("PGRST202", "Could not find the function public.add_numbers(x) in the schema cache")),
    "an offset past the end": (
        lambda c: c.table("books").select("id", count="exact").range(50, 60), ("PGRST103", "Requested range not satisfiable")),
    "no such schema": (lambda c: c.schema("medmitra").table("cases").select("*"), ("PGRST106", "Invalid schema: medmitra")),
    "an aggregate": (lambda c: c.table("books").select("pages.sum()"), ("PGRST123", "Use of aggregate functions is not allowed")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_postgrests(doctor, admin, name):
    query, (code, message) = ERRORS[name]
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        query(doctor.client).execute()
    error = caught.value
    assert error.code == code, error.json()
    assert message is None or error.message == message
    assert set(error.json()) == {"code", "message", "details", "hint"}


def test_errors_say_what_to_do(doctor, admin):
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        doctor.client.table("bookz").select("*").execute()
    assert caught.value.hint == "Perhaps you meant the table 'public.books'"
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        doctor.client.table("books").select("authors(id)").execute()
    assert {entry["embedding"] for entry in caught.value.details} == {"books with authors"}
    assert "authors!books_editor_id_fkey" in caught.value.hint
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        doctor.client.rpc("complain").execute()
    error = caught.value
    assert (error.code, error.message, error.details, error.hint) == ("LB001", "the shelf is full", "forty books", "buy another")


def test_the_asynchronous_client_gets_the_same(doctor, admin, server):
    async def many():
        client = await supabase.create_async_client(server.url, server.keys()["SUPABASE_PUBLISHABLE_KEY"])
        await client.auth.sign_in_with_password({"email": doctor.email, "password": doctor.password})
        books = [client.table("books").select("id", count="exact").gte("id", n % 5 + 1).execute() for n in range(40)]
        number = client.rpc("add_numbers", {"a": 1, "b": 2}).execute()
        note = client.table("notes").insert({"body": "from a coroutine"}).execute()
        answers = await asyncio.gather(*books, number, note)
        with pytest.raises(postgrest.exceptions.APIError) as caught:
            await client.table("books").select("id").single().execute()
        return answers, caught.value.code
    answers, code = asyncio.run(many())
    assert [answer.count for answer in answers[:40]] == [5 - n % 5 for n in range(40)]
    assert answers[40].data == 3
    assert (answers[41].data[0]["body"], answers[41].data[0]["owner"]) == ("from a coroutine", doctor.id)
    assert code == "PGRST116"


def test_doctors_cases_are_reached_through_rest_under_the_same_policies(server, doctor, other_doctor):
    case = doctor.case()
    assert [row["case_id"] for row in doctor.client.table("cases").select("case_id").execute().data] == [case["case_id"]]
    assert other_doctor.client.table("cases").select("case_id").eq("case_id", case["case_id"]).execute().data == []
    with pytest.raises(postgrest.exceptions.APIError) as caught:
        client_of(server).table("cases").select("*").execute()
    assert caught.value.code == "42501"
