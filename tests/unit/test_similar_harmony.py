"""Which keys and tempos go together, against the Camelot wheel written out."""

from __future__ import annotations

import numpy as np
import pytest

from data_access.fields import UNKNOWN_KEY, camelot, key_name
from ml.similar_harmony import Harmony, key_table, neighbours

# The wheel as it is printed: number -> (minor key, A; major key, B).
WHEEL = {
    1: ("A♭ minor", "B major"),
    2: ("E♭ minor", "F♯ major"),
    3: ("B♭ minor", "C♯ major"),
    4: ("F minor", "A♭ major"),
    5: ("C minor", "E♭ major"),
    6: ("G minor", "B♭ major"),
    7: ("D minor", "F major"),
    8: ("A minor", "C major"),
    9: ("E minor", "G major"),
    10: ("B minor", "D major"),
    11: ("F♯ minor", "A major"),
    12: ("C♯ minor", "E major"),
}
KEYS = {key_name(key): key for key in range(UNKNOWN_KEY)}


@pytest.mark.parametrize("number", WHEEL)
@pytest.mark.parametrize("letter", [0, 1])
def test_neighbours_are_those_of_the_wheel(number: int, letter: int) -> None:
    key = KEYS[WHEEL[number][letter]]
    assert camelot(key) == f"{number}{'AB'[letter]}"
    around = [WHEEL[number % 12 + 1][letter], WHEEL[(number - 2) % 12 + 1][letter], WHEEL[number][1 - letter]]
    expected = {KEYS[name] for name in [WHEEL[number][letter], *around]}
    assert neighbours(key) == tuple(sorted(expected))
    assert set(np.flatnonzero(key_table(key))) == expected


def test_an_unknown_key_goes_with_all() -> None:
    assert neighbours(UNKNOWN_KEY) == ()
    assert key_table(UNKNOWN_KEY).all()
    assert not key_table(0)[UNKNOWN_KEY]  # but a song of unknown key does not go with a known one


def test_tempos_within_the_percentage_also_in_half_and_double_time() -> None:
    np.testing.assert_allclose(Harmony(0, 120.0, 5.0).tempos(), [[114, 126], [57, 63], [228, 252]])
    assert len(Harmony(0, float("nan")).tempos()) == 0


@pytest.mark.parametrize("bad", [{"key": 25}, {"key": -1}, {"percent": 51}, {"percent": -1}])
def test_what_is_no_harmony_is_said(bad: dict) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        Harmony(**{"key": 0, "tempo": 120.0, **bad})
