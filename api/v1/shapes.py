"""Songs and artists in the shapes of Spotify's Web API. What the catalogue does not know is null, or an empty list."""

from __future__ import annotations

from typing import Any

from api.v1.answers import address
from data_access.api_songs import Credit, FoundArtist, FullSong

_FEATURES = (
    "danceability", "energy", "loudness", "speechiness", "acousticness", "instrumentalness", "liveness", "valence",
    "tempo",
)  # fmt: skip


def track(song: FullSong) -> dict[str, Any]:
    """A track object."""
    artists = [artist(credit) for credit in song.artists]
    duration, popularity = song.values["duration_ms"], song.values["popularity"]
    return {
        "album": _album(song, artists),
        "artists": artists,
        "available_markets": [],
        "disc_number": song.disc_number,
        "duration_ms": None if duration is None else round(duration),
        "explicit": song.explicit,
        "external_ids": {},
        "external_urls": {"spotify": f"https://open.spotify.com/track/{song.spotify_id}"},
        "href": address(f"/tracks/{song.spotify_id}"),
        "id": song.spotify_id,
        "is_local": False,
        "name": song.title,
        "popularity": None if popularity is None else round(popularity),
        "preview_url": None,
        "track_number": song.track_number,
        "type": "track",
        "uri": f"spotify:track:{song.spotify_id}",
    }


def artist(credit: Credit) -> dict[str, Any]:
    """A simplified artist object; without an id where the file that was loaded had none."""
    return {**_named("artist", credit.spotify_id), "name": credit.name}


def found_artist(found: FoundArtist) -> dict[str, Any]:
    """An artist object; nobody's followers are known here."""
    return {
        **artist(found.credit),
        "followers": {"href": None, "total": None},
        "genres": list(found.genres),
        "images": [],
        "popularity": None,
    }


def audio_features(song: FullSong) -> dict[str, Any]:
    """An audio features object; key -1 is unknown, as there."""
    duration = song.values["duration_ms"]
    return {
        **{name: _short(song.values[name]) for name in _FEATURES},
        "key": -1 if song.key is None else song.key,
        "mode": song.mode,
        "time_signature": song.time_signature,
        "duration_ms": None if duration is None else round(duration),
        "id": song.spotify_id,
        "type": "audio_features",
        "uri": f"spotify:track:{song.spotify_id}",
        "track_href": address(f"/tracks/{song.spotify_id}"),
        "analysis_url": address(f"/audio-features/{song.spotify_id}"),
    }


def _album(song: FullSong, artists: list[dict]) -> dict[str, Any]:
    year, day = song.values["year"], song.release_date
    released = f"{year:.0f}" if day is None and year is not None else None
    precision = "year" if released else None
    if day is not None:
        precision = song.release_precision or "year"
        released = day.isoformat()[: {"day": 10, "month": 7}.get(precision, 4)]
    return {
        **_named("album", song.album_spotify_id),
        "album_type": "album",
        "artists": artists[:1],
        "available_markets": [],
        "images": [],
        "name": song.album or "",
        "release_date": released,
        "release_date_precision": precision,
        "total_tracks": None,
    }


def _named(kind: str, spotify_id: str | None) -> dict[str, Any]:
    known = spotify_id is not None
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{spotify_id}"} if known else {},
        "href": None,
        "id": spotify_id,
        "type": kind,
        "uri": f"spotify:{kind}:{spotify_id}" if known else None,
    }


def _short(value: float | None) -> float | None:
    """A float32 as the shortest decimal that is it: 0.29, not 0.28999999165534973."""
    return None if value is None else float(f"{value:.7g}")
