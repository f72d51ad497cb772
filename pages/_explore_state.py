"""The state of Explore, as it stands in its URL: the filter, and what the two wide charts show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from data_access.explore import BY_YEAR, DENSITY
from data_access.fields import FIELD_BY_NAME, FIELDS
from data_access.filters import SongFilter

LINES_AT_MOST = 6
MEANS = tuple(f.name for f in FIELDS if f.name != "year")
"""Fields whose mean by year can be asked for."""
_SORT_PARTS = ("", "-")


@dataclass(frozen=True)
class ExploreState:
    """What a person sees on Explore: `song_filter`, density fields `x` and `y`, lines `by` year.

    The table's order, `sort` (a column, "-" in front for descending), is for the first look only: afterwards the
    grid keeps it.
    """

    song_filter: SongFilter = field(default_factory=SongFilter)
    x: str = DENSITY[0]
    y: str = DENSITY[1]
    by: tuple[str, ...] = BY_YEAR
    sort: str = "title"

    def to_query(self) -> str:
        """Canonical query; what is as it is by default is left out. The order of the table is not part of it."""
        pairs = [("x", self.x)] if self.x != DENSITY[0] else []
        pairs += [("y", self.y)] if self.y != DENSITY[1] else []
        pairs += [("by", ",".join(self.by))] if self.by != BY_YEAR else []
        return "&".join(part for part in (self.song_filter.to_query(), urlencode(pairs)) if part)

    @classmethod
    def from_query(cls, query: Mapping[str, str | list[str]]) -> tuple[ExploreState, list[str]]:
        """A state from parsed query parameters, and one sentence for each that could not be used."""
        song_filter, problems = SongFilter.from_query(query)
        chosen = {name: _last(query[name]) for name in ("x", "y", "by", "sort") if name in query}
        found: dict = {}
        for name in ("x", "y"):
            if name in chosen:
                if chosen[name] in FIELD_BY_NAME:
                    found[name] = chosen[name]
                else:
                    problems.append(f"{name}={chosen[name]} is not a feature; write for example {name}=energy.")
        if "by" in chosen:
            names = list(dict.fromkeys(name for name in chosen["by"].split(",") if name))
            known = [name for name in names if name in MEANS]
            problems += [f"by={name} has no mean by year." for name in names if name not in MEANS]
            found["by"] = tuple(sorted(known, key=MEANS.index)[:LINES_AT_MOST])
        if chosen.get("sort"):
            found["sort"] = chosen["sort"]
        state = cls(song_filter, **found)
        if state.x == state.y:  # one feature against itself is a line
            state = cls(song_filter, **{**found, "y": next(n for n in (*DENSITY[::-1], "tempo") if n != state.x)})
        return state, problems

    @classmethod
    def from_text(cls, query: str) -> ExploreState:
        """A state from a query as text, problems passed over: for what the page's own store holds."""
        return cls.from_query(parse_qs(query, keep_blank_values=True))[0]


def _last(values: str | list[str]) -> str:
    return values if isinstance(values, str) else values[-1]
