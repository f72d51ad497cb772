"""A tile's rows, added up, are the counts under a brush: every part, every span of columns, odd values too."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import counts, tile_build
from data_access.columns import ColumnStore
from data_access.conditions import BY_CODES, conditions, range_condition
from data_access.fields import FIELD_BY_NAME, FIELDS, UNKNOWN_CODE, Field
from data_access.filters import Range, SongFilter
from data_access.moods import MoodStore
from data_access.tiles import Asked, encoded, shown_cells, year_span
from pages import _explore_answer as answer
from tests.made_store import made_store
from tests.random_catalogue import values_of
from tests.tile_reader import ReadTile, Span, read_tile

MOODS = ("Happy", "Sad", "No one's")
N_SONGS = 4000
many = settings(max_examples=50, deadline=None)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ColumnStore:
    """Songs with values on edges, beside them, beyond every domain, and unknown; facets and genres at random."""
    return odd_store(tmp_path_factory.mktemp("store"), [field.name for field in FIELDS])


def odd_store(folder: Path, names: list[str]) -> ColumnStore:
    rng = np.random.default_rng(6)
    values = {
        name: np.array([np.nan if v is None else v for v in values_of(FIELD_BY_NAME[name], rng, N_SONGS)], np.float32)
        for name in names
    }
    genres = [rng.choice(N_SONGS, 700, replace=False).tolist() for _ in range(3)]
    facets = {
        "key": rng.integers(0, 25, N_SONGS),
        "time_signature": rng.choice([0, 3, 4, 5], N_SONGS),
        "explicit": rng.choice([0, 1, UNKNOWN_CODE], N_SONGS),
    }
    return made_store(folder, values, genres, facets)


@pytest.fixture(scope="module")
def moods() -> MoodStore:
    mood = np.random.default_rng(7).choice([0, 1, 255], N_SONGS).astype(np.uint8)
    model = SimpleNamespace(moods=[SimpleNamespace(name=name, number=n) for n, name in enumerate(MOODS)])
    return MoodStore(model, mood, np.zeros((2, N_SONGS), np.float32))


def column_edge(field: Field, column: int) -> float | None:
    """The value at the left of a column as the brush writes it; None at the ends: the end columns have no end."""
    if column in (0, field.columns):
        return None
    step = (field.high - field.low) / field.bins * field.codes_per_column
    return round(field.low + column * step, field.decimals)


def brushed(song_filter: SongFilter, name: str, span: Span) -> SongFilter:
    """The filter with the columns of a span chosen."""
    if span is None:
        return song_filter.without(name)
    field = FIELD_BY_NAME[name]
    low, high = (column_edge(field, column) for column in span)
    return song_filter.with_range(name, Range(low, high, open_high=True))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_columns_begin_where_a_value_can_be_written(field: Field) -> None:
    assert field.codes_per_bar % field.codes_per_column == 0
    for column in range(1, field.columns):
        written = column_edge(field, column)
        assert np.float32(written) == field.edges[column * field.codes_per_column]
        low, high = (range_condition(field, chosen) for chosen in (Range(written), Range(None, written, True)))
        assert (low.kind, low.first) == (BY_CODES, column * field.codes_per_column)
        assert (high.kind, high.last) == (BY_CODES, column * field.codes_per_column - 1)


# ---- against the fused pass ------------------------------------------------------------------


def spans(n: int) -> st.SearchStrategy[Span]:
    """A brush over some columns, of which there is at least one that is not in it."""
    chosen = st.tuples(st.integers(0, n - 1), st.integers(1, n)).filter(lambda ends: ends[0] < ends[1])
    return st.none() | chosen.filter(lambda ends: ends != (0, n))


@st.composite
def filters(draw: st.DrawFn) -> SongFilter:
    chosen = SongFilter(
        keys=draw(st.frozensets(st.integers(0, 24), max_size=3)),
        time_signatures=draw(st.frozensets(st.sampled_from([0, 3, 4]), max_size=2)),
        explicit=draw(st.sampled_from([None, None, True, False])),
        moods=draw(st.frozensets(st.sampled_from(MOODS), max_size=2)),
        genres=draw(st.frozensets(st.sampled_from(["genre 0", "genre 2"]), max_size=2)),
        text=draw(st.sampled_from(["", "", "even"])),
    )
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=3, unique=True)):
        low, high = sorted(
            draw(st.tuples(*[st.sampled_from(field.edges.tolist()) | st.floats(field.low, field.high, width=32)] * 2))
        )
        chosen = chosen.with_range(field.name, Range(low, high, draw(st.booleans())))
    return chosen


def as_conditions(store: ColumnStore, moods: MoodStore, song_filter: SongFilter) -> list[counts.Condition]:
    ids, genres = store.genre_pairs
    wanted = [store.genre_names.index(name) for name in song_filter.genres]
    members = {
        "moods": moods.in_moods(song_filter.moods),
        "genres": ids[np.isin(genres, wanted)],
        "text": np.arange(0, store.n_songs, 2),
    }
    return conditions(song_filter, members, store.n_songs)


def tile_of(store: ColumnStore, moods: MoodStore, asked: Asked, song_filter: SongFilter) -> ReadTile:
    under = as_conditions(store, moods, asked.rest(song_filter))
    return read_tile(encoded(tile_build.build(store, moods, asked, under), "version"))


def linked_bars(store: ColumnStore, moods: MoodStore, song_filter: SongFilter) -> dict[str, list[int]]:
    """All bars under a filter, by the names of a tile's parts."""
    linked = counts.linked_counts(store, as_conditions(store, moods, song_filter))
    codes = {name: linked.codes[column] for name, column in counts.CODE_COLUMN.items()}
    ids, genres = store.genre_pairs
    return {
        "all": [int(linked.selected.sum())],
        **{f.name: [*counts.bars(f, codes[f.name]).tolist(), int(codes[f.name][UNKNOWN_CODE])] for f in store.fields},
        "key": codes["key"][:25].tolist(),
        "time_signature": codes["time_signature"][:8].tolist(),
        "explicit": codes["explicit"][[0, 1, UNKNOWN_CODE]].tolist(),
        "genres": np.bincount(genres[linked.without("genres")[ids]], minlength=len(store.genre_names)).tolist(),
        "moods": linked.tally("moods", moods.mood)[: len(MOODS)].tolist(),
    }


@many
@given(filters(), st.sampled_from(FIELDS), st.data())
def test_bars_under_a_brush(store, moods, song_filter: SongFilter, active: Field, data: st.DataObject) -> None:
    tile = tile_of(store, moods, Asked((active.name,)), song_filter)
    assert tile.about["rows"] == active.columns + 1
    for span in data.draw(st.lists(spans(active.columns), min_size=1, max_size=5)):
        expected = linked_bars(store, moods, brushed(song_filter, active.name, span))
        del expected[active.name]
        found = tile.under(span)
        assert list(found) == list(expected)
        assert {name: bins.tolist() for name, bins in found.items()} == expected


@pytest.mark.parametrize("active", ["tempo", "popularity", "loudness"])
def test_every_pair_of_columns(store, moods, active: str) -> None:
    """Not one of them is off, at either end; "all" and one other part, since there are 20,000 of them."""
    field = FIELD_BY_NAME[active]
    energetic = SongFilter(keys=frozenset({0, 9, 24}), text="even").with_range("energy", Range(0.3, 0.83))
    song_filter = energetic.with_range(active, Range(field.low))  # which the tile's rows stand for
    tile = tile_of(store, moods, Asked((active,)), song_filter)
    linked = counts.linked_counts(store, as_conditions(store, moods, song_filter.without(active)))
    code = store.code_column(active).astype(int)
    sums = np.vstack([np.zeros_like(tile.cells[0]), np.cumsum(tile.cells, axis=0)])
    keys = next(part for part in tile.about["parts"] if part["name"] == "key")
    in_key = [linked.without("key") & (store.code_column("key") == key) for key in range(25)]
    mine = [np.bincount(code[songs], minlength=256) for songs in (linked.selected, *in_key)]
    per_code = np.vstack([np.zeros(26, int), np.cumsum(np.array(mine).T, axis=0)])  # songs below each code
    ends = np.minimum(np.arange(field.columns + 1) * field.codes_per_column, field.bins)
    bins = [0, *range(keys["at"], keys["at"] + 25)]
    for a in range(field.columns):
        np.testing.assert_array_equal(
            sums[a + 1 : field.columns + 1, bins] - sums[a, bins], per_code[ends[a + 1 :]] - per_code[ends[a]]
        )


def boxes() -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from(
        [("energy", "valence"), ("tempo", "loudness"), ("year", "duration_ms"), ("popularity", "year")]
    )


def cells_of(field: Field, store: ColumnStore) -> tuple[int, int, int, int]:
    first, last, group = shown_cells(field, year_span(store))
    return first, last, group, -(-(last - first) // group)


def brushed_cells(store: ColumnStore, song_filter: SongFilter, name: str, span: Span) -> SongFilter:
    if span is None:
        return song_filter.without(name)
    field = FIELD_BY_NAME[name]
    first, last, group, _ = cells_of(field, store)
    bars = [min(first + cell * group, last) for cell in span]
    low, high = (None if bar in (0, field.bars) else float(field.bar_edges[bar]) for bar in bars)
    return song_filter.with_range(name, Range(low, high, open_high=True))


@many
@given(filters(), boxes(), st.data())
def test_bars_under_a_box(store, moods, song_filter: SongFilter, active: tuple[str, str], data: st.DataObject) -> None:
    tile = tile_of(store, moods, Asked(active), song_filter)
    sides = [cells_of(FIELD_BY_NAME[name], store)[3] for name in active]
    assert tile.about["columns"] == sides
    assert tile.about["rows"] == (sides[0] + 1) * (sides[1] + 1)
    box = [data.draw(spans(side)) for side in sides]
    chosen = song_filter
    for name, span in zip(active, box, strict=True):
        chosen = brushed_cells(store, chosen, name, span)
    found = {name: bins.tolist() for name, bins in tile.under(*box).items()}
    assert found == linked_bars(store, moods, chosen)


# ---- the wide part ---------------------------------------------------------------------------


@many
@given(filters(), st.sampled_from(FIELDS), boxes(), st.data())
def test_density_and_years_under_a_brush(
    store, moods, song_filter: SongFilter, active: Field, pair: tuple[str, str], data: st.DataObject
) -> None:
    by = ("tempo", "loudness")
    asked = Asked.wide((active.name,), pair, by)
    tile = tile_of(store, moods, asked, song_filter)
    span = data.draw(spans(active.columns))
    chosen = brushed(song_filter, active.name, span)
    linked = counts.linked_counts(store, as_conditions(store, moods, chosen), free=pair)
    found = tile.under(span)
    check_years(store, found, linked.selected, by)
    assert ("density" in found) == (active.name not in pair)
    if "density" in found:
        x, y = (FIELD_BY_NAME[name] for name in pair)
        first, last = year_span(store)
        whole = SimpleNamespace(years=range(first, last + 1))
        sent = answer.rebinned(
            counts.density(store, x, y, linked.meets_others).tolist(),
            *(answer.density_span(field, whole) for field in (x, y)),
        )
        assert found["density"].tolist() == sent


@many
@given(filters(), boxes(), st.data())
def test_years_under_a_box(store, moods, song_filter: SongFilter, active: tuple[str, str], data: st.DataObject) -> None:
    asked = Asked.wide(active, ("energy", "valence"), ("danceability",))
    tile = tile_of(store, moods, asked, song_filter)
    box = [data.draw(spans(side)) for side in tile.about["columns"]]
    for name, span in zip(active, box, strict=True):
        song_filter = brushed_cells(store, song_filter, name, span)
    linked = counts.linked_counts(store, as_conditions(store, moods, song_filter))
    check_years(store, tile.under(*box), linked.selected, ("danceability",))


def check_years(store: ColumnStore, found: dict, selected: np.ndarray, by: tuple[str, ...]) -> None:
    """Songs, known values and means by year are those of the server's own pass."""
    songs, sums, known = counts.sums_by_code(store, "year", by, selected)
    first, last = (year - 1900 for year in year_span(store))
    assert found["songs"].tolist() == songs[first : last + 1].tolist()
    for row, name in enumerate(by):
        assert found[f"known:{name}"].tolist() == known[row, first : last + 1].tolist()
        np.testing.assert_allclose(found[f"sums:{name}"], sums[row, first : last + 1], rtol=1e-6, atol=1e-6)


# ---- what there is not -----------------------------------------------------------------------


def test_a_catalogue_without_years_moods_and_genres_has_no_such_bins(tmp_path: Path) -> None:
    store = made_store(tmp_path, {"energy": np.array([0.1, 0.9, np.nan]), "tempo": np.array([100, np.nan, 120])})
    bars = read_tile(encoded(tile_build.build(store, None, Asked(("energy",)), []), "version"))
    assert [part["name"] for part in bars.about["parts"] if part["size"]] == [
        "all", "tempo", "key", "time_signature", "explicit",
    ]  # fmt: skip
    assert bars.under(None)["all"].tolist() == [3]
    assert bars.under((0, 50))["all"].tolist() == [1]
    assert bars.under((0, 100))["tempo"][-1] == 1  # unknown tempo of a known energy
    wide = read_tile(encoded(tile_build.build(store, None, Asked.wide(("energy",)), []), "version"))
    assert (wide.about["bins"], wide.about["float_bins"], wide.about["parts"]) == (0, 0, [])


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"active": "tempo"}, Asked(("tempo",))),
        ({"active": "tempo", "x": "year", "y": "tempo", "by": "energy"}, Asked(("tempo",))),
        ({"active": "energy,valence", "part": "bars"}, Asked(("energy", "valence"))),
        (
            {"active": "tempo", "part": "wide"},
            Asked(("tempo",), "wide", ("energy", "valence"), ("energy", "valence")),
        ),
        ({"active": "tempo", "part": "wide", "x": "tempo", "by": ""}, Asked(("tempo",), "wide")),
        (
            {"active": "tempo", "part": "wide", "x": "year", "by": "loudness,energy,energy"},
            Asked(("tempo",), "wide", ("year", "valence"), ("energy", "loudness")),
        ),
        ({"active": "year,tempo", "part": "wide", "by": "energy"}, Asked(("year", "tempo"), "wide", None, ("energy",))),
    ],
)
def test_addresses_of_tiles(query: dict[str, str], asked: Asked) -> None:
    assert Asked.parse(query, FIELDS) == asked


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({}, "active="),
        ({"active": "loud"}, "active=loud"),
        ({"active": "energy,energy"}, "different"),
        ({"active": "energy,tempo,valence"}, "different"),
        ({"active": "popularity"}, "popularity"),
        ({"active": "energy", "part": "all"}, "part=all"),
        ({"active": "energy", "part": "wide", "x": "loud"}, "x=loud"),
        ({"active": "energy", "part": "wide", "x": "tempo", "y": "tempo"}, "x=tempo"),
        ({"active": "energy", "part": "wide", "by": "year"}, "by=year"),
        ({"active": "energy", "part": "wide", "by": ",".join(f.name for f in FIELDS[:7])}, "more than 6"),
    ],
)
def test_what_is_no_tile_is_said_in_a_sentence(query: dict[str, str], word: str) -> None:
    known = tuple(field for field in FIELDS if field.name != "popularity")
    with pytest.raises(ValueError, match=word) as error:
        Asked.parse(query, known)
    assert str(error.value).endswith(".")
