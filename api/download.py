"""/explore.csv: the songs of a filter as a file, streamed."""

from __future__ import annotations

from itertools import chain

from flask import Blueprint, Response, request

from data_access import explore
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow
from data_access.filters import SongFilter

blueprint = Blueprint("download", __name__)


@blueprint.get("/explore.csv")
def explore_csv() -> Response:
    """The songs that the query's filter lets through, as CSV.

    400 with one sentence for a parameter that cannot be used, 503 when there is nothing to read from.
    """
    song_filter, problems = SongFilter.from_query(request.args.to_dict(flat=False))
    if problems:
        return _plain(problems[0], 400)
    blocks = explore.csv_lines(song_filter)
    try:
        first = next(blocks)  # errors that come before the first line can still have a status of their own
    except (DatabaseDown, NoCatalogue, QueryTooSlow) as error:
        return _plain(str(error), 503)
    name = "songs-filtered.csv" if song_filter != SongFilter() else "songs.csv"
    return Response(
        (lines.encode() for lines in chain([first], blocks)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _plain(sentence: str, status: int) -> Response:
    return Response(sentence + "\n", status=status, content_type="text/plain; charset=utf-8")
