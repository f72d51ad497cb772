"""Numbers for what songs refer to: artists, albums, and the words of titles and artists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_access.text import fold_all
from etl.credits import Credit

LONGEST_WORD = 400  # characters; an index entry of PostgreSQL takes 2.7 KB, a lexeme 2 KB
_WORDS_AT_ONCE = 65_536  # songs

Named = tuple[str | None, str, str]  # (Spotify's id, name, folded name)


class Artists:
    """Artists in order of appearance: told apart by id, or by exact name where there is none."""

    def __init__(self) -> None:
        self.rows: list[Named] = []
        self._numbers: dict[str | tuple[str], int] = {}

    def number(self, credits: Sequence[Credit]) -> list[tuple[int, ...]]:
        """Artist numbers of each credit, nobody twice; `credit.numbers` and `credit.folded` are set on the way."""
        unseen = {id(credit): credit for credit in credits if credit.numbers is None}
        fresh: list[tuple[str | None, str]] = []
        numbers = self._numbers
        for credit in unseen.values():
            keys = credit.names if credit.ids is None else credit.ids
            found = []
            for key, name in zip(keys, credit.names, strict=True):
                known = key if credit.ids is not None and key else (name,)
                number = numbers.setdefault(known, len(numbers))
                if number == len(self.rows) + len(fresh):
                    fresh.append((key if credit.ids is not None and key else None, name))
                found.append(number)
            credit.numbers = tuple(dict.fromkeys(found))
        names = [name for _, name in fresh]
        self.rows += [(key, name, folded) for (key, name), folded in zip(fresh, fold_all(names), strict=True)]
        rows = self.rows
        for credit in unseen.values():
            credit.folded = " ".join([rows[number][2] for number in credit.numbers or ()])
            credit.names, credit.ids = [], None  # half a million of these lists are not needed again
        return [credit.numbers for credit in credits]  # type: ignore[misc]  # all have them now


class Albums:
    """Albums in order of appearance: told apart by id, or by name and primary artist where there is none."""

    def __init__(self) -> None:
        self.rows: list[Named] = []
        self._numbers: dict[str | tuple[str, int], int] = {}

    def number(
        self, ids: Sequence[str] | None, names: Sequence[str], artists: Sequence[tuple[int, ...]]
    ) -> list[int | None]:
        """Album number of each song; None where the file names none."""
        fresh: list[tuple[str | None, str]] = []
        found: list[int | None] = []
        numbers = self._numbers
        for spotify_id, name, who in zip(ids or ("",) * len(names), names, artists, strict=True):
            if not spotify_id and not name.strip():
                found.append(None)
                continue
            number = numbers.setdefault(spotify_id or (name, who[0]), len(numbers))
            if number == len(self.rows) + len(fresh):
                fresh.append((spotify_id or None, name))
            found.append(number)
        folded_names = fold_all([name for _, name in fresh])
        self.rows += [(key, name, folded) for (key, name), folded in zip(fresh, folded_names, strict=True)]
        return found


class Words:
    """How many songs have each word; texts are folded, one for each song.

    Counted by Arrow in a thread beside, which lets go of the interpreter lock for most of it.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._waiting: list[str] = []
        self._beside = ThreadPoolExecutor(1)
        self._counted: list[Future[None]] = []

    def add(self, texts: Sequence[str]) -> None:
        """Texts of further songs."""
        self._waiting += texts
        if len(self._waiting) >= _WORDS_AT_ONCE:
            self._hand_over()

    def counts(self) -> list[tuple[str, int]]:
        """(word, songs) in order of the words."""
        self._hand_over()
        for counted in self._counted:
            counted.result()
        return sorted(self._counts.items())

    def _hand_over(self) -> None:
        texts, self._waiting = self._waiting, []
        self._counted.append(self._beside.submit(self._count, texts))

    def _count(self, texts: list[str]) -> None:
        split = pc.split_pattern(pa.array(texts, pa.string()), " ")
        encoded = pc.utf8_slice_codeunits(split.flatten(), 0, LONGEST_WORD).dictionary_encode()
        if not len(encoded):
            return
        codes = encoded.indices.to_numpy().astype(np.int64)
        distinct = len(encoded.dictionary)
        pairs = np.sort(pc.list_parent_indices(split).to_numpy() * distinct + codes)  # (song, word) as one number
        first = np.append(True, pairs[1:] != pairs[:-1])  # np.unique hashes, which takes ten times as long
        songs = np.bincount(pairs[first] % distinct, minlength=distinct)
        self._counts.update(dict(zip(encoded.dictionary.to_pylist(), songs.tolist(), strict=True)))
