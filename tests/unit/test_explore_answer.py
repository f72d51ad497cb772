"""What Explore sends to the browser: the same counts, put together for the drawing, and small."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest

from data_access.explore import Summary
from data_access.fields import FIELD_BY_NAME, FIELDS
from data_access.filters import Range, SongFilter
from pages import _explore_answer as answer
from pages._explore_state import ExploreState

YEAR, ENERGY = FIELD_BY_NAME["year"], FIELD_BY_NAME["energy"]


def summary(songs: int = 1_204_025, years: range = range(1950, 2021), x=ENERGY, y=FIELD_BY_NAME["valence"]) -> Summary:
    """Counts as large as the largest catalogue's, so that their digits are, too."""
    numbers = np.random.default_rng(7)
    selected, cells = songs // 3, x.bars * y.bars
    return Summary(
        songs=songs,
        selected=selected,
        histograms={f.name: numbers.multinomial(selected, [1 / f.bars] * f.bars).tolist() for f in FIELDS},
        unknown={f.name: 0 for f in FIELDS} | {"tempo": 12},
        facets={"key": [selected // 25] * 25, "time_signature": [0, 1, 2, 3, 4, 5, 6, 7], "explicit": [5, 6, 7]},
        genres={f"genre {i}": selected // 114 for i in range(114)},
        density=numbers.multinomial(selected, [1 / cells] * cells).reshape(y.bars, x.bars).tolist(),
        years=list(years),
        year_songs=[selected // len(years)] * len(years) if years else [],
        by_year={"energy": [0.123456789] * len(years), "valence": [None] * len(years)},
        moods={f"loud, fast, electronic {number}": number * 100_000 for number in range(12)},
    )


def test_everything_about_a_filter_change_fits_in_thirty_kilobytes():
    found = summary()
    state = ExploreState(SongFilter().with_range("energy", Range(0.5, 0.9, True)))

    sent = len(json.dumps(answer.summary_answer(state, found, found), separators=(",", ":")))

    assert sent < 30_000


def test_counts_are_not_changed_on_the_way():
    found = summary()
    sent = answer.summary_answer(ExploreState(), found, found)

    assert sent["histograms"] == found.histograms
    assert sent["density"]["counts"] == found.density
    assert sent["unknown"] == {"tempo": 12}
    assert sent["by_year"] == {"energy": [0.1235] * 71, "valence": [None] * 71}


def test_the_density_of_years_shows_the_catalogues_years_in_at_most_fifty_bars():
    found = summary(x=YEAR, years=range(1921, 2021))
    sent = answer.summary_answer(ExploreState(x="year"), found, found)["density"]

    assert sent["x"] == {"field": "year", "first": 21, "last": 121, "group": 2}
    counts = np.array(sent["counts"])
    assert counts.shape == (ENERGY.bars, 50)
    expected = np.array(found.density)[:, 21:121].reshape(ENERGY.bars, 50, 2).sum(axis=2)
    np.testing.assert_array_equal(counts, expected)


@pytest.mark.parametrize("side", ["x", "y"])
def test_a_last_group_that_is_not_full_keeps_its_songs(side: str):
    counts = np.arange(7 * 7).reshape(7, 7)
    whole = {"field": "energy", "first": 0, "last": 7, "group": 1}
    grouped = {"field": "year", "first": 0, "last": 7, "group": 3}
    x, y = (grouped, whole) if side == "x" else (whole, grouped)

    found = np.array(answer.rebinned(counts.tolist(), x, y))

    assert found.sum() == counts.sum()
    assert found.shape == ((7, 3) if side == "x" else (3, 7))
    last = counts[:, 6] if side == "x" else counts[6, :]
    np.testing.assert_array_equal(found[:, 2] if side == "x" else found[2, :], last)


def test_a_catalogue_without_years_still_has_a_density_axis_for_them():
    assert answer.density_span(YEAR, summary(years=range(0)))["last"] == YEAR.bars


def text_of(part) -> str:
    if isinstance(part, (list, tuple)):
        return "".join(map(text_of, part))
    return part if isinstance(part, str) else text_of(getattr(part, "children", None) or "")


def test_the_sentence():
    found = summary()
    song_filter = SongFilter(keys=frozenset({18})).with_range("year", Range(1990, 2015))

    assert text_of(answer.sentence(SongFilter(), found, {})) == "1,204,025 songs, the whole catalogue"
    assert text_of(answer.sentence(song_filter, found, {})) == "401,341 of 1,204,025 songs: 1990–2015, A minor"


def test_each_chip_removes_its_part_of_the_url():
    song_filter = SongFilter(
        keys=frozenset({1}), time_signatures=frozenset({3}), explicit=True, genres=frozenset({"rock"}),
        artists=frozenset({"0abc"}), text="blue",
    ).with_range("tempo", Range(100))  # fmt: skip
    query = {pair.split("=")[0] for pair in song_filter.to_query().split("&")}

    chips = answer.chips(song_filter, {"0abc": "Nina"})

    assert {getattr(chip, "data-remove") for chip in chips} == query
    assert "artist Nina" in [text_of(chip).removesuffix("×") for chip in chips]


def test_a_catalogue_that_was_loaded_again_is_another_one():
    first, second = (SimpleNamespace(version=1, started_at=datetime(2026, 11, day, tzinfo=UTC)) for day in (1, 2))

    assert answer.version_of(first, None) != answer.version_of(second, None)
