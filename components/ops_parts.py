"""What the ops page is built of: the way in, what can be done, charts of the last hour, and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from components import charts, parts
from components.parts import Content

STEPS = (("asked", "Asked"), ("stopping", "Stopping"), ("starting", "Starting"), ("healthy", "Healthy"))
"""Of a restart, as (name, words); assets/ops_restart.js walks through them."""

_MARGIN = {"l": 52, "r": 24, "t": 20, "b": 22}
_TICKS = ((-60, "1 h ago"), (-45, "45 min"), (-30, "30 min"), (-15, "15 min"), (0, "now"))
PERCENTILES = ("p50", "p95", "p99")


# ---- the way in ------------------------------------------------------------------------------


def how_to_set_up() -> Component:
    """Instead of the page, where no password is set."""
    return parts.card(
        html.P("No operations password is set here, so this page stays shut. To open it:"),
        html.Ol(
            [
                html.Li(["On the server, run ", html.Code("python -m ops.password"), " and type a password."]),
                html.Li(
                    [
                        "Put the line that it prints into the environment of the application (on a server set up by ",
                        html.Code("ops/deploy/install.sh"),
                        ": ",
                        html.Code("/etc/musicgroup/musicgroup.env"),
                        ").",
                    ]
                ),
                html.Li("Restart the application."),
            ]
        ),
        title="Set a password first",
        className="mg-ops-door",
    )


def login_form() -> Component:
    """Instead of the page, for whoever has not logged in; assets/ops.js sends it."""
    return parts.card(
        html.Form(
            [
                html.Label("Operations password", htmlFor="ops-password"),
                html.Div(
                    [
                        dcc.Input(
                            id="ops-password",
                            type="password",
                            name="password",
                            autoComplete="current-password",
                            maxLength=1000,
                            className="mg-text-filter",
                        ),
                        html.Button("Log in", type="submit", className="mg-button"),
                    ],
                    className="mg-ops-row",
                ),
                html.P(id="ops-login-said", className="mg-ops-said", role="alert"),
            ],
            id="ops-login",
            method="post",
        ),
        title="Log in",
        className="mg-ops-door",
    )


def ended_banner(component_id: str) -> Component:
    """Shown when the session has ended while the page was open."""
    return html.Div(
        ["You are logged out, and nothing here is renewed. ", _button("again", "Log in again", quiet=True)],
        id=component_id,
        className="mg-ops-ended",
        role="alert",
        hidden=True,
    )


# ---- what can be done ------------------------------------------------------------------------


def restart_card(*, has_helper: bool, state: Component) -> Component:
    """The service's state, and a restart: asked once more, then watched. assets/ops_restart.js does the rest."""
    return parts.card(
        state,
        html.Div(
            [
                _button("restart", "Restart…", disabled=not has_helper),
                html.Div(
                    [
                        html.Span("Everybody waits for some seconds."),
                        _button("restart-now", "Restart now"),
                        _button("restart-not", "Cancel", quiet=True),
                    ],
                    id="ops-confirm",
                    className="mg-ops-row",
                    hidden=True,
                    role="group",
                    **parts.aria(label="Confirm the restart"),
                ),
            ],
            className="mg-ops-row",
        ),
        html.Ol(
            [
                html.Li([html.Span(words), html.Span(className="mg-ops-seconds")], **parts.data(step=name))
                for name, words in STEPS
            ],
            id="ops-steps",
            className="mg-ops-steps",
            hidden=True,
        ),
        html.P(id="ops-restart-said", className="mg-ops-said", role="status"),
        html.Pre(id="ops-restart-journal", className="mg-ops-log", hidden=True, tabIndex="0"),
        title="Service",
        hint="systemd runs the application; the restart helper, a service of its own, tells its state and restarts it.",
        className="mg-ops-service",
    )


def helper_missing() -> Component:
    """In the place of the service's state, where there is no helper."""
    return html.Div(
        [
            html.P("No restart helper is set up, so the service cannot be restarted from here. The rest works."),
            html.P(
                [
                    html.Code("ops/deploy/install.sh"),
                    " sets one up; by hand, start ",
                    html.Code("ops.helper.app:create_app()"),
                    " as ops/deploy/systemd has it, then set ",
                    html.Code("MUSICGROUP_HELPER_URL"),
                    " (http://127.0.0.1:8051/) and ",
                    html.Code("MUSICGROUP_HELPER_TOKEN_FILE"),
                    ".",
                ],
                className="mg-note",
            ),
        ]
    )


def actions_card(training: Component) -> Component:
    """What else can be done, each with a line for what came of it."""
    return parts.card(
        _action("reload", "Reload workers", "New workers start, the old ones finish what they have begun."),
        _action("clear-cache", "Clear the cache", "Answers are computed again; the first visitors wait a little."),
        _action("train", "Retrain moods", "A new model for everybody, beside the requests. The one before stays."),
        training,
        title="More",
        className="mg-ops-actions",
    )


def _action(name: str, words: str, meaning: str) -> Component:
    said = html.P(meaning, id=f"ops-{name}-said", className="mg-note", role="status")
    return html.Div([_button(name, words, quiet=True), said], className="mg-ops-action")


def _button(action: str, words: str, *, quiet: bool = False, disabled: bool = False) -> Component:
    return html.Button(
        words,
        type="button",
        disabled=disabled,
        className="mg-button mg-button-quiet" if quiet else "mg-button",
        **parts.data(mg_ops=action),
    )


def log_out_button() -> Component:
    """At the page's head."""
    return _button("logout", "Log out", quiet=True)


def journal_details() -> Component:
    """The service's last lines; assets/ops.js fetches them when it is opened."""
    return html.Details(
        [html.Summary("Journal"), html.Pre(id="ops-journal", className="mg-ops-log", tabIndex="0")],
        className="mg-details",
        **parts.data(mg_ops_journal=""),
    )


# ---- the last hour ---------------------------------------------------------------------------


def requests_chart(requests: Sequence[int], failed: Sequence[int]) -> go.Figure:
    """Bars of requests a minute, oldest first, those that failed (5xx) in front in the colour of danger."""
    figure = go.Figure(
        [
            go.Bar(x=_minutes(requests), y=list(values), uid=uid, hoverinfo="skip")
            for uid, values in (("whole", requests), ("failed", failed))
        ],
        layout=charts.base_layout(_MARGIN) | {"barmode": "overlay", "bargap": 0.15},
    )
    return _framed(figure, max(requests, default=0), lambda value: f"{value:,.0f}")


def durations_chart(durations: Mapping[str, Sequence[float | None]]) -> go.Figure:
    """A line for each percentile of PERCENTILES, in milliseconds by minute, oldest first, labelled at its end."""
    lines = [
        go.Scatter(
            x=_minutes(durations[name]),
            y=list(durations[name]),
            mode="lines+markers",
            marker={"size": 4},
            uid=name,
            hoverinfo="skip",
            connectgaps=False,
        )
        for name in PERCENTILES
    ]
    figure = go.Figure(lines, layout=charts.base_layout(_MARGIN))
    highest = max((value for values in durations.values() for value in values if value is not None), default=0)
    return _framed(figure, highest, lambda value: f"{value:,.0f} ms" if value < 1000 else f"{value / 1000:,.3g} s")


def _minutes(values: Sequence[object]) -> list[float]:
    return [place - len(values) + 0.5 for place in range(len(values))]


def _framed(figure: go.Figure, highest: float, words: Callable[[float], str]) -> go.Figure:
    top = _round_up(highest)
    figure.update_xaxes(charts.axis(_TICKS, (-60, 0)))
    figure.update_yaxes(charts.axis([(value, words(value)) for value in (top / 2, top)], (0, top)))
    return figure


def _round_up(value: float) -> float:
    """The next of 4, 10, 20, 40, 100, ...: a round top for an axis whose middle is round too."""
    top = 4.0
    while top < value:
        top *= 2.5 if str(top)[0] == "4" else 2
    return top


def percentile_names() -> Component:
    """The lines' names beside them, in their colours."""
    words = {"p50": "half", "p95": "95 %", "p99": "99 %"}
    return html.Div(
        [html.Span([html.I(className="mg-ops-key"), words[name]], className=f"mg-ops-{name}") for name in PERCENTILES],
        className="mg-ops-keys",
    )


def log_text(text: str) -> Component:
    """Lines of a log as they are."""
    return html.Pre(text, className="mg-ops-log", tabIndex="0")


def audit_table(rows: Sequence[tuple[str, str, str, str, str]]) -> Content:
    """(time, who, from, what, outcome), newest first."""
    if not rows:
        return html.P("Nothing yet.", className="mg-note")
    return parts.table(("Time (UTC)", "Who", "From", "What", "Outcome"), rows, caption="Who did what", one_line=True)
