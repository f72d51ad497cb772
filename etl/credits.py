"""Who is credited on a song: parsers of the artists columns, and the folding of names."""

from __future__ import annotations

import ast
from collections.abc import Callable

from etl.formats import Format

LONGEST_ID = 255  # characters; an index entry of PostgreSQL takes 2.7 KB


class Credit:
    """The artists of one credit line, in order; `numbers` (artist ids) are given when a song needs them."""

    __slots__ = ("folded", "ids", "names", "numbers")

    def __init__(self, names: list[str], ids: list[str] | None) -> None:
        self.names = names
        self.ids = ids
        self.numbers: tuple[int, ...] | None = None
        self.folded = ""


def parser(layout: Format) -> Callable[[tuple[str, ...]], Credit]:
    """A function from the raw text(s) of the artists column(s) to a Credit; it raises ValueError."""
    kind = layout.columns["artists"][1]
    if kind == "literal":
        return _literal
    if kind == "separated":
        return lambda texts: _credit([name.strip() for name in texts[0].split(layout.separator)], None)
    return lambda texts: _credit([texts[0]], None)


def literal_list(text: str) -> list[str]:
    """A Python list literal of strings, as pandas writes one. Raises ValueError when it is none.

    Without a double quote or a backslash no name can hold a single quote, so that splitting is exact
    when there are two quotes a name.
    """
    if '"' not in text and "\\" not in text and text.startswith("['") and text.endswith("']"):
        names = text[2:-2].split("', '")
        if text.count("'") == 2 * len(names):
            return names
    try:
        found = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError(f"{text[:60]!r} is not a list of names such as ['A', 'B']")
    return found


def _literal(texts: tuple[str, ...]) -> Credit:
    names, ids = (literal_list(text) for text in texts)
    if len(names) != len(ids):
        raise ValueError(f"has {len(names)} names for {len(ids)} artist ids")
    return _credit(names, ids)


def _credit(names: list[str], ids: list[str] | None) -> Credit:
    if not all(map(str.strip, names)) or not names:
        raise ValueError("has an artist without a name" if any(map(str.strip, names)) else "is empty")
    if ids and max(map(len, ids)) > LONGEST_ID:
        raise ValueError(f"has an id longer than {LONGEST_ID} characters")
    joined = "".join([*names, *ids] if ids else names)
    if "\0" in joined:
        raise ValueError("holds a NUL character")
    try:
        joined.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None
    return Credit(names, ids)
