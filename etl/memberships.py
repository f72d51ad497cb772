"""Which song is in which genres and playlists, gathered while rows are merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Playlist:
    """A playlist as its rows describe it; they may differ in genre."""

    spotify_id: str | None
    name: str
    genres: Counter[str] = field(default_factory=Counter)
    subgenres: Counter[str] = field(default_factory=Counter)
    songs: dict[int, None] = field(default_factory=dict)


class Memberships:
    """Genres by name and playlists by id (by name where there is none), each with its songs."""

    def __init__(self) -> None:
        self.genres: dict[str, dict[int, None]] = {}
        self.playlists: dict[tuple[str, str], Playlist] = {}

    def add(self, songs: Sequence[int], cells: Mapping[str, Sequence[str]]) -> None:
        """Rows of song numbers and the columns genre, playlist, playlist_spotify_id, subgenre, as far as there are."""
        genres = cells.get("genre")
        if genres:
            for song, genre in zip(songs, genres, strict=True):
                if genre:
                    self.genres.setdefault(genre, {})[song] = None
        if "playlist" not in cells:
            return
        blank = ("",) * len(songs)
        subgenres = cells.get("subgenre", blank)
        ids = cells.get("playlist_spotify_id", blank)
        rows = zip(songs, ids, cells["playlist"], genres or blank, subgenres, strict=True)
        for song, spotify_id, name, genre, subgenre in rows:
            if not spotify_id and not name:
                continue
            key = (spotify_id, "" if spotify_id else name)
            playlist = self.playlists.get(key)
            if playlist is None:
                playlist = self.playlists[key] = Playlist(spotify_id or None, name)
            playlist.songs[song] = None
            if genre:
                playlist.genres[genre] += 1
            if subgenre:
                playlist.subgenres[subgenre] += 1


def most_frequent(counts: Counter[str]) -> str | None:
    """The value with the highest count, the first by name among equals; None when there is none."""
    return min(counts, key=lambda value: (-counts[value], value), default=None)
