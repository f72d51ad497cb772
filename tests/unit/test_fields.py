"""Names, bins and notation of the fields."""

from __future__ import annotations

import numpy as np
import pytest

from data_access.fields import FIELD_BY_NAME, FIELDS, UNKNOWN_CODE, UNKNOWN_KEY, camelot, format_duration, key_name


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("danceability", 0.7149, "0.71"),
        ("loudness", -6.234, "-6.2 dB"),
        ("loudness", -0.01, "0.0 dB"),
        ("tempo", 119.98, "120 BPM"),
        ("duration_ms", 209387, "3:29"),
        ("year", 1999, "1999"),
        ("energy", None, "unknown"),
        ("energy", float("nan"), "unknown"),
    ],
)
def test_values_are_written_as_people_read_them(name: str, value: float | None, words: str) -> None:
    assert FIELD_BY_NAME[name].format(value) == words


def test_durations_of_an_hour_and_more_have_hours() -> None:
    assert [format_duration(ms) for ms in (0, 59_999, 3_599_400, 3_725_000)] == ["0:00", "1:00", "59:59", "1:02:05"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_bins_cover_their_domain_and_end_bins_take_the_rest(field) -> None:
    assert field.bins <= 254
    assert len(field.edges) == field.bins + 1
    assert len(field.bar_edges) == field.bars + 1
    codes = field.code(np.array([field.low - 1, field.low, field.high, np.inf, np.nan], dtype=np.float32))
    assert codes.tolist() == [0, 0, field.bins - 1, field.bins - 1, UNKNOWN_CODE]
    assert (field.code(field.edges[:-1]) == np.arange(field.bins)).all()


def test_camelot_follows_the_wheel() -> None:
    # Mixed In Key's wheel, all 24: https://mixedinkey.com/camelot-wheel/
    wheel = {
        "A♭ minor": "1A", "B major": "1B", "E♭ minor": "2A", "F♯ major": "2B", "B♭ minor": "3A", "C♯ major": "3B",
        "F minor": "4A", "A♭ major": "4B", "C minor": "5A", "E♭ major": "5B", "G minor": "6A", "B♭ major": "6B",
        "D minor": "7A", "F major": "7B", "A minor": "8A", "C major": "8B", "E minor": "9A", "G major": "9B",
        "B minor": "10A", "D major": "10B", "F♯ minor": "11A", "A major": "11B", "C♯ minor": "12A", "E major": "12B",
    }  # fmt: skip
    assert {key_name(key): camelot(key) for key in range(24)} == wheel
    assert key_name(UNKNOWN_KEY) == "key unknown"
