"""The public file formats, each a small table: our column -> (their column, parser).

A new format is one entry of FORMATS and one row in tests/unit/test_etl_formats.py. The parsers are those of
etl/values.py, and for credits those of etl/credits.py. `genre` and the playlist columns become tables of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.errors import LoadError

_UNIT_FEATURES = (
    "danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "liveness",
)  # fmt: skip
_FEATURES = {
    **{name: (name, "unit") for name in _UNIT_FEATURES},
    "loudness": ("loudness", "loudness"),
    "tempo": ("tempo", "tempo"),
    "duration_ms": ("duration_ms", "duration"),
}
_KEY = {"key": ("key", "key"), "mode": ("mode", "mode")}


@dataclass(frozen=True)
class Format:
    """One kind of file. A file is of this format when its header has all columns but the `optional` ones."""

    name: str
    title: str
    columns: dict[str, tuple[str, str]]
    optional: frozenset[str] = frozenset()
    separator: str = ""  # between artists, for the parser "separated"

    def missing(self, header: Sequence[str]) -> list[str]:
        """Required columns (their names) that a header lacks."""
        there = set(header)
        return [
            theirs for ours, (theirs, _) in self.columns.items() if theirs not in there and ours not in self.optional
        ]


FORMATS: tuple[Format, ...] = (
    Format(
        "kaggle-1.2m",
        "Kaggle 1.2M songs, tracks_features.csv",
        {
            "spotify_id": ("id", "text"),
            "title": ("name", "text"),
            "album": ("album", "text"),
            "album_spotify_id": ("album_id", "text"),
            "artists": ("artists", "literal"),
            "artist_spotify_ids": ("artist_ids", "literal"),
            "track_number": ("track_number", "ordinal"),
            "disc_number": ("disc_number", "ordinal"),
            "explicit": ("explicit", "flag"),
            **_FEATURES,
            **_KEY,
            "time_signature": ("time_signature", "beats"),
            "year": ("year", "year"),
            "release_date": ("release_date", "date"),
        },
        optional=frozenset({"track_number", "disc_number", "explicit"}),
    ),
    Format(
        "kaggle-114k",
        "Kaggle 114k songs by genre, dataset.csv",
        {
            "spotify_id": ("track_id", "text"),
            "title": ("track_name", "text"),
            "album": ("album_name", "text"),
            "artists": ("artists", "separated"),
            "popularity": ("popularity", "popularity"),
            "explicit": ("explicit", "flag"),
            **_FEATURES,
            **_KEY,
            "time_signature": ("time_signature", "beats"),
            "genre": ("track_genre", "text"),
        },
        optional=frozenset({"explicit", "popularity"}),
        separator=";",
    ),
    Format(
        "tidytuesday",
        "TidyTuesday songs by playlist, spotify_songs.csv",
        {
            "spotify_id": ("track_id", "text"),
            "title": ("track_name", "text"),
            "artists": ("track_artist", "single"),
            "popularity": ("track_popularity", "popularity"),
            "album_spotify_id": ("track_album_id", "text"),
            "album": ("track_album_name", "text"),
            "release_date": ("track_album_release_date", "date"),
            "playlist": ("playlist_name", "text"),
            "playlist_spotify_id": ("playlist_id", "text"),
            "genre": ("playlist_genre", "text"),
            "subgenre": ("playlist_subgenre", "text"),
            **_FEATURES,
            **_KEY,
        },
        optional=frozenset({"popularity"}),
    ),
    Format(
        "kaggle-600k",
        "Kaggle 600k songs, tracks.csv",
        {
            "spotify_id": ("id", "text"),
            "title": ("name", "text"),
            "popularity": ("popularity", "popularity"),
            "explicit": ("explicit", "flag"),
            "artists": ("artists", "literal"),
            "artist_spotify_ids": ("id_artists", "literal"),
            "release_date": ("release_date", "date"),
            **_FEATURES,
            **_KEY,
            "time_signature": ("time_signature", "beats"),
        },
        optional=frozenset({"explicit", "popularity"}),
    ),
    Format(
        "kaggle-232k",
        "Kaggle 232k songs by genre, SpotifyFeatures.csv",
        {
            "spotify_id": ("track_id", "text"),
            "title": ("track_name", "text"),
            "artists": ("artist_name", "single"),
            "popularity": ("popularity", "popularity"),
            **_FEATURES,
            "key": ("key", "key_name"),
            "mode": ("mode", "mode_name"),
            "time_signature": ("time_signature", "beats_fraction"),
            "genre": ("genre", "text"),
        },
        optional=frozenset({"popularity"}),
    ),
)


def detect(header: Sequence[str]) -> Format:
    """The format of a file by its header. Raises LoadError naming what the nearest format misses."""
    repeated = sorted({name for name in header if header.count(name) > 1 and name})
    if repeated:
        raise LoadError(f"line 1: the column {repeated[0]!r} occurs twice; keep one of the two.")
    fitting = [found for found in FORMATS if not found.missing(header)]
    if fitting:
        return max(fitting, key=lambda found: len(found.columns))
    nearest = min(FORMATS, key=lambda found: len(found.missing(header)) / len(found.columns))
    missing = nearest.missing(header)
    listed = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
    raise LoadError(
        f"line 1: the header is of no known format; the nearest is {nearest.title}, for which "
        f"{'column' if len(missing) == 1 else 'columns'} {listed} {'is' if len(missing) == 1 else 'are'} missing."
    )
