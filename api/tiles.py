"""/explore/tile: what a brush over one chart does to all others, for assets/live_store.js."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api import packed
from api.problems import problem, trouble
from data_access import catalogue, explore, tile_files
from data_access.filters import SongFilter
from data_access.tiles import Asked

blueprint = Blueprint("tiles", __name__)

_KEPT_SECONDS = 3600


@blueprint.get("/explore/tile")
def explore_tile() -> Response:
    """`?of=<version>&active=tempo&part=bars` and a filter's parameters -> bytes, see `tiles.encoded`.

    `part=wide&x=energy&y=valence&by=energy,valence` has the two wide charts; `active=energy,valence` is a box. The
    filter's own ranges on the active chart do not matter. `of` as `explore.version_of` gives it: the browser may keep
    the answer. 400 with a sentence for a parameter that cannot be used, 409 when another catalogue or model
    is live by now, 503 when there is nothing to read from.
    """
    song_filter, problems = SongFilter.from_query(request.args.to_dict(flat=False))
    if problems:
        return problem(400, problems[0])
    try:
        live = catalogue.current()
        if request.args.get("of") != tile_files.version_now(live):
            return problem(409, "The catalogue has changed; reload the page.")
        try:
            asked = Asked.parse(request.args.to_dict(), explore.fields_of(live))
        except ValueError as error:
            return problem(400, str(error))
        encoding = packed.accepted()
        found = packed.answer(tile_files.packed(live, asked, song_filter, encoding), encoding)
    except Exception as error:
        return trouble("The live brush", error)
    found.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    return found
