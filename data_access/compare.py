"""Things side by side: what is known of each, and which of their differences matter.

Each thing is summed up once and cached by catalogue, model and thing; what is compared are these sums, so that
putting a thing beside five others costs one thing. The catalogue itself is summed up the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from data_access import counts, things
from data_access.cache import cached
from data_access.catalogue import Catalogue, current
from data_access.columns import open_store
from data_access.compare_effects import Effect, Moments, effect, holm, rest
from data_access.compare_sums import Sums, Years, distances, sums, years_of
from data_access.fields import AUDIO_FEATURES, Field
from data_access.songs import SongLine, lines, percentiles
from data_access.things import Found, NotThere, Thing

AT_MOST = 6
YEAR_SONGS = 5
"""A year has a mean from this many songs with a known value."""

ALPHA = 0.05
"""A corrected p below this is called significant."""

CATALOGUE = ""
"""The token of the catalogue itself, in `Comparison.effects`."""

_LAYOUT = 1  # raise it when Profile changes: answers that an earlier release left in the cache are then not read
_TYPICAL = 3
_SHARED_TITLES = 12  # versions of one song: look at this many times as many


@dataclass(frozen=True)
class Profile:
    """One thing, or the whole catalogue, summed up.

    `moments`, `shares`, `bars` and `by_year` are by field, fields that the catalogue lacks left out. `shares` is the
    share (0..1) of the catalogue's known songs that are lower than the mean; `bars` the songs by bar
    (Field.bar_edges); `by_year` the means for `years`, None where a year has fewer than YEAR_SONGS known values.
    `moods`: name -> songs, {} without a model. `typical`: songs nearest to the means of the audio features.
    """

    token: str
    kind: str
    name: str
    detail: str
    path: str
    songs: int
    moments: dict[str, Moments]
    shares: dict[str, float]
    bars: dict[str, list[int]]
    years: list[int]
    by_year: dict[str, list[float | None]]
    moods: dict[str, int]
    typical: tuple[SongLine, ...]


@dataclass(frozen=True)
class Comparison:
    """Things in the order asked for, and the catalogue that they belong to.

    `effects` maps (token, token, field) to the difference of the first from the second, for every pair in the order
    of the things and for each thing against CATALOGUE; p-values are Holm's over all of them. `shared` are the pairs
    that have songs in common, by how many. `problems` has a sentence for every thing that was left out.
    """

    catalogue: Profile
    things: tuple[Profile, ...]
    fields: tuple[Field, ...]
    effects: dict[tuple[str, str, str], Effect]
    shared: dict[tuple[str, str], int]
    mood_colours: dict[str, int]
    problems: tuple[str, ...]

    def effect(self, a: str, b: str, field: str) -> Effect | None:
        """The difference of thing `a` from `b`, in whichever order it was computed."""
        if (a, b, field) in self.effects:
            return self.effects[a, b, field]
        mirrored = self.effects.get((b, a, field))
        return replace(mirrored, size=-mirrored.size) if mirrored else None

    def matters(self, field: str) -> float:
        """How far apart the things are in a field: the largest effect between two, or one against the catalogue."""
        several = len(self.things) > 1
        sizes = [
            abs(found.size) for (_, b, of), found in self.effects.items() if of == field and several == (b != CATALOGUE)
        ]
        return max(sizes, default=0.0)

    def strongest(self) -> tuple[str, str, str] | None:
        """(token, token, audio feature) of the largest difference between two things, or of one from the catalogue.

        Those that chance explains as well come last, and what is not heard (year, popularity) is not looked at.
        """
        several = len(self.things) > 1
        asked = {
            key: (found.p is None or found.p < ALPHA, abs(found.size))
            for key, found in self.effects.items()
            if several == (key[1] != CATALOGUE) and key[2] in AUDIO_FEATURES
        }
        return max(asked, key=lambda key: asked[key], default=None)


def compare(asked: Sequence[Thing]) -> Comparison:
    """At most AT_MOST things side by side; what is not there, there twice, or too much is said and left out.

    Raises NoCatalogue, DatabaseDown, QueryTooSlow.
    """
    live = current()
    key = _key(live)
    problems: list[str] = []
    profiles: list[Profile] = []
    by_token = {thing.token: thing for thing in asked}
    located = _Located(live)
    if len(by_token) < len(asked):
        problems.append("A thing is shown once, however often it is asked for.")
    for place, thing in enumerate(by_token.values()):
        if len(profiles) == AT_MOST:
            problems.append(_too_many(len(by_token) - place))
            break
        try:
            profiles.append(cached("compare-thing", (*key, thing.token), partial(_sum_up, live, thing, located)))
        except NotThere as error:
            problems.append(str(error))
    shared = {
        (a.token, b.token): cached(
            "compare-shared", (*key, a.token, b.token), partial(located.shared, by_token[a.token], by_token[b.token])
        )
        for a, b in combinations(profiles, 2)
        if not (a.songs == b.songs == 1)
    }
    whole = whole_catalogue()
    fields = tuple(field for field in open_store(live).fields)
    return Comparison(
        catalogue=whole,
        things=tuple(profiles),
        fields=fields,
        effects=_effects(whole, profiles, fields, shared),
        shared={pair: number for pair, number in shared.items() if number},
        mood_colours=things.mood_colours(live),
        problems=tuple(problems),
    )


class _Located:
    """Things of one catalogue, each looked up at most once, and only when it is wanted."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._found: dict[str, Found] = {}
        self._masks: dict[str, np.ndarray] = {}

    def find(self, thing: Thing) -> Found:
        """The thing; raises NotThere."""
        if thing.token not in self._found:
            self._found[thing.token] = things.find(self._catalogue, thing)
        return self._found[thing.token]

    def shared(self, a: Thing, b: Thing) -> int:
        """How many songs are in both."""
        return int(np.count_nonzero(self._mask(a) & self._mask(b)))

    def _mask(self, thing: Thing) -> np.ndarray:
        if thing.token not in self._masks:
            self._masks[thing.token] = np.zeros(open_store(self._catalogue).n_songs, dtype=bool)
            self._masks[thing.token][self.find(thing).song_ids] = True
        return self._masks[thing.token]


def _too_many(left_out: int) -> str:
    which = "the last one is" if left_out == 1 else f"the last {left_out} are"
    return f"Six things fit side by side; {which} left out."


def whole_catalogue() -> Profile:
    """The catalogue itself, summed up like a thing; without typical songs. Each process keeps the latest one."""
    live = current()
    key = _key(live)
    for kept_key, kept in _whole[:]:
        if kept_key == key:
            return kept
    found = cached("compare-whole", key, partial(_sum_up, live))
    _whole[:] = [(key, found)]
    return found


_whole: list[tuple[tuple, Profile]] = []  # none or one


def _key(catalogue: Catalogue) -> tuple:
    return (_LAYOUT, catalogue.version, catalogue.started_at.isoformat(), things.model_number(catalogue))


# ---- summing up ------------------------------------------------------------------------------


def _sum_up(catalogue: Catalogue, thing: Thing | None = None, located: _Located | None = None) -> Profile:
    store = open_store(catalogue)
    found = located.find(thing) if thing and located else None
    song_ids = found.song_ids if found else np.arange(store.n_songs, dtype=np.int32)
    years = years_of(store, song_ids)
    summed = sums(store, song_ids, years)
    means = {name: of.moments.mean for name, of in summed.items()}
    span, by_year = _by_year(summed, years)
    return Profile(
        token=thing.token if thing else CATALOGUE,
        kind=thing.kind if thing else "catalogue",
        name=found.name if found else "Catalogue",
        detail=found.detail if found else "all songs",
        path=found.path if found else "/explore",
        songs=len(song_ids),
        moments={name: of.moments for name, of in summed.items()},
        shares=percentiles(store, means),
        bars={field.name: counts.bars(field, summed[field.name].by_code).tolist() for field in store.fields},
        years=span,
        by_year=by_year,
        moods=things.mood_counts(catalogue, song_ids),
        typical=_typical(catalogue, song_ids, means) if found else (),
    )


def _by_year(summed: dict[str, Sums], years: Years) -> tuple[list[int], dict[str, list[float | None]]]:
    """Means of every other field by year; the years run from the first to the last that has one."""
    found: dict[str, list[float | None]] = {
        name: [
            float(total / number) if number >= YEAR_SONGS else None
            for total, number in zip(of.year_sums, of.year_songs, strict=True)
        ]
        for name, of in summed.items()
        if name != "year"
    }
    said = [place for place in range(years.n) if any(means[place] is not None for means in found.values())]
    if not said:
        return [], {name: [] for name in found}
    span = slice(said[0], said[-1] + 1)
    return list(range(years.first + span.start, years.first + span.stop)), {
        name: means[span] for name, means in found.items()
    }


def _typical(catalogue: Catalogue, song_ids: np.ndarray, means: dict[str, float | None]) -> tuple[SongLine, ...]:
    """The songs nearest to the means of the audio features, in the catalogue's deviations; one of each title."""
    spread = {name: of.deviation for name, of in whole_catalogue().moments.items() if of.deviation}
    centre = {name: mean for name in AUDIO_FEATURES if name in spread and (mean := means.get(name)) is not None}
    distance = distances(open_store(catalogue), song_ids, centre, spread)
    wanted = min(len(song_ids), _TYPICAL * _SHARED_TITLES)
    nearest = np.argpartition(distance, wanted - 1)[:wanted]
    nearest = nearest[np.lexsort((song_ids[nearest], distance[nearest]))]
    once = {(line.title, line.artists): line for line in reversed(lines(catalogue.version, song_ids[nearest].tolist()))}
    return tuple(reversed(once.values()))[:_TYPICAL]


# ---- differences -----------------------------------------------------------------------------


def _effects(
    whole: Profile, profiles: Sequence[Profile], fields: Sequence[Field], shared: dict[tuple[str, str], int]
) -> dict[tuple[str, str, str], Effect]:
    """Every difference there is; a set is tested against what it shares no song with."""
    found: dict[tuple[str, str, str], Effect] = {}
    for field in fields:
        spread = whole.moments[field.name]
        for profile in profiles:
            own = profile.moments[field.name]
            against = effect(own, spread, spread, test=(own, rest(spread, own)))
            if against:
                found[profile.token, CATALOGUE, field.name] = against
        for a, b in combinations(profiles, 2):
            pair = a.moments[field.name], b.moments[field.name]
            apart = effect(*pair, spread, test=None if shared.get((a.token, b.token)) else pair)
            if apart:
                found[a.token, b.token, field.name] = apart
    tested = [key for key, each in found.items() if each.p is not None]
    corrected = holm([p for key in tested if (p := found[key].p) is not None])
    return found | {key: replace(found[key], p=p) for key, p in zip(tested, corrected, strict=True)}
