"""Live brushing in the browser: tiles from bytes to the numbers of a brush. assets/live_*.js under node."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
import pytest

from data_access.fields import FIELD_BY_NAME, FIELDS
from pages import _explore_parts as pieces
from tests.live_browser import needs_node, run, wire

pytestmark = needs_node


# ---- tiles -----------------------------------------------------------------------------------


@pytest.mark.parametrize("largest", [0, 1, 200, 60_000, 9_000_000])
def test_a_brush_is_the_sum_of_its_columns(largest: int):
    numbers = np.random.default_rng(largest)
    cells = numbers.integers(0, largest + 1, (21, 5))
    floats = numbers.normal(0, 100, (21, 3)).astype(np.float32)
    parts = [
        {"name": "all", "at": 0, "size": 1},
        {"name": "key", "at": 1, "size": 4},
        {"name": "sums:energy", "at": 0, "size": 3, "floats": True},
    ]
    spans = [(a, b) for a in range(21) for b in range(a, 21)]

    found = run(
        "(() => { const tile = tileOf(data.tile);"
        " return [...data.spans, null].map((span) => lists(mg.tile.read(tile, [span]))); })()",
        {"tile": wire([20], parts, cells, floats), "spans": spans},
    )

    for (a, b), values in zip([*spans, (0, 21)], found, strict=True):  # no range: the unknown count too
        counted = cells[a:b].sum(axis=0)
        assert values["all"] == [counted[0]]
        assert values["key"] == counted[1:].tolist()
        assert values["sums:energy"] == pytest.approx(floats[a:b].astype(float).sum(axis=0), abs=1e-9)


def test_a_box_is_the_sum_of_its_cells_and_each_side_is_counted_without_itself():
    numbers = np.random.default_rng(5)
    cells = numbers.integers(0, 70_000, (4 + 1, 6 + 1, 7))  # up, across, bins
    floats = numbers.normal(0, 1, (5, 7, 2)).astype(np.float32)
    parts = [
        {"name": "all", "at": 0, "size": 1},
        {"name": "tempo", "at": 1, "size": 2, "free": 0},
        {"name": "energy", "at": 3, "size": 4, "free": 1},
        {"name": "sums:valence", "at": 0, "size": 2, "floats": True},
    ]
    across: list = [None, *([a, b] for a in range(6) for b in range(a, 7))]
    up: list = [None, [0, 4], [1, 3], [3, 4], [2, 2]]
    spans = [[x, y] for x in across for y in up]
    tile = wire([6, 4], parts, cells.reshape(35, 7), floats.reshape(35, 2))

    found = run(
        "(() => { const tile = tileOf(data.tile);"
        " return data.spans.map((both) => lists(mg.tile.read(tile, both))); })()",
        {"tile": tile, "spans": spans},
    )

    for (x, y), values in zip(spans, found, strict=True):
        chosen_x, chosen_y = (slice(*(each or [None])) for each in (x, y))
        assert values["all"] == [cells[chosen_y, chosen_x, 0].sum()]
        assert values["tempo"] == cells[chosen_y, :, 1:3].sum(axis=(0, 1)).tolist()
        assert values["energy"] == cells[:, chosen_x, 3:].sum(axis=(0, 1)).tolist()
        summed = floats[chosen_y, chosen_x].astype(float).sum(axis=(0, 1))
        assert values["sums:valence"] == pytest.approx(summed, abs=1e-9)


def test_bytes_that_are_no_tile_are_refused():
    whole = base64.b64decode(wire([2], [{"name": "all", "at": 0, "size": 1}], np.ones((3, 1), int)))
    other_shape = base64.b64decode(wire([3], [{"name": "all", "at": 0, "size": 1}], np.ones((3, 1), int)))
    broken = [b"", whole[:2], whole[:9], whole[:-1], whole + b"\0", b"\xff" * 40, other_shape]

    found = run(
        "data.map((text) => { try { return Boolean(tileOf(text)); } catch { return false; } })",
        [base64.b64encode(each).decode() for each in [whole, *broken]],
    )

    assert found == [True] + [False] * len(broken)


def test_a_tile_without_bins_can_be_read():
    """A catalogue without years, whose density shows the brushed field, has nothing wide to count."""
    found = run("lists(mg.tile.read(tileOf(data), [[0, 1]]))", wire([2], [], np.zeros((3, 0), int)))
    assert found == {}


def test_every_brush_of_every_chart_is_columns():
    axes = {of.name: pieces.axis_of(of) for of in FIELDS}
    asked, expected = [], []
    for name, axis in axes.items():
        width, last = axis["snap"], FIELD_BY_NAME[name].columns
        for a, b in ((0, 1), (1, 2), (3, last), (last // 3, last // 2), (last - 1, last), (0, last - 1)):
            low = None if a == 0 else round(axis["low"] + a * width, 6)  # as brush.js writes the ends
            high = None if b == last else round(axis["low"] + b * width, 6)
            asked.append([axis, {"low": low, "high": high}])
            expected.append([a, b])

    assert run("data.map(([axis, range]) => mg.tile.columnsOf(axis, range))", asked) == expected


@pytest.mark.parametrize(
    ("low", "high", "columns"),
    [
        (None, None, None),
        (0.14, 0.26, [1, 3]),  # typed, not drawn: the nearest edges
        (-3, 12, [0, 10]),  # the end columns reach to infinity
        (0.52, 0.54, [5, 5]),
        (0.9, 0.2, [9, 9]),
    ],
)
def test_ends_that_lie_elsewhere(low: float | None, high: float | None, columns: list[int] | None):
    axis = {"field": "f", "low": 0, "high": 1, "step": 0.2, "snap": 0.1}
    assert run("mg.tile.columnsOf(...data)", [axis, {"low": low, "high": high}]) == columns
    assert run("mg.tile.columnsOf(data, null)", axis) is None


# ---- numbers ---------------------------------------------------------------------------------

YEARS = range(1994, 2003)


class Songs:
    """Songs with a tempo in 8 columns, an energy in 3 bars, a year and some facets; their tile and their summary."""

    def __init__(self, n_songs: int = 400, seed: int = 3) -> None:
        numbers = np.random.default_rng(seed)
        self.tempo = numbers.integers(0, 9, n_songs)  # 8 is unknown
        self.energy = np.minimum(numbers.integers(0, 5, n_songs), 3)  # bars 0..2; 3 is unknown
        self.key, self.beats = numbers.integers(0, 25, n_songs), numbers.integers(0, 8, n_songs)
        self.explicit = numbers.integers(0, 3, n_songs)
        self.genre, self.mood = numbers.integers(0, 2, n_songs), numbers.integers(0, 2, n_songs)
        # Fewer songs the earlier, and none at all in the first and the last year.
        self.year = np.clip((8 * numbers.random(n_songs) ** 0.5).astype(int), 1, 7)
        self.loudness = np.where(numbers.random(n_songs) < 0.2, np.nan, numbers.normal(-8, 3, n_songs))
        self.cell = numbers.integers(0, 6, n_songs)  # of a density of 2 rows and 3 columns

    def bars(self) -> str:
        counted = (("all", self.tempo * 0, 1), ("energy", self.energy, 4), ("key", self.key, 25),
                   ("time_signature", self.beats, 8), ("explicit", self.explicit, 3), ("genres", self.genre, 2),
                   ("moods", self.mood, 2))  # fmt: skip
        return self._tile(counted, {"genres": {"names": ["1990", "10"]}})

    def wide(self) -> str:
        known = np.where(np.isnan(self.loudness), len(YEARS), self.year)
        counted = (("density", self.cell, 6), ("songs", self.year, len(YEARS)), ("known:loudness", known, len(YEARS)))
        sums = np.zeros((9, len(YEARS)), np.float64)
        np.add.at(sums, (self.tempo, self.year), np.nan_to_num(self.loudness))
        more = {"density": {"shape": [2, 3]}, "songs": {"first": YEARS[0]}, "known:loudness": {"first": YEARS[0]}}
        last = {"name": "sums:loudness", "at": 0, "size": len(YEARS), "floats": True, "first": YEARS[0]}
        return self._tile(counted, more, [last], sums)

    def _tile(self, counted, more: dict, last: Sequence[dict] = (), sums: np.ndarray | None = None) -> str:
        parts, cells, at = [], np.zeros((9, sum(size for *_, size in counted)), int), 0
        for name, bins, size in counted:
            inside = bins < size
            np.add.at(cells, (self.tempo[inside], at + bins[inside]), 1)
            parts.append({"name": name, "at": at, "size": size} | more.get(name, {}))
            at += size
        return wire([8], [*parts, *last], cells, sums)

    def summary(self, span: tuple[int, int] | None) -> dict:
        chosen = np.ones(len(self.tempo), bool) if span is None else (self.tempo >= span[0]) & (self.tempo < span[1])
        count = lambda bins, size: np.bincount(bins[chosen], minlength=size)[:size].tolist()  # noqa: E731
        *energy, energy_unknown = count(self.energy, 4)
        years = count(self.year, len(YEARS))
        with_songs = np.flatnonzero(years)
        first, stop = (with_songs[0], with_songs[-1] + 1) if len(with_songs) else (0, 0)
        means = []
        for year in range(first, stop):
            values = self.loudness[chosen & (self.year == year)].astype(np.float32).astype(float)
            values = values[~np.isnan(values)]
            means.append(float(f"{values.mean():.4g}") if len(values) else None)
        return {
            "filter": "tempo=now",
            "songs": 400,
            "selected": int(chosen.sum()),
            "histograms": {"tempo": [9, 8, 7, 6], "energy": energy},
            "unknown": {"tempo": 5} | ({"energy": energy_unknown} if energy_unknown else {}),
            "facets": {"key": count(self.key, 25), "time_signature": count(self.beats, 8),
                       "explicit": count(self.explicit, 3)},
            "genres": dict(zip(["1990", "10"], count(self.genre, 2), strict=True)),
            "moods": dict(zip(["Calm", "Loud"], count(self.mood, 2), strict=True)),
            "density": {"x": {"field": "energy"}, "y": {"field": "loudness"},
                        "counts": np.reshape(count(self.cell, 6), (2, 3)).tolist()},
            "years": list(YEARS[first:stop]),
            "year_songs": years[first:stop],
            "by_year": {"loudness": means},
        }  # fmt: skip


@pytest.mark.parametrize("seed", [3, 4])
def test_a_summary_is_what_the_server_would_say(seed: int):
    songs = Songs(seed=seed)
    spans = [None, *((a, b) for a in range(9) for b in range(a, 9))]

    found = run(
        "(() => { const [bars, wide] = [data.bars, data.wide].map(tileOf);"
        " return data.spans.map((span) =>"
        " mg.liveNumbers.summary(bars, wide, [span], data.committed, 'tempo=now')); })()",
        {"bars": songs.bars(), "wide": songs.wide(), "spans": spans, "committed": songs.summary((2, 5))},
    )

    for span, summary in zip(spans, found, strict=True):
        assert summary == songs.summary(span)
    assert found[-1]["years"] == []  # and in 8..7 there is no song at all


def test_without_the_wide_tile_the_wide_charts_stay_as_they_are():
    songs = Songs()
    committed = songs.summary((2, 5))

    found = run(
        "mg.liveNumbers.summary(tileOf(data.bars), null, [[0, 3]], data.committed)",
        {"bars": songs.bars(), "committed": committed},
    )

    assert found == songs.summary((0, 3)) | {
        name: committed[name] for name in ("density", "years", "year_songs", "by_year")
    }


def test_genres_that_are_numbers_are_not_mixed_up():
    """JavaScript puts them before the others, so that without names in the tile their order is not known."""
    cells = np.array([[5, 7], [0, 0]])
    committed = {"histograms": {}, "unknown": {}, "genres": {"rock": 1, "1990": 2}, "moods": {}}
    empty = [{"name": name, "at": 0, "size": 0} for name in ("key", "time_signature", "explicit", "moods")]
    plain = {"name": "genres", "at": 0, "size": 2}
    tiles = [
        wire([1], [{"name": "all", "at": 0, "size": 1}, genres, *empty], cells)
        for genres in (plain, plain | {"names": ["rock", "1990"]})
    ]

    found = run(
        "data.tiles.map((tile) => mg.liveNumbers.summary(tileOf(tile), null, [[0, 1]], data.committed).genres)",
        {"tiles": tiles, "committed": committed},
    )

    assert found == [{"rock": 1, "1990": 2}, {"rock": 5, "1990": 7}]


def test_a_summary_is_new_each_time():
    """Charts are drawn later than they are counted."""
    songs = Songs()

    first, again = run(
        "(() => { const tile = tileOf(data.bars);"
        " const of = (span) => mg.liveNumbers.summary(tile, null, [span], data.committed);"
        " const first = of([0, 3]); const copy = structuredClone(first); of([4, 7]); return [first, copy]; })()",
        {"bars": songs.bars(), "committed": songs.summary(None)},
    )

    assert first == again


def test_means_are_rounded_as_the_server_rounds_them():
    numbers = np.random.default_rng(8)
    halves = numbers.integers(-20_000, 20_000, 500) + numbers.integers(0, 9, 500) / 8  # Python goes to the even
    sizes = numbers.normal(0, 1, 1500) * 10.0 ** numbers.integers(-12, 12, 1500)
    means = [*halves.tolist(), *sizes.tolist(), 0.0, 99.995, 999.95, 1e-30, 1e30, 112.25, 112.35, 0.5, 9999.5, 10_000.5]

    assert run("data.map(mg.liveNumbers.short)", means) == [float(f"{mean:.4g}") for mean in means]


def test_a_bar_is_told_by_what_differs_most():
    numbers = np.random.default_rng(1)
    tempo = np.repeat(np.arange(8), 100)
    bars = {  # of 10 bars, 10 is unknown; energy rises with the tempo, valence hardly does
        "energy": np.clip(tempo + numbers.integers(0, 3, 800), 0, 9),
        "valence": np.clip(tempo // 7 + numbers.integers(0, 9, 800), 0, 9),
        "liveness": np.where(tempo // 2 == 1, 10, 4),  # nothing is known of it where the pointer is
    }
    told, cells = [], np.zeros((9, 33), int)
    for place, (name, bar) in enumerate(bars.items()):
        told.append({"name": name, "at": place * 11, "size": 11})
        np.add.at(cells, (tempo, place * 11 + bar), 1)
    fields = {name: {"low": 0, "high": 1, "step": 0.1} for name in ("tempo", *bars)}
    axis = {"field": "tempo", "low": 40, "high": 200, "step": 40, "snap": 20}

    found = run(
        "[0, 1, 3].map((bar) => mg.liveNumbers.against(tileOf(data.tile), data.axis, bar, data.fields))",
        {"tile": wire([8], told, cells), "axis": axis, "fields": fields},
    )

    assert [[each["field"] for each in telling] for telling in found] == [
        ["energy", "valence", "liveness"],
        ["energy", "valence"],
        ["energy", "valence", "liveness"],
    ]
    for bar, telling in zip((0, 1, 3), found, strict=True):
        inside, everything = bars["energy"][tempo // 2 == bar], bars["energy"]
        for number, of in (("inside", inside), ("outside", everything)):
            assert telling[0][number] == pytest.approx((np.median(of) + 0.5) / 10, abs=0.08)
    same = found[0][2]
    assert same["inside"] == same["outside"] == pytest.approx(0.45)


def test_a_bar_without_songs_tells_nothing():
    tile = wire([4], [{"name": "energy", "at": 0, "size": 3}], np.array([[0, 0, 0], [1, 2, 3], *[[0, 0, 0]] * 3]))
    axis = {"field": "tempo", "low": 0, "high": 4, "step": 1, "snap": 1}
    fields = {"energy": {"low": 0, "high": 2, "step": 1}}

    found = run(
        "[0, 1].map((bar) => mg.liveNumbers.against(tileOf(data[0]), data[1], bar, data[2]))",
        [tile, axis, fields],
    )

    assert [len(telling) for telling in found] == [0, 1]
