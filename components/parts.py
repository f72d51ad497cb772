"""Small pieces that every page is built of: card, section, stat, hint, table. They know no data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

Content = Any
"""What Dash takes as children: a component, a string, a number, or a list of these."""


def aria(**names: str) -> dict[str, Any]:
    """Keyword arguments for ARIA attributes: aria(label="Pages") -> {"aria-label": "Pages"}."""
    return {f"aria-{name}": value for name, value in names.items()}


def data(**names: str) -> dict[str, Any]:
    """Keyword arguments for data attributes: data(hint="...") -> {"data-hint": "..."}."""
    return {f"data-{name.replace('_', '-')}": value for name, value in names.items()}


def page(*children: Content, title: str, lead: Content = None, wide: bool = False) -> Component:
    """The container of a page: its one h1, a sentence below it, and the rest."""
    head = html.Div([html.H1(title), html.P(lead, className="mg-lead") if lead else None], className="mg-page-head")
    return html.Div([head, *children], className="mg-page mg-page-wide" if wide else "mg-page")


def card(*children: Content, title: Content = None, hint: str = "", aside: Content = None, **options: Any) -> Component:
    """A card: `title` at its top (with a hint behind a ?), `aside` at the title's right.

    `options` go to the section element; `className` is added to the card's own.
    """
    head = None
    if title is not None:
        head = html.Div(
            [
                html.H2([title, hint_mark(hint) if hint else None]),
                html.Div(aside, className="mg-card-aside") if aside else None,
            ],
            className="mg-card-head",
        )
    class_name = f"mg-card {options.pop('className', '')}".strip()
    return html.Section([head, *children], className=class_name, **options)


def section(*children: Content, title: Content, lead: Content = None) -> Component:
    """A part of a page under a heading of its own, without a card's frame."""
    return html.Section(
        [html.H2(title, className="mg-section-title"), html.P(lead, className="mg-note") if lead else None, *children],
        className="mg-section",
    )


def stat(value: Content, label: str) -> Component:
    """One large number and what it counts."""
    return html.Div([html.Dd(value), html.Dt(label)], className="mg-stat")


def stats(pairs: Iterable[tuple[Content, str]]) -> Component:
    """A row of stats: (value, label)."""
    return html.Dl([stat(value, label) for value, label in pairs], className="mg-stats")


def hint_mark(text: str) -> Component:
    """A small ? whose explanation shows on hover, focus and tap (assets/20-shell.css draws it)."""
    return html.Button("?", type="button", className="mg-hint", **data(hint=text), **aria(label=text))


def hint(content: Content, text: str) -> Component:
    """Words with a dotted underline and an explanation on hover and focus."""
    return html.Span(content, className="mg-hinted", tabIndex="0", **data(hint=text), **aria(description=text))


def table(
    head: Sequence[Content],
    rows: Iterable[Sequence[Content]],
    *,
    caption: str,
    numeric: Iterable[int] = (),
    one_line: bool = False,
) -> Component:
    """A plain table that scrolls sideways by itself where it does not fit.

    `numeric` are the places of columns that are aligned right; `one_line` keeps every row on one line. The
    caption is for screen readers.
    """
    right = set(numeric)

    def cells(of: Sequence[Content], kind: Any) -> list[Component]:
        return [kind(cell, className="mg-number" if place in right else None) for place, cell in enumerate(of)]

    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="visually-hidden"),
                html.Thead(html.Tr(cells(head, html.Th))),
                html.Tbody([html.Tr(cells(row, html.Td)) for row in rows]),
            ],
            className="mg-table mg-table-lines" if one_line else "mg-table",
        ),
        className="mg-table-frame",
        tabIndex="0",
        role="region",
        **aria(label=caption),
    )


def link(content: Content, href: str, quiet: bool = False) -> Component:
    """A link within the application; `href` has the prefix (dash.get_relative_path)."""
    return dcc.Link(content, href=href, className="mg-link mg-link-quiet" if quiet else "mg-link")


def numbers_table(head: Sequence[Content], rows: Iterable[Sequence[Content]], *, caption: str) -> Component:
    """A chart's numbers, folded away below it."""
    listed = [list(row) for row in rows]
    return html.Details(
        [html.Summary("Numbers"), table(head, listed, caption=caption, numeric=range(1, len(head)))],
        className="mg-details",
    )


def percent(share: float) -> str:
    """0.0413 -> "4.1 %"; a share that is there but tiny is not written as nothing."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share * 100:.{1 if 0 < share < 0.1 else 0}f} %"
