"""What Compare is built of beside its charts: chips of things, the table of differences, shares of moods, songs.

Everything that belongs to one thing has `data-slot`, the number of its colour: pointing at one lights all of them
(assets/compare_light.js, 62-compare.css).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from components import parts


@dataclass(frozen=True)
class Head:
    """One thing as the page names it."""

    slot: int
    token: str
    name: str
    detail: str
    songs: int
    href: str


@dataclass(frozen=True)
class Cell:
    """A mean in the table: its words, the effect against the yardstick in words, and all of it in a sentence.

    `heat` is how strong the effect is, from -1 (lower) to 1 (higher); what is beyond has the colour of the ends.
    """

    slot: int
    value: str
    heat: float
    effect_words: str
    meaning: str


@dataclass(frozen=True)
class Row:
    """A field of the table: its name and meaning, the catalogue's value, a cell for each thing."""

    name: str
    meaning: str
    catalogue: str
    cells: Sequence[Cell]


def songs_words(number: int) -> str:
    """ "1 song", "1,204 songs" """
    return f"{number:,} song{'' if number == 1 else 's'}"


def chip(head: Head, place: int, places: int) -> Component:
    """A thing as a coloured column head with what can be done to it; assets/compare.js does it."""
    controls = [_control("swap", "⇄", f"Swap {head.name} with another", places < 2)]
    controls.insert(0, _control("left", "←", f"Move {head.name} left", place == 0))
    controls.append(_control("right", "→", f"Move {head.name} right", place == places - 1))
    controls.append(_control("remove", "×", f"Remove {head.name}", False))
    link = dcc.Link(head.name, href=head.href, className="mg-compare-name", title=head.name)
    return html.Li(
        [
            html.Div(link, dir="auto", className="mg-compare-name-row"),
            html.Div(f"{head.detail} · {songs_words(head.songs)}", className="mg-compare-detail"),
            html.Div(controls, className="mg-compare-controls"),
        ],
        className="mg-compare-chip",
        **parts.data(slot=str(head.slot), thing=head.token),
    )


def _control(action: str, sign: str, label: str, disabled: bool) -> Component:
    return html.Button(
        sign, type="button", className="mg-compare-control", disabled=disabled, title=label,
        **parts.data(act=action), **parts.aria(label=label),
    )  # fmt: skip


def yardsticks(heads: Sequence[Head], chosen: str) -> Component:
    """Buttons for what the effects are measured from: the catalogue, or one of the things."""
    options = [("", "the catalogue", 0), *((head.token, head.name, head.slot) for head in heads)]
    return html.Div(
        [
            html.Span("compared with", className="mg-compare-against-word"),
            *(
                html.Button(
                    name, type="button", className="mg-compare-yardstick", dir="auto",
                    **parts.data(against=token, **({"slot": str(slot)} if slot else {})),
                    **parts.aria(pressed=str(token == chosen).lower()),
                )
                for token, name, slot in options
            ),
        ],
        className="mg-compare-against",
        role="group",
        **parts.aria(label="What the effects are measured from"),
    )  # fmt: skip


def difference_table(heads: Sequence[Head], rows: Sequence[Row], *, caption: str) -> Component:
    """Means with effect sizes, the rows that differ most first; the stronger the effect, the stronger the tint."""
    head = [
        html.Th("Feature", scope="col"),
        *(_head_cell(each) for each in heads),
        html.Th("Catalogue", scope="col", className="mg-number"),
    ]
    body = [
        html.Tr(
            [
                html.Th(parts.hint(row.name, row.meaning), scope="row"),
                *map(_cell, row.cells),
                html.Td(row.catalogue, className="mg-number mg-muted"),
            ]
        )
        for row in rows
    ]
    return html.Div(
        html.Table(
            [html.Caption(caption, className="visually-hidden"), html.Thead(html.Tr(head)), html.Tbody(body)],
            className="mg-table mg-compare-table",
        ),
        className="mg-table-frame",
        tabIndex="0",
        role="region",
        **parts.aria(label=caption),
    )


def _head_cell(head: Head) -> Component:
    return html.Th(
        html.Span(head.name, dir="auto", className="mg-compare-column"),
        scope="col",
        className="mg-number",
        title=head.name,
        **parts.data(slot=str(head.slot)),
    )


def _cell(cell: Cell) -> Component:
    side = "higher" if cell.heat > 0 else "lower"
    return html.Td(
        [
            html.Span(cell.value, className="mg-compare-mean"),
            html.Span(cell.effect_words, className="mg-compare-effect"),
            html.Span(cell.meaning, className="visually-hidden"),
        ],
        className=f"mg-number mg-compare-cell mg-compare-{side}",
        style={"--heat": f"{min(abs(cell.heat), 1):.2f}"},
        title=cell.meaning,
        **parts.data(slot=str(cell.slot)),
    )


def mood_bars(rows: Sequence[tuple[int, str, Sequence[int]]], moods: Sequence[tuple[str, int]]) -> Component:
    """One bar of shares a thing: (slot, name, songs by mood); slot 0 is the catalogue. `moods` are (name, colour)."""
    legend = [
        html.Li([html.I(className="mg-swatch", style={"background": f"var(--mg-cat-{colour})"}), name])
        for name, colour in moods
    ]
    return html.Div(
        [
            html.Ul(legend, className="mg-compare-moods-key"),
            *(_mood_bar(slot, name, songs, moods) for slot, name, songs in rows),
        ],
        className="mg-compare-moods",
    )


def _mood_bar(slot: int, name: str, songs: Sequence[int], moods: Sequence[tuple[str, int]]) -> Component:
    total = sum(songs) or 1
    shares = [
        html.Div(
            html.Span(f"{100 * count / total:.0f}") if count / total >= 0.08 else None,
            style={"flexGrow": count, "background": f"var(--mg-cat-{colour})"},
            title=f"{mood}: {parts.percent(count / total)}",
        )
        for count, (mood, colour) in zip(songs, moods, strict=True)
        if count
    ]
    said = ", ".join(
        f"{mood} {parts.percent(count / total)}" for count, (mood, _) in zip(songs, moods, strict=True) if count
    )
    return html.Div(
        [
            html.Span(name, className="mg-compare-mood-name", dir="auto", title=name),
            html.Div(shares, className="mg-compare-mood-bar", role="img", **parts.aria(label=f"{name}: {said}.")),
        ],
        className="mg-compare-mood-row",
        **(parts.data(slot=str(slot)) if slot else {}),
    )


def song_columns(columns: Sequence[tuple[Head, Sequence[tuple[str, str, str, Component]]]]) -> Component:
    """Typical songs of each thing: (title, artists, href, the button that adds it to the playlist)."""
    return html.Div(
        [
            html.Div(
                [
                    html.H3(head.name, dir="auto"),
                    html.Ul(
                        [
                            html.Li(
                                [html.Div([parts.link(title, href), html.Small(artists, dir="auto")], dir="auto"), add]
                            )
                            for title, artists, href, add in songs
                        ]
                    ),
                ],
                className="mg-compare-songs-of",
                **parts.data(slot=str(head.slot)),
            )
            for head, songs in columns
        ],
        className="mg-compare-songs",
    )


def ready_made(offers: Sequence[tuple[str, str, str]]) -> Component:
    """Comparisons to begin with: (title, words, href)."""
    return html.Div(
        [
            dcc.Link(
                [html.Strong(title, dir="auto"), html.Span(words)],
                href=href,
                className="mg-compare-offer",
            )
            for title, words, href in offers
        ],
        className="mg-compare-offers",
    )
