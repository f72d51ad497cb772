"""The application as the world meets it: gunicorn behind nginx with the founding document's block."""

from __future__ import annotations

import json

import pytest

from settings import PROJECT_DIR
from tests import servers


@pytest.mark.parametrize("way", ["served", "site"])
def test_health_routes_answer_json(way: str, request: pytest.FixtureRequest, demo_catalogue) -> None:
    address = request.getfixturevalue(way)
    alive, ready = servers.get(address + "healthz"), servers.get(address + "readyz")
    assert (alive.status, alive.type) == (200, "application/json")
    assert (ready.status, ready.type) == (200, "application/json")
    assert json.loads(ready.body)["catalogue_version"] == demo_catalogue.version


def test_the_location_block_is_the_founding_documents(shared_data) -> None:
    founding = (shared_data.parent / "founding-document.md").read_text()
    block = founding[founding.index("    location /MusicGroup/") :]
    block = block[: block.index("    }") + 5]
    ours = (PROJECT_DIR / "ops" / "deploy" / "nginx.conf").read_text()
    assert block in ours
