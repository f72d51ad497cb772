"""What a person chose on the Moods page, as one small value that the URL holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from data_access.filters import SongFilter
from data_access.models import Model
from ml.spec import ModelSpec, SpecError

CATALOGUE, FILTER = "catalogue", "filter"
_SPEC = ("features", "algorithm", "k", "scaling", "seed")


@dataclass(frozen=True)
class Choice:
    """A model to look at; `spec` None is the stored one, whatever it is.

    `song_filter` is the filter that the page was given; `on` says whether to fit its songs or all of them.
    """

    spec: ModelSpec | None = None
    song_filter: SongFilter = field(default_factory=SongFilter)
    on: str = CATALOGUE

    @property
    def fitted_filter(self) -> SongFilter:
        """The filter whose songs are fitted; the empty one is all of them."""
        return self.song_filter if self.on == FILTER else SongFilter()

    def to_query(self) -> str:
        """Canonical URL query; `from_query` brings it back."""
        pairs = []
        if self.spec is not None:
            pairs = [
                ("features", ",".join(self.spec.features)),
                ("algorithm", self.spec.algorithm),
                *([] if self.spec.algorithm == "hdbscan" else [("k", str(self.spec.k))]),
                ("scaling", self.spec.scaling),
                *([("seed", str(self.spec.seed))] if self.spec.seed else []),
                ("on", self.on),
            ]
        return "&".join(part for part in (urlencode(pairs, safe=","), self.song_filter.to_query()) if part)

    @classmethod
    def from_query(cls, query: Mapping[str, str | list[str]]) -> tuple[Choice, list[str]]:
        """A choice from parsed query parameters, and one sentence for each that could not be used."""
        song_filter, problems = SongFilter.from_query(query)
        spec = None
        if any(name in query for name in _SPEC):
            spec, wrong = ModelSpec.from_query(query)
            problems += wrong
        raw = query.get("on", CATALOGUE)
        on = raw if isinstance(raw, str) else raw[-1]
        if on not in (CATALOGUE, FILTER):
            problems.append(f"on={on} is neither catalogue nor filter.")
            on = CATALOGUE
        if on == FILTER and song_filter == SongFilter():
            problems.append("on=filter needs a filter, for example &energy=0.8.. behind it.")
            on = CATALOGUE
        if on == FILTER and spec is None:
            spec = ModelSpec()
        return cls(spec, song_filter, on), problems

    @classmethod
    def from_text(cls, query: str) -> tuple[Choice, list[str]]:
        """The same from a query as it stands in an address."""
        return cls.from_query(parse_qs(query.removeprefix("?"), keep_blank_values=True))

    def with_values(self, values: Mapping) -> Choice:
        """The same with what the dropdowns say; raises SpecError, one sentence, for what cannot be fitted."""
        if values.get("k") not in range(2, 13) and values["algorithm"] != "hdbscan":
            raise SpecError("Choose the number of moods.")
        seed = self.spec.seed if self.spec else 0
        spec = ModelSpec(
            tuple(values["features"] or ()), values["algorithm"], values.get("k") or 6, values["scaling"], seed
        )
        on = FILTER if values["on"] == FILTER and self.song_filter != SongFilter() else CATALOGUE
        return Choice(spec, self.song_filter, on)


def values_of(choice: Choice) -> dict:
    """What the dropdowns show for a choice whose spec is known."""
    assert choice.spec is not None
    return {
        "features": list(choice.spec.features),
        "algorithm": choice.spec.algorithm,
        "k": choice.spec.k,
        "scaling": choice.spec.scaling,
        "on": choice.on,
    }


def spec_of(model: Model) -> ModelSpec:
    """The spec that a stored model was fitted by."""
    k = 6 if model.algorithm == "hdbscan" else model.k  # it found its own number
    return ModelSpec(model.features, model.algorithm, k, model.scaling, model.seed)


def resolved(choice: Choice, model: Model | None) -> tuple[Choice, bool]:
    """The choice with its spec known, and whether it is the stored model itself."""
    if choice.spec is None and model is not None:
        song_filter, on = choice.song_filter, CATALOGUE
        if model.fitted_filter:
            song_filter, on = SongFilter.from_query(parse_qs(model.fitted_filter))[0], FILTER
        return Choice(spec_of(model), song_filter, on), True
    if choice.spec is None:
        choice = Choice(ModelSpec(), choice.song_filter, choice.on)
    stored = model is not None and (spec_of(model).to_query(), model.fitted_filter) == (
        choice.spec.to_query() if choice.spec else "",
        choice.fitted_filter.to_query(),
    )
    return choice, stored
