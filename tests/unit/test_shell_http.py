"""The application over HTTP without a database: prefix, headers, compression, health, bad parameters."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys

import brotli
import pytest
from flask import Flask, request
from werkzeug.test import Client

from api.headers import content_security_policy
from api.prefix import UnderPrefix
from ops import machine
from settings import PROJECT_DIR


@pytest.fixture(scope="module")
def client() -> Client:
    import app  # noqa: PLC0415 (builds the application, in the settings of the tests)

    return app.server.test_client()


# ---- the prefix ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prefixed() -> Client:
    inner = Flask("inner")

    @inner.get("/<path:path>")
    @inner.get("/", defaults={"path": ""})
    def echo(path: str) -> dict[str, str]:
        return {"path": path, "root": request.script_root, "query": request.query_string.decode()}

    return Client(UnderPrefix(inner.wsgi_app, "/MusicGroup/"))


@pytest.mark.parametrize("asked", ["/MusicGroup/song/a?x=1", "/song/a?x=1"])
def test_the_prefix_is_stripped_where_it_still_is(prefixed: Client, asked: str) -> None:
    assert prefixed.get(asked).json == {"path": "song/a", "root": "/MusicGroup", "query": "x=1"}


def test_only_a_whole_segment_is_the_prefix(prefixed: Client) -> None:
    assert prefixed.get("/MusicGroupies").json["path"] == "MusicGroupies"


def test_the_prefix_without_its_slash_is_redirected_with_its_query(prefixed: Client) -> None:
    answer = prefixed.get("/MusicGroup?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/MusicGroup/?x=1")


# ---- pages and headers -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/MusicGroup/", "/explore", "/MusicGroup/explore?energy=0.5..", "/data"])
def test_pages_answer_html_with_and_without_the_prefix(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert '<html lang="en">' in answer.text
    assert '<meta name="mg-prefix" content="/MusicGroup/">' in answer.text


@pytest.mark.parametrize(("path", "title"), [("/data", "Data · MusicGroup"), ("/explore", "Explore · MusicGroup")])
def test_a_page_has_its_title_before_any_script_runs(client: Client, path: str, title: str) -> None:
    assert f"<title>{title}</title>" in client.get(path).text


@pytest.mark.parametrize("path", ["/nowhere", "/MusicGroup/data/more", "/MusicGroup/not-found-404", "/favicon.png"])
def test_unknown_paths_answer_404_with_the_page_that_says_so(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_every_address_in_a_page_is_below_the_prefix_and_our_own(client: Client) -> None:
    addresses = re.findall(r'(?:src|href)="([^"]+)"', client.get("/").text)
    assert addresses
    assert [address for address in addresses if not address.startswith("/MusicGroup/")] == []
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_the_policy_allows_exactly_the_inline_scripts_of_the_page(client: Client) -> None:
    answer = client.get("/")
    inline = [
        script
        for attributes, script in re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, flags=re.DOTALL)
        if "src=" not in attributes and "application/json" not in attributes
    ]
    hashes = {f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}" for script in inline}
    policy = answer.headers["Content-Security-Policy"]
    assert hashes == set(re.findall(r"'(sha256-[^']+)'", policy))
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in re.search(r"script-src[^;]*", policy).group()  # type: ignore[union-attr]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_frames_spotify_alone() -> None:
    assert "frame-src https://open.spotify.com;" in content_security_policy([])


def test_bootstrap_comes_from_us_compressed_and_kept(client: Client) -> None:
    address = re.search(r'href="([^"]+bootstrap\.min\.css)"', client.get("/").text).group(1)  # type: ignore[union-attr]
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert (answer.mimetype, answer.headers["Content-Encoding"]) == ("text/css", "br")
    assert b"Bootstrap  v5.3" in brotli.decompress(answer.data)[:200]
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_a_page_is_asked_for_again_and_a_stamped_asset_is_not(client: Client) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-cache"
    assert "immutable" in client.get("/assets/theme.js?m=1").headers["Cache-Control"]
    assert client.get("/assets/theme.js").headers["Cache-Control"] == "no-cache"


def test_a_new_worker_has_all_its_callbacks_before_its_first_request() -> None:
    code = "import app, dash; found = dash.get_app().callback_map; print(len(found), '_pages_content' in str(found))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_DIR)
    callbacks, pages = done.stdout.split()
    assert int(callbacks) > 20
    assert pages == "True"


# ---- plain routes ----------------------------------------------------------------------------


def test_health_needs_no_database(client: Client) -> None:
    answer = client.get("/MusicGroup/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "boot": machine.boot_id()})
    assert answer.headers["Cache-Control"] == "no-store"


def test_readiness_says_that_the_database_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from data_access import catalogue, db  # noqa: PLC0415

    def down() -> None:
        raise db.DatabaseDown("PostgreSQL cannot be reached: nobody there")

    monkeypatch.setattr(catalogue, "current", down)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json["database"], answer.json["reason"]) == ("down", "PostgreSQL cannot be reached: nobody there")


def test_readiness_tells_an_empty_database_from_none(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from data_access import catalogue  # noqa: PLC0415

    def empty() -> None:
        raise catalogue.NoCatalogue("nothing loaded")

    monkeypatch.setattr(catalogue, "current", empty)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "ok")


@pytest.mark.parametrize("query", ["energy=loud", "key=H", "year=2000..1990", "time=9", "explicit=maybe"])
def test_a_download_with_a_bad_parameter_is_refused_in_one_sentence(client: Client, query: str) -> None:
    answer = client.get(f"/explore.csv?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert answer.text.startswith(query)
    assert answer.text.count("\n") == 1


def test_a_download_is_streamed_as_a_file(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from data_access import explore  # noqa: PLC0415

    asked = []

    def lines(song_filter):
        asked.append(song_filter.sentence())
        yield "title\r\n"
        yield "Für Elise\r\n"

    monkeypatch.setattr(explore, "csv_lines", lines)
    answer = client.get("/explore.csv?energy=0.5..&x=tempo")
    assert asked == ["energy at least 0.50"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="songs-filtered.csv"'
    assert answer.data.decode() == "title\r\nFür Elise\r\n"


def test_a_download_without_a_database_answers_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from data_access import db, explore  # noqa: PLC0415

    def lines(_song_filter):
        raise db.DatabaseDown("PostgreSQL cannot be reached: nobody there")
        yield ""

    monkeypatch.setattr(explore, "csv_lines", lines)
    assert client.get("/explore.csv").status_code == 503


def test_no_callback_takes_the_page_down_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page's layout is built without asking anybody."""
    from data_access import db  # noqa: PLC0415

    def refuse(*_arguments: object) -> None:
        raise AssertionError("a layout asked the database")

    monkeypatch.setattr(db, "reader_dsn", refuse)
    monkeypatch.setattr(db, "_engine", refuse)
    import dash  # noqa: PLC0415

    assert json.loads(client.get("/_dash-layout").text)
    for page in dash.page_registry.values():
        variables = dict.fromkeys(re.findall("<(.*?)>", page["path_template"] or ""), "x")
        layout = page["layout"]
        assert layout(**variables) if callable(layout) else layout
