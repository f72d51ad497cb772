"""Why a song has its mood: the shares add up, and the words name what sets it apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.models import Mood
from ml.explain import explain
from ml.fitted import Clusters, Fitted
from ml.scaling import Scaling
from ml.spec import ModelSpec

FEATURES = ("energy", "valence", "loudness", "tempo")
MOODS = [Mood(0, "Calm", 3, 10), Mood(1, "Angry", 10, 20), Mood(2, "Happy", 7, 30)]
CENTRES = np.array([[-1.0, 0.0, -1.0, 0.0], [1.0, -1.0, 1.0, 0.2], [0.5, 1.0, 0.0, 0.1]])
FITTED = Fitted(
    ModelSpec(features=FEATURES),
    np.array([0.5, 0.5, -8.0, 120.0]),
    Scaling("standard", np.array([0.5, 0.5, -8.0, 120.0]), np.array([0.2, 0.2, 3.0, 25.0])),
    Clusters(CENTRES),
)
songs = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(-40, 0), st.floats(50, 220))


@settings(deadline=None)
@given(songs)
def test_shares_add_up_to_what_parts_the_two_moods(song: tuple[float, ...]) -> None:
    values = np.array(song, dtype=np.float32)
    found = explain(FITTED, MOODS, values)
    scaled = (values.astype(float) - FITTED.scaling.centre) / FITTED.scaling.scale
    away = ((scaled - CENTRES) ** 2).sum(axis=1)
    order = np.argsort(away, kind="stable")
    assert found.mood == MOODS[order[0]]
    assert found.runner_up == MOODS[order[1]]
    assert found.sure == pytest.approx(1 - np.sqrt(away[order[0]] / away[order[1]]), abs=1e-6)
    if away[order[1]] - away[order[0]] > 1e-3:
        assert sum(found.shares.values()) == pytest.approx(1, abs=1e-6)
        assert [reason.share for reason in found.deciding] == sorted(found.shares.values(), reverse=True)[:3]
    assert 0 <= found.sure <= 1
    assert len({reason.feature for reason in found.deciding}) == 3


def test_the_centre_is_as_sure_as_can_be_and_the_middle_not_at_all() -> None:
    unscaled = CENTRES * FITTED.scaling.scale + FITTED.scaling.centre
    assert explain(FITTED, MOODS, unscaled[0]).sure == pytest.approx(1)
    assert explain(FITTED, MOODS, (unscaled[1] + unscaled[2]) / 2).sure == pytest.approx(0, abs=1e-9)


def test_words_say_how_the_song_differs_from_the_runner_up() -> None:
    found = explain(FITTED, MOODS, np.array([0.7, 0.2, -5.0, 125.0]))
    assert (found.mood.name, found.runner_up.name) == ("Angry", "Happy")
    assert found.deciding[0].words == "sombre for Happy"
    assert found.deciding[0].value == pytest.approx(0.2)


def test_unknown_features_come_last_and_say_so() -> None:
    found = explain(FITTED, MOODS, np.array([0.9, np.nan, -2.0, np.nan]))
    assert [reason.feature for reason in found.deciding[:2]] == ["loudness", "energy"]
    assert found.deciding[2].words == "unknown, taken as the catalogue's median"


def test_a_song_without_a_mood_has_no_explanation() -> None:
    with pytest.raises(ValueError, match="fewer than half"):
        explain(FITTED, MOODS, np.array([0.9, np.nan, np.nan, np.nan]))


def test_a_gaussian_s_shares_leave_its_size_out() -> None:
    shapes, offsets = np.stack([np.triu(np.full((4, 4), 0.3)) + np.eye(4)] * 3), np.array([0.0, 2.0, 5.0])
    gaussian = replace(FITTED, clusters=Clusters(CENTRES, shapes, offsets))
    values = np.array([0.45, 0.55, -9.0, 118.0])
    found = explain(gaussian, MOODS, values)
    distances = gaussian.distances(values.reshape(-1, 1))[0] ** 2
    first, second = np.argsort(distances)[:2]
    whole = distances[second] - distances[first]
    assert sum(found.shares.values()) == pytest.approx(1 - (offsets[second] - offsets[first]) / whole)
