"""Operations: how the server is, and what whoever runs it can do. For people who have logged in; in no navigation."""

from __future__ import annotations

import dash
from dash import Input, Output, dcc, html

from components import charts, ops_parts, parts, states
from ops import password, session, traffic
from pages import _ops_guard as operators
from pages import _ops_looks as looks
from settings import get_settings

_EVERY_MS = 10_000  # assets/ops.js renews it at once after an action

dash.register_page(
    __name__,
    path="/ops",
    name="Operations",
    title="Operations · MusicGroup",
    description="For whoever runs this server: how it is, what is asked of it, and a restart. Behind a password.",
)


def layout(**_query: object):
    """The way in, or the frame of the page; callbacks fill it."""
    if not password.is_set():
        return parts.page(ops_parts.how_to_set_up(), title="Operations")
    if not session.is_operator():
        return parts.page(ops_parts.login_form(), title="Operations")
    return html.Div(
        [
            parts.page(
                html.Div(ops_parts.log_out_button(), className="mg-ops-out"),
                ops_parts.ended_banner(operators.ENDED),
                html.Div(states.loading(56), id="ops-headline", className="mg-ops-headline"),
                html.Div([_service_card(), _actions_card()], className="mg-columns"),
                html.Div([_requests_card(), _durations_card()], className="mg-columns mg-ops-charts"),
                html.Div(
                    [
                        parts.card(html.Div(states.loading(250), id="ops-server"), title="Server"),
                        parts.card(html.Div(states.loading(250), id="ops-database"), title="Database"),
                    ],
                    className="mg-columns",
                ),
                parts.card(html.Div(states.loading(120), id="ops-audit"), title="Who did what"),
                title="Operations",
            ),
            dcc.Interval(id=operators.CLOCK, interval=_EVERY_MS),
        ],
        id="ops-page",
        **parts.data(mg_form=session.form()),
    )


@operators.callback(
    Output("ops-headline", "children"),
    Output("ops-server", "children"),
    Output("ops-requests-plot", "figure"),
    Output("ops-requests-says", "children"),
    Output("ops-requests-numbers", "children"),
    Output("ops-durations-plot", "figure"),
    Output("ops-durations-says", "children"),
    Output("ops-durations-numbers", "children"),
    Input(operators.CLOCK, "n_intervals"),
)
def server_and_traffic(_ticks: int | None):
    """What can be told without asking anybody."""
    minutes, sums = traffic.last_hour(get_settings().data_dir / "traffic")
    requests = ops_parts.requests_chart([m.requests for m in minutes], [m.server_errors for m in minutes])
    durations = ops_parts.durations_chart(looks.durations(minutes))
    (say_requests, say_durations), (first, second) = looks.says(minutes, sums), looks.numbers(minutes)
    return looks.headline(sums), looks.server(), requests, say_requests, first, durations, say_durations, second


@operators.callback(Output("ops-database", "children"), Input(operators.CLOCK, "n_intervals"))
def database(_ticks: int | None):
    """PostgreSQL; it may be slow to say that it is down, so nothing else waits for it."""
    return looks.database()


# ---- the service -----------------------------------------------------------------------------


def _service_card():
    return ops_parts.restart_card(
        has_helper=bool(get_settings().helper_url),
        state=html.Div(
            [
                html.Div(states.loading(24), id="ops-service"),
                ops_parts.journal_details() if get_settings().helper_url else None,
            ]
        ),
    )


def _actions_card():
    return ops_parts.actions_card(html.Div(id="ops-training"))


@operators.callback(
    Output("ops-service", "children"),
    Output("ops-training", "children"),
    Output("ops-audit", "children"),
    Input(operators.CLOCK, "n_intervals"),
)
def service_and_audit(_ticks: int | None):
    """What the helper says, the latest training, and the audit logs."""
    helper = looks.helper()
    return looks.service(helper), looks.latest_training(), looks.audit_log(helper)


# ---- the last hour ---------------------------------------------------------------------------


def _requests_card():
    return charts.chart_card(
        "ops-requests",
        "Requests a minute",
        "Pages, their callbacks and plain routes of all workers; health, metrics and files of pages are left out. "
        "Those that failed (5xx) are red.",
        charts.plot("ops-requests-plot", ops_parts.requests_chart([0] * 60, [0] * 60), "ops"),
    )


def _durations_card():
    nothing = dict.fromkeys(ops_parts.PERCENTILES, [None] * 60)
    return charts.chart_card(
        "ops-durations",
        "How long answers take",
        "By minute: the time within which half, 95 % and 99 % of the requests were answered.",
        charts.plot("ops-durations-plot", ops_parts.durations_chart(nothing), "ops", ops_parts.percentile_names()),
    )
