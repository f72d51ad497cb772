"""One way to fold text, for sorting and searching: the loader and every query use this."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_NOT_WORD = re.compile(r"[\W_]+")
_ASCII: dict[int, str | None] = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_ASCII |= {ord("'"): None, ord("\n"): "\n"}


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


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` of each text, several times faster for many: plain ASCII ones are folded in one go."""
    joined = "\n".join(texts)
    if not joined.isascii():
        plain = [text if text.isascii() else "" for text in texts]
        joined = "\n".join(plain)
    found = [" ".join(line.split()) for line in joined.translate(_ASCII).split("\n")]
    if len(found) != len(texts):  # a text holds a line break
        return [fold(text) for text in texts]
    return [folded or fold(text) for folded, text in zip(found, texts, strict=True)]


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return fold(text).split()
