"""The numeric fields of a song: what each is called, what it means, and how it is binned.

This is the one place that knows a field. The column store bins by it, charts take their labels and
axes from it, `SongFilter` its words. A field's `name` is its column in `songs` and its key in a URL.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

UNKNOWN_CODE = 255
"""The byte that stands for NULL in every column of codes."""


@dataclass(frozen=True)
class Field:
    """A numeric field and its equal-width bins over [low, high); values beyond go to the end bins.

    `bins` (<= 254) is the resolution of the column store's bytes, `codes_per_bar` how many of those
    make one bar of a histogram. `decimals` is how a value is written. `codes_per_column` codes make one column,
    the least that a brush moves by: its edges can be written exactly with `decimals`.
    """

    name: str
    label: str
    unit: str
    meaning: str
    low: float
    high: float
    bins: int = 200
    codes_per_bar: int = 4
    decimals: int = 2
    codes_per_column: int = 2

    @cached_property
    def edges(self) -> np.ndarray:
        """Edges of the bins, (bins + 1,) float32."""
        return np.linspace(self.low, self.high, self.bins + 1).astype(np.float32)

    @cached_property
    def bar_edges(self) -> np.ndarray:
        """Edges of the drawn bars, (bars + 1,) float32; the last bar may hold fewer codes."""
        return np.append(self.edges[: self.bins : self.codes_per_bar], self.edges[-1])

    @property
    def bars(self) -> int:
        """Number of bars in this field's histogram."""
        return -(-self.bins // self.codes_per_bar)

    @property
    def columns(self) -> int:
        """Number of columns that a brush over this field snaps to."""
        return -(-self.bins // self.codes_per_column)

    def code(self, values: np.ndarray) -> np.ndarray:
        """Bin codes of float32 values, same shape, uint8; NaN becomes UNKNOWN_CODE.

        Equal, value for value, to PostgreSQL's `width_bucket(value, edges[1:-1])`.
        """
        codes = np.searchsorted(self.edges[1:-1], values, side="right").astype(np.uint8)
        codes[np.isnan(values)] = UNKNOWN_CODE
        return codes

    def format(self, value: float | None) -> str:
        """A value as a person reads it: 3:29, -6.2 dB, 120 BPM, 0.71."""
        if value is None or value != value:
            return "unknown"
        if self.name == "duration_ms":
            return format_duration(value)
        number = f"{value:.{self.decimals}f}"
        if float(number) == 0:
            number = number.lstrip("-")
        return f"{number} {self.unit}" if self.unit else number


def format_duration(milliseconds: float) -> str:
    """3:29 for 209387, 1:02:05 from an hour on."""
    seconds = round(milliseconds / 1000)
    hours, rest = divmod(seconds, 3600)
    if hours:
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    return f"{rest // 60}:{rest % 60:02d}"


FIELDS: tuple[Field, ...] = (
    Field(
        "danceability",
        "Danceability",
        "",
        "How suitable for dancing: tempo, steadiness of rhythm and strength of beat, 0 to 1.",
        0,
        1,
    ),
    Field(
        "energy",
        "Energy",
        "",
        "How intense and active it feels, 0 to 1: fast, loud and noisy songs score high.",
        0,
        1,
    ),
    Field(
        "valence",
        "Valence",
        "",
        "How positive it sounds, 0 to 1: low is sad or angry, high is cheerful.",
        0,
        1,
    ),
    Field(
        "acousticness",
        "Acousticness",
        "",
        "Confidence that it is acoustic, not electric or electronic, 0 to 1.",
        0,
        1,
    ),
    Field(
        "instrumentalness",
        "Instrumentalness",
        "",
        "Confidence that there are no vocals, 0 to 1; above 0.5 is meant as instrumental.",
        0,
        1,
    ),
    Field(
        "speechiness",
        "Speechiness",
        "",
        "Share of spoken words, 0 to 1: above 0.66 is speech, 0.33 to 0.66 is often rap.",
        0,
        1,
    ),
    Field(
        "liveness",
        "Liveness",
        "",
        "Signs of an audience, 0 to 1; above 0.8 was very likely recorded live.",
        0,
        1,
    ),
    Field(
        "loudness",
        "Loudness",
        "dB",
        "Average loudness in decibels below full scale; nearer to 0 is louder.",
        -45,
        5,
        decimals=1,
    ),
    Field("tempo", "Tempo", "BPM", "Estimated speed in beats per minute.", 40, 240, decimals=0, codes_per_column=1),
    Field(
        "duration_ms",
        "Duration",
        "",
        "Length of the song in minutes and seconds.",
        0,
        600_000,
        codes_per_bar=5,
        decimals=0,
        codes_per_column=1,
    ),
    Field(
        "year",
        "Year",
        "",
        "Year of release of the album.",
        1900,
        2100,
        codes_per_bar=1,
        decimals=0,
        codes_per_column=1,
    ),
    Field(
        "popularity",
        "Popularity",
        "",
        "Spotify's popularity when the file was made, 0 to 100; recent plays count most.",
        0,
        101,
        bins=101,
        codes_per_bar=2,
        decimals=0,
        codes_per_column=1,
    ),
)

FIELD_BY_NAME = {field.name: field for field in FIELDS}

AUDIO_FEATURES = tuple(field.name for field in FIELDS[:9])
"""The nine audio features that are numbers; key, mode and time signature are facets."""

NOTES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
CIRCLE_OF_FIFTHS = tuple(range(0, 84, 7))
UNKNOWN_KEY = 24


def key_name(key: int) -> str:
    """Name of a key code (pitch class * 2 + mode, 0..23; 24 is unknown): "C major", "A minor"."""
    if key == UNKNOWN_KEY:
        return "key unknown"
    return f"{NOTES[key // 2]} {'major' if key % 2 else 'minor'}"


def camelot(key: int) -> str:
    """Camelot notation of a key code, as DJs write it: 8B for C major, 8A for A minor.

    The wheel goes by fifths: C major is 8B, and each fifth up adds one; a minor key has the number
    of its relative major, three semitones above.
    """
    pitch, major = divmod(key, 2)
    relative_major = pitch if major else (pitch + 3) % 12
    fifths_from_c = relative_major * 7 % 12
    return f"{(fifths_from_c + 7) % 12 + 1}{'B' if major else 'A'}"
