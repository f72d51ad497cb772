"""Figures of components/charts.py: what is drawn, from which numbers, and how little of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from components import charts


def test_a_small_selection_is_drawn_as_high_as_the_catalogue():
    whole, selected = charts.scaled([600, 300, 100], [0, 1, 1])

    assert whole == pytest.approx([1, 0.5, 1 / 6])
    assert selected == pytest.approx([0, 0.5 / 0.6, 0.5 / 0.6])


def test_the_tallest_bar_of_either_set_reaches_the_top():
    for whole, selected in (([1, 9], [5, 5]), ([5, 5], [9, 1]), ([3, 3], [])):
        assert max(*charts.scaled(whole, selected)[0], *charts.scaled(whole, selected)[1]) == pytest.approx(1)


def test_no_songs_have_no_height():
    assert charts.scaled([2, 2], [0, 0]) == ([1, 1], [0, 0])
    assert charts.scaled([0, 0], [0, 0]) == ([0, 0], [0, 0])


def test_histogram_puts_the_catalogue_behind_and_bars_between_their_edges():
    figure = charts.histogram([0, 2, 4, 5], whole=[1, 2, 1], selected=[0, 1, 0], ticks=[(2, "2 dB")])

    back, front = figure.data
    assert (back.uid, front.uid) == ("whole", "selected")
    assert figure.layout.barmode == "overlay"
    assert tuple(front.x) == (1, 3, 4.5)
    assert all(width < edge for width, edge in zip(front.width, (2, 2, 1), strict=True))
    assert tuple(figure.layout.xaxis.range) == (0, 5)
    assert tuple(figure.layout.xaxis.ticktext) == ("2 dB",)


def test_density_leaves_empty_cells_empty_and_others_by_the_square_root():
    figure = charts.density([0, 1, 2], [0, 1], counts=[[0, 9]])

    assert figure.data[0].z[0][0] is None
    assert figure.data[0].z[0][1] == 3


def test_by_year_shows_only_the_lines_that_have_values():
    figure = charts.by_year(["energy", "tempo"], years=[1990, 1991], songs=[3, 4], means={"tempo": [0.4, None]})

    bars, energy, tempo = figure.data
    assert tuple(bars.y) == (3, 4)
    assert not energy.visible
    assert tempo.visible
    assert tuple(tempo.y) == (0.4, None)


@pytest.mark.parametrize("kind", charts.MARGINS)
def test_margins_are_the_insets_of_the_brush(kind: str):
    # The brush lies over the plot area by CSS alone: the two must say the same.
    css = (Path(charts.__file__).parents[1] / "assets" / "15-charts.css").read_text()
    inset = re.search(rf"\.mg-plot-{kind} \.mg-brush {{\s*inset: ([^;]+);", css)
    assert inset
    sides = [int(side.removesuffix("px")) for side in inset[1].split()]
    top, right, bottom, left = (*sides, sides[1])[:4]

    assert charts.MARGINS[kind] == {"t": top, "r": right, "b": bottom, "l": left}


def test_a_figure_brings_no_template_and_stays_small():
    figure = charts.histogram([i / 50 for i in range(51)])

    assert len(json.dumps(json.loads(figure.to_json()))) < 3000


def test_the_picture_is_hidden_from_screen_readers_and_the_card_says_it_in_words():
    plot = charts.plot("explore-energy-chart", charts.histogram([0, 1]), "histogram")
    card = charts.chart_card("explore-energy", "Energy", "How intense.", plot)
    text = json.dumps(card.to_plotly_json(), default=lambda part: part.to_plotly_json())

    assert '"aria-hidden": "true"' in text
    assert '"id": "explore-energy-says"' in text
    assert '"id": "explore-energy-numbers"' in text
    assert "How intense." in text
