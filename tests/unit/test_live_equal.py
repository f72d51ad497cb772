"""What the browser shows while a brush moves is what the server says once it is let go.

On one side the whole way from songs through a tile's bytes and assets/live_*.js, on the other from the filter in the
URL through Explore's own answer.
"""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace

import numpy as np
import pytest

from data_access import explore
from data_access.columns import CODE_COLUMN, ColumnStore
from data_access.conditions import conditions
from data_access.fields import FIELD_BY_NAME, FIELDS, UNKNOWN_CODE, UNKNOWN_KEY
from data_access.filters import SongFilter
from data_access.moods import MoodStore
from data_access.ranges import parse_range
from data_access.tile_build import build
from data_access.tiles import Asked, encoded
from pages import _explore_answer as answer
from pages._explore_parts import axis_of
from pages._explore_state import ExploreState
from tests.live_browser import needs_node, run
from tests.made_store import made_store

pytestmark = needs_node

N_SONGS = 3000
GENRES = [list(range(0, N_SONGS, 3)), list(range(1, N_SONGS, 7)), list(range(0, N_SONGS, 5))]


@pytest.fixture(scope="module")
def songs(tmp_path_factory) -> ColumnStore:
    """Songs whose values lie on edges, between them, beyond the axes and nowhere; with all facets."""
    numbers = np.random.default_rng(20)
    values = {}
    for field in FIELDS:
        found = numbers.beta(2, 3, N_SONGS) * (field.high - field.low) * 1.05 + field.low - 0.02
        found = np.where(numbers.random(N_SONGS) < 0.4, numbers.choice(field.edges, N_SONGS), found)
        if field.name in ("year", "popularity"):  # which are whole numbers
            found = np.floor(found - 40 if field.name == "year" else np.maximum(found, 0))
        values[field.name] = np.where(numbers.random(N_SONGS) < 0.1, np.nan, found)
    folder = tmp_path_factory.mktemp("songs")
    codes = made_store(folder, values, GENRES).codes.copy()
    codes[:, CODE_COLUMN["key"]] = numbers.integers(0, UNKNOWN_KEY + 1, N_SONGS)
    codes[:, CODE_COLUMN["time_signature"]] = numbers.choice([0, 3, 4, 5], N_SONGS)
    codes[:, CODE_COLUMN["explicit"]] = numbers.choice([0, 1, UNKNOWN_CODE], N_SONGS)
    np.save(folder / "codes.npy", codes)
    np.save(folder / "columns.npy", np.ascontiguousarray(codes.T))
    return ColumnStore(folder)


@pytest.fixture(scope="module")
def moods() -> MoodStore:
    names = [SimpleNamespace(number=number, name=name) for number, name in enumerate(["Calm", "Loud", "Sad"])]
    mood = np.random.default_rng(2).choice([0, 1, 2, 255], N_SONGS).astype(np.uint8)
    return MoodStore(SimpleNamespace(moods=tuple(names), model=1), mood, np.zeros((2, N_SONGS), np.float32))


class Catalogue:
    """The server's two answers for a filter: Explore's numbers, and a tile."""

    def __init__(self, store: ColumnStore, moods: MoodStore, patch: pytest.MonkeyPatch) -> None:
        self.store, self.moods = store, moods
        patch.setattr(explore, "open_store", lambda _: store)
        patch.setattr(explore, "members", lambda _, song_filter, __: self.members(song_filter))
        self.whole = explore._summarise(None, moods, SongFilter(), ("energy", "valence"), ("energy",))

    def members(self, song_filter: SongFilter) -> dict[str, np.ndarray]:
        found = {}
        for kind, wanted in song_filter.memberships():
            if kind == "moods":
                found[kind] = self.moods.in_moods(wanted)
            else:
                found[kind] = np.unique(np.concatenate([GENRES[int(name.split()[1])] for name in wanted]))
        return found

    def summary(self, state: ExploreState) -> dict:
        found = explore._summarise(None, self.moods, state.song_filter, (state.x, state.y), state.by)
        return json.loads(json.dumps(answer.summary_answer(state, found, self.whole)))

    def tile(self, asked: Asked, song_filter: SongFilter) -> str:
        rest = asked.rest(song_filter)
        under = conditions(rest, self.members(rest), self.store.n_songs)
        return base64.b64encode(encoded(build(self.store, self.moods, asked, under), "1")).decode()

    def axis(self, name: str, of_box: bool) -> dict:
        """What the brush has of a chart; that of a box has the density's cells (spanAxis in explore_wide.js)."""
        axis = axis_of(FIELD_BY_NAME[name])
        if not of_box:
            return axis
        span = answer.density_span(FIELD_BY_NAME[name], self.whole)
        low, high = (min(axis["low"] + span[end] * axis["step"], axis["high"]) for end in ("first", "last"))
        step = axis["step"] * span["group"]
        return axis | {"low": low, "high": high, "step": step, "snap": step}


@pytest.fixture
def catalogue(songs: ColumnStore, moods: MoodStore, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    return Catalogue(songs, moods, monkeypatch)


def brushed(axis: dict, numbers: np.random.Generator) -> tuple[dict | None, str]:
    """A range as the brush tells it, and as explore.js writes it into the URL; sometimes none, sometimes open."""
    columns = int(np.ceil((axis["high"] - axis["low"]) / axis["snap"] - 1e-9))
    a, b = sorted(numbers.choice(columns + 1, 2, replace=False).tolist())
    a, b = (0 if numbers.random() < 0.2 else a), (columns if numbers.random() < 0.2 else b)
    low = None if a == 0 else round(axis["low"] + a * axis["snap"], 6)
    high = None if b == columns else round(axis["low"] + b * axis["snap"], 6)
    if low is None and high is None:
        return None, ""
    written = lambda value: f"{value:.6f}".rstrip("0").rstrip(".")  # noqa: E731 - as `number` in explore.js
    last = "" if high is None else written(high - 1) if axis.get("whole") else f"<{written(high)}"
    return {"low": low, "high": high}, f"{'' if low is None else written(low)}..{last}"


def filters(numbers: np.random.Generator) -> SongFilter:
    """Some conditions of every kind, on columns of a field, between them, on facets."""
    found = SongFilter()
    for name in numbers.choice([f.name for f in FIELDS], numbers.integers(0, 3), replace=False):
        of = FIELD_BY_NAME[name]
        _, token = brushed(axis_of(of), numbers)
        typed = f"{of.low + (of.high - of.low) * 0.3137:.3f}.."
        found = found.with_range(name, parse_range(of, token if token and numbers.random() < 0.7 else typed))
    for kind, value in (("keys", 3), ("keys", 24), ("time_signatures", 4), ("moods", "Loud"), ("genres", "genre 1")):
        found = found.toggled(kind, value) if numbers.random() < 0.25 else found
    return found


def with_ranges(state: ExploreState, active: list[str], tokens: list[str]) -> ExploreState:
    found = state.song_filter
    for name, token in zip(active, tokens, strict=True):
        found = found.with_range(name, parse_range(FIELD_BY_NAME[name], token) if token else None)
    return ExploreState(found, state.x, state.y, state.by)


@pytest.mark.parametrize("seed", range(3))
def test_live_numbers_are_the_servers(catalogue: Catalogue, seed: int):
    numbers = np.random.default_rng(seed)
    cases, expected = [], []
    for place in range(12):
        x, y, third = numbers.choice([f.name for f in FIELDS], 3, replace=False).tolist()
        state = ExploreState(filters(numbers), x, y, ("energy", "loudness", "duration_ms"))
        active = ([third], [x], ["year"], [x, y])[place % 4]
        axes = [catalogue.axis(name, len(active) > 1) for name in active]
        before, *moves = ([brushed(axis, numbers) for axis in axes] for _ in range(6))
        states = [with_ranges(state, active, [token for _, token in each]) for each in (before, *moves)]
        wide = Asked.wide(tuple(active), (x, y), state.by)
        cases.append({
            "bars": catalogue.tile(Asked(tuple(active)), state.song_filter),
            "wide": catalogue.tile(wide, state.song_filter),
            "axes": axes,
            "committed": catalogue.summary(states[0]),
            "moves": [[shown for shown, _ in each] for each in moves],
            "filters": [each.song_filter.to_query() for each in states[1:]],
        })  # fmt: skip
        expected += [catalogue.summary(each) for each in states[1:]]

    found = run(
        """data.flatMap(({ bars, wide, axes, committed, moves, filters }) => {
            const tiles = [tileOf(bars), tileOf(wide)];
            return moves.map((ranges, move) => {
                const spans = axes.map((axis, which) => mg.tile.columnsOf(axis, ranges[which]));
                return mg.liveNumbers.summary(...tiles, spans, committed, filters[move]);
            });
        })""",
        cases,
    )

    assert len(found) == len(expected) == 60
    assert len({each["selected"] for each in expected}) > 20  # the brushes do choose
    for live, then in zip(found, expected, strict=True):
        # Sums come as float32: the fourth digit of a mean may be rounded the other way.
        for name, means in then["by_year"].items():
            shown = np.array(live["by_year"][name], dtype=float)
            np.testing.assert_allclose(shown, np.array(means, dtype=float), rtol=1.1e-3)
        assert live | {"by_year": 0} == then | {"by_year": 0}
