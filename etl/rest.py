"""The rows that are known once the whole file was read: artists, albums, credits, genres, playlists."""

from __future__ import annotations

import numpy as np
from psycopg2.extensions import connection as Connection

from etl.assemble import Assembler
from etl.cells import escaped
from etl.copying import copy_numbers, copy_texts
from etl.memberships import most_frequent
from etl.registers import Named
from etl.values import NULL


def fill_the_rest(work: Connection, made: Assembler) -> None:
    """Rows of every table but `songs`."""
    lengths = np.frombuffer(made.credit_lengths, dtype=np.int32)
    credited = np.frombuffer(made.credit_numbers, dtype=np.int32)
    song_ids = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    positions = (np.arange(len(credited)) - starts).astype(np.int16)
    copy_numbers(work, "song_artists", {"song_id": song_ids, "position": positions, "artist_id": credited})
    songs_of = map(str, np.bincount(credited, minlength=len(made.artists.rows)).tolist())
    copy_texts(work, "artists", ("spotify_id", "name", "sort_name", "artist_id", "songs"),
               zip(*_named(made.artists.rows), songs_of, strict=True))  # fmt: skip
    copy_texts(work, "albums", ("spotify_id", "name", "sort_name", "album_id"),
               zip(*_named(made.albums.rows), strict=True))  # fmt: skip

    genres = sorted(made.memberships.genres.items())
    copy_texts(work, "genres", ("genre_id", "name", "songs"),
               ((str(i), *escaped([name]), str(len(songs))) for i, (name, songs) in enumerate(genres)))  # fmt: skip
    copy_numbers(work, "song_genres", _pairs("genre_id", [songs for _, songs in genres]))
    playlists = list(made.memberships.playlists.values())
    copy_texts(work, "playlists", ("playlist_id", "spotify_id", "name", "genre", "subgenre", "songs"),
               ((str(i), *map(_cell, (p.spotify_id, p.name, most_frequent(p.genres), most_frequent(p.subgenres))),
                 str(len(p.songs))) for i, p in enumerate(playlists)))  # fmt: skip
    copy_numbers(work, "song_playlists", _pairs("playlist_id", [p.songs for p in playlists]))
    copy_texts(work, "rejected_rows", ("line", "reason", "column_name", "row_text"),
               ((str(line), *map(_cell, texts)) for line, *texts in made.rejected))  # fmt: skip


def _named(things: list[Named]) -> list:
    """Columns spotify_id, name, sort_name and number of artists or albums, as COPY text."""
    if not things:
        return [[], [], [], []]
    ids, names, folded = zip(*things, strict=True)
    return [map(_cell, ids), escaped(names), escaped(folded), map(str, range(len(things)))]


def _cell(text: str | None) -> str:
    return NULL if text is None else escaped([text])[0]


def _pairs(name: str, members: list[dict[int, None]]) -> dict[str, np.ndarray]:
    """Rows (song_id, number of the group) in order of both."""
    numbers = np.repeat(np.arange(len(members), dtype=np.int32), [len(songs) for songs in members])
    song_ids = np.fromiter((song for songs in members for song in songs), dtype=np.int32, count=len(numbers))
    order = np.lexsort((numbers, song_ids))
    return {"song_id": song_ids[order], name: numbers[order]}
