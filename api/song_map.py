"""/map/view and /map/place: what lies in a window of the map, for assets/map.js."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict

import brotli
from flask import Blueprint, Response, jsonify, request

from api import packed
from api.problems import problem, trouble
from data_access import catalogue, models, song_map
from data_access.cache import cached
from data_access.catalogue import Catalogue
from data_access.filters import SongFilter
from data_access.map_grid import Grid, Window
from data_access.models import Model
from data_access.song_map import View

blueprint = Blueprint("song_map", __name__)

_KEPT_SECONDS = 3600
_QUALITY = 4  # of Brotli's 0..11: within 3 % of the size that 6 gives, in half the time


@blueprint.get("/map/view")
def map_view() -> Response:
    """`?view=x0,x1,y0,y1&grid=<width>x<height>` and a filter's parameters -> bytes, see `encoded`.

    With `of=` as `song_map.stamp` gives it, the browser may keep the answer. 400 with a sentence for a parameter that
    cannot be used, 404 for a catalogue without a model, 503 when there is nothing to read from.
    """
    song_filter, problems = SongFilter.from_query(request.args.to_dict(flat=False))
    try:
        window, grid = Window.parse(request.args.get("view", "")), Grid.parse(request.args.get("grid", ""))
    except ValueError as error:
        problems.insert(0, str(error))
    if problems:
        return problem(400, problems[0])
    try:
        live = catalogue.current()
        model = models.require(live)
        found = _packed(live, model, window, grid, song_filter)
    except Exception as error:
        return trouble("The map", error)
    answer = packed.from_brotli(found)
    fresh = request.args.get("of") == song_map.stamp(live, model)
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}" if fresh else "no-store"
    return answer


@blueprint.get("/map/place")
def map_place() -> Response:
    """`?view=` and a filter's parameters -> {songs, moods: [songs by number, the last without], nearest: place | null}.

    For the surroundings of a pointer. Errors as for `map_view`.
    """
    song_filter, problems = SongFilter.from_query(request.args.to_dict(flat=False))
    try:
        window = Window.parse(request.args.get("view", ""))
    except ValueError as error:
        problems.insert(0, str(error))
    if problems:
        return problem(400, problems[0])
    try:
        by_mood, nearest = song_map.moods_in(catalogue.current(), window, song_filter)
    except Exception as error:
        return trouble("The map", error)
    answer = jsonify(songs=sum(by_mood), moods=by_mood, nearest=asdict(nearest) if nearest else None)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def encoded(view: View, of: str) -> bytes:
    """A view as bytes: the length of a JSON text (uint32, little-endian), the text, then the arrays one byte a cell.

    The text has {of, window, width, height, songs, moods, any_mood, crowd, places}; after it come `cells`,
    row by row, and under a filter `whole`, ((height + 1) // 2) rows of ((width + 1) // 2).
    """
    about = {
        "of": of,
        "window": [view.window.x0, view.window.x1, view.window.y0, view.window.y1],
        "width": view.grid.width,
        "height": view.grid.height,
        "songs": view.songs,
        "moods": view.by_mood,
        "any_mood": view.in_any_mood,
        "crowd": view.crowd,
        "places": None if view.places is None else [asdict(place) for place in view.places],
    }
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    whole = b"" if view.whole is None else view.whole.tobytes()
    return struct.pack("<I", len(text)) + text + view.cells.tobytes() + whole


def _packed(live: Catalogue, model: Model, window: Window, grid: Grid, song_filter: SongFilter) -> bytes:
    """The answer, by Brotli. Kept where the window holds the whole map: everybody comes past that one, whereas one
    that a person has zoomed to is not asked for again, except by the browser, which keeps it itself."""

    def pack() -> bytes:
        found = song_map.view(live, window, grid, song_filter)
        return brotli.compress(encoded(found, song_map.stamp(live, model)), quality=_QUALITY)

    all_of_it = song_map.extent(model)
    if not window.holds(all_of_it):
        return pack()
    parts = (
        live.version, live.started_at.isoformat(), model.model, str(window), f"{grid.width}x{grid.height}",
        song_filter.to_query(),
    )  # fmt: skip
    return cached("map", parts, pack)
