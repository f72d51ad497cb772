"""Names come from centroids: the six words only where they are true, descriptions otherwise, all different."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.naming import WORDS, named
from ml.spec import DEFAULT_FEATURES, FEATURES
from ml.words import ADJECTIVES, AVERAGE, axis_words, described

COLOURS = {"Happy": 7, "Energetic": 2, "Angry": 10, "Sad": 1, "Calm": 3, "Laid-Back": 4}
TRUE = {
    "Happy": lambda e: e["valence"] > 0,
    "Energetic": lambda e: e["energy"] > 0,
    "Angry": lambda e: e["energy"] > 0 and e["valence"] < 0,
    "Sad": lambda e: e["valence"] < 0 and e["energy"] < 0,
    "Calm": lambda e: e["energy"] < 0,
    "Laid-Back": lambda e: e["energy"] < 0,
}

effects = st.fixed_dictionaries({name: st.floats(-3, 3) for name in DEFAULT_FEATURES})
other_effects = st.sets(st.sampled_from(FEATURES), min_size=2).flatmap(
    lambda chosen: st.lists(
        st.fixed_dictionaries({name: st.floats(-3, 3) for name in sorted(chosen)}), min_size=2, max_size=12
    )
)


def test_prototypes_have_their_own_words_and_colours() -> None:
    found = named([word.prototype for word in WORDS.values()])
    assert {mood.name: mood.colour for mood in found} == COLOURS
    assert [mood.name for mood in found] == list(COLOURS)


@settings(deadline=None)
@given(st.permutations(range(6)))
def test_the_run_s_numbers_do_not_matter(order: list[int]) -> None:
    prototypes = [word.prototype for word in WORDS.values()]
    found = named([prototypes[i] for i in order])
    assert [(mood.name, order[mood.group]) for mood in found] == list(zip(WORDS, range(6), strict=True))


@settings(deadline=None)
@given(st.lists(effects, min_size=2, max_size=12))
def test_a_word_is_true_of_its_mood_and_names_and_colours_are_distinct(centroids: list[dict]) -> None:
    found = named(centroids)
    assert sorted(mood.group for mood in found) == list(range(len(centroids)))
    for mood in found:
        if mood.name in TRUE:
            assert TRUE[mood.name](centroids[mood.group])
            assert mood.colour == COLOURS[mood.name]
    assert len({mood.name for mood in found}) == len(found)
    assert len({mood.colour for mood in found}) == len(found)
    assert all(1 <= mood.colour <= 12 for mood in found)


@settings(deadline=None)
@given(other_effects)
def test_other_features_are_described_distinctly(centroids: list[dict]) -> None:
    found = named(centroids)
    if set(centroids[0]) != set(DEFAULT_FEATURES):
        assert not {mood.name for mood in found} & set(WORDS)
    assert len({mood.name for mood in found}) == len(found)
    assert len({mood.colour for mood in found}) == len(found)


@settings(deadline=None)
@given(st.lists(effects, min_size=2, max_size=12), st.randoms())
def test_any_order_of_the_groups_gives_the_same_moods(centroids: list[dict], random) -> None:
    order = list(range(len(centroids)))
    random.shuffle(order)
    if len({tuple(c.values()) for c in centroids}) == len(centroids):
        found, again = named(centroids), named([centroids[i] for i in order])
        assert [(m.name, m.colour, m.group) for m in found] == [(m.name, m.colour, order[m.group]) for m in again]


def test_a_sad_centroid_is_never_happy_however_danceable() -> None:
    gloomy = {**WORDS["Happy"].prototype, "valence": -0.1}
    assert named([gloomy, WORDS["Calm"].prototype])[0].name != "Happy"
    assert "Happy" not in {mood.name for mood in named([gloomy, WORDS["Calm"].prototype])}


def test_a_mood_near_the_mean_in_everything_has_no_word() -> None:
    for word in WORDS.values():
        faint = {name: effect / 5 for name, effect in word.prototype.items()}
        assert not {mood.name for mood in named([faint, faint])} & set(WORDS)


def test_described_moods_take_their_colours_in_order() -> None:
    loud = {"energy": 1.0, "loudness": 2.0}
    quiet = {"energy": -1.0, "loudness": -2.0}
    found = named([quiet, loud])
    assert [(mood.name, mood.colour, mood.group) for mood in found] == [
        ("loud, energetic", 5, 1),
        ("quiet, gentle", 8, 0),
    ]


DESCRIPTIONS = [
    ({"loudness": 1.5, "tempo": 1.2, "acousticness": -0.9, "valence": 0.8}, "loud, fast, electronic"),
    ({"loudness": -1.5, "tempo": 0.1}, "quiet"),
    ({"loudness": 0.1, "tempo": -0.2}, AVERAGE),
    ({"year": -1.0, "popularity": 0.5}, "older, popular"),
]


@pytest.mark.parametrize(("effects", "words"), DESCRIPTIONS)
def test_what_stands_out_is_said_strongest_first(effects: dict, words: str) -> None:
    assert described(effects) == words


def test_every_feature_has_two_words_and_no_word_is_used_twice() -> None:
    assert set(ADJECTIVES) == set(FEATURES)
    words = np.array(list(ADJECTIVES.values())).ravel()
    assert len(set(words.tolist())) == len(words)


def test_an_axis_is_told_by_what_weighs_most() -> None:
    loadings = {"loudness": 0.7, "acousticness": -0.6, "tempo": 0.1}
    assert axis_words(loadings) == "quiet, acoustic ↔ loud, electronic"
    assert axis_words({"tempo": -0.9, "valence": 0.2}) == "fast ↔ slow"
