"""What is said of a playlist: outliers and scarcity by their definitions, and the words for differences."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from data_access.compare_effects import Effect
from data_access.fields import FIELD_BY_NAME, FIELDS
from data_access.filters import SongFilter
from ml import playlists
from ml.playlists import ALIKE, Feature, Reason, Scarce
from ml.similar_space import Space, fit_space
from pages import _playlist_profile as page

NONE = SongFilter()


def feature(name: str, effect: Effect | None) -> Feature:
    return Feature(name, 10, 0.5, 0.4, (0.2, 0.5, 0.7), effect)


@pytest.mark.parametrize(
    ("name", "effect", "words"),
    [
        ("energy", Effect(0.9, "g", 0.001), "much more energetic"),
        ("energy", Effect(-0.9, "g", 0.001), "much gentler"),
        ("tempo", Effect(0.6, "g", 0.001), "faster"),
        ("tempo", Effect(-0.3, "g", 0.001), "a little slower"),
        ("tempo", Effect(0.1, "g", 0.001), ALIKE),
        ("tempo", Effect(0.9, "g", 0.06), ALIKE),  # chance explains it
        ("loudness", Effect(0.9, "g", None), "much louder"),
        ("loudness", Effect(0.9, "z", None), ALIKE),  # a single song
        ("loudness", Effect(-1.5, "z", None), "quieter"),
        ("loudness", Effect(2.5, "z", None), "much louder"),
        ("year", None, ALIKE),
    ],
)
def test_words_for_differences(name: str, effect: Effect | None, words: str) -> None:
    assert feature(name, effect).words == words


def test_words_for_reasons() -> None:
    assert Reason("tempo", True, 174.2, 112.0).words == "faster: tempo 174 BPM against 112 BPM"
    assert Reason("energy", False, 0.2, 0.8).words == "gentler: energy 0.20 against 0.80"


# ---- outliers --------------------------------------------------------------------------------


def space_of(n_songs: int, seed: int = 0) -> Space:
    """Songs at random, each by an artist of its own, so that places follow from their values alone."""
    rng = np.random.default_rng(seed)
    values = np.stack([rng.uniform(field.low, field.high, n_songs) for field in FIELDS]).astype(np.float32)
    ids = np.arange(n_songs, dtype=np.int32)
    return fit_space(values, np.zeros(n_songs, dtype=np.uint8), ids, ids)


@pytest.mark.parametrize("seed", range(5))
def test_outliers_are_tukeys(seed: int) -> None:
    space = space_of(400, seed)
    rng = np.random.default_rng(seed)
    origin = np.zeros((len(space.features), 1))
    nearest = np.argsort(((space.own - origin) ** 2).sum(axis=0))
    further = nearest[[60, 90, 130, 180, -1]]  # some within Tukey's fence, some beyond it
    ids = np.sort(np.append(nearest[:40], further)).astype(np.int32)
    found = playlists._outliers(space, ids)
    places = space.own[:, ids].astype(np.float64)
    distances = np.linalg.norm(places - places.mean(axis=1)[:, None], axis=0)
    q1, q3 = np.percentile(distances, [25, 75])
    expected = sorted(zip(-distances, ids, strict=True))
    assert found == [int(song) for away, song in expected if -away > q3 + 1.5 * (q3 - q1)][: playlists.OUTLIERS]
    assert nearest[-1] in found
    assert playlists._outliers(space, rng.permutation(ids)[: playlists.OUTLIERS_FROM - 1]) == []


def test_songs_that_are_all_the_same_have_no_outliers() -> None:
    values = np.full((len(FIELDS), 30), 1, dtype=np.float32)
    ids = np.arange(30, dtype=np.int32)
    space = fit_space(values, np.zeros(30, dtype=np.uint8), ids, ids)
    assert playlists._outliers(space, ids) == []


# ---- scarcity --------------------------------------------------------------------------------


def scarce(*parts: tuple[str, int, int]) -> list[tuple[str, float]]:
    found = playlists._fewer("mood", [(name, songs, whole, NONE) for name, songs, whole in parts])
    return [(each.name, round(each.expected, 2)) for each in found]


def test_scarce_is_half_of_what_is_expected_and_beyond_chance() -> None:
    assert scarce(("a", 40, 500), ("b", 0, 500)) == [("b", 20.0)]
    assert scarce(("a", 20, 500), ("b", 20, 500)) == []
    assert scarce(("a", 39, 900), ("b", 1, 100)) == []  # four would be expected: one is chance
    assert scarce(("a", 26, 500), ("b", 14, 500)) == []  # more than half
    assert scarce(("a", 9, 500), ("b", 0, 500)) == []  # nine songs are too few to tell
    assert scarce(("a", 40, 0), ("b", 0, 0)) == []
    assert [name for name, _ in scarce(("a", 100, 1), ("b", 0, 30), ("c", 0, 40), ("d", 0, 29))] == ["c", "b"]


def test_tempi_fall_into_bands_with_their_lower_end() -> None:
    tempo = np.array([89.99, 90, 109, 110, 130, 149.9, 150, 240, np.nan], dtype=np.float32)
    assert playlists._by_tempo(tempo).tolist() == [1, 2, 1, 2, 2]
    assert playlists._by_tempo(np.array([np.nan], dtype=np.float32)).tolist() == [0] * 5


def test_decades_are_counted_from_their_first_to_their_last_year() -> None:
    bars = [0] * FIELD_BY_NAME["year"].bars
    for year, count in ((1979, 3), (1980, 5), (1989, 7), (1990, 2)):
        bars[year - 1900] = count
    years = np.array([1980, 1985, 1989, 1990, np.nan], dtype=np.float32)
    decades = playlists._decades(years, SimpleNamespace(bars={"year": bars}))
    told = {name: (songs, whole) for name, songs, whole, _ in decades if songs or whole}
    assert told == {"the 1970s": (0, 3), "the 1980s": (3, 12), "the 1990s": (1, 2)}
    (eighties,) = (chosen for name, *_, chosen in decades if name == "the 1980s")
    assert eighties.to_query() == "year=1980..1989"


def test_what_is_scarce_in_words() -> None:
    few = Scarce("mood", "Calm", 0, 60, 11.4, NONE)
    assert page._few(few) == "Calm: no song of 60, where chance would have about 11."
    assert page._few(Scarce("tempo", "below 90 BPM", 1, 60, 9.0, NONE)).startswith("Tempo below 90 BPM: 1 song of 60")
    assert page._few(Scarce("decade", "the 1980s", 1200, 6000, 3000.2, NONE)).endswith("about 3,000.")


@pytest.mark.parametrize(
    ("name", "asked", "found", "words"),
    [
        ("", 1, 1, "1 song"),
        ("", 1200, 1200, "1,200 songs"),
        ("mix", 3, 3, "3 songs of “mix”"),
        ("mix", 3, 1, "3 songs of “mix”, of which 1 is in this catalogue"),
        ("", 3, 0, "3 songs, of which 0 are in this catalogue"),
    ],
)
def test_what_the_profile_is_of(name: str, asked: int, found: int, words: str) -> None:
    assert page._of_what(name, asked, found) == words
