"""The peer: the stock Dash recipe for linked charts, as tutorials have it, with nothing made slow on purpose.

The songs are a pandas frame in a global; every chart is a `px.histogram` over the rows that pass the other charts'
brushes; one callback returns all figures. `FRAME` names a Parquet file of the songs; with `UPDATE=drag` a slider tells
of every step while it is dragged, and not only when it is let go.
"""

from __future__ import annotations

import os

import pandas as pd
import plotly.express as px
from dash import Dash, Input, Output, dcc, html

frame = pd.read_parquet(os.environ["FRAME"])
fields = list(frame.columns)
ends = {f: [float(frame[f].min()), float(frame[f].max())] for f in fields}
update = os.environ.get("UPDATE", "mouseup")
app = Dash(__name__)
server = app.server
app.layout = html.Div(
    [
        html.P(id="sentence"),
        *(dcc.RangeSlider(*ends[f], value=ends[f], id=f"range-{f}", updatemode=update) for f in fields),
        *(dcc.Graph(id=f"chart-{f}") for f in fields),
    ]
)


@app.callback(
    Output("sentence", "children"),
    *(Output(f"chart-{f}", "figure") for f in fields),
    *(Input(f"range-{f}", "value") for f in fields),
)
def linked(*brushes):
    """One mask a brush, one figure a chart; each chart leaves its own brush out."""
    masks = {
        f: frame[f].between(brush[0], brush[1], inclusive="left")
        for f, brush in zip(fields, brushes, strict=True)
        if brush and brush != ends[f]  # a slider that was not touched leaves unknown values in, too
    }
    figures = []
    for chart in fields:
        shown = frame
        others = [mask for f, mask in masks.items() if f != chart]
        if others:
            together = others[0]
            for mask in others[1:]:
                together = together & mask
            shown = frame[together]
        figures.append(px.histogram(shown, x=chart, nbins=50))
    selected = pd.Series(True, index=frame.index)
    for mask in masks.values():
        selected = selected & mask
    return f"{int(selected.sum())} songs", *figures
