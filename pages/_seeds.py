"""Ways from any page into recommendations, from a filter to map and comparison; a song's button for the playlist."""

from __future__ import annotations

from urllib.parse import urlencode

from dash import get_relative_path, html
from dash.development.base_component import Component

from components import playlist_parts
from data_access.filters import SongFilter
from data_access.songs import SongLine

FROM_THESE: list[str | Component] = ["Recommend", html.Span(" from these", className="mg-bar-more")]
"""What a bar calls its way into recommendations; the second part gives way where there is little room."""


def more_like(spotify_id: str) -> str:
    """Address of the songs that sound like one, with the prefix."""
    return _recommend(f"song:{spotify_id}")


def like_these(song_filter: SongFilter) -> str:
    """Address of the songs that sound like those of a filter; the page without a seed when it restricts nothing."""
    query = song_filter.to_query()
    return _recommend(f"filter:{query}") if query else get_relative_path("/recommend")


def beside_others(song_filter: SongFilter) -> str:
    """Address of the comparison with the songs of a filter; the page without anything when it restricts nothing."""
    query = song_filter.to_query()
    return get_relative_path("/compare") + (f"?{urlencode({'thing': f'filter:{query}'})}" if query else "")


def on_the_map(song_filter: SongFilter) -> str:
    """Address of the map with the songs of a filter."""
    query = song_filter.to_query()
    return get_relative_path("/map") + (f"?{query}" if query else "")


def _recommend(seed: str) -> str:
    return get_relative_path("/recommend") + f"?{urlencode({'seed': seed})}"


def add_button(song: SongLine) -> html.Button:
    """The button that puts a line's song into the playlist."""
    return playlist_parts.add_button(
        song.spotify_id, song.title, ", ".join(song.artists), song.values.get("duration_ms")
    )
