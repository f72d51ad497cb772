"""Suggestions for what people type, against trigram similarity over the titles in PostgreSQL.

500 queries of 1 to 12 characters, cut from titles and artist names at the beginning of a word; every fifth has one
typing error. The peer is the usual recipe for those (pg_trgm, GIN index, word similarity, best eight), given the
queries with an error and at least three characters; shorter ones have no trigram.
"""

from __future__ import annotations

import string

import numpy as np
import psycopg2
from sqlalchemy import func, literal, select

from benchmarks.report import Row, at_most, milliseconds, p95, save, times_faster
from data_access import catalogue, columns, search, tables
from data_access.catalogue import Catalogue
from data_access.db import catalogue_schema, fetch, reader_dsn
from data_access.search_index import open_index
from data_access.text import fold, words

QUERIES = 500
LONGEST = 12
COMPARED = 40
LIMIT = 8
SEED = 20_241_130


def random_queries(live: Catalogue, rng: np.random.Generator) -> list[tuple[str, bool]]:
    """(text, whether it has a typing error), cut from names of the catalogue."""
    names = _names(live, rng)
    queries = []
    for number in range(QUERIES):
        name = names[number]
        starts = [0] + [place + 1 for place, letter in enumerate(name) if letter == " "]
        start = starts[int(rng.integers(len(starts)))] if rng.random() < 0.5 else 0
        text = name[start : start + int(rng.integers(1, LONGEST + 1))].rstrip() or name[:1]
        wrong = number % 5 == 0 and len(text) > 1
        queries.append((_with_error(text, rng)[:LONGEST] if wrong else text, wrong))
    return queries


def run() -> list[Row]:
    """Assert that prefixes give what SQL gives, then time every query."""
    live = catalogue.current()
    rng = np.random.default_rng(SEED)
    queries = random_queries(live, rng)
    _assert_prefixes(live, [text for text, wrong in queries if not wrong and words(text)][:COMPARED])

    for text, _ in queries[:20]:
        search.suggest(text, LIMIT)  # connections and compiled statements
    found: list[int] = []
    times = [
        t for text, _ in queries for t in milliseconds(lambda q=text: found.append(len(search.suggest(q, LIMIT))), 1)
    ]
    compared = [number for number, (text, wrong) in enumerate(queries) if wrong and len(text) >= 3]
    trigrams = _trigram_times(live, [fold(queries[number][0]) for number in compared])
    ours_compared = [times[number] for number in compared]
    rows = [
        at_most("suggestions, 500 queries of 1 to 12 characters, p95", p95(times), 40),
        Row("  median", float(np.median(times)), "ms"),
        Row("  slowest", max(times), "ms"),
        times_faster(f"  {len(compared)} of them with an error, p95", p95(ours_compared), "pg_trgm", p95(trigrams), 1),
        times_faster("  the same, median", float(np.median(ours_compared)), "pg_trgm", float(np.median(trigrams)), 1),
        Row("  queries with suggestions, as typed", _share(found, queries, False), "%"),
        Row("  queries with suggestions, with a typing error", _share(found, queries, True), "%"),
    ]
    save("search", live.songs or 0, rows)
    return rows


def _names(live: Catalogue, rng: np.random.Generator) -> list[str]:
    """Two titles for each artist name."""
    s, a = tables.songs.c, tables.artists.c
    song_ids = rng.choice(live.songs or 0, QUERIES, replace=False).tolist()
    artist_ids = rng.choice(live.artists or 0, min(QUERIES, live.artists or 0), replace=False).tolist()
    titles = fetch(live.version, select(s.title).where(s.song_id.in_(song_ids)).order_by(s.song_id))
    artists = fetch(live.version, select(a.name).where(a.artist_id.in_(artist_ids)).order_by(a.artist_id))
    of_titles, of_artists = [row["title"] for row in titles], [row["name"] for row in artists]
    return [
        (of_artists[number % len(of_artists)] if number % 3 == 2 else of_titles[number]).strip() or "a"
        for number in range(QUERIES)
    ]


def _with_error(text: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(len(text)))
    letter = string.ascii_lowercase[int(rng.integers(26))]
    before, rest = text[:place], text[place:]
    return (
        before + rest[1:],
        before + letter + rest,
        before + letter + rest[1:],
        before + rest[1:2] + rest[:1] + rest[2:],
    )[int(rng.integers(4))] or letter


def _share(found: list[int], queries: list[tuple[str, bool]], wrong: bool) -> float:
    counts = [count > 0 for count, (_, is_wrong) in zip(found, queries, strict=True) if is_wrong == wrong]
    return 100 * sum(counts) / len(counts)


def _assert_prefixes(live: Catalogue, texts: list[str]) -> None:
    """Songs whose title begins with the text: ours must be SQL's, in its order."""
    index = open_index(columns.open_store(live).folder)
    for text in texts:
        prefix = " ".join(words(text))
        ours = search.songs_beginning_with(index, prefix, LIMIT)
        assert ours == _by_sql(live, prefix), f"{prefix!r}: other songs than SQL's"


def _by_sql(live: Catalogue, prefix: str) -> list[int]:
    """Song ids by plain SQL: named in full first, then by weight, then by number; one of each version group."""
    s, links, a = tables.songs.c, tables.song_artists.c, tables.artists.c
    primary = (links.song_id == s.song_id) & (links.position == 0)
    known = fetch(live.version, select(func.count(s.popularity)))[0]["count_1"]
    weight = func.coalesce(s.popularity, -1) if known else func.coalesce(a.songs, 0)
    matching = (
        select(s.song_id, s.version_group, weight.label("weight"), (s.sort_title == prefix).label("exact"))
        .outerjoin(tables.song_artists, primary)
        .outerjoin(tables.artists, a.artist_id == links.artist_id)
        .where(func.starts_with(s.sort_title, literal(prefix)))
        .subquery()
    )
    m = matching.c
    order = (m.exact.desc(), m.weight.desc(), m.song_id)
    place = func.row_number().over(partition_by=m.version_group, order_by=order).label("place")
    best = select(matching, place).subquery()
    statement = (
        select(best.c.song_id)
        .where(best.c.place == 1)
        .order_by(best.c.exact.desc(), best.c.weight.desc(), best.c.song_id)
        .limit(LIMIT)
    )
    return [row["song_id"] for row in fetch(live.version, statement)]


def _trigram_times(live: Catalogue, texts: list[str]) -> list[float]:
    """Milliseconds of each text by trigrams; table, index and extension go with the rollback."""
    connection = psycopg2.connect(reader_dsn())
    try:
        cursor = connection.cursor()
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")
        cursor.execute(f"SET LOCAL search_path TO {catalogue_schema(live.version)}, public")
        cursor.execute("CREATE TEMP TABLE titles ON COMMIT DROP AS SELECT song_id, sort_title FROM songs")
        cursor.execute("CREATE INDEX ON titles USING gin (sort_title gin_trgm_ops)")
        cursor.execute("ANALYZE titles")

        def ask(text: str) -> None:
            cursor.execute(
                "SELECT song_id, sort_title FROM titles WHERE %(q)s <%% sort_title"
                " ORDER BY word_similarity(%(q)s, sort_title) DESC, song_id LIMIT %(limit)s",
                {"q": text, "limit": LIMIT},
            )
            cursor.fetchall()

        return [t for text in texts for t in milliseconds(lambda q=text: ask(q), 1)]
    finally:
        connection.rollback()
        connection.close()


if __name__ == "__main__":
    run()
