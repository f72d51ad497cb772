"""The Moods page without a server: its address, its words, its charts; and what storing says when it may not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from dash import dcc, html
from dash.development.base_component import Component
from hypothesis import given
from hypothesis import strategies as st

from components import island, mood_charts, mood_scores
from components.mood_charts import Ridge, Tone
from data_access.filters import Range, SongFilter
from data_access.models import MayNotWrite
from data_access.songs import SongLine
from ml import job_keep
from ml.job_files import JobFolder
from ml.spec import ALGORITHMS, FEATURES, SCALINGS, ModelSpec, SpecError
from pages import _moods_answer as answer
from pages._moods_state import CATALOGUE, FILTER, Choice, resolved, values_of

LOUD = SongFilter().with_range("energy", Range(0.8, None))
SPECS = st.builds(
    ModelSpec,
    features=st.sets(st.sampled_from(FEATURES), min_size=2).map(tuple),
    algorithm=st.sampled_from(ALGORITHMS),
    k=st.integers(2, 12),
    scaling=st.sampled_from(SCALINGS),
    seed=st.sampled_from([0, 7]),
)
TONES = [Tone("Happy", 7), Tone("Sad", 1)]


@given(SPECS, st.sampled_from([(SongFilter(), CATALOGUE), (LOUD, CATALOGUE), (LOUD, FILTER)]))
def test_the_address_holds_the_choice(spec: ModelSpec, where: tuple[SongFilter, str]) -> None:
    choice = Choice(spec, *where)
    assert Choice.from_text(choice.to_query()) == (choice, [])
    assert choice.with_values(values_of(choice)) == choice


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("k=99", "k=99 is not a number of moods"),
        ("algorithm=magic", "algorithm=magic is not one of"),
        ("features=energy,taste", "taste is not a feature"),
        ("features=energy", "at least two features"),
        ("scaling=huge", "scaling=huge is not one of"),
        ("on=moon", "on=moon is neither catalogue nor filter."),
        ("energy=high", "energy"),
    ],
)
def test_what_is_wrong_in_an_address_is_said_and_left_out(query: str, sentence: str) -> None:
    choice, problems = Choice.from_text(f"{query}&tempo=120..")
    assert len(problems) == 1
    assert sentence in problems[0]
    assert choice.song_filter == SongFilter().with_range("tempo", Range(120, None))
    assert choice.on == CATALOGUE
    assert choice.spec in (None, ModelSpec())


def test_a_filter_that_is_not_there_cannot_be_fitted() -> None:
    choice, problems = Choice.from_text("on=filter")
    assert choice == Choice()
    assert "on=filter needs a filter" in problems[0]


def test_without_a_choice_the_stored_model_is_shown() -> None:
    model = SimpleNamespace(
        features=("energy", "tempo"), algorithm="hdbscan", k=9, scaling="minmax", seed=3, fitted_filter=""
    )
    choice, is_stored = resolved(Choice(), model)
    assert is_stored
    assert choice.spec == ModelSpec(("energy", "tempo"), "hdbscan", scaling="minmax", seed=3)
    assert resolved(choice, model) == (choice, True)  # the same, written out
    assert not resolved(Choice(choice.spec, LOUD, FILTER), model)[1]
    assert not resolved(Choice(ModelSpec()), model)[1]


def test_a_model_of_a_filter_is_found_again_with_its_filter() -> None:
    model = SimpleNamespace(
        features=("energy", "tempo"), algorithm="kmeans", k=4, scaling="minmax", seed=0, fitted_filter=LOUD.to_query()
    )
    choice, is_stored = resolved(Choice(), model)
    assert is_stored
    assert (choice.song_filter, choice.on) == (LOUD, FILTER)


def test_too_few_features_are_said_before_anything_is_fitted() -> None:
    values = values_of(Choice(ModelSpec()))
    with pytest.raises(SpecError, match="at least two features"):
        Choice(ModelSpec()).with_values(values | {"features": ["energy"]})


# ---- charts ------------------------------------------------------------------------------------


def text_of(component: object) -> str:
    return json.dumps(component.to_plotly_json() if isinstance(component, Component) else component, default=text_json)


def text_json(component: Component) -> dict:
    return component.to_plotly_json()


def test_bands_are_as_wide_as_the_shares() -> None:
    assert mood_charts.stack(TONES, [1, 3], "to top") == (
        "linear-gradient(to top, var(--mg-cat-7) 0% 25.00%, var(--mg-cat-1) 25.00% 100.00%)"
    )
    assert mood_charts.stack(TONES, [0, 0], "to top") == "none"
    assert mood_charts.shares_in_words(TONES, [1, 3]) == "Sad 75 %, Happy 25 %"


def test_the_curve_marks_elbow_and_choice_and_every_number_is_a_button() -> None:
    k = list(range(2, 13))
    drawn = text_of(mood_charts.curve(k, [100 / n for n in k], [1 / n for n in k], elbow=5, chosen=6, may_choose=True))
    assert drawn.count('"data-mg-k"') == 11
    assert '"5 moods: inertia 20, silhouette 0.200, elbow"' in drawn
    assert '"6 moods: inertia 17, silhouette 0.167, chosen"' in drawn
    assert '"disabled": true' not in drawn
    fixed = text_of(mood_charts.curve(k, k, k, elbow=None, chosen=3, may_choose=False))
    assert fixed.count('"disabled": true') == 11


def test_scaled_goes_from_the_least_to_the_largest() -> None:
    assert mood_charts.scaled([5, 10, 7.5]) == [0, 1, 0.5]
    assert mood_charts.scaled([3, 3]) == [0.5, 0.5]
    assert mood_charts.scaled([]) == []


def test_a_mood_without_a_mean_has_no_mark() -> None:
    rows = [Ridge(TONES[0], [1, 2], "0.50", 0.5), Ridge(TONES[1], [0, 0], "unknown", None)]
    drawn = text_of(mood_charts.ridges(rows, [(0, "0"), (1, "1")], 0.4))
    assert drawn.count("mg-ridge-mark") == 1
    assert drawn.count("mg-ridge-middle") == 2


def test_scores_have_a_sentence_and_what_is_not_known_has_its_place() -> None:
    scores = {"silhouette": 0.2, "davies_bouldin": 1.3, "calinski_harabasz": 12345.6}
    both = text_of(mood_scores.score_list(scores, {"mean": 0.97, "lowest": 0.9, "seeds": 20}))
    assert "They divide" not in both  # it follows a colon
    assert "run into each other" in both
    assert "overlap at their edges" in both
    assert "12,346" in both
    assert "the same moods come out" in both
    assert text_of(mood_scores.score_list(None, None)).count("Not computed yet.") == 4
    assert mood_scores.stability_words(0.94, 0.57)[0] == "fair"  # one start in twenty says otherwise
    assert mood_scores.agreement_words(0.95)[1] == "practically the same"
    assert mood_scores.agreement_words(0.1)[1] == "quite different"


# ---- keeping -----------------------------------------------------------------------------------


def test_a_role_that_may_not_write_is_told_the_command(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    then = datetime(2025, 11, 24, tzinfo=UTC)
    job = JobFolder(tmp_path)
    job.write("request", {"catalogue": [1, then.isoformat()], "filter": "energy=0.8.."})
    job.write("state", {"state": "done", "began": 1.0, "ended": 2.0})
    job.write("whole", {"moods": []})
    spec = ModelSpec(("energy", "tempo"), "gaussian", 4, "minmax")
    job.write("fitted", {"spec": spec.to_query()})
    monkeypatch.setattr(
        job_keep.Fitted, "from_json", lambda told: SimpleNamespace(spec=ModelSpec.from_query(parse_qs(told["spec"]))[0])
    )
    monkeypatch.setattr(job_keep.catalogue, "current", lambda: SimpleNamespace(version=1, started_at=then))
    monkeypatch.setattr(job_keep, "open_store", lambda live: None)
    monkeypatch.setattr(job_keep, "new_model", lambda *arguments: (None, None, None))

    def refuse(*_: object) -> None:
        raise MayNotWrite("The database role may not store models.")

    monkeypatch.setattr(job_keep.models, "store", refuse)
    assert job_keep.keep(job)["error"].endswith(
        "`python -m ml train --features energy,tempo --algorithm gaussian --k 4 --scaling minmax --seed 0 "
        '--filter "energy=0.8.."`.'
    )
    monkeypatch.setattr(job_keep.catalogue, "current", lambda: SimpleNamespace(version=2, started_at=then))
    assert job_keep.keep(job)["error"] == "The catalogue was replaced meanwhile; fit it again."


# ---- islands, and what charts say ---------------------------------------------------------------


def test_an_island_is_a_tree_of_plain_elements() -> None:
    made = html.Div(
        ["5 < 6", html.Button("go", className="a", disabled=False, **{"data-k": "3"}), dcc.Link("on", href="/x")],
        id="left-out",
        style={"--share": "5%"},
    )
    assert island.tree(made) == [
        "div",
        {"style": {"--share": "5%"}},
        [None, {}, ["5 < 6", ["button", {"className": "a", "data-k": "3"}, "go"],
                    ["a", {"href": "/x", "data-mg-link": "yes"}, "on"]]],
    ]  # fmt: skip
    assert island.trees(moods_curve_plot=None) == {"moods-curve-plot": None}
    with pytest.raises(TypeError, match="Graph cannot be in an island"):
        island.tree(dcc.Graph())


def shown(**told: object) -> answer.Shown:
    report = {
        "moods": [
            {"name": "Happy", "colour": 7, "songs": 60, "means": {"tempo": 120.0}, "effects": {"tempo": 0.5}},
            {"name": "Sad", "colour": 1, "songs": 40, "means": {"tempo": 90.0}, "effects": {"tempo": -0.5}},
        ],
        "spec": ModelSpec(k=2).to_query(), "filter": "", "means": {"tempo": 108.0},
        "years": [1989, 1990, 1991], "by_year": [[40, 10, 0], [20, 15, 15]],
        "genres": ["rock", "folk", "none"], "by_genre": [[50, 5, 0], [10, 25, 0]],
        "agreement": {"rand": 0.95, "model": 3, "names": ["A", "B"], "table": [[60, 0], [5, 35]]},
    }  # fmt: skip
    return answer.Shown({**report, **told}, None, None, None, None)


def cells(table: Component) -> list[list[str]]:
    return [[cell.children for cell in row.children] for row in table.children.children[2].children]


def test_years_add_up_to_decades() -> None:
    drawn, says, table = answer.by_time(shown(), decades=True)
    assert says == "From 1980s to 1990s: Sad 33 % → 75 %, Happy 67 % → 25 %."
    assert cells(table) == [["1980s", "40", "20"], ["1990s", "10", "30"]]
    assert "var(--mg-cat-7) 0% 66.67%, var(--mg-cat-1) 66.67% 100.00%" in text_of(drawn)
    _, _, by_year = answer.by_time(shown(), decades=False)
    assert cells(by_year)[1] == ["1990", "10", "15"]
    assert answer.by_time(shown(years=[], by_year=[[], []]), decades=True) == (None, "", None)


def test_genres_go_by_size_and_the_purest_is_named() -> None:
    _, says, table = answer.by_genre(shown())
    assert says == "Most of one mood: rock, 83 % Happy."
    assert cells(table) == [["rock", "50", "10"], ["folk", "5", "25"]]  # without the genre that has no song


def test_agreement_is_said_in_words_and_number() -> None:
    drawn, says, _ = answer.agreement(shown())
    assert says == "Beside model 3: practically the same. Adjusted Rand index 0.95; 1 is equal, 0 is chance."
    assert '"100 %"' in text_of(drawn)
    assert answer.agreement(shown(agreement=None))[0] is None


def test_the_curve_is_described_by_its_elbow_and_its_peak() -> None:
    told = {"k": [2, 3, 4], "inertia": [9.0, 4.0, 3.5], "silhouette": [0.2, 0.3, 0.1], "elbow": 3, "sample": 100}
    with_curve = answer.Shown(shown().report, None, told, None, None)
    assert answer.curve(with_curve)[1].startswith(
        "The curve bends at 3 moods; the silhouette is highest at 3. Chosen: 2."
    )
    assert answer.curve(shown())[2] is None


def test_examples_are_songs_and_not_versions_of_one() -> None:
    def line(title: str, artist: str) -> SongLine:
        return SongLine(f"{title} {artist}", title, (artist,), None, {}, None)

    lines = [
        line("Hello", "Adele"), line("Hello - Live", "Adele"), line("HELLO (Remix)", "Adele"),
        line("Hello", "Lionel"), line("(I Can't Get No)", "Stones"), line("Fourth", "Nobody"),
    ]  # fmt: skip
    assert [song.title for song in answer.examples(lines)] == ["Hello", "Hello", "(I Can't Get No)"]
