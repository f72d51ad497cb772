"""Moving Recommend's sliders: request to response through gunicorn, one person, and twenty at once.

The moves are those of people who drag: a person has seeds and a filter, a slider goes through its values, then another
one or a weight; then the filter changes, then the seeds. No state is asked twice, so that no answer was there before;
what a move before left behind (what the seeds are, which songs meet the filter) helps as it helps people. The first
answers are compared with what the engine says in this process.
"""

from __future__ import annotations

import itertools
import json
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import brotli
import numpy as np

from benchmarks.report import Row, at_most, p95, save
from benchmarks.serving import application_prefix, gunicorn, recorded_requests
from data_access import catalogue, songs
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from data_access.moods import open_moods
from data_access.ranges import Range
from data_access.things import Thing
from ml.recommender import recommend
from ml.similar_space import FEATURES
from pages._recommend_state import RecommendState

SEED = 20_241_204
MOVES = 200
PEOPLE = 20
MOVES_OF_ONE = 30
COMPARED = 25
WARMING = 24
ALONE_MS = 80
TOGETHER_MS = 500
_STEPS = 6  # moves of one slider


class _Person:
    """Somebody who drags sliders: `moves` are queries of the page's store, without end."""

    def __init__(self, live: Catalogue, number: int) -> None:
        self._rng = np.random.default_rng([SEED, number])
        self._live = live
        self._store = open_store(live)
        self._moods = open_moods(live)
        known = {of.name for of in self._store.fields}
        self._features = [name for name in FEATURES if name in known]

    def moves(self) -> Iterator[str]:
        """Each state once: the values come from real numbers, and no two are the same."""
        while True:
            state = RecommendState(self._seeds())
            for _ in range(2):
                state = replace(state, song_filter=self._filter())
                for _ in range(3):
                    yield from (moved.to_query() for moved in self._drag(state))
                    state = next(self._drag(state))

    def _drag(self, state: RecommendState) -> Iterator[RecommendState]:
        name = str(self._rng.choice(self._features))
        if self._rng.random() < 0.3:
            for weight in np.sort(self._rng.uniform(0, 4, _STEPS)):
                yield replace(state, weights={**state.weights, name: round(float(weight), 4)})
            return
        of, values = FIELD_BY_NAME[name], self._store.values(name)
        known = np.sort(values[self._rng.integers(len(values), size=200)])
        known = known[~np.isnan(known)]
        first, last = np.quantile(known, np.sort(self._rng.uniform(0.02, 0.98, 2))).tolist()
        for value in np.linspace(first, last, _STEPS) + self._rng.uniform(0, 1e-3 * (of.high - of.low), _STEPS):
            yield replace(state, targets={**state.targets, name: round(float(value), 6)})

    def _seeds(self) -> tuple[Thing, ...]:
        number = int(self._rng.choice([1, 1, 1, 3, 8]))
        lines = songs.lines(self._live.version, self._rng.choice(self._store.n_songs, number, replace=False).tolist())
        seeds = [Thing("song", line.spotify_id) for line in lines]
        if self._rng.random() < 0.3 and lines[0].artists:
            seeds[0] = Thing("artist", lines[0].artists[0])
        return tuple(dict.fromkeys(seeds))

    def _filter(self) -> SongFilter:
        low = round(float(self._rng.uniform(0.05, 0.4)), 5)
        kind = int(self._rng.integers(4))
        if kind == 0:
            return SongFilter()
        found = SongFilter().with_range("energy", Range(low, round(low + 0.5, 5)))
        if kind == 2 and self._moods is not None:
            return replace(found, moods=frozenset({str(self._rng.choice(self._moods.names()))}))
        return replace(found, keys=frozenset(self._rng.choice(24, 8, replace=False).tolist())) if kind == 3 else found


def run() -> list[Row]:
    """Compare the first answers with the engine's, then time one person's moves, and those of twenty together."""
    live = catalogue.current()
    prefix = application_prefix()
    alone = list(itertools.islice(_Person(live, 0).moves(), COMPARED + MOVES))
    together = [list(itertools.islice(_Person(live, 1 + n).moves(), MOVES_OF_ONE)) for n in range(PEOPLE)]
    everything = [*alone, *itertools.chain(*together)]
    assert len(set(everything)) == len(everything), "a state is asked twice"
    with gunicorn("app:server", f"{prefix}healthz", workers=2) as (url, _, _):
        ask = _asking(f"{url}{prefix}")
        warming = [f"{query}&count=19" for query in alone[:WARMING]]
        _together(ask, [warming[n::4] for n in range(4)])  # so that both workers get some
        for query in alone[:COMPARED]:
            _compare(live, query, ask(query)[0])
        times = [ask(query)[1] for query in alone[COMPARED:]]
        start = time.perf_counter()
        at_once = _together(ask, together)
        seconds = time.perf_counter() - start
    rows = [
        at_most(f"a slider move, request to response, p95 of {MOVES}", p95(times), ALONE_MS),
        Row("  the same, median", statistics.median(times), "ms"),
        at_most(f"a slider move while {PEOPLE} people slide, p95 of {len(at_once)}", p95(at_once), TOGETHER_MS),
        Row("  the same, median", statistics.median(at_once), "ms"),
        Row("  the same, slowest", max(at_once), "ms"),
        Row("  moves answered a second", len(at_once) / seconds, "/s"),
    ]
    save("sliders", open_store(live).n_songs, rows)
    return rows


def _asking(url: str) -> Callable[[str], tuple[dict, float]]:
    """Asks as the page does: gives the answer for a query, and milliseconds until all of it was there.

    Raises AssertionError for an answer without songs to show, which is what the page gives when something failed.
    """
    bodies = recorded_requests(f"{url}recommend")
    recorded = next(body for body in bodies if "recommend-answer.data" in body["output"])

    def ask(query: str) -> tuple[dict, float]:
        request = urllib.request.Request(
            f"{url}_dash-update-component",
            _changed(recorded, query),
            {"Content-Type": "application/json", "Accept-Encoding": "br"},
        )
        start = time.perf_counter()
        with urllib.request.urlopen(request, timeout=120) as response:
            content, packed = response.read(), response.headers.get("Content-Encoding") == "br"
        took = (time.perf_counter() - start) * 1000
        answer = json.loads(brotli.decompress(content) if packed else content)
        shown = answer["response"].get("recommend-answer", {}).get("data")
        assert shown is not None, f"no answer for {query}: {answer}"
        assert shown["asked"] == query
        assert "pools" in shown, shown
        return shown, took

    return ask


def _changed(recorded: dict, query: str) -> bytes:
    inputs = [
        {**each, "value": {"query": query}} if each["id"] == "recommend-state" else each for each in recorded["inputs"]
    ]
    return json.dumps({**recorded, "inputs": inputs, "changedPropIds": ["recommend-state.data"]}).encode()


def _compare(live: Catalogue, query: str, shown: dict) -> None:
    state, problems = RecommendState.from_text(query)
    assert not problems, problems
    found = recommend(live, state.asked())
    assert [song["id"] for song in shown["songs"]] == [line.spotify_id for line in found.lines], query
    assert np.allclose([song["score"] for song in shown["songs"]], found.answer.scores, atol=1e-4), query
    assert shown["pools"][1:] == [found.answer.pools.filtered, found.answer.pools.shown], query


def _together(ask: Callable[[str], tuple[dict, float]], people: Sequence[Sequence[str]]) -> list[float]:
    """Milliseconds of every move of people who each have one question on its way; a failed one fails all."""
    times: list[float] = []
    failures: list[Exception] = []

    def slide(queries: Sequence[str]) -> None:
        try:
            for query in queries:
                times.append(ask(query)[1])
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=slide, args=(queries,)) for queries in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return times


if __name__ == "__main__":
    run()
