"""From a report of a model (ml/report.py) to what the Moods page shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote

from dash import get_relative_path, html
from dash.development.base_component import Component

from components import mood_cards, mood_charts, mood_scores, parts
from components.mood_cards import Bar, MoodCard, SongRef
from components.mood_charts import Ridge, Tone
from data_access import models, songs
from data_access.catalogue import Catalogue, current
from data_access.fields import FIELD_BY_NAME, Field
from data_access.filters import SongFilter
from data_access.songs import SongLine
from ml import jobs
from ml.spec import ALGORITHM_NAMES, SCALING_NAMES, ModelSpec

GENRES_SHOWN = 24
_EXAMPLES = 3
SPAN_AT_LEAST = 1.5
"""Standard deviations that the bars of the cards reach at least."""


@dataclass(frozen=True)
class Shown:
    """The report that the page shows, and where it comes from; `model` is its number when it is the stored one."""

    report: dict
    model: int | None
    curve: dict | None
    scores: dict | None
    stability: dict | None

    @property
    def tones(self) -> list[Tone]:
        """The moods as charts know them."""
        return [Tone(mood["name"], mood["colour"]) for mood in self.report["moods"]]

    @property
    def spec(self) -> ModelSpec:
        """What it was fitted by."""
        return ModelSpec.from_query(parse_qs(self.report["spec"]))[0]

    @property
    def song_filter(self) -> SongFilter:
        """The songs that the report is about."""
        return SongFilter.from_query(parse_qs(self.report["filter"], keep_blank_values=True))[0]


class NotThere(RuntimeError):
    """The report that a page shows is no longer kept."""


def load(source: dict) -> Shown:
    """The report that `moods-source` names: {"model": number} or {"job": key, "report": "preview" or "whole"}.

    Raises NotThere when a job's files were deleted, and what the database raises.
    """
    jobs.warm()  # the charts' requests reach all workers, so whichever is asked for a fit next is ready
    if "job" not in source:
        model = models.require(current(), source["model"])
        told = model.report
        return Shown(told, model.model, told.get("curve"), told.get("scores"), told.get("stability"))
    progress = jobs.look(source["job"])
    report: dict | None = progress.whole if source["report"] == "whole" else progress.preview
    if report is None:
        raise NotThere("This fit is no longer kept; choose again.")
    return Shown(report, None, progress.curve, progress.scores or None, progress.stability)


# ---- words -------------------------------------------------------------------------------------


def headline(shown: Shown, preview: bool) -> list:
    """What is being looked at, in two sentences."""
    report, spec = shown.report, shown.spec
    labels = [FIELD_BY_NAME[name].label.lower() for name in spec.features]
    by = f"{', '.join(labels[:-1])} and {labels[-1]}"
    of = shown.song_filter
    asked = f"{report['songs']:,} songs" + (f" ({of.sentence()})" if of != SongFilter() else "")
    how = f"by {by}: {ALGORITHM_NAMES[spec.algorithm]}, {SCALING_NAMES[spec.scaling]} scaling."
    without = (
        f" {report['without']:,} songs know too few of these features to have a mood." if report["without"] else ""
    )
    lead = [html.Strong(f"{len(report['moods'])} moods"), f" of {asked} {how}{without}"]
    if preview:
        return [html.Span("Preview", className="mg-badge mg-badge-live"), " ", *lead,
                f" Fitted on a sample of {report['fitted']:,} songs; all of them follow."]  # fmt: skip
    return lead


def strongest(shown: Shown) -> str:
    """The sizes of the moods in words."""
    counts = [mood["songs"] for mood in shown.report["moods"]]
    return mood_charts.shares_in_words(shown.tones, counts)


# ---- the cards ---------------------------------------------------------------------------------


def overview(shown: Shown) -> Component:
    """All songs as one bar of moods."""
    return mood_charts.overview(shown.tones, [mood["songs"] for mood in shown.report["moods"]])


def cards(shown: Shown, live: Catalogue) -> list[Component]:
    """One card a mood."""
    moods = shown.report["moods"]
    ids = sorted({song for mood in moods for song in (*mood["typical"], *mood["extreme"])})
    named = dict(zip(ids, songs.lines(live.version, ids), strict=False))
    total = sum(mood["songs"] for mood in moods) or 1
    used = set(shown.spec.features)
    largest = max((abs(mood["effects"].get(name) or 0) for mood in moods for name in used), default=0)
    span = max(SPAN_AT_LEAST, largest)
    return [
        mood_cards.card(
            MoodCard(
                tone=tone,
                songs=mood["songs"],
                share=mood["songs"] / total,
                bars=_bars(mood, shown.report, used),
                typical=[*map(_song, examples([named[song] for song in mood["typical"] if song in named]))],
                extreme=[*map(_song, examples([named[song] for song in mood["extreme"] if song in named]))],
                links=_links(shown, tone.name),
            ),
            span,
        )
        for mood, tone in zip(moods, shown.tones, strict=True)
    ]


def _bars(mood: dict, report: dict, used: set[str]) -> list[Bar]:
    found = []
    for name, effect in mood["effects"].items():
        mean, usual = mood["means"].get(name), report["means"].get(name)
        if effect is None or mean is None or usual is None:
            continue
        of = FIELD_BY_NAME[name]
        words = (
            f"{of.label}: on average {of.format(mean)}, in the catalogue {of.format(usual)}; "
            f"{abs(effect):.1f} standard deviations {'above' if effect >= 0 else 'below'}."
        )
        found.append(Bar(of.label, effect, of.format(mean), words, name in used))
    return found


def examples(lines: Sequence[SongLine]) -> list[SongLine]:
    """The first few, no song twice under whatever name its version has: "Hello - Live" is "Hello"."""
    found: dict[tuple[str, tuple[str, ...]], SongLine] = {}
    for line in lines:
        title = re.sub(r"\s(- |[(\[]).*", "", line.title.casefold())
        found.setdefault((title, line.artists[:1]), line)
    return list(found.values())[:_EXAMPLES]


def _song(line: SongLine) -> SongRef:
    href = get_relative_path(f"/song/{quote(line.spotify_id, safe='')}")
    return SongRef(line.title, ", ".join(line.artists), href)


def _links(shown: Shown, name: str) -> list[tuple[str, str]]:
    if shown.model is None:
        return []
    query = replace(shown.song_filter, moods=frozenset({name})).to_query()
    return [
        ("Explore these", get_relative_path(f"/explore?{query}")),
        ("On the map", get_relative_path(f"/map?{query}")),
    ]


def card_numbers(shown: Shown) -> Component:
    """Sizes and means of all moods as a table."""
    fields = [FIELD_BY_NAME[name] for name in shown.report["means"] if name in FIELD_BY_NAME]
    rows = [
        (mood["name"], f"{mood['songs']:,}", *(of.format(mood["means"].get(of.name)) for of in fields))
        for mood in shown.report["moods"]
    ]
    rows.append(("The catalogue", "", *(of.format(shown.report["means"][of.name]) for of in fields)))
    head = ("Mood", "Songs", *(of.label for of in fields))
    return parts.table(head, rows, caption="Mean of each feature by mood", numeric=range(1, len(head)), one_line=True)


# ---- charts: each gives (chart, summary in words, table of numbers) ------------------------------

Drawn = tuple[Component | None, str, Component | None]


def curve(shown: Shown) -> Drawn:
    """Inertia and silhouette against the number of moods."""
    found, spec = shown.curve, shown.spec
    chosen = len(shown.report["moods"])
    fixed = spec.algorithm == "hdbscan"
    if not found or not found["k"]:
        empty = mood_charts.curve([], [], [], elbow=None, chosen=chosen, may_choose=not fixed)
        return empty, "Computed once the moods are there.", None
    k, silhouette = found["k"], found["silhouette"]
    best = k[max(range(len(k)), key=lambda place: silhouette[place])]
    elbow = found.get("elbow")
    bend = f"The curve bends at {elbow} moods" if elbow else "The curve has no clear bend"
    says = f"{bend}; the silhouette is highest at {best}. Chosen: {chosen}. A press on a number chooses it."
    if fixed:
        says = f"{bend}; the silhouette is highest at {best}. HDBSCAN found {chosen} by itself."
    rows = [(n, f"{i:,.0f}", f"{s:.3f}") for n, i, s in zip(k, found["inertia"], silhouette, strict=True)]
    drawn = mood_charts.curve(k, found["inertia"], silhouette, elbow=elbow, chosen=chosen, may_choose=not fixed)
    return drawn, says, _table(("Moods", "Inertia", "Silhouette"), rows, f"K-Means on {found['sample']:,} songs")


def scores(shown: Shown) -> Component:
    """How good it is."""
    return mood_scores.score_list(shown.scores, shown.stability)


def distribution(shown: Shown, name: str) -> Drawn:
    """A feature's histogram in each mood."""
    of, report = FIELD_BY_NAME[name], shown.report
    counts = report["distributions"].get(name)
    if not counts:
        return None, f"This catalogue knows no song's {of.label.lower()}.", None
    first, last = _span(of, counts)
    edges = [float(edge) for edge in of.bar_edges[first : last + 1]]
    low, high = edges[0], edges[-1]

    def place(value: float | None) -> float | None:
        return None if value is None else (value - low) / (high - low)

    means = [mood["means"].get(name) for mood in report["moods"]]
    rows = [
        Ridge(tone, row[first:last], of.format(mean), place(mean))
        for tone, row, mean in zip(shown.tones, counts, means, strict=True)
    ]
    ticks = [(share, of.format(low + share * (high - low))) for share in (0, 0.25, 0.5, 0.75, 1)]
    known = [(mean, tone.name) for mean, tone in zip(means, shown.tones, strict=True) if mean is not None]
    says = ""
    if known:
        (least, lowest), (most, highest) = min(known), max(known)
        says = f"Lowest in {lowest} (on average {of.format(least)}), highest in {highest} ({of.format(most)})."
    table = _table(
        ("From", *(tone.name for tone in shown.tones)),
        [(of.format(edges[i]), *(f"{row[first + i]:,}" for row in counts)) for i in range(last - first)],
        f"Songs by {of.label.lower()} and mood",
    )
    return mood_charts.ridges(rows, ticks, place(report["means"].get(name))), says, table


def _span(of: Field, counts: Sequence[Sequence[int]]) -> tuple[int, int]:
    """First bar and end of what is drawn: years, loudness and the like without their empty ends."""
    used = [bar for bar in range(of.bars) if any(row[bar] for row in counts)]
    if not used or (of.low, of.high) == (0, 1):
        return 0, of.bars
    return used[0], used[-1] + 1


def by_time(shown: Shown, decades: bool) -> Drawn:
    """Shares of the moods by year or decade."""
    years, by_year = shown.report["years"], shown.report["by_year"]
    if not years:
        return None, "", None
    grouped: dict[int, list[int]] = {}
    for place, year in enumerate(years):
        sums = grouped.setdefault(year // 10 * 10 if decades else year, [0] * len(by_year))
        for mood, counts in enumerate(by_year):
            sums[mood] += counts[place]
    columns = [(f"{start}s" if decades else str(start), sums) for start, sums in sorted(grouped.items())]
    step = 1 if len(columns) <= 12 else 10
    labelled = [label for label, _ in columns if decades or len(columns) <= 12 or int(label) % step == 0]
    says = _trend(shown.tones, [column for column in columns if sum(column[1]) >= 30])
    rows = [(label, *(f"{count:,}" for count in counts)) for label, counts in columns]
    head = ("Decade" if decades else "Year", *(tone.name for tone in shown.tones))
    drawn = html.Div([
        mood_charts.legend(shown.tones),
        mood_charts.columns_of_shares(shown.tones, columns, labelled=labelled),
    ])  # fmt: skip
    return drawn, says, _table(head, rows, "Songs by time and mood")


def _trend(tones: Sequence[Tone], columns: Sequence[tuple[str, Sequence[int]]]) -> str:
    if len(columns) < 2:
        return "Too few songs with a year to compare."
    (first, before), (last, after) = columns[0], columns[-1]
    change = [a / sum(after) - b / sum(before) for a, b in zip(after, before, strict=True)]
    up, down = (function(range(len(change)), key=change.__getitem__) for function in (max, min))

    def moved(mood: int) -> str:
        shares = (parts.percent(counts[mood] / sum(counts)) for counts in (before, after))
        return f"{tones[mood].name} {' → '.join(shares)}"

    return f"From {first} to {last}: {moved(up)}, {moved(down)}."


def by_genre(shown: Shown) -> Drawn:
    """Shares of the moods in each genre, the largest genres first."""
    names, by_mood = shown.report["genres"], shown.report["by_genre"]
    rows = [(name, [counts[place] for counts in by_mood]) for place, name in enumerate(names)]
    rows = sorted((row for row in rows if sum(row[1])), key=lambda row: (-sum(row[1]), row[0]))
    if not rows:
        return None, "", None
    # The genre that has most of its songs in one mood.
    name, counts = max(rows, key=lambda row: max(row[1]) / (sum(row[1]) + 20))
    top = max(range(len(counts)), key=counts.__getitem__)
    says = f"Most of one mood: {name}, {parts.percent(counts[top] / sum(counts))} {shown.tones[top].name}."
    if len(rows) > GENRES_SHOWN:
        says += f" The {GENRES_SHOWN} largest of {len(rows)} genres; all are under Numbers."
    drawn = html.Div([
        mood_charts.legend(shown.tones),
        mood_charts.rows_of_shares(shown.tones, rows[:GENRES_SHOWN]),
    ])  # fmt: skip
    table = [(name, *(f"{count:,}" for count in counts)) for name, counts in rows]
    return drawn, says, _table(("Genre", *(tone.name for tone in shown.tones)), table, "Songs by genre and mood")


def agreement(shown: Shown) -> Drawn:
    """How far these moods are those of the model they were compared with."""
    found = shown.report.get("agreement")
    if not found:
        return None, "There was no stored model to compare with.", None
    _, words = mood_scores.agreement_words(found["rand"])
    says = f"Beside model {found['model']}: {words}. Adjusted Rand index {found['rand']:.2f}; 1 is equal, 0 is chance."
    caption = f"Where the songs of each mood are in model {found['model']}"
    table = _table(
        ("Mood", *found["names"]),
        [(t.name, *(f"{n:,}" for n in row)) for t, row in zip(shown.tones, found["table"], strict=True)],
        caption,
    )
    return mood_charts.crosstab(shown.tones, found["names"], found["table"], caption=caption), says, table


def _table(head: Sequence[str], rows: Sequence[Sequence], caption: str) -> Component:
    return parts.table(head, rows, caption=caption, numeric=range(1, len(head)), one_line=True)
