"""The state of Compare, as it stands in its URL: the things, the feature that is looked at, and the yardstick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from data_access import things
from data_access.compare import AT_MOST, CATALOGUE
from data_access.fields import FIELD_BY_NAME
from data_access.things import Thing

FEATURE = "energy"
_TOKENS_AT_MOST = 60


@dataclass(frozen=True)
class CompareState:
    """What a person sees on Compare: `things` in order, the `feature` of distributions and years.

    `against` is the token that the table's effects are measured from, CATALOGUE unless it is one of the things.
    `slots` has a colour's number, 1 to AT_MOST, for each token; the browser keeps them, so that a thing's colour stays
    when others come and go.
    """

    things: tuple[Thing, ...] = ()
    feature: str = FEATURE
    against: str = CATALOGUE
    slots: dict[str, int] = field(default_factory=dict)

    def to_store(self) -> dict:
        """What `compare-state` holds."""
        return {
            "things": [thing.token for thing in self.things],
            "feature": self.feature,
            "against": self.against,
            "slots": self.slots,
        }

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> tuple[CompareState, list[str]]:
        """A state from parsed query parameters (or from the store), and a sentence for each that cannot be used."""
        asked, problems = [], []
        for token in _listed(query.get("thing", []))[:_TOKENS_AT_MOST]:
            try:
                asked.append(things.parse(token))
            except ValueError as error:
                problems.append(str(error))
        feature = (_listed(query.get("feature", [])) or [FEATURE])[-1]
        if feature not in FIELD_BY_NAME:
            problems.append(f"feature={things.shortened(feature)} is not a feature; write for example feature=tempo.")
            feature = FEATURE
        against = (_listed(query.get("against", [])) or [CATALOGUE])[-1]
        if against not in {thing.token for thing in asked}:
            against = CATALOGUE
        return cls(tuple(asked), feature, against), problems

    @classmethod
    def from_store(cls, stored: Mapping[str, Any]) -> CompareState:
        """The state that the browser holds; what it holds was canonical once, problems are passed over."""
        query = {"thing": stored["things"], "feature": stored["feature"], "against": stored["against"]}
        found, _ = cls.from_query(query)
        slots = {token: slot for token, slot in (stored.get("slots") or {}).items() if slot in range(1, AT_MOST + 1)}
        return cls(found.things, found.feature, found.against, slots)

    def showing(self, tokens: Sequence[str]) -> CompareState:
        """The same state with only these things, each with a colour: the one it had, else the first that is free."""
        slots = {token: slot for token, slot in self.slots.items() if token in tokens}
        for token in tokens:
            if token not in slots:
                slots[token] = min(set(range(1, AT_MOST + 1)) - set(slots.values()))
        shown = tuple(thing for thing in self.things if thing.token in tokens)
        return replace(self, things=shown, against=self.against if self.against in tokens else CATALOGUE, slots=slots)

    def slot(self, token: str) -> int:
        """Number of a thing's colour, after `showing`."""
        return self.slots[token]


def _listed(values: Any) -> list[str]:
    return [values] if isinstance(values, str) else [value for value in values if isinstance(value, str)]
