"""What the benchmark of live brushing asks of every engine: drags of a brush, the views that follow, and the answers.

A drag has an active field, two brushes on other fields that stay, and the moves: columns first..stop-1 of the active
field, one pair a frame. The views are all charts of Explore that follow: a histogram of every other field, the facets,
the moods, the density of energy and valence, and the line of years. An answer is a dict: view -> (size,) int64, and
for "years" (years, 1 + 2 * fields of the line) float64: songs, then number and sum of the known values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.bench_counts import Brush, as_filter
from data_access import counts
from data_access.columns import CODE_COLUMN, ColumnStore
from data_access.explore import BY_YEAR, DENSITY
from data_access.fields import FIELD_BY_NAME, UNKNOWN_CODE, Field
from data_access.filters import SongFilter

MOVES = 60
SEED = 20_241_206
_STAYING = ("loudness", "acousticness", "speechiness", "liveness", "duration_ms")
"""Fields that a brush that stays may be on. Not those of the density: a crossfilter's group can leave out the filter of
its own dimension only, not of two."""

Answer = dict[str, np.ndarray]


@dataclass(frozen=True)
class Drag:
    """One gesture: `brushes` stay while columns first..stop-1 of `active` change; `moves` has (first, stop) a frame."""

    active: str
    brushes: tuple[Brush, ...]
    moves: tuple[tuple[int, int], ...]

    @property
    def field(self) -> Field:
        """The field of the chart that is brushed."""
        return FIELD_BY_NAME[self.active]

    @property
    def base(self) -> SongFilter:
        """The filter of the brushes that stay."""
        return as_filter(list(self.brushes))

    def filter(self, move: tuple[int, int]) -> SongFilter:
        """The filter that a release after this move commits."""
        return as_filter([*self.brushes, (self.active, *self.codes(move))])

    def codes(self, move: tuple[int, int]) -> tuple[int, int]:
        """First and last code of a move's columns."""
        per_column = self.field.codes_per_column
        return move[0] * per_column, min(move[1] * per_column, self.field.bins) - 1


@dataclass(frozen=True)
class View:
    """One chart as a query: the number of a song's bin, how many bins, and the fields whose brush it leaves out.

    `bin` is an expression over codes with {div} for whole division; bins beyond `size` are the last one when
    `last_is_unknown`, and left out otherwise. `sums` are fields whose known values are added up.
    """

    name: str
    bin: str
    size: int
    last_is_unknown: bool = True
    without: tuple[str, ...] = ()
    where: str = ""
    sums: tuple[str, ...] = ()


def views(store: ColumnStore, active: str, n_moods: int) -> list[View]:
    """The views that follow a brush on `active`, wide ones last."""
    found = [
        View(of.name, f"{of.name} {{div}} {of.codes_per_bar}", of.bars + 1, without=(of.name,))
        for of in store.fields
        if of.name != active
    ]
    found += [View("key", "key", 25), View("time_signature", "time_signature", 8), View("explicit", "explicit", 3)]
    found.append(View("moods", "mood", n_moods, last_is_unknown=False))
    x, y = (FIELD_BY_NAME[name] for name in DENSITY)
    row = f"CAST({y.name} AS integer) {{div}} {y.codes_per_bar}"  # a byte times 50 is more than a byte
    cell = f"{row} * {x.bars} + {x.name} {{div}} {x.codes_per_bar}"
    known = f"{x.name} < {UNKNOWN_CODE} AND {y.name} < {UNKNOWN_CODE}"
    found.append(View("density", cell, x.bars * y.bars, False, (x.name, y.name), known))
    year = FIELD_BY_NAME["year"]
    if year in store.fields:
        found.append(View("years", "year", year.bins, False, sums=BY_YEAR))
    return found


WIDE = ("density", "years")


def drags(store: ColumnStore, number: int = 4) -> Iterator[Drag]:
    """Seeded drags over different active fields: a brush is drawn, then moved to and fro, then made wider."""
    rng = np.random.default_rng(SEED)
    known = [of.name for of in store.fields]
    active = [name for name in ("tempo", "danceability", "instrumentalness", "year") if name in known]
    for name in active[:number]:
        staying = rng.choice([field for field in _STAYING if field in known], 2, replace=False)
        brushes = tuple(_staying_brush(store, str(field), rng) for field in staying)
        yield Drag(name, brushes, tuple(_moves(store, FIELD_BY_NAME[name], rng)))


def random_base(store: ColumnStore, active: str, rng: np.random.Generator) -> tuple[Brush, Brush]:
    """Two brushes on two fields other than `active`, as somebody has set them before a chart is touched."""
    others = [field for field in _STAYING if field != active and FIELD_BY_NAME[field] in store.fields]
    first, second = rng.choice(others, 2, replace=False)
    return _staying_brush(store, str(first), rng), _staying_brush(store, str(second), rng)


def _staying_brush(store: ColumnStore, name: str, rng: np.random.Generator) -> Brush:
    """A brush over 40 to 80 % of a field's songs, its ends on columns."""
    of, values = FIELD_BY_NAME[name], store.values(name)
    some = values[:: max(1, len(values) // 20_000)]
    start = rng.uniform(0.02, 0.2)
    ends = np.quantile(some[~np.isnan(some)], [start, start + rng.uniform(0.4, 0.78)])
    first, last = (of.code(ends.astype(np.float32)) // of.codes_per_column * of.codes_per_column).tolist()
    return name, first, max(last, first + of.codes_per_column) - 1


def _moves(store: ColumnStore, of: Field, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Columns of each frame of a drag over the columns that have songs, 1 to 4 columns a frame as a hand goes."""
    known = np.flatnonzero(np.bincount(store.code_column(of.name), minlength=256)[: of.bins]) // of.codes_per_column
    low, high = int(known[0]), int(known[-1]) + 1
    first = low + int(rng.integers(0, max(1, (high - low) // 3)))
    stop = first + 1
    direction = 1
    for frame in range(MOVES):
        step = int(rng.integers(1, 5))
        if frame < MOVES // 4 or frame >= 3 * MOVES // 4:
            stop = min(high, stop + step)
        else:
            if (direction > 0 and stop + step > high) or (direction < 0 and first - step < low):
                direction = -direction
            shift = max(low - first, min(high - stop, direction * step))
            first, stop = first + shift, stop + shift
        yield first, stop


def expected(store: ColumnStore, mood: np.ndarray, n_moods: int, drag: Drag, move: tuple[int, int]) -> Answer:
    """The answers of the application's own counts, which its tests hold equal to PostgreSQL's."""
    asked = counts.conditions(drag.filter(move), {}, store.n_songs)
    linked = counts.linked_counts(store, asked, free=DENSITY)
    x, y = (FIELD_BY_NAME[name] for name in DENSITY)
    answer: Answer = {}
    for view in views(store, drag.active, n_moods):
        if view.name in FIELD_BY_NAME:
            codes = linked.codes[CODE_COLUMN[view.name]]
            answer[view.name] = np.append(counts.bars(FIELD_BY_NAME[view.name], codes), codes[UNKNOWN_CODE])
        elif view.name == "explicit":
            answer[view.name] = linked.codes[CODE_COLUMN["explicit"]][[0, 1, UNKNOWN_CODE]]
        elif view.name in CODE_COLUMN:
            answer[view.name] = linked.codes[CODE_COLUMN[view.name]][: view.size]
        elif view.name == "moods":
            answer[view.name] = linked.tally("moods", mood)[:n_moods]
        elif view.name == "density":
            answer[view.name] = counts.density(store, x, y, linked.meets_others).ravel()
        else:
            songs, sums, known = counts.sums_by_code(store, "year", view.sums, linked.selected)
            rows = [songs, *(row for pair in zip(known, sums, strict=True) for row in pair)]
            answer[view.name] = np.array(rows, dtype=float).T[: view.size]
    return answer


def differences(found: Answer, wanted: Answer) -> list[str]:
    """Names of the views whose numbers differ; sums of float32 values may differ in their seventh digit."""
    assert found.keys() <= wanted.keys(), found.keys() - wanted.keys()
    return [
        name
        for name, numbers in found.items()
        if not (
            np.allclose(numbers, wanted[name], rtol=1e-6, atol=0)
            if name == "years"
            else np.array_equal(numbers, wanted[name])
        )
    ]
