"""The table of songs: AG Grid over rows that the server sends block by block, a million or more.

Cells are drawn by the components and functions of `assets/grid.js`, which only make elements and text: no
string is ever evaluated or read as HTML, so that a title can be anything.
"""

from __future__ import annotations

from collections.abc import Iterable

import dash_ag_grid as dag

BLOCK = 100
"""Rows in one request."""


def column(
    name: str,
    header: str,
    *,
    style: str = "",
    renderer: str = "",
    width: int = 96,
    tooltip: str = "",
    sort: str = "",
) -> dict:
    """One column definition; `style` makes it a right-aligned number written that way (see assets/format.js)."""
    found: dict = {"field": name, "headerName": header, "width": width, "minWidth": 64}
    if style:
        found |= {"valueFormatter": {"function": f"mgValue(params, '{style}')"}, "type": "rightAligned"}
        found["cellClass"] = "mg-number-cell"
    if renderer:
        found["cellRenderer"] = renderer
    if tooltip:
        found["headerTooltip"] = tooltip
    if sort:
        found["initialSort"] = sort
    return found


def sign_column(name: str, header: str, renderer: str) -> dict:
    """A narrow column of signs to press, one a row, without an order; assets/grid.js lets Enter press them.

    The header is for screen readers.
    """
    return {
        "field": name,
        "headerName": header,
        "headerClass": "mg-sign-head",
        "cellClass": "mg-sign-cell",
        "cellRenderer": renderer,
        "width": 36,
        "minWidth": 36,
        "sortable": False,
        "resizable": False,
    }


def song_table(component_id: str, columns: Iterable[dict]) -> dag.AgGrid:
    """The grid; it asks through `getRowsRequest` and is answered through `getRowsResponse`."""
    return dag.AgGrid(
        id=component_id,
        columnDefs=list(columns),
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "filter": False,
            "suppressHeaderMenuButton": True,
            # A column is always sorted one way or the other: rows without an order could not be scrolled.
            "sortingOrder": ["asc", "desc"],
        },
        rowModelType="infinite",
        className="mg-grid",
        dashGridOptions={
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 30,
            "cacheOverflowSize": 2,
            # The grid's Dash side remembers one open request only; a second at once would stay unanswered.
            "maxConcurrentDatasourceRequests": 1,
            "blockLoadDebounceMillis": 60,
            "infiniteInitialRowCount": 20,
            "rowHeight": 34,
            "headerHeight": 36,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "tooltipShowDelay": 300,
            "animateRows": False,
            "suppressColumnVirtualisation": False,
        },
        dangerously_allow_code=False,
        style={"height": None},
    )
