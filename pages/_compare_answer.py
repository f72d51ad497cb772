"""From a Comparison to what Compare shows: figures, labels, the table, and every chart's sentence and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import plotly.graph_objects as go
from dash import get_relative_path
from dash.development.base_component import Component

from components import compare_charts, compare_parts, parts
from components.compare_charts import Label, Line
from components.compare_parts import Cell, Head, Row
from data_access.compare import ALPHA, CATALOGUE, YEAR_SONGS, Comparison, Profile
from data_access.compare_effects import Effect
from data_access.fields import AUDIO_FEATURES, FIELD_BY_NAME, Field
from data_access.things import shortened
from pages import _compare_bars as bars
from pages import _seeds as seeds
from pages._compare_state import FEATURE, CompareState

_LABEL = 20
_MINUS = "−"
_FULL_G, _FULL_Z = 1.6, 3.0  # effects from which a cell has the full strength of its colour


@dataclass(frozen=True)
class Chart:
    """A chart's figure, the names in it, what it shows in words, and its numbers as a table."""

    figure: go.Figure | None
    labels: Component | None
    says: parts.Content
    numbers: Component | None


@dataclass(frozen=True)
class Answer:
    """The comparison with the colours and the choices of one person."""

    state: CompareState
    found: Comparison

    @property
    def field(self) -> Field:
        """The feature that distributions and years show; another one where the catalogue lacks it."""
        known = [field.name for field in self.found.fields]
        wanted = (self.state.feature, FEATURE, known[0])
        return FIELD_BY_NAME[next(name for name in wanted if name in known)]

    def slot(self, profile: Profile) -> int:
        """Number of a thing's colour."""
        return self.state.slot(profile.token)

    def heads(self) -> list[Head]:
        """The things as the page names them."""
        return [
            Head(self.slot(p), p.token, p.name, p.detail, p.songs, get_relative_path(p.path)) for p in self.found.things
        ]

    def names(self) -> list[str]:
        """Short names, for labels and heads of columns."""
        return [shortened(p.name, _LABEL) for p in self.found.things]


def chips(answer: Answer) -> list[Component]:
    """A chip for each thing."""
    heads = answer.heads()
    return [compare_parts.chip(head, place, len(heads)) for place, head in enumerate(heads)]


# ---- what differs ----------------------------------------------------------------------------


def verdict(answer: Answer) -> str:
    """The strongest difference in words."""
    found = answer.found
    key = found.strongest()
    if key is None:
        return "Nothing about how they sound can be told apart." if len(found.things) > 1 else ""
    a, b, name = key
    effect = found.effects[key]
    if effect.size < 0:
        a, b = b, a
    field, by_token = FIELD_BY_NAME[name], {p.token: p for p in (found.catalogue, *found.things)}
    values = [
        f"{field.format(p.moments[name].mean)} for {p.name if p.token else 'the catalogue'}"
        for p in (by_token[a], by_token[b])
    ]
    symbol = "g" if effect.kind == "g" else "z"
    size = f"{effect_words(effect)} ({symbol} = {abs(effect.size):.1f}{_chance(effect)})"
    return f"The strongest difference is in {field.label.lower()}: {values[0]}, {values[1]}; {size}."


def effect_words(effect: Effect) -> str:
    """ "a large effect", "an uncommon distance" """
    if effect.kind == "z":
        return f"{'a' if effect.word == 'rare' else 'an'} {effect.word} distance"
    return f"a {effect.word} effect"


def _chance(effect: Effect) -> str:
    if effect.p is None:
        return ""
    p = "p < 0.001" if effect.p < 0.001 else f"p = {effect.p:.3f}" if effect.p < 0.1 else f"p = {effect.p:.2f}"
    return f", {p}" if effect.p < ALPHA else f", {p}: chance explains it as well"


def table(answer: Answer) -> Component:
    """Means with their effects, the fields that tell the things apart first."""
    found, against = answer.found, answer.state.against
    ordered = sorted(found.fields, key=lambda field: -found.matters(field.name))
    rows = [
        Row(
            field.label,
            field.meaning,
            field.format(found.catalogue.moments[field.name].mean),
            [_cell(answer, p, field, against) for p in found.things],
        )
        for field in ordered
    ]
    return compare_parts.difference_table(answer.heads(), rows, caption="Means of every feature and how they differ")


def _cell(answer: Answer, profile: Profile, field: Field, against: str) -> Cell:
    mean = profile.moments[field.name].mean
    value, slot = field.format(mean), answer.slot(profile)
    effect = answer.found.effect(profile.token, against, field.name) if profile.token != against else None
    if effect is None:
        return Cell(slot, value, 0.0, "", "the yardstick" if profile.token == against else "no effect can be told")
    size = f"{abs(effect.size):.1f}"
    sign = "" if float(size) == 0 else "+" if effect.size > 0 else _MINUS
    star = "" if effect.p is None or effect.p < ALPHA else " ?"
    yardstick = next((p.name for p in answer.found.things if p.token == against), "the catalogue")
    words = f"{effect_words(effect)}{_chance(effect)}: {profile.name} against {yardstick}"
    return Cell(slot, value, effect.size / (_FULL_G if effect.kind == "g" else _FULL_Z), f"{sign}{size}{star}", words)


def table_numbers(answer: Answer) -> Component:
    """Mean, deviation and number of known values of every field, for each thing and the catalogue."""
    everything = [*answer.found.things, answer.found.catalogue]
    rows = []
    for field in answer.found.fields:
        for p in everything:
            own = p.moments[field.name]
            effect = answer.found.effect(p.token, CATALOGUE, field.name) if p.token else None
            rows.append(
                (
                    field.label,
                    p.name,
                    field.format(own.mean),
                    "" if own.deviation is None else field.format(own.deviation),
                    f"{own.n:,}",
                    "" if effect is None else f"{effect.size:.2f} ({effect.word})",
                    "" if effect is None or effect.p is None else f"{effect.p:.2g}",
                )
            )
    head = ("Feature", "Of", "Mean", "Deviation", "Known", "Effect", "p (Holm)")
    return parts.table(head, rows, caption="Every mean, deviation and number", numeric=range(2, 7), one_line=True)


def pairs_numbers(answer: Answer) -> Component | None:
    """For any two things the feature that tells them apart most."""
    found = answer.found
    names = {p.token: p.name for p in found.things}
    rows = []
    for (a, b), of in _pairs(answer).items():
        name, effect = max(of.items(), key=lambda item: abs(item[1].size))
        shared = found.shared.get((a, b), 0)
        more, less = (a, b) if effect.size > 0 else (b, a)
        note = f"{compare_parts.songs_words(shared)} in both, no test" if shared else ""
        rows.append(
            (
                f"{names[a]} and {names[b]}",
                f"{FIELD_BY_NAME[name].label}, higher for {names[more]}" if more != less else "",
                f"{abs(effect.size):.1f} ({effect.word})",
                note if effect.p is None else f"{effect.p:.2g}",
            )
        )
    if not rows:
        return None
    return parts.table(
        ("Two things", "Differ most in", "Effect", "p (Holm)"), rows, caption="What tells two things apart most"
    )


def _pairs(answer: Answer) -> dict[tuple[str, str], dict[str, Effect]]:
    pairs: dict[tuple[str, str], dict[str, Effect]] = {}
    for (a, b, name), effect in answer.found.effects.items():
        if b != CATALOGUE and name in AUDIO_FEATURES:
            pairs.setdefault((a, b), {})[name] = effect
    return pairs


# ---- charts ----------------------------------------------------------------------------------


def radar(answer: Answer) -> Chart:
    """Percentiles of the means over the audio features."""
    found = answer.found
    fields = [field for field in found.fields if field.name in AUDIO_FEATURES]
    lines = [Line(answer.slot(p), p.name, [p.shares.get(field.name) for field in fields]) for p in found.things]
    rows = [(field.label, *(_share(line.y[place]) for line in lines)) for place, field in enumerate(fields)]
    spread = {
        field.label: max(shares) - min(shares)
        for place, field in enumerate(fields)
        if len(shares := [y for line in lines if (y := line.y[place]) is not None]) > 1
    }
    says = "Share of the catalogue's songs that are lower."
    if spread:
        ordered = sorted(spread, key=lambda label: -spread[label])
        says = f"Farthest apart in {ordered[0].lower()}, nearest in {ordered[-1].lower()}."
    return Chart(
        compare_charts.radar_of([field.label for field in fields], lines),
        None,
        says,
        parts.table(("Lower in the catalogue", *answer.names()), rows, caption="Percentiles of the means",
                    numeric=range(1, len(lines) + 1)),
    )  # fmt: skip


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.0f} %"


def distribution(answer: Answer) -> Chart:
    """The chosen feature of every thing as shares of its songs."""
    found, field = answer.found, answer.field
    shown = bars.shown_bars(field, found)
    lines, labels, rows, tops = [], [], [], []
    for p in found.things:
        own, slot = p.moments[field.name], answer.slot(p)
        if not own.n:
            continue
        single = own.n == 1 and own.mean is not None
        shares = shown.shares(p.bars[field.name])
        lines.append(Line(slot, p.name, () if single else shares, own.mean if single else None))
        peak = shares.index(max(shares))
        x = own.mean if single and own.mean is not None else (shown.edges[peak] + shown.edges[peak + 1]) / 2
        top = 1.0 if single else max(shares)
        labels.append(Label(slot, shortened(p.name, _LABEL), shown.place(x), top, words=field.format(own.mean)))
        rows.append((p, shares))
        tops.append(0.0 if single else max(shares))
    whole = shown.shares(found.catalogue.bars[field.name])
    top = max([*tops, *whole]) or 1
    placed = compare_charts.in_lanes(
        [Label(label.slot, label.name, label.x, 0.02 if label.y == 1 else 1 - label.y / top / 1.03, words=label.words)
         for label in labels]
    )  # fmt: skip
    lanes = max((label.lane for label in placed), default=-1) + 1
    figure = compare_charts.distribution(shown.edges, whole=whole, lines=lines, ticks=shown.ticks(), lanes=lanes)
    table_rows = [
        (shown.name(place), *(parts.percent(shares[place]) for _, shares in rows), parts.percent(whole[place]))
        for place in range(len(whole))
    ]
    head = (field.label, *(shortened(p.name, _LABEL) for p, _ in rows), "Catalogue")
    numbers = parts.table(
        head, table_rows, caption=f"Shares of songs by {field.label.lower()}", numeric=range(1, len(head))
    )
    return Chart(figure, compare_charts.labels_over(placed, "distribution"), _means_words(answer, field), numbers)


def _means_words(answer: Answer, field: Field) -> str:
    said = [f"{p.name} {field.format(p.moments[field.name].mean)}" for p in answer.found.things]
    whole = field.format(answer.found.catalogue.moments[field.name].mean)
    return f"Mean {field.label.lower()}: {', '.join(said)}; catalogue {whole}."


def years(answer: Answer) -> Chart:
    """Means of the chosen feature by year; figure None where the catalogue knows no years."""
    found, field = answer.found, answer.field
    if not found.catalogue.years or field.name == "year":
        return Chart(None, None, "", None)
    by_year = {p.token: dict(zip(p.years, p.by_year.get(field.name, ()), strict=False)) for p in found.things}
    said = sorted(year for means in by_year.values() for year, mean in means.items() if mean is not None)
    if not said:
        nobody = "none of these has" if len(found.things) > 1 else "it has not"
        return Chart(None, None, f"A year's mean takes {YEAR_SONGS} songs; {nobody} as many in any year.", None)
    span = list(range(said[0], said[-1] + 1))
    whole = dict(zip(found.catalogue.years, found.catalogue.by_year[field.name], strict=True))
    lines = [
        Line(answer.slot(p), p.name, [by_year[p.token].get(year) for year in span])
        for p in found.things
        if any(mean is not None for mean in by_year[p.token].values())
    ]
    grey = Line(0, "Catalogue", [whole.get(year) for year in span])
    low, high, ticks = bars.nice_range(field, [y for line in (grey, *lines) for y in line.y if y is not None])
    labels = [
        Label(line.slot, shortened(line.name, 16), y=1 - (last - low) / (high - low))
        for line in (grey, *lines)
        if (last := next((y for y in reversed(line.y) if y is not None), None)) is not None
    ]
    rows = [
        (str(year), *(field.format(line.y[place]) if line.y[place] is not None else "" for line in (*lines, grey)))
        for place, year in enumerate(span)
    ]
    head = ("Year", *(shortened(line.name, _LABEL) for line in (*lines, grey)))
    return Chart(
        compare_charts.years(lines, years=span, whole=grey, low=low, high=high, ticks=ticks),
        compare_charts.labels_over(compare_charts.apart(labels), "years"),
        f"Mean {field.label.lower()} from {span[0]} to {span[-1]}, of years with {YEAR_SONGS} or more songs.",
        parts.table(head, rows, caption=f"Mean {field.label.lower()} by year", numeric=range(1, len(head))),
    )


def moods(answer: Answer) -> Chart:
    """Shares of moods as bars; labels None without a model."""
    found = answer.found
    if not found.mood_colours:
        return Chart(None, None, "", None)
    colours = list(found.mood_colours.items())
    everything = [*found.things, found.catalogue]
    rows = [
        (answer.slot(p) if p.token else 0, p.name, [p.moods.get(mood, 0) for mood, _ in colours]) for p in everything
    ]
    said = []
    for p in found.things:
        if total := sum(p.moods.values()):
            most = max(p.moods, key=lambda mood: p.moods[mood])
            often = f"most often {most} ({parts.percent(p.moods[most] / total)})"
            said.append(f"{p.name}: {often if total > 1 else most}")
    numbers = [
        (name, *(parts.percent(count / (sum(songs) or 1)) for count in songs), f"{sum(songs):,}")
        for _, name, songs in rows
    ]
    head = ("", *(mood for mood, _ in colours), "Songs with a mood")
    return Chart(
        None,
        compare_parts.mood_bars(rows, colours),
        ", ".join(said) + "." if said else "None of their songs has a mood.",
        parts.table(head, numbers, caption="Shares of moods", numeric=range(1, len(head)), one_line=True),
    )


def songs(answer: Answer) -> Component:
    """Typical songs of each thing."""
    columns: list[tuple[Head, Sequence[tuple[str, str, str, Component]]]] = [
        (head, [
            (line.title, ", ".join(line.artists), get_relative_path(f"/song/{quote(line.spotify_id, safe='')}"),
             seeds.add_button(line))
            for line in profile.typical
        ])
        for head, profile in zip(answer.heads(), answer.found.things, strict=True)
    ]  # fmt: skip
    return compare_parts.song_columns(columns)
