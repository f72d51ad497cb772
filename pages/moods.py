"""Moods: the stored model, and any other that one wants to try; each change of a dropdown fits by itself.

`moods-choice` says what was chosen, by dropdowns or by the address; `begin` answers with `moods-job`: what to show, and
whether something is being fitted. While it is, `follow` asks how far it is (`moods-progress`), one question after the
other, and assets/moods.js turns both into the line of progress, the address and `moods-source`, from which the
charts are drawn: {"model": n} for the stored model, {"job": key, "report": "preview" or "whole"} for a fit.
"""

from __future__ import annotations

import time
from uuid import uuid4

import dash
from dash import ClientsideFunction, Input, Output, State, clientside_callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask import request

from components import island
from data_access import explore, models
from data_access.catalogue import current
from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from ml import jobs
from ml.spec import SpecError
from ops import password
from pages import _guard as guard
from pages import _moods_answer as answer
from pages import _moods_fits as fits
from pages import _moods_keep as keeping
from pages import _moods_parts as pieces
from pages._moods_state import Choice, resolved, values_of

dash.register_page(
    __name__,
    path="/moods",
    name="Moods",
    order=2,
    nav=True,
    title="Moods · MusicGroup",
    description="The moods that a catalogue's songs fall into, how good the grouping is, and other groupings to try.",
)

_CONTROLS = ("features", "algorithm", "k", "scaling", "on")
_POLL_MS = 120  # armed anew after each answer, so that a busy server is asked less often


def layout(**query: str | list[str]) -> Component:
    """The page for a URL's query, without data: callbacks fill it."""
    choice, problems = Choice.from_query(query)
    return html.Div(
        [
            dcc.Store(id="moods-who", data=uuid4().hex),
            dcc.Store(id="moods-choice", data={"query": choice.to_query(), "problems": problems}),
            dcc.Store(id="moods-job"),
            dcc.Store(id="moods-progress"),
            dcc.Store(id="moods-source"),
            dcc.Store(id="moods-extras"),
            *map(island.store, pieces.ISLANDS),
            dcc.Interval(id="moods-tick", interval=_POLL_MS, max_intervals=0),
            html.H1("Moods", className="visually-hidden"),
            guard.region(
                "moods",
                pieces.controls(choice),
                guard.region("moods-run", pieces.status()),
                pieces.cards(),
                pieces.chart_cards(),
                pieces.keep_card(password.is_set()),
                whole_page=True,
            ),
        ],
        id="moods-page",
        className="mg-page mg-page-wide mg-moods-page",
    )  # fmt: skip


# ---- what was chosen, and what follows from it -------------------------------------------------


@guard.callback(
    "moods",
    Output("moods-job", "data"),
    *(Output(f"moods-{name}", "value") for name in _CONTROLS),
    Output("moods-on", "options"),
    Output("moods-filter", "children"),
    Output("moods-problems", "children"),
    Input("moods-choice", "data"),
    State("moods-who", "data"),
)
def begin(chosen: dict, who: str) -> tuple:
    """Show the stored model, or start a fit. Dropdowns are set when the choice did not come from them."""
    live = current()
    if chosen.get("again"):
        models.forget()  # another worker may have stored it a moment ago
    stored = models.require(live)
    choice, problems = Choice.from_text(chosen["query"])
    problems = chosen.get("problems", problems)
    values = chosen.get("values")
    choice, is_stored = resolved(choice, stored)
    if values:
        try:
            choice, is_stored = resolved(choice.with_values(values), stored)
        except SpecError as error:
            return (*[no_update] * 8, str(error))
    job: dict = {
        "query": choice.to_query(),
        "values": values_of(choice),
        "push": bool(values or chosen.get("push")),
        "model": stored.model,
    }
    if is_stored:
        jobs.leave(fits.watcher(who))
        job |= {"key": None, "progress": {"state": "stored", "words": f"The stored model, number {stored.model}"}}
    else:
        assert choice.spec is not None
        try:
            key = jobs.start(choice.spec, choice.fitted_filter, fits.watcher(who))
        except jobs.TooManyFits as error:
            return (*[no_update] * 8, str(error))
        job |= {"key": key, "progress": fits.told(jobs.look(key))}
    of = choice.song_filter
    songs = explore.summarise(of).selected if of != SongFilter() else live.songs or 0
    shown = [no_update] * len(_CONTROLS) if values else [values_of(choice)[name] for name in _CONTROLS]
    line = pieces.filter_line(choice, songs, explore.names_of(of))
    return (job, *shown, pieces.on_options(of, songs), line, " ".join(problems))


@guard.callback(
    "moods-run",
    Output("moods-progress", "data"),
    Input("moods-tick", "n_intervals"),
    State("moods-job", "data"),
    State("moods-who", "data"),
    prevent_initial_call=True,
)
def follow(_tick: int, job: dict | None, who: str) -> object:
    """How far the fit is."""
    if not job or not job["key"]:
        return no_update
    progress = jobs.look(job["key"], fits.watcher(who))
    choice, _ = Choice.from_text(job["query"])
    if progress.final and choice.spec and jobs.key_for(choice.spec, choice.fitted_filter) != job["key"]:
        return {"key": job["key"], "state": "outdated"}  # another catalogue or model: asked for anew
    return fits.told(progress)


@dash.callback(
    Output("moods-progress", "data", allow_duplicate=True),
    Input("moods-cancel", "n_clicks"),
    State("moods-job", "data"),
    State("moods-who", "data"),
    prevent_initial_call=True,
)
def cancel(_clicks: int, job: dict | None, who: str) -> object:
    """Stop waiting; the fit itself ends unless somebody else waits for it too."""
    if not job or not job["key"]:
        return no_update
    jobs.cancel(job["key"], fits.watcher(who))
    return fits.told(jobs.look(job["key"])) | {"state": "cancelled", "words": "Cancelled"}


clientside_callback(
    ClientsideFunction("moods", "choose"),
    Output("moods-choice", "data"),
    *(Input(f"moods-{name}", "value") for name in _CONTROLS),
    State("moods-job", "data"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("moods", "ownNumber"),
    Output("moods-k", "disabled"),
    Output("moods-k-note", "children"),
    Input("moods-algorithm", "value"),
)
clientside_callback(
    ClientsideFunction("moods", "show"),
    Output("moods-words", "children"),
    Output("moods-seconds", "children"),
    Output("moods-bar", "style"),
    Output("moods-cancel", "hidden"),
    Output("moods-again", "hidden"),
    Output("moods-keep-button", "disabled"),
    Output("moods-tick", "max_intervals"),
    Output("moods-source", "data"),
    Output("moods-page", "className"),
    Input("moods-job", "data"),
    Input("moods-progress", "data"),
    State("moods-tick", "n_intervals"),
    prevent_initial_call=True,
)


# ---- what is shown -----------------------------------------------------------------------------


@guard.callback(
    "moods-cards",
    Output(island.store_id("moods-cards"), "data"),
    Input("moods-source", "data"),
    prevent_initial_call=True,
)
def show_moods(source: dict | None) -> dict:
    """The sentence on top, and a card for each mood, drawn at one moment: neither is ever about another fit."""
    if not source:
        raise PreventUpdate
    shown = answer.load(source)
    return island.trees(
        moods_headline=answer.headline(shown, source.get("report") == "preview"),
        moods_overview=answer.overview(shown),
        moods_cards=answer.cards(shown, current()),
        moods_cards_numbers=answer.card_numbers(shown),
    )


def _drawn(name: str, drawn: answer.Drawn) -> tuple:
    """A chart for its card: words, the picture and the numbers at once, and whether there is nothing to show."""
    picture, says, table = drawn
    shown = {f"moods_{name}_says": says, f"moods_{name}_plot": picture, f"moods_{name}_numbers": table}
    return island.trees(**shown), picture is None


def _card(name: str) -> list[Output]:
    return [
        Output(island.store_id(f"moods-{name}"), "data"),
        Output(f"moods-{name}", "hidden"),
    ]


@guard.callback(
    "moods-curve-region",
    *_card("curve"),
    Output(island.store_id("moods-scores"), "data"),
    Input("moods-source", "data"),
    Input("moods-extras", "data"),
    prevent_initial_call=True,
)
def show_quality(source: dict | None, _extras: object) -> tuple:
    """The curve and the scores, as far as they have been computed."""
    if not source:
        raise PreventUpdate
    shown = answer.load(source)
    return (*_drawn("curve", answer.curve(shown)), island.trees(moods_scores=answer.scores(shown)))


@guard.callback(
    "moods-distribution-region",
    *_card("distribution"),
    Input("moods-source", "data"),
    Input("moods-feature", "value"),
    prevent_initial_call=True,
)
def show_distribution(source: dict | None, feature: str) -> tuple:
    """One feature in each mood."""
    if not source or feature not in FIELD_BY_NAME:
        raise PreventUpdate
    drawn, _nothing = _drawn("distribution", answer.distribution(answer.load(source), feature))
    return drawn, False  # with another feature there may be something


@guard.callback(
    "moods-years-region",
    *_card("years"),
    Input("moods-source", "data"),
    Input("moods-per", "value"),
    prevent_initial_call=True,
)
def show_years(source: dict | None, per: str) -> tuple:
    """Shares through time, where the catalogue knows years."""
    if not source:
        raise PreventUpdate
    return _drawn("years", answer.by_time(answer.load(source), per == "decade"))


@guard.callback(
    "moods-agreement-region",
    *_card("agreement"),
    *_card("genres"),
    Input("moods-source", "data"),
    prevent_initial_call=True,
)
def show_tables(source: dict | None) -> tuple:
    """How far it agrees with the stored model, and shares by genre, where there are genres."""
    if not source:
        raise PreventUpdate
    shown = answer.load(source)
    return (*_drawn("agreement", answer.agreement(shown)), *_drawn("genres", answer.by_genre(shown)))


clientside_callback(
    ClientsideFunction("moods", "draw"),
    Output("moods-page", "className", allow_duplicate=True),
    Input(island.store_id("moods-cards"), "data"),
    prevent_initial_call=True,
)
for _name in pieces.ISLANDS:
    if _name != "moods-cards":
        island.draws(_name, by=ClientsideFunction("moods", "drawChart"))


# ---- for everybody -----------------------------------------------------------------------------


@guard.callback(
    "moods-stored-region",
    Output("moods-stored", "children"),
    Output("moods-back-button", "disabled"),
    Input("moods-job", "data"),
    prevent_initial_call=True,
)
def show_stored(job: dict | None) -> tuple:
    """Which model everybody sees, and whether there is one before it."""
    return keeping.stored_lines(job["model"] if job else None)


@guard.callback(
    "moods-keep",
    Output("moods-kept", "children"),
    Output("moods-password", "value"),
    Output("moods-choice", "data", allow_duplicate=True),
    Input("moods-keep-button", "n_clicks"),
    Input("moods-back-button", "n_clicks"),
    State("moods-password", "value"),
    State("moods-job", "data"),
    prevent_initial_call=True,
    running=[
        (Output("moods-keep-button", "disabled"), True, False),
        (Output("moods-back-button", "disabled"), True, False),
        (Output("moods-kept", "className"), "mg-moods-kept mg-moods-keeping", "mg-moods-kept"),
    ],
)
def change_stored(_keep: int | None, _back: int | None, typed: str | None, job: dict | None) -> tuple:
    """Keep what is shown, or go back, for everybody: only with the operations password, when there is one.

    What the region asks for by itself, after trouble or when the connection is back, changes nothing.
    """
    if ctx.triggered_id not in ("moods-keep-button", "moods-back-button"):
        return no_update, no_update, no_update
    if refused := password.check(typed or "", request.remote_addr or ""):
        return refused, "", no_update
    if ctx.triggered_id == "moods-back-button":
        done, words = keeping.go_back()
        query = ""
    elif job and job["key"]:
        done, words = keeping.keep(job["key"])
        query = job["query"]
    else:
        return "This model is the stored one already.", "", no_update
    return words, "", {"query": query, "push": True, "again": time.time()} if done else no_update
