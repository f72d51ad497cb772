"""Suggestions over the demo catalogue: against plain SQL, by property, and over HTTP."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from rapidfuzz.distance import OSA
from sqlalchemy import func, literal, select

from api import suggest as route
from data_access import columns, search, tables
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow, fetch
from data_access.search_index import open_index
from data_access.search_typos import one_edit_variants
from data_access.text import fold, words

SONGS = tables.songs.c
ARTISTS = tables.artists.c


@pytest.fixture(scope="module")
def index(demo_catalogue):
    return open_index(columns.open_store(demo_catalogue).folder)


@pytest.fixture(scope="module")
def titles(demo_catalogue):
    rows = fetch(demo_catalogue.version, select(SONGS.sort_title).order_by(SONGS.song_id), cap=10_000)
    return [row["sort_title"] for row in rows]


def _by_sql(version: int, prefix: str, limit: int) -> list[str]:
    """Spotify ids of the songs whose folded title begins with the prefix, by plain SQL: the best of each group."""
    exact, weight = SONGS.sort_title == prefix, func.coalesce(SONGS.popularity, -1)
    best = (
        select(
            SONGS.spotify_id, SONGS.sort_title, SONGS.song_id,
            weight.label("weight"),
            func.row_number().over(
                partition_by=SONGS.version_group,
                order_by=(exact.desc(), weight.desc(), SONGS.song_id),
            ).label("place"),
        )
        .where(func.starts_with(SONGS.sort_title, literal(prefix)))
        .subquery()
    )  # fmt: skip
    statement = (
        select(best.c.spotify_id)
        .where(best.c.place == 1)
        .order_by((best.c.sort_title == prefix).desc(), best.c.weight.desc(), best.c.song_id)
        .limit(limit)
    )
    return [row["spotify_id"] for row in fetch(version, statement)]


def test_prefix_answers_are_those_of_plain_sql_in_the_same_order(demo_catalogue, index, titles):
    chosen = random.Random(7)
    for _ in range(150):
        title = chosen.choice(titles)
        prefix = title[: chosen.randint(1, len(title))].strip()
        ids = search.songs_beginning_with(index, prefix, 8)
        rows = fetch(demo_catalogue.version, select(SONGS.song_id, SONGS.spotify_id).where(SONGS.song_id.in_(ids)))
        by_id = {row["song_id"]: row["spotify_id"] for row in rows}
        assert [by_id[song_id] for song_id in ids] == _by_sql(demo_catalogue.version, prefix, 8), prefix


def test_a_prefix_of_a_title_always_suggests_something_that_begins_with_it(titles):
    chosen = random.Random(11)
    for _ in range(150):
        title = chosen.choice(titles)
        prefix = " ".join(words(title[: chosen.randint(1, 12)]))
        labels = [fold(found.label) for found in search.suggest(prefix) if not found.corrected]
        assert any(label.startswith(prefix) or label.startswith(f"the {prefix}") for label in labels), prefix


def test_a_title_with_one_typing_error_in_a_long_word_is_found(titles):
    chosen = random.Random(13)
    long_titles = [title for title in titles if title.isascii() and 2 <= len(title.split()) <= 5]
    for _ in range(150):
        title = chosen.choice(long_titles)
        written = title.split()
        places = [place for place, word in enumerate(written) if len(word) >= 5]
        if not places:
            continue
        place = chosen.choice(places)
        variants = [v for v in one_edit_variants(written[place], "abcdefghijklmnopqrstuvwxyz") if len(v) >= 4]
        written[place] = chosen.choice(variants)
        typed = " ".join(written)
        labels = [fold(found.label) for found in search.suggest(typed)]
        assert any(OSA.distance(typed, label[: len(title)]) <= 1 or title in label for label in labels), (typed, title)


def test_the_words_of_a_suggestion_are_in_its_title_or_artists():
    for typed in ("queen boh", "remaster", "love me", "beatles sun", "mix"):
        for found in search.suggest(typed, 20):
            if found.kind == "song":
                having = words(f"{found.label} {found.detail}")
                assert all(any(word.startswith(part) for word in having) for part in words(typed)), (typed, found)


def test_one_suggestion_for_all_versions(demo_catalogue):
    found = [s.href_path.rsplit("/", 1)[1] for s in search.suggest("bohemian rhapsody", 20) if s.kind == "song"]
    rows = fetch(demo_catalogue.version, select(SONGS.version_group).where(SONGS.spotify_id.in_(found)))
    assert len(found) == len({row["version_group"] for row in rows}) >= 1


@pytest.mark.parametrize(
    ("typed", "kind", "label", "corrected"),
    [
        ("queen", "artist", "Queen", ""),
        ("QUEEN", "artist", "Queen", ""),
        ("beatl", "artist", "The Beatles", ""),
        ("metalica", "artist", "Metallica", "metallica"),
        ("bohemain", "song", "Bohemian Rhapsody - Remastered 2011", "bohemian"),
    ],
)  # fmt: skip
def test_what_people_type(demo_catalogue, typed, kind, label, corrected):
    first = search.suggest(typed)[0]
    assert (first.kind, first.label, first.corrected) == (kind, label, corrected)


@pytest.mark.parametrize("typed", ["", "   ", "\0", "'", "\\", "%", "_", ":*", "& |", "a" * 500, "\ud800", "🎸", "((("])
def test_odd_texts_are_answered(demo_catalogue, typed):
    assert isinstance(search.suggest(typed), list)


def test_answers_are_the_same_again(demo_catalogue):
    assert search.suggest("a", 20) == search.suggest("a", 20)


def test_limits_are_kept(demo_catalogue):
    assert [len(search.suggest("the", limit)) for limit in (0, 1, 3, 8, 20)] == [0, 1, 3, 8, 20]


# ---- over HTTP ---------------------------------------------------------------------------------


@pytest.fixture
def client(demo_catalogue):
    server = Flask(__name__)
    server.register_blueprint(route.blueprint)
    return server.test_client()


def test_the_route_answers_json_that_a_browser_may_keep_for_a_while(client):
    answer = client.get("/suggest", query_string={"q": "metalica", "limit": "2"})
    assert answer.status_code == 200
    assert answer.json["text"] == "metalica"
    assert answer.json["suggestions"][0] == {
        "kind": "artist", "label": "Metallica", "detail": "19 songs",
        "href_path": "/explore?artist=Metallica", "corrected": "metallica",
    }  # fmt: skip
    assert len(answer.json["suggestions"]) == 2
    assert answer.headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "  "}, {"q": "x" * 101}, {"q": "a", "limit": "0"}, {"q": "a", "limit": "²"},
              {"q": "a", "limit": "21"}, {"q": "a", "limit": "-1"}, {"q": "a", "limit": "x"}]
)  # fmt: skip
def test_what_cannot_be_asked_gets_a_sentence(client, query):
    answer = client.get("/suggest", query_string=query)
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")


@pytest.mark.parametrize("error", [DatabaseDown("gone"), QueryTooSlow("slow"), NoCatalogue("Nothing is loaded.")])
def test_without_a_database_or_catalogue_it_is_503_with_a_sentence(client, monkeypatch, error):
    def broken(*_arguments):
        raise error

    monkeypatch.setattr(search, "suggest", broken)
    answer = client.get("/suggest?q=a")
    assert answer.status_code == 503
    assert answer.json["error"].endswith(".")
    assert answer.headers["Cache-Control"] == "no-store"
