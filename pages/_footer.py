"""What the footer says: which catalogue is shown. Looked at again each minute, so that a new load shows."""

from __future__ import annotations

from dash import Input, Output, callback

from components import shell
from data_access import catalogue
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow


@callback(Output(shell.FOOTER_TEXT, "children"), Input(shell.FOOTER_CLOCK, "n_intervals"))
def catalogue_in_words(_minutes: int | None) -> str:
    """For example "tracks_features.csv: 1,204,025 songs, catalogue version 3, loaded 24 Nov 2026"."""
    try:
        live = catalogue.current()
    except NoCatalogue:
        return "no catalogue loaded yet"
    except DatabaseDown:
        return "the database cannot be reached"
    except QueryTooSlow:
        return "the database takes too long to answer"
    loaded = f", loaded {live.finished_at:%-d %b %Y}" if live.finished_at else ""
    return f"{live.source_name}: {live.songs or 0:,} songs, catalogue version {live.version}{loaded}"
