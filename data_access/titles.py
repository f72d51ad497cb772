"""The title of a recording without what tells its versions apart."""

from __future__ import annotations

import re

from data_access.text import fold

# What may stand after " - " or in brackets at the end: Remastered 2011, 2011 Remaster, Live at Wembley, Mono ...
_VERSION = r"""(?:
    (?:\d{4}\s+)?(?:digital(?:ly)?\s+)?re-?master(?:ed)?\b.*
  | (?:recorded\s+)?live\b.*
  | (?:in\s+)?(?:mono|stereo)\b.*
  | (?:single|album|radio|original|extended|acoustic|demo|studio|full\s+length|lp|7"|12"|7''|12'')
        \s+(?:version|edit|mix|cut)\b.*
  | (?:acoustic|demo|edit|bonus\s+track|explicit|clean)(?:\s+version)?
  | \d{4}\s+(?:version|mix|edit)
)"""
_CREDIT = r"(?:feat|ft|featuring|with)(?:\.|\b)\s*[^()\[\]]*"
_SUFFIX = re.compile(rf"\s+[-–—]\s+{_VERSION}\s*$ | \s*[(\[]\s*{_VERSION}[)\]]\s*$", re.I | re.X)
_FEATURING = re.compile(rf"\s*[(\[]\s*{_CREDIT}[)\]]", re.I)


def title_base(title: str, folded: str) -> str:
    """The folded title without version suffixes and "(feat. X)"; the whole folded title when nothing is left.

    "Heroes - 2017 Remaster" -> "heroes"; `folded` is `fold(title)`, returned as it is when there is nothing to strip.
    """
    bare, before = title, ""
    while bare != before:
        before = bare
        bare = _SUFFIX.sub("", bare) or bare
        bare = _FEATURING.sub("", bare) or bare
    bare = bare.strip()
    if bare == title or not any(letter.isalnum() for letter in bare):
        return folded
    return fold(bare)
