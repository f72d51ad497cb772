"""The search index of a catalogue: memory-mapped arrays that answer a prefix in microseconds.

Songs and artists are ranked once, heaviest first, and every array speaks in ranks: the best of any set
are its smallest numbers. For each of the two kinds:

    id, group        (n,) int32      number of the rank-th entry; for songs its version group
    text, offset     uint8, int64    folded names in byte order, one after the other, and where each begins
    place            (names,) int32  the rank of each of these names
    posting, begin   int32, int64    the ranks that have a word, ascending, and where each word's begin

and for both together: words.npy (words,) S32, the vocabulary in byte order, and letters.npy.
`search_build` writes them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from data_access.search_build import WORD_BYTES, build_search_arrays

_AFTER = b"\xff"  # no byte of UTF-8 is larger


class Entries:
    """Songs, or artists, as search sees them."""

    def __init__(self, folder: Path, kind: str) -> None:
        def mapped(name: str) -> np.ndarray:
            # A plain array over the mapped file: the memmap class costs a microsecond at every touch.
            return np.asarray(np.load(folder / f"search-{kind}-{name}.npy", mmap_mode="r"))

        self.id = mapped("id")
        self._group = mapped("group")
        self._text = mapped("text").data
        self._offset = mapped("offset")
        self._place = mapped("place")
        self._posting = mapped("posting")
        self._begin = mapped("begin")

    def __len__(self) -> int:
        return len(self.id)

    def beginning_with(self, prefix: str) -> tuple[np.ndarray, np.ndarray]:
        """Ranks of those whose folded name is exactly `prefix`, and of those that are longer."""
        names = range(len(self._place))
        key = prefix.encode()
        first = bisect_left(names, key, key=self._name)
        longer = bisect_left(names, key + b"\0", lo=first, key=self._name)
        last = bisect_left(names, key + _AFTER, lo=longer, key=self._name)
        return self._place[first:longer], self._place[longer:last]

    def having(self, ranges: Iterable[tuple[int, int]]) -> np.ndarray:
        """Ranks of those that have, for every range of words, one of its words; repeats are possible."""
        postings = sorted((self._posting[self._begin[a] : self._begin[b]] for a, b in ranges), key=len)
        if not postings:
            return np.empty(0, dtype=np.int32)
        found = postings[0]
        for other in postings[1:]:
            if not len(found):
                break
            marked = np.zeros(len(self), dtype=bool)
            marked[other] = True
            found = found[marked[found]]
        return found

    def count(self, first: int, last: int) -> int:
        """Number of postings of a range of words."""
        return int(self._begin[last] - self._begin[first])

    def counts(self, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """`count` for many ranges at once."""
        return self._begin[last] - self._begin[first]

    def best(self, ranks: np.ndarray, limit: int, without: set[int]) -> list[int]:
        """At most `limit` of the smallest ranks, one of each group, none of a group in `without`.

        The groups found are added to `without`.
        """
        found: list[int] = []
        head, taken = 0, 4 * limit
        while len(found) < limit and head < len(ranks):
            smallest = np.sort(ranks if taken >= len(ranks) else np.partition(ranks, taken)[:taken])
            for rank in smallest[head:].tolist():
                group = int(self._group[rank])
                if group not in without:
                    without.add(group)
                    found.append(rank)
                    if len(found) == limit:
                        break
            head, taken = taken, taken * 8  # many versions of few songs: look further down
        return found

    def _name(self, place: int) -> bytes:
        return bytes(self._text[self._offset[place] : self._offset[place + 1]])


class SearchIndex:
    """The arrays of one catalogue version, mapped read-only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.songs = Entries(folder, "songs")
        self.artists = Entries(folder, "artists")
        self.words = np.asarray(np.load(folder / "words.npy", mmap_mode="r"))

    @cached_property
    def letters(self) -> dict[int, str]:
        """The letters of each script (code point // 256) that the catalogue uses, frequent ones first."""
        scripts: dict[int, str] = {}
        for letter in np.load(self._folder / "letters.npy").tolist():
            scripts[ord(letter) >> 8] = scripts.get(ord(letter) >> 8, "") + letter
        return scripts

    def word_ranges(self, words: list[str], whole: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """For each word the range of the vocabulary that begins with it (or is it, when `whole`)."""
        encoded = np.array([word.encode()[:WORD_BYTES] for word in words], dtype=self.words.dtype)
        first = np.searchsorted(self.words, encoded)
        last = np.searchsorted(self.words, encoded, "right")
        longer = np.char.str_len(encoded) < WORD_BYTES  # a full one has no room for another byte
        if not whole and longer.any():
            after = np.array([word + _AFTER for word in encoded[longer].tolist()], dtype=self.words.dtype)
            last[longer] = np.searchsorted(self.words, after)
        return first, last


@lru_cache(maxsize=2)
def open_index(folder: Path) -> SearchIndex:
    """The search index in a folder of the column store."""
    return SearchIndex(folder)


__all__ = ["Entries", "SearchIndex", "build_search_arrays", "open_index"]
