"""Corrects typing errors against the catalogue's own vocabulary: one edit a word.

An edit is a letter too many, too few, another one, or two neighbours exchanged (optimal string alignment
distance 1; Damerau 1964), or a space too many or too few. All one-edit variants of a word are looked up
at once in the sorted vocabulary, which takes well under a millisecond.
"""

from __future__ import annotations

import numpy as np

from data_access.search_build import WORD_BYTES
from data_access.search_index import SearchIndex

MIN_LETTERS = 4
"""Shorter words are not corrected: one edit away from them lies everything."""

_CONSIDERED = 40
_MUCH_COMMONER = 10


def one_edit_variants(word: str, letters: str) -> list[str]:
    """All words at distance 1 from `word`, new letters taken from `letters`, without repeats."""
    variants: dict[str, None] = {}
    for i in range(len(word) + 1):
        before, rest = word[:i], word[i:]
        for letter in letters:
            variants[before + letter + rest] = None
            if rest:
                variants[before + letter + rest[1:]] = None
        if rest:
            variants[before + rest[1:]] = None
        if len(rest) > 1:
            variants[before + rest[1] + rest[0] + rest[2:]] = None
    variants.pop(word, None)
    variants.pop("", None)
    return list(variants)


def corrections(index: SearchIndex, words: list[str], limit: int = 3) -> list[list[str]]:
    """At most `limit` better ways to write the words of a query, the most promising first.

    The last word counts as unfinished: the beginning of a word is as good as a word. Words that the catalogue
    does not know are corrected; where it knows them all, a correction must find ten times as many songs.
    """
    own = _own_ranges(index, words)
    unknown = [place for place, (first, last) in enumerate(own) if first == last]
    candidates: list[tuple[int, list[str]]] = []
    for place in unknown or range(len(words)):
        candidates += _with_moved_spaces(index, words, place)
        if len(unknown) <= 1:
            candidates += _with_variants(index, words, own, place)
    if len(unknown) > 1 and not candidates:
        return _each_by_itself(index, words, unknown)
    found_as_written = 0 if unknown else len(index.songs.having(own))
    enough = max(1, _MUCH_COMMONER * found_as_written)
    promising = sorted((c for c in candidates if c[0] >= enough), key=lambda c: (-c[0], c[1]))
    return [written for _, written in promising[:limit]]


def _own_ranges(index: SearchIndex, words: list[str]) -> list[tuple[int, int]]:
    first, last = index.word_ranges(words, whole=True)
    first[-1:], last[-1:] = index.word_ranges(words[-1:])
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _variant_ranges(index: SearchIndex, word: str, unfinished: bool) -> list[tuple[str, int, int]]:
    """(variant, first, last) for the variants that the vocabulary has, most songs first."""
    if len(word) < MIN_LETTERS or len(word.encode()) >= WORD_BYTES:
        return []
    scripts = {ord(letter) >> 8 for letter in word}
    variants = one_edit_variants(word, "".join(index.letters.get(script, "") for script in sorted(scripts)))
    first, last = index.word_ranges(variants, whole=True)
    if unfinished:
        # As the beginning of a word, a word without its last letter would always win.
        begins = np.array([len(v) >= MIN_LETTERS and v != word[:-1] for v in variants], dtype=bool)
        begun_first, begun_last = index.word_ranges(variants)
        first, last = np.where(begins, begun_first, first), np.where(begins, begun_last, last)
    counts = index.songs.counts(first, last)
    order = np.argsort(-counts, kind="stable")[:_CONSIDERED]
    return [(variants[i], int(first[i]), int(last[i])) for i in order.tolist() if counts[i]]


def _with_variants(
    index: SearchIndex, words: list[str], own: list[tuple[int, int]], place: int
) -> list[tuple[int, list[str]]]:
    """(songs found, query) for every variant of one word with which the query finds something."""
    variants = _variant_ranges(index, words[place], unfinished=place == len(words) - 1)
    if not variants:
        return []
    others = [own[other] for other in range(len(words)) if other != place]
    having_others = None
    if others:
        having_others = np.zeros(len(index.songs), dtype=bool)
        having_others[index.songs.having(others)] = True
    found = []
    for variant, first, last in variants:
        if having_others is None:
            songs = index.songs.count(first, last)
        else:
            songs = int(np.count_nonzero(having_others[index.songs.having([(first, last)])]))
        if songs:
            found.append((songs, [*words[:place], variant, *words[place + 1 :]]))
    return found


def _with_moved_spaces(index: SearchIndex, words: list[str], place: int) -> list[tuple[int, list[str]]]:
    """(songs found, query) with one word parted in two, or joined to a neighbour."""
    word = words[place]
    written = [
        [*words[:place], word[:i], word[i:], *words[place + 1 :]]
        for i in range(1, len(word))
        if len(word) >= MIN_LETTERS
    ]
    for left in (place - 1, place):
        if 0 <= left < len(words) - 1:
            written.append([*words[:left], words[left] + words[left + 1], *words[left + 2 :]])
    found = []
    for query in written:
        ranges = _own_ranges(index, query)
        if all(first < last for first, last in ranges) and (songs := len(index.songs.having(ranges))):
            found.append((songs, query))
    return found


def _each_by_itself(index: SearchIndex, words: list[str], unknown: list[int]) -> list[list[str]]:
    """The query with every unknown word replaced by its own most frequent variant."""
    written = list(words)
    for place in unknown:
        variants = _variant_ranges(index, words[place], unfinished=place == len(words) - 1)
        if not variants:
            return []
        written[place] = variants[0][0]
    return [written]
