"""One way to fold text, for sorting and searching: the loader and every query use this."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^\w]+|_+")


def fold(text: str) -> str:
    """Text without case, accents and punctuation, words parted by single spaces.

    "Beyoncé – Don't Hurt Yourself" -> "beyonce dont hurt yourself". Letters of every script stay.
    What has no letters or digits at all ("!!!", an emoji) folds to its own characters, so that it
    can still be found.
    """
    lowered = text.casefold().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered)
        lowered = "".join(c for c in decomposed if not unicodedata.combining(c))
    folded = _NOT_WORD.sub(" ", lowered).strip()
    return folded or "".join(text.split())


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return fold(text).split()
