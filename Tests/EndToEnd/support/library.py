"""A small library in the database: every kind of relation and column that requests over REST meet."""

import postgrest.exceptions
import supabase

from .doctors import client_of
from .server import Server, wait_until

SCHEMA = """
    create table public.publishers (id int primary key, name text not null);
    create table public.authors (id int primary key, name text not null);
    create table public.books (
        id int primary key, title text not null, pages int, price numeric, published date, in_print bool, tags text[] not null,
        facts jsonb, span int4range, author_id int not null references public.authors, editor_id int references public.authors,
        publisher_id int references public.publishers, search tsvector generated always as (to_tsvector('english', title)) stored);
    create table public.genres (id int primary key, name text not null unique);
    create table public.book_genres (
        book_id int references public.books, genre_id int references public.genres, primary key (book_id, genre_id));
    create table public.notes (
        id int generated always as identity primary key, owner uuid not null default auth.uid(),
        book_id int references public.books on delete cascade, body text, stars int default 3 check (stars between 1 and 5));
    create table public.labels (
        owner uuid not null default auth.uid(), key text, value text default 'unset', position int unique, primary key (owner, key));

    insert into public.publishers values (1, 'Northern Press'), (2, 'Small & Sons');
    insert into public.authors values (1, 'Ada'), (2, 'Ben'), (3, 'Cleo'), (4, 'Dan');
    insert into public.books values
        (1, 'The Quiet River', 100, 9.50, '2001-01-01', true, '{water,calm}', '{"awards":1,"lang":"en"}', '[1,5)', 1, 2, 1),
        (2, 'A Loud Mountain', 250, 12.00, '2005-05-05', false, '{rock}', '{"lang":"de"}', '[5,10)', 1, null, null),
        (3, 'River, and (Other) Stories', 300, null, '2010-10-10', true, '{water,rock}', '{"awards":3,"lang":"en"}', '[20,30)', 2, 1, 2),
        (4, '50% "Quoted" Ways', null, 5, '2015-12-31', null, '{}', null, null, 3, null, 2),
        (5, 'mountain Rivers *', 100, 99.99, '2020-02-29', true, '{a,"b c"}', '{"path":{"to":["x","y"]}}', '[8,25)', 2, 3, 1);
    insert into public.genres values (1, 'nature'), (2, 'humour'), (3, 'unused');
    insert into public.book_genres values (1, 1), (2, 1), (2, 2), (4, 2);

    alter table public.notes enable row level security;
    alter table public.labels enable row level security;
    create policy own on public.notes using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
    create policy own on public.labels using (owner = (select auth.uid())) with check (owner = (select auth.uid()));

    create function public.add_numbers(a int, b int default 10) returns int language sql immutable as 'select a + b';
    create function public.do_nothing() returns void language sql as '';
    create function public.numbers_up_to(n int) returns setof int language sql immutable as 'select generate_series(1, n)';
    create function public.sum_of(numbers int[]) returns bigint language sql immutable as 'select sum(n) from unnest(numbers) n';
    create function public.same(value jsonb) returns jsonb language sql immutable as 'select value';
    create function public.no_number() returns int language sql immutable as 'select null::int';
    create function public.books_from(pages_min int) returns setof public.books language sql stable as
        'select * from public.books where pages >= pages_min';
    create function public.first_book() returns public.books language sql stable as 'select * from public.books where id = 1';
    create function public.leave_note(body text) returns public.notes language sql volatile as
        'insert into public.notes (body) values ($1) returning *';
    create function public.complain() returns int language plpgsql immutable as $$ begin
        raise exception 'the shelf is full' using errcode = 'LB001', detail = 'forty books', hint = 'buy another'; end $$;
    create function public.teapot() returns int language plpgsql immutable as $$ begin
        raise sqlstate 'PT418' using message = 'I am a teapot'; end $$;
"""

_made: set[int] = set()


def make_library(server: Server) -> supabase.Client:
    """Makes the tables on first use; the client of the secret key, once the schema cache knows the tables."""
    admin = client_of(server, server.keys()["SUPABASE_SECRET_KEY"])
    if id(server) in _made:
        return admin
    server.sql(SCHEMA)
    _made.add(id(server))

    def known():
        try:
            return admin.rpc("teapot").execute() is None
        except postgrest.exceptions.APIError as error:
            return error.code == "PT418"
    wait_until(known, 30, "the schema cache to know the library")
    return admin
