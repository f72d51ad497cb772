"""ModelSpec as a value, as a URL and back; what cannot be is one sentence."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.fields import FIELDS
from ml.spec import ALGORITHMS, DEFAULT_FEATURES, FEATURES, SCALINGS, ModelSpec, SpecError

specs = st.builds(
    ModelSpec,
    features=st.sets(st.sampled_from(FEATURES), min_size=2).map(tuple),
    algorithm=st.sampled_from(ALGORITHMS),
    k=st.integers(2, 12),
    scaling=st.sampled_from(SCALINGS),
    seed=st.integers(0, 2**32 - 1),
)


@settings(deadline=None)
@given(specs)
def test_a_spec_comes_back_from_its_query(spec: ModelSpec) -> None:
    assert ModelSpec.from_query(dict(parse_qs(spec.to_query()))) == (spec, [])
    order = [field.name for field in FIELDS]
    assert list(spec.features) == sorted(spec.features, key=order.index)


def test_the_default_is_the_six_features_of_the_forerunner() -> None:
    spec, problems = ModelSpec.from_query({})
    assert (spec, problems) == (ModelSpec(), [])
    assert set(spec.features) == {"energy", "loudness", "valence", "tempo", "danceability", "acousticness"}
    assert spec.features == DEFAULT_FEATURES
    assert (spec.algorithm, spec.k, spec.seed) == ("kmeans", 6, 0)


def test_equal_choices_are_equal() -> None:
    assert ModelSpec(features=("valence", "energy")) == ModelSpec(features=("energy", "valence", "energy"))
    assert ModelSpec(algorithm="hdbscan", k=3) == ModelSpec(algorithm="hdbscan", k=9)


PROBLEMS = {
    "features=energy": "Moods need at least two features.",
    "features=energy,mood": "mood is not a feature that moods can be made of; choose from danceability,",
    "features=key,energy": "key is not a feature",
    "k=1": "k=1 is not a number of moods; write 2 to 12.",
    "k=13": "k=13 is not a number of moods",
    "k=six": "k=six is not a number of moods; write a whole number.",
    "k=٣": "k=٣ is not a number of moods",
    "algorithm=dbscan": "algorithm=dbscan is not one of kmeans,",
    "scaling=log": "scaling=log is not one of standard,",
    "seed=-1": "seed=-1 is not a seed",
    "seed=9999999999": "seed=9999999999 is not a seed",
}


@pytest.mark.parametrize("query", PROBLEMS)
def test_what_cannot_be_used_is_said_and_left_out(query: str) -> None:
    spec, problems = ModelSpec.from_query(parse_qs(query + "&x=y"))
    assert spec == ModelSpec()
    assert len(problems) == 1
    assert problems[0].startswith(PROBLEMS[query])


def test_the_rest_of_a_query_is_kept() -> None:
    spec, problems = ModelSpec.from_query({"k": "99", "scaling": "minmax", "features": ["energy", "valence"]})
    assert spec == ModelSpec(features=("energy", "valence"), scaling="minmax")
    assert len(problems) == 1


def test_a_wrong_spec_is_not_made() -> None:
    with pytest.raises(SpecError):
        ModelSpec(k=13)


def test_a_spec_in_words() -> None:
    spec = ModelSpec(features=("energy", "valence", "tempo"), k=4)
    assert spec.sentence() == "K-Means into 4 moods by energy, valence and tempo, robust scaling, seed 0"
    assert "into" not in ModelSpec(algorithm="hdbscan").sentence()
