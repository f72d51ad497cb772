"""Recommendations: the pass over all songs against scikit-learn, pgvector and the floor, and whole queries.

The floor is one product of the same float32 matrix with a vector of weights (`numpy.dot`): it reads every number once,
and gives no nearest songs. scikit-learn (`NearestNeighbors(algorithm="brute")`) and pgvector (exact `<->`, in a table
that is gone afterwards) are asked for the 20 nearest songs of the same places; before anything is timed, their songs
and distances are compared with ours. Whole queries are all that the engine does, masks of filters made anew for each:
mask, distances, versions, artists, contributions, and why in words.
"""

from __future__ import annotations

import io
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import psycopg2
from sklearn.neighbors import NearestNeighbors

from benchmarks.report import Row, at_most, milliseconds, p95, save, times_faster
from data_access import catalogue, moods
from data_access.catalogue import Catalogue
from data_access.columns import VALUE_ROW
from data_access.db import reader_dsn
from data_access.filters import Range, SongFilter
from data_access.selection import selection
from ml.similar import recommend
from ml.similar_aim import Aim, aim_of
from ml.similar_pool import NONE, nearest, restrictions
from ml.similar_query import Query, Wish
from ml.similar_space import Space, space_of
from ml.similar_words import why

COMPARED = 12
PASSES = 60
QUERIES = 200
K = 20
SEED = 20_241_201
DEFAULT_AT_MOST = 25
CHANGED_AT_MOST = 35
FLOOR_TIMES = 1.5

Asked = tuple[Query, SongFilter]
Peer = Callable[[int], tuple[list[int], list[float]]]


def run() -> list[Row]:
    """Assert equal answers, then time the pass beside each peer, and whole queries."""
    live = catalogue.current()
    space = space_of(live)
    rng = np.random.default_rng(SEED)
    seeds = rng.choice(space.n_songs, max(PASSES, QUERIES), replace=False).tolist()
    passes = _passes(space, seeds)
    default = [(Query((seed,)), SongFilter()) for seed in seeds[:QUERIES]]
    changed = [(_changed(space, seed, rng), _some_filter(live, space, rng)) for seed in seeds[:QUERIES]]
    rows = [*passes]
    for words, asked, limit in (
        ("default weights", default, DEFAULT_AT_MOST),
        ("changed weights, a filter", changed, CHANGED_AT_MOST),
    ):
        for each in asked[:5]:
            _answer(live, space, each)
        times = [t for each in asked for t in milliseconds(partial(_answer, live, space, each), 1)]
        rows.append(at_most(f"one query, {words}, p95 of {QUERIES}", p95(times), limit))
        rows.append(Row("  the same, median", statistics.median(times), "ms"))
    save("similar", space.n_songs, rows)
    return rows


# ---- the pass --------------------------------------------------------------------------------


def _passes(space: Space, seeds: list[int]) -> list[Row]:
    """Ours, the floor and a peer take turns, so that all meet the same machine."""
    aims = {seed: aim_of(space, Query((seed,))) for seed in seeds}
    everything = restrictions(space, Query(), None)
    songs = np.ascontiguousarray(space.sound.T)
    brute = NearestNeighbors(n_neighbors=K, algorithm="brute").fit(songs)
    weights = np.ones(len(space.features), dtype=np.float32)

    def ours(seed: int) -> tuple[list[int], list[float]]:
        ids, distances, _ = nearest(space, aims[seed], everything, NONE, NONE, K)
        return ids.tolist(), np.sqrt(distances).tolist()

    def scikit_learn(seed: int) -> tuple[list[int], list[float]]:
        distances, ids = brute.kneighbors(songs[seed : seed + 1])
        return ids[0].tolist(), distances[0].tolist()

    with _pgvector(songs) as pgvector:
        for peer in (scikit_learn, pgvector):
            for seed in seeds[:COMPARED]:
                _assert_equal(space, aims[seed], ours(seed), peer(seed))
        of_pgvector = [t for seed in seeds[:COMPARED] for t in milliseconds(partial(pgvector, seed), 1)]
    of_ours, of_floor, of_brute = [], [], []
    for seed in seeds[:PASSES]:
        of_floor += milliseconds(lambda: np.dot(weights, space.sound), 3)
        of_ours += milliseconds(partial(ours, seed), 3)
        of_brute += milliseconds(partial(scikit_learn, seed), 1)
    mine, floor = statistics.median(of_ours), statistics.median(of_floor)
    bound = f"<= {FLOOR_TIMES:g}x it"
    return [
        times_faster(f"{K} nearest songs, median", mine, "scikit-learn brute", statistics.median(of_brute), 2),
        times_faster("  the same", mine, "pgvector exact <->", statistics.median(of_pgvector), 10),
        Row("  the same", mine, "ms", "numpy.dot, the floor", floor, bound, mine <= FLOOR_TIMES * floor),
        Row("  the same, p95", p95(of_ours), "ms", "numpy.dot, the floor", p95(of_floor)),
    ]


def _assert_equal(
    space: Space, aim: Aim, ours: tuple[list[int], list[float]], theirs: tuple[list[int], list[float]]
) -> None:
    """The same songs at the same distances; where songs are as far as float32 can tell, either may come first."""
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4, atol=2e-3)
    away = aim.places(space, np.array(theirs[0])) - aim.targets
    np.testing.assert_allclose(ours[1], np.sort(np.sqrt((away**2) @ aim.weights)), rtol=1e-5, atol=1e-6)
    others = set(ours[0]) ^ set(theirs[0])
    assert all(abs(dict(zip(*ours, strict=True)).get(song, ours[1][-1]) - ours[1][-1]) < 1e-5 for song in others)


@contextmanager
def _pgvector(songs: np.ndarray) -> Iterator[Peer]:
    """The nearest songs by PostgreSQL; extension and table go with the rollback. songs: (n, d) float32."""
    n_songs, d = songs.shape
    connection = psycopg2.connect(reader_dsn())
    try:
        cursor = connection.cursor()
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        # Not a temporary table: those are read by one process alone.
        cursor.execute(f"CREATE UNLOGGED TABLE bench_similar (song_id integer, place vector({d}))")
        binary = np.dtype(
            [("fields", ">i2"), ("of_id", ">i4"), ("id", ">i4"), ("of_place", ">i4"), ("d", ">i2"), ("unused", ">i2"),
             ("place", ">f4", (d,))]
        )  # fmt: skip
        rows = np.zeros(n_songs, dtype=binary)
        rows["fields"], rows["of_id"], rows["of_place"], rows["d"] = 2, 4, 4 + 4 * d, d
        rows["id"], rows["place"] = np.arange(n_songs), songs
        head, tail = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
        cursor.copy_expert(
            "COPY bench_similar FROM STDIN (FORMAT binary)", io.BytesIO(head + rows.tobytes() + tail), 2**20
        )
        cursor.execute("ANALYZE bench_similar")

        def ask(seed: int) -> tuple[list[int], list[float]]:
            place = "[" + ",".join(map(str, songs[seed].tolist())) + "]"
            cursor.execute(
                "SELECT song_id, place <-> %(at)s AS away FROM bench_similar ORDER BY away, song_id LIMIT %(k)s",
                {"at": place, "k": K},
            )
            ids, distances = zip(*cursor.fetchall(), strict=True)
            return list(ids), list(distances)

        yield ask
    finally:
        connection.rollback()
        connection.close()


# ---- whole queries ---------------------------------------------------------------------------


def _answer(live: Catalogue, space: Space, asked: Asked) -> list[str]:
    query, song_filter = asked
    allowed = None if song_filter == SongFilter() else selection(live, song_filter)
    answer = recommend(space, query, allowed)
    return [why(answer, place) for place in range(len(answer.ids))]


def _changed(space: Space, seed: int, rng: np.random.Generator) -> Query:
    """As sliders are left by somebody: a third of the weights changed, two values wished for, some diversity."""
    wishes = {
        str(name): Wish(weight=float(rng.choice([0, 0.5, 2, 4])))
        for name in rng.choice(space.features, len(space.features) // 3, replace=False)
    }
    for name in rng.choice(space.features, 2, replace=False):
        value = float(space.values[VALUE_ROW[str(name)], rng.integers(space.n_songs)])
        if not np.isnan(value):
            wishes[str(name)] = Wish(target=value)
    return Query((seed,), wishes, diversity=float(rng.choice([0, 0, 0.3])))


def _some_filter(live: Catalogue, space: Space, rng: np.random.Generator) -> SongFilter:
    """One or two ranges that let through a third or more, and for every third a mood."""
    chosen = SongFilter()
    for name in rng.choice(space.features, rng.integers(1, 3), replace=False):
        row = space.features.index(str(name))
        known = space.ascending[row][: space.known[row]]
        start = rng.uniform(0, 0.5)
        low, high = (float(known[int(share * (len(known) - 1))]) for share in (start, start + rng.uniform(0.3, 0.5)))
        chosen = chosen.with_range(str(name), Range(low, high, open_high=False))
    stored = moods.open_moods(live)
    if stored is not None and rng.random() < 0.33:
        chosen = chosen.toggled("moods", str(rng.choice(stored.names())))
    return chosen


if __name__ == "__main__":
    run()
