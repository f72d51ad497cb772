"""Writes the search index of a catalogue: the arrays that `search_index` maps.

The loader does this beside the column store, before a catalogue goes live. All names in it are folded
(`data_access.text.fold`), all texts UTF-8, and sorted byte by byte.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from adbc_driver_postgresql import dbapi

from data_access.db import catalogue_schema, loader_dsn

WORD_BYTES = 32
"""Words are told apart by this many bytes; longer ones are mostly whole sentences without spaces."""

_LETTERS_OF_A_SCRIPT = 64
_ARTICLE = "the "


def build_search_arrays(folder: Path, version: int, dsn: str | None = None) -> None:
    """Write the search index of a loaded catalogue into `folder`.

    `dsn` is the database to read from, the loader's unless given.
    """
    with dbapi.connect(dsn or loader_dsn()) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {catalogue_schema(version)}")
        songs = _read(cursor, "SELECT sort_title, version_group, popularity FROM songs ORDER BY song_id")
        artists = _read(cursor, "SELECT sort_name, songs FROM artists ORDER BY artist_id")
        credits = _read(cursor, "SELECT song_id, artist_id, position = 0 AS is_primary FROM song_artists")
    write_search_arrays(
        folder,
        titles=songs["sort_title"].combine_chunks(),
        groups=songs["version_group"].to_numpy(),
        popularity=None
        if songs["popularity"].null_count == songs.num_rows
        else songs["popularity"].cast(pa.int32()).fill_null(-1).to_numpy(),
        artists=artists["sort_name"].combine_chunks(),
        artist_songs=artists["songs"].to_numpy(),
        credits=np.vstack([credits["song_id"], credits["artist_id"]]).astype(np.int64),
        primary=credits["is_primary"].to_numpy(),
    )


def write_search_arrays(
    folder: Path,
    *,
    titles: pa.StringArray,
    groups: np.ndarray,
    popularity: np.ndarray | None,
    artists: pa.StringArray,
    artist_songs: np.ndarray,
    credits: np.ndarray,
    primary: np.ndarray,
) -> None:
    """Write the index of these names: what `build_search_arrays` read, without the database.

    titles, groups, popularity: (songs,); artists, artist_songs: (artists,); credits: (2, credits) song and
    artist numbers; primary: (credits,) whether it is the song's first. A song weighs its popularity
    or, where the catalogue has none, the number of songs of its primary artist; an artist weighs its songs.
    """
    weight = popularity
    if weight is None:
        weight = np.zeros(len(titles), dtype=np.int32)
        weight[credits[0, primary]] = artist_songs[credits[1, primary]]
    song_ids, song_rank = _ranked(weight)
    artist_ids, artist_rank = _ranked(artist_songs)

    _save(folder, "songs", id=song_ids, group=groups[song_ids].astype(np.int32))
    _save(folder, "artists", id=artist_ids, group=np.arange(len(artists), dtype=np.int32))
    # People leave out the article: "beatles" begins "the beatles", too.
    with_article = np.flatnonzero(pc.starts_with(artists, _ARTICLE).to_numpy(zero_copy_only=False))
    short = pc.utf8_slice_codeunits(artists.take(pa.array(with_article)), start=len(_ARTICLE))
    names, names_rank = pa.concat_arrays([artists, short]), np.append(artist_rank, artist_rank[with_article])
    with ThreadPoolExecutor(2) as threads:  # sorting lets go of the interpreter lock
        work = [
            threads.submit(_save_texts, folder, "songs", titles, song_rank),
            threads.submit(_save_words, folder, titles, song_rank, artists, artist_rank, credits),
            threads.submit(_save_texts, folder, "artists", names, names_rank),
        ]
        for part in work:
            part.result()


def _read(cursor: dbapi.Cursor, query: str) -> pa.Table:
    cursor.execute(query)
    return cursor.fetch_arrow_table()


def _save(folder: Path, kind: str, **arrays: np.ndarray) -> None:
    for name, array in arrays.items():
        np.save(folder / f"search-{kind}-{name}.npy", array)


def _ranked(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers heaviest first, equal weights by number, and each number's rank in that; (n,) int32 both."""
    numbers = np.argsort(-weight.astype(np.int64), kind="stable").astype(np.int32)
    rank = np.empty_like(numbers)
    rank[numbers] = np.arange(len(numbers), dtype=np.int32)
    return numbers, rank


def _save_texts(folder: Path, kind: str, texts: pa.StringArray, rank: np.ndarray) -> None:
    """Write texts in byte order, one after the other, with where each begins and the rank it belongs to."""
    encoded = texts.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    in_order = np.argsort(place[encoded.indices.to_numpy()], kind="stable")
    text = texts.take(pa.array(in_order)).cast(pa.large_string())
    _, offsets, data = text.buffers()
    _save(
        folder,
        kind,
        text=np.frombuffer(data or b"", dtype=np.uint8),
        offset=np.frombuffer(offsets, dtype=np.int64)[: len(text) + 1],
        place=rank[in_order],
    )


def _save_words(
    folder: Path,
    titles: pa.StringArray,
    song_rank: np.ndarray,
    artists: pa.StringArray,
    artist_rank: np.ndarray,
    credits: np.ndarray,
) -> None:
    """Write the vocabulary, its letters, and who has each word."""
    title_words, title_counts = _split(titles)
    artist_words, artist_counts = _split(artists)
    vocabulary, word_of = _vocabulary(pa.concat_arrays([title_words, artist_words]))
    title_word, artist_word = word_of[: len(title_words)], word_of[len(title_words) :]
    np.save(folder / "words.npy", vocabulary)
    np.save(folder / "letters.npy", _letters(vocabulary))

    # A song has the words of its title and those of every artist it credits.
    credited, which = _lists_of(artist_counts, credits[1])
    words = np.concatenate([title_word, artist_word[credited]])
    ranks = np.concatenate([np.repeat(song_rank, title_counts), song_rank[credits[0]][which]])
    _save_postings(folder, "songs", words, ranks, len(vocabulary))
    _save_postings(folder, "artists", artist_word, np.repeat(artist_rank, artist_counts), len(vocabulary))


def _split(texts: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
    """All words one after the other, and how many each text has."""
    lists = pc.split_pattern(texts, " ")
    return lists.flatten(), pc.list_value_length(lists).to_numpy()


def _vocabulary(words: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct words in byte order, (words,) S32, and the place in it of every word given."""
    encoded = words.dictionary_encode()
    distinct = np.array([word.encode() for word in encoded.dictionary.to_pylist()], dtype=f"S{WORD_BYTES}")
    vocabulary, place = np.unique(distinct, return_inverse=True)
    return vocabulary, place.astype(np.int64)[encoded.indices.to_numpy()]


def _letters(vocabulary: np.ndarray) -> np.ndarray:
    """The letters to try in corrections: of each script (256 code points) the 64 most frequent, (n,) U1."""
    counts = Counter(b" ".join(vocabulary.tolist()).decode(errors="ignore"))
    chosen: list[str] = []
    room: Counter[int] = Counter()
    for letter, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        script = ord(letter) >> 8
        if letter.isalnum() and room[script] < _LETTERS_OF_A_SCRIPT:
            room[script] += 1
            chosen.append(letter)
    return np.array(chosen, dtype="U1")


def _lists_of(lengths: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of the elements of the chosen lists, and which choice each is from.

    The lists lie one after the other with these lengths.
    """
    begins = np.cumsum(lengths) - lengths
    n = lengths[chosen]
    which = np.repeat(np.arange(len(chosen)), n)
    within = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    return begins[chosen][which] + within, which


def _save_postings(folder: Path, kind: str, word: np.ndarray, rank: np.ndarray, n_words: int) -> None:
    """Write for each word the ranks that have it, ascending and without repeats."""
    pairs = np.sort(word.astype(np.int64) << 32 | rank.astype(np.int64))
    if len(pairs):
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    begin = np.searchsorted(pairs, np.arange(n_words + 1, dtype=np.int64) << 32)
    _save(folder, kind, posting=(pairs & 0xFFFFFFFF).astype(np.int32), begin=begin)
