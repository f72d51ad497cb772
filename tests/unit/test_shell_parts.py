"""Small pictures, presets and the words of Home and Data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from components import data_parts, parts, spark
from components.shell import address_pattern
from pages._presets import PRESETS


def test_an_outline_is_as_high_as_its_tallest_bar() -> None:
    assert spark.outline([1, 4]) == (
        "polygon(0% 100%, 0.00% 75.0%, 50.00% 75.0%, 50.00% 0.0%, 100.00% 0.0%, 100% 100%)"
    )


@pytest.mark.parametrize("counts", [[], [0, 0]])
def test_nothing_counted_is_flat(counts: list[int]) -> None:
    assert " 0.0%" not in spark.outline(counts).replace("100.0%", "")
    assert spark.middle_half(counts) == (0, 0)


@pytest.mark.parametrize(
    ("counts", "span"),
    [
        ([1, 1, 1, 1], (0, 3)),
        ([0, 0, 8, 0], (2, 3)),
        ([10, 1, 1, 10], (0, 4)),
        ([1, 10, 10, 1], (1, 3)),
    ],
)
def test_the_middle_half_runs_from_the_lower_to_the_upper_quartile(counts: list[int], span: tuple[int, int]) -> None:
    assert spark.middle_half(counts) == span
    assert sum(counts[span[0] : span[1]]) >= sum(counts) / 2


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_preset_is_a_filter_that_restricts(preset) -> None:
    assert preset.song_filter.sentence()


@pytest.mark.parametrize(("share", "words"), [(0, "0 %"), (0.0004, "< 0.1 %"), (0.0413, "4.1 %"), (0.5, "50 %")])
def test_shares_are_written_as_a_person_reads_them(share: float, words: str) -> None:
    assert parts.percent(share) == words


def test_the_sum_of_rows_says_so_to_screen_readers() -> None:
    made = data_parts.row_sum(file_rows=10, song_rows=7, merged_rows=2, rejected_rows=1)
    labels = [getattr(part, "aria-label", "") for part in made._traverse() if not isinstance(part, str)]
    assert "Of 10 rows, 7 became songs, 2 repeat a song and were merged into it, 1 were rejected." in labels


@pytest.mark.parametrize(("address", "pattern"), [("/", ""), ("/explore", "explore"), ("/song/<spotify_id>", "song/*")])
def test_addresses_as_patterns(address: str, pattern: str) -> None:
    assert address_pattern(address) == pattern


def test_a_tables_numbers_are_aligned_right() -> None:
    made = parts.table(("a", "n"), [("x", 1)], caption="letters", numeric=(1,))
    cells = [part for part in made._traverse() if type(part).__name__ == "Td"]
    assert [getattr(cell, "className", None) for cell in cells] == [None, "mg-number"]


def test_times_and_sizes_of_the_data_page() -> None:
    assert data_parts.size(345_000_000) == "345.0 MB"
    assert data_parts.duration(75) == "1 min 15 s"
    assert data_parts.moment(datetime(2026, 11, 4, 9, 5, tzinfo=UTC)) == "4 Nov 2026, 09:05 UTC"
