"""The pieces of the Moods page's layout: controls, the line that says what goes on, chart cards. No data is read."""

from __future__ import annotations

from typing import Any

from dash import dcc, get_relative_path, html
from dash.development.base_component import Component

from components import charts, parts
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from ml.spec import ALGORITHM_NAMES, ALGORITHMS, FEATURES, SCALING_NAMES, SCALINGS
from pages import _guard as guard
from pages._moods_state import CATALOGUE, FILTER, Choice

ISLANDS = tuple(
    f"moods-{name}" for name in ("cards", "curve", "scores", "distribution", "years", "agreement", "genres")
)
"""What is drawn past Dash; see components/island.py."""

_ALGORITHM_NOTES = {
    "kmeans": "Moods around centres; the quickest, and the easiest to explain.",
    "minibatch": "K-Means on small batches: nearly the same, in less time on large catalogues.",
    "gaussian": "Moods as clouds of any width and direction, fitted on a sample.",
    "hdbscan": "Dense islands, as many as there are; songs between them go to the nearest.",
}
_SCALING_NOTES = {
    "standard": "By mean and standard deviation.",
    "minmax": "From the least to the largest value, 0 to 1.",
    "robust": "By median and quartiles, so that outliers do not count.",
    "quantile": "By rank: every feature is spread evenly.",
}


def controls(choice: Choice) -> Component:
    """The five dropdowns, and the filter below them. `choice` is the URL's; the stored model's follows."""
    return html.Section(
        [
            html.H2("What to fit", className="visually-hidden"),
            html.Div(
                [
                    _choice("features", "Features", _features(), multi=True),
                    _choice("algorithm", "Algorithm", _named(ALGORITHMS, ALGORITHM_NAMES, _ALGORITHM_NOTES)),
                    _choice("k", "Moods", [{"label": str(k), "value": k} for k in range(2, 13)], note=True),
                    _choice("scaling", "Scaling", _named(SCALINGS, SCALING_NAMES, _SCALING_NOTES)),
                    _choice("on", "Songs", on_options(choice.song_filter, None)),
                ],
                className="mg-moods-controls",
            ),
            html.Div(id="moods-filter", className="mg-moods-filter"),
            html.P(id="moods-problems", className="mg-problems", role="alert"),
        ],
        className="mg-card mg-moods-choices",
    )


def _features() -> list[dict]:
    return [{"label": FIELD_BY_NAME[n].label, "value": n, "title": FIELD_BY_NAME[n].meaning} for n in FEATURES]


def _named(values: tuple[str, ...], names: dict[str, str], notes: dict[str, str]) -> list[dict]:
    return [
        {"label": names[value][0].upper() + names[value][1:], "value": value, "title": notes[value]} for value in values
    ]


def on_options(song_filter: SongFilter, songs: int | None) -> list[dict]:
    """The whole catalogue, or the songs of the filter, which has to be there for that."""
    none = song_filter == SongFilter()
    count = "" if songs is None or none else f" ({songs:,} songs)"
    return [
        {"label": "The whole catalogue", "value": CATALOGUE},
        {"label": "No filter yet" if none else f"The filter{count}", "value": FILTER, "disabled": none},
    ]


def _choice(name: str, words: str, options: list[dict], multi: bool = False, note: bool = False) -> Component:
    return html.Div(
        [
            html.Label(words, htmlFor=f"moods-{name}", id=f"moods-{name}-label"),
            dcc.Dropdown(
                options, [] if multi else None, id=f"moods-{name}", multi=multi, clearable=False, searchable=False,
                maxHeight=340, placeholder="…", labels={"select_all": "", "deselect_all": ""} if multi else None,
            ),
            html.Span(id=f"moods-{name}-note", className="mg-moods-note") if note else None,
        ],
        className=f"mg-moods-choice mg-moods-choice-{name}",
    )  # fmt: skip


def filter_line(choice: Choice, songs: int, names: dict[str, str]) -> list[Any]:
    """The filter as chips that take a part away, and the way to Explore, where it is made."""
    of = choice.song_filter
    explore = get_relative_path("/explore" + (f"?{of.to_query()}" if of != SongFilter() else ""))
    if of == SongFilter():
        return [
            html.Span("No filter.", className="mg-muted"),
            dcc.Link("Choose songs in Explore", href=explore, className="mg-link"),
        ]
    chips = []
    for part, words in of.parts(names):
        rest = Choice(choice.spec, of.without(part), choice.on if of.without(part) != SongFilter() else CATALOGUE)
        chips.append(
            dcc.Link(
                [html.Span(words), html.Span("×", className="mg-chip-x", **parts.aria(hidden="true"))],
                href=get_relative_path(f"/moods?{rest.to_query()}"),
                className="mg-chip",
                title="Remove this part of the filter",
            )
        )
    return [
        html.Span([html.Strong(f"{songs:,}"), " songs: ", of.sentence(names)], className="mg-moods-filter-says"),
        *chips,
        dcc.Link("Change it in Explore", href=explore, className="mg-link"),
    ]


def status() -> Component:
    """What is shown, what goes on, and what can be done about it; its size never changes."""
    button = "mg-button mg-button-quiet"
    return html.Section(
        [
            html.P(id="moods-headline", className="mg-moods-headline"),
            html.Div(
                [
                    html.Span(id="moods-words", className="mg-moods-words", **parts.aria(live="polite")),
                    html.Span(id="moods-seconds", className="mg-moods-seconds"),
                    html.Span(html.I(id="moods-bar"), className="mg-moods-bar", **parts.aria(hidden="true")),
                    html.Button("Cancel", id="moods-cancel", type="button", className=button, hidden=True),
                    html.Button("Fit again", id="moods-again", type="button", className=button, hidden=True),
                ],
                className="mg-moods-progress",
            ),
        ],
        className="mg-moods-status",
        **parts.aria(label="What is shown"),
    )


def cards() -> Component:
    """The bar of all moods, and the place of their cards: six quiet boxes until they are there."""
    numbers = html.Div(id="moods-cards-numbers", className="mg-table-frame")
    return guard.region(
        "moods-cards",
        html.Div(id="moods-overview"),
        html.Div(id="moods-cards", className="mg-mood-cards"),
        html.Details([html.Summary("Numbers"), numbers], className="mg-details mg-numbers"),
    )


def chart_cards() -> Component:
    """The charts below the cards of the moods."""
    names = [{"label": FIELD_BY_NAME[n].label, "value": n} for n in FIELD_BY_NAME]
    feature = html.Label(
        [
            html.Span("of"),
            dcc.Dropdown(names, "energy", id="moods-feature", clearable=False, searchable=False, maxHeight=320),
        ],
        className="mg-choice",
    )
    per = dcc.RadioItems(
        [{"label": "by year", "value": "year"}, {"label": "by decade", "value": "decade"}],
        "decade", id="moods-per", inline=True, className="mg-moods-per",
    )  # fmt: skip
    return html.Div(
        [
            _chart(
                "curve",
                "How many moods?",
                "K-Means with 2 to 12 moods on a sample. Inertia is what the centres leave unexplained: look for the "
                "bend (Kneedle, Satopaa et al. 2011). Silhouette says how far apart the moods lie: higher is better.",
            ),
            html.Section(
                [
                    html.Div(
                        [
                            html.H3("How good are they?"),
                            parts.hint_mark(
                                "Each score is computed on a fixed sample, so that choices can be compared."
                            ),
                        ],
                        className="mg-chart-heading",
                    ),
                    html.Div(id="moods-scores"),
                ],
                className="mg-card mg-chart mg-moods-scores",
            ),
            _chart(
                "distribution",
                "A feature in each mood",
                "The shape is how the songs of a mood are spread over the feature, each as tall as its own peak; the "
                "mark is their mean, the dashed line the catalogue's.",
                html.Div(feature, className="mg-choices"),
            ),
            _chart(
                "agreement",
                "Beside the stored model",
                "Each row is a mood of the model that is shown, and says in which moods of the stored model its songs "
                "are. The adjusted Rand index is 1 for the same grouping and 0 for chance.",
            ),
            _chart(
                "years",
                "Moods through the years",
                "Each column is all songs of a year or decade, divided by mood. Pale columns stand for fewer than "
                "thirty songs.",
                html.Div(per, className="mg-choices"),
                wide=True,
            ),
            _chart("genres", "Moods by genre", "Each row is all songs of a genre, divided by mood.", wide=True),
        ],
        className="mg-moods-charts",
    )


def _chart(name: str, title: str, explanation: str, *above: Component, wide: bool = False) -> Component:
    return charts.chart_card(
        f"moods-{name}", title, explanation, *above,
        guard.region(f"moods-{name}-region", html.Div(id=f"moods-{name}-plot", className="mg-moods-plot")),
        class_name="mg-moods-wide" if wide else "",
    )  # fmt: skip


def keep_card(asks: bool) -> Component:
    """Storing what was fitted, and going back; `asks` for the operations password when there is one."""
    password = html.Label(
        [
            html.Span("Operations password"),
            dcc.Input(id="moods-password", type="password", autoComplete="current-password", className="mg-text-filter",
                      maxLength=200),
        ],
        className="mg-moods-password",
        hidden=not asks,
    )  # fmt: skip
    return parts.card(
        guard.region(
            "moods-keep",
            guard.region("moods-stored-region", html.P(id="moods-stored", className="mg-moods-stored")),
            html.Div(
                [
                    password,
                    html.Button("Keep this model", id="moods-keep-button", type="button", className="mg-button",
                                disabled=True),
                    html.Button("Go back to the model before", id="moods-back-button", type="button",
                                className="mg-button mg-button-quiet", disabled=True),
                ],
                className="mg-moods-keep-actions",
            ),
            html.P(id="moods-kept", className="mg-moods-kept", role="status"),
        ),
        title="For everybody",
        hint="The stored model is the one whose moods Explore, the map, Home and every song's page show. Keeping "
        "another one replaces it for all who use this catalogue; the ones before stay, and one can go back.",
        className="mg-moods-keep",
    )  # fmt: skip
