"""Texts as cells of COPY text, and what may not be in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.credits import LONGEST_ID

_LONGEST_WORD = 400  # characters; a lexeme of PostgreSQL takes 2 KB
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_TO_QUOTE = re.compile(r"['\\:]")
_NOT_EMPTY = ("spotify_id", "title")
_INDEXED = ("spotify_id", "album_spotify_id", "playlist_spotify_id", "genre")


def escaped(texts: Sequence[str]) -> Sequence[str]:
    """Texts as cells of COPY text."""
    joined = "".join(texts)
    if "\\" in joined or "\t" in joined or "\n" in joined or "\r" in joined:
        return [text.translate(_ESCAPES) for text in texts]
    return texts


def lines_of(columns: Sequence[Sequence[str] | pa.StringArray]) -> bytes:
    """Lines of COPY text from columns of cells."""
    arrays = [column if isinstance(column, pa.Array) else pa.array(column, pa.string()) for column in columns]
    arrays[-1] = pc.binary_join_element_wise(arrays[-1], "", "\n")
    rows = pc.binary_join_element_wise(*arrays, "\t")
    _, offsets, text = rows.buffers()
    end = np.frombuffer(offsets, dtype=np.int32)[len(rows)]
    return text.slice(0, int(end)).to_pybytes() if text else b""


def as_tsvectors(texts: Sequence[str]) -> Sequence[str]:
    """Folded words as the text form of a tsvector, which needs quotes only around what is not a letter or digit."""
    if not _TO_QUOTE.search("".join(texts)) and max(map(len, texts), default=0) <= _LONGEST_WORD:
        return texts
    return [
        " ".join(map(_lexeme, text.split())) if len(text) > _LONGEST_WORD or _TO_QUOTE.search(text) else text
        for text in texts
    ]


def _lexeme(word: str) -> str:
    return "'" + word[:_LONGEST_WORD].replace("\\", "\\\\").replace("'", "''") + "'"


def text_problems(name: str, column: Sequence[str]) -> list[tuple[int, str]]:
    """(row, reason) of each text that cannot be stored in the column of ours with that name."""
    found = []
    if name in _NOT_EMPTY and not all(map(str.strip, column)):
        found += [(row, "is empty") for row, text in enumerate(column) if not text.strip()]
    if name in _INDEXED and max(map(len, column)) > LONGEST_ID:
        reason = f"is longer than {LONGEST_ID} characters"
        found += [(row, reason) for row, text in enumerate(column) if len(text) > LONGEST_ID]
    if "\0" in "".join(column):
        found += [(row, "holds a NUL character") for row, text in enumerate(column) if "\0" in text]
    return found
