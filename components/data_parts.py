"""What the Data page is built of: the sum of the file's rows, definitions, the history of loads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from components import parts, spark
from components.parts import Content, percent


def definitions(pairs: Sequence[tuple[str, Content]]) -> Component:
    """Names and values, one pair a line."""
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(value)]) for name, value in pairs if value is not None], className="mg-defs"
    )


def row_sum(*, file_rows: int, song_rows: int, merged_rows: int, rejected_rows: int) -> Component:
    """The rows of the file as the sum of what became of them, in figures and as a bar."""
    terms = (
        (song_rows, "became songs", "songs"),
        (merged_rows, "repeat a song and were merged into it", "merged"),
        (rejected_rows, "were rejected", "rejected"),
    )
    label = f"Of {file_rows:,} rows, " + ", ".join(f"{count:,} {words}" for count, words, _ in terms) + "."
    figures: list[Content] = [_figure(file_rows, "rows in the file", "file")]
    for sign, (count, words, kind) in zip(("=", "+", "+"), terms, strict=True):
        figures += [html.Span(sign, className="mg-sum-sign"), _figure(count, words, kind)]
    return html.Div([html.Div(figures, className="mg-sum"), spark.share_bar(terms, label=label)])


def _figure(count: int, words: str, kind: str) -> Component:
    return html.Div(
        [html.Strong(f"{count:,}"), html.Span(words)], className=f"mg-sum-figure mg-sum-{kind if count else 'none'}"
    )


def unknowns(counts: Sequence[tuple[str, int]], songs: int) -> Component:
    """(column, songs with an unknown value) as a table, most first; what is known of every song in one line."""
    some = sorted((pair for pair in counts if 0 < pair[1] < songs), key=lambda pair: -pair[1])
    absent = [label for label, count in counts if count == songs]
    complete = [label for label, count in counts if count == 0]
    return html.Div(
        [
            parts.table(
                ("Column", "Unknown for", "Share", ""),
                [
                    (
                        label,
                        f"{count:,} {'song' if count == 1 else 'songs'}",
                        percent(count / songs),
                        spark.meter(count / songs, label=""),
                    )
                    for label, count in some
                ],
                caption="Songs with an unknown value, by column",
                numeric=(1, 2),
            )
            if some
            else None,
            _listed("Known for every song", complete),
            _listed("Not in this file at all", absent),
        ],
        className="mg-unknowns",
    )


def _listed(words: str, labels: Sequence[str]) -> Component | None:
    if not labels:
        return None
    return html.P([html.Strong(f"{words}: "), ", ".join(label.lower() for label in labels), "."], className="mg-note")


def rejections(rows: Sequence[tuple[str, str, int, Sequence[tuple[int, str]]]]) -> Component:
    """(reason, column, rows, examples as (line, row)), one line each, which opens to its examples."""
    return html.Div(
        [
            html.Details(
                [
                    html.Summary(
                        [
                            html.Strong(f"{count:,} {'row' if count == 1 else 'rows'}", className="mg-reject-rows"),
                            html.Span(reason),
                            html.Span(
                                ["column ", html.Code(column)] if column else "the whole row", className="mg-note"
                            ),
                        ]
                    ),
                    *(example_row(text, line) for line, text in examples),
                ],
                className="mg-reject",
            )
            for reason, column, count, examples in rows
        ]
    )


def example_row(text: str, line: int) -> Component:
    """A rejected row as it stands in the file."""
    return html.Div(
        [html.Span(f"line {line:,}", className="mg-muted"), html.Code(text, className="mg-row-text", dir="auto")],
        className="mg-example",
    )


# ---- words -----------------------------------------------------------------------------------


def number(value: int | None) -> str:
    """12431 -> "12,431"; nothing for None."""
    return "" if value is None else f"{value:,}"


def moment(value: datetime | None) -> str:
    """A time in the zone that it is in: "4 Nov 2026, 09:05 UTC"; nothing for None."""
    return f"{value:%-d %b %Y, %H:%M %Z}".strip() if value else ""


def duration(seconds: float) -> str:
    """1.63 -> "1.6 s", 75 -> "1 min 15 s"."""
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def size(n_bytes: int | None) -> str | None:
    """345000000 -> "345.0 MB"; None stays None."""
    if n_bytes is None:
        return None
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= factor:
            return f"{n_bytes / factor:.1f} {unit}"
    return f"{n_bytes} bytes"
