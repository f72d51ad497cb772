"""Filters that Home offers ready to use. To add one: a title, a sentence, and the query of its Explore page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from data_access.filters import SongFilter


@dataclass(frozen=True)
class Preset:
    """A named filter; `query` is written as in Explore's address."""

    title: str
    words: str
    query: str

    @property
    def song_filter(self) -> SongFilter:
        """The filter. Raises ValueError when the query has something that cannot be used."""
        found, problems = SongFilter.from_query(parse_qs(self.query))
        if problems:
            raise ValueError(problems[0])
        return found


PRESETS = (
    Preset("Calm and acoustic", "Hardly any electricity, low energy.", "acousticness=0.8..&energy=..0.35"),
    Preset("Fast and happy", "Above 140 BPM and cheerful.", "tempo=140..&valence=0.75.."),
    Preset("Running, at 170 to 180", "A beat for every step, and energy.", "tempo=170..180&energy=0.6.."),
    Preset("Long instrumentals", "No voice, eight minutes or more.", "instrumentalness=0.5..&duration_ms=480000.."),
    Preset("Sad, but you can dance to it", "Low valence, high danceability.", "valence=..0.25&danceability=0.75.."),
    Preset("Spoken word", "More speech than music.", "speechiness=0.66.."),
    Preset("Recorded live", "Very likely with an audience.", "liveness=0.8.."),
    Preset("In five or seven", "Not the usual three or four beats a bar.", "time=5&time=7"),
)
