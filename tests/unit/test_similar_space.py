"""The space of songs: normal scores, scaled by how much artists vary, drawn towards the artist."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, rankdata

from data_access.columns import VALUE_ROW
from data_access.fields import FIELDS
from ml.similar_space import TOWARDS_ARTIST, Space, fit_places, fit_space


def random_songs(seed: int = 0, n_songs: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Energy keeps to the artist, valence does not, tempo has ties; a tenth is unknown; some songs have no artist."""
    rng = np.random.default_rng(seed)
    artist = rng.integers(-1, 40, n_songs).astype(np.int32)
    values = np.full((len(FIELDS), n_songs), np.nan, dtype=np.float32)
    values[VALUE_ROW["energy"]] = (artist % 7) / 7 + rng.normal(0, 0.05, n_songs)
    values[VALUE_ROW["valence"]] = rng.random(n_songs)
    values[VALUE_ROW["tempo"]] = rng.choice([90, 120, 150], n_songs)
    values[:, rng.random(n_songs) < 0.1] = np.nan
    return values, artist


def space_of(values: np.ndarray, artist: np.ndarray) -> Space:
    ids = np.arange(len(artist), dtype=np.int32)
    return fit_space(values, np.zeros(len(artist), dtype=np.uint8), ids, artist)


def test_places_are_those_of_the_definition() -> None:
    values, artist = random_songs()
    space = space_of(values, artist)
    assert space.features == ("energy", "valence", "tempo")
    for row, name in enumerate(space.features):
        column = values[VALUE_ROW[name]]
        known = ~np.isnan(column)
        scores = np.full(len(column), np.nan)
        scores[known] = norm.ppf((rankdata(column[known]) - 0.5) / known.sum())
        within, freedom = 0.0, 0
        for number in range(40):
            of_artist = scores[(artist == number) & known]
            within += ((of_artist - of_artist.mean()) ** 2).sum()
            freedom += len(of_artist) - 1
        scale = 1 / np.sqrt((within + 50 * scores[known].var()) / (freedom + 50))
        assert space.scale[row] == pytest.approx(scale)
        own, sound = scores * scale, np.empty(len(column))
        for song in range(len(column)):
            others = own[(artist == artist[song]) & known]
            alone = artist[song] == -1 or not len(others)
            own_place = own[song] if known[song] else (0 if alone else others.mean())
            mean = own_place if alone else others.mean()
            sound[song] = (1 - TOWARDS_ARTIST) * own_place + TOWARDS_ARTIST * mean
            assert space.own[row, song] == pytest.approx(own_place, abs=1e-5)
        np.testing.assert_allclose(space.sound[row], sound, atol=1e-5)
        np.testing.assert_allclose(space.variance[:, row], [np.var(space.own[row]), np.var(sound)], rtol=1e-4)
    assert space.scale[0] > 2 * space.scale[1]  # artists keep to their energy, so it says more


def test_a_value_has_the_place_of_the_songs_that_have_it() -> None:
    values, artist = random_songs(1)
    space = space_of(values, artist)
    for row, name in enumerate(space.features):
        column = values[VALUE_ROW[name]]
        for song in np.flatnonzero(~np.isnan(column))[:50]:
            assert space.place(name, float(column[song])) == pytest.approx(float(space.own[row, song]), abs=1e-6)
    places = [space.place("energy", value) for value in (-1e300, *np.linspace(-1, 2, 50), 1e300)]
    assert places == sorted(places)
    assert np.isfinite(places).all()


def test_awkward_catalogues_have_places() -> None:
    one = fit_places(np.array([[0.5], [np.nan]], dtype=np.float32), np.array([0], dtype=np.int32))
    np.testing.assert_array_equal(one["sound"], [[0], [0]])
    same = fit_places(np.full((1, 5), 3, dtype=np.float32), np.zeros(5, dtype=np.int32))
    np.testing.assert_array_equal(same["own"], np.zeros((1, 5)))
    assert all(np.isfinite(array[:, 0] if array.ndim == 2 else array).all() for array in same.values())
