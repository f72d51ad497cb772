"""The playlist's plain routes: what they tell of songs is the database's, orders are permutations, bad bodies get a
sentence."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.playlist import songs as songs_route
from data_access import explore, playlist_songs, songs
from data_access.catalogue import Catalogue
from data_access.db import DatabaseDown
from data_access.fields import FIELD_BY_NAME, UNKNOWN_KEY, camelot
from data_access.filters import SongFilter
from data_access.moods import open_moods
from ml.mixing import mixing_cost

GONE = "0000000000000000000000"


@pytest.fixture(scope="module")
def client(demo_catalogue: Catalogue) -> FlaskClient:
    from app import create_app  # noqa: PLC0415  # after the settings point at the tests' database

    return create_app().server.test_client()


@pytest.fixture(scope="module")
def ids(demo_catalogue: Catalogue) -> list[str]:
    """Forty songs, in an order that is not that of the database."""
    rows = explore.table_block(SongFilter(), stop=400).rows
    chosen = np.random.default_rng(4).choice(len(rows), 40, replace=False)
    return [rows[place]["spotify_id"] for place in chosen]


def ask(client: FlaskClient, path: str, body: object) -> TestResponse:
    return client.post(f"/playlist/{path}", json=body)


def export(client: FlaskClient, kind: str, **asked: object) -> TestResponse:
    return client.post(f"/playlist/export/{kind}", data={"playlist": json.dumps(asked)})


# ---- songs -----------------------------------------------------------------------------------


def test_songs_come_in_the_order_asked_for_with_what_the_database_has(client: FlaskClient, ids: list[str]) -> None:
    answer = ask(client, "songs", {"ids": [ids[0], GONE, *ids[1:]]})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["missing"] == [GONE]
    assert [song["id"] for song in answer.json["songs"]] == ids
    for told in answer.json["songs"][::7]:
        song = songs.get(told["id"])
        assert song is not None
        assert told["title"] == song.title
        assert told["artists"] == ", ".join(artist.name for artist in song.artists)
        assert told["album"] == (song.album.name if song.album else None)
        assert {name: told[name] for name in FIELD_BY_NAME} == pytest.approx(song.values, nan_ok=True)
        assert told["ms"] == song.values["duration_ms"]
        assert (told["key"], told["explicit"]) == (song.key, song.explicit)
        assert told["camelot"] == (None if song.key is None else camelot(song.key))


def test_songs_have_the_mood_of_the_live_model(client: FlaskClient, ids: list[str], demo_catalogue: Catalogue) -> None:
    stored = open_moods(demo_catalogue)
    assert stored is not None
    colours = {mood.name: mood.colour for mood in stored.model.moods}
    by_mood = {}
    for song in ask(client, "songs", {"ids": ids}).json["songs"]:
        assert song["mood_colour"] == colours[song["mood"]]
        by_mood[song["id"]] = song["mood"]
    rows = {row["spotify_id"]: row["mood"] for row in explore.table_block(SongFilter(), stop=400).rows}
    assert by_mood == {each: rows[each] for each in ids}


def test_no_songs_are_no_songs(client: FlaskClient) -> None:
    assert ask(client, "songs", {"ids": []}).json == {"songs": [], "missing": []}


def test_as_many_songs_as_a_playlist_holds_are_one_answer(client: FlaskClient) -> None:
    many = [f"none{number}" for number in range(playlist_songs.AT_MOST)]
    assert ask(client, "songs", {"ids": many}).json["missing"] == many


@pytest.mark.parametrize("path", ["songs", "order"])
@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b'{"ids": "x"}', 400), (b'{"ids": [1]}', 400), (b"\xff", 400),
     (b'{"ids": ["a b"]}', 400), (b'{"ids": ["' + b"x" * 1_000_000 + b'"]}', 413),
     (json.dumps({"ids": [f"s{n}" for n in range(1001)]}).encode(), 400)],
)  # fmt: skip
def test_a_body_that_cannot_be_used_gets_one_sentence(client: FlaskClient, path: str, body: bytes, status: int) -> None:
    answer = client.post(f"/playlist/{path}", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.content_type.startswith("application/json")
    assert answer.json["error"].endswith((".", "}."))


def test_a_database_that_is_down_is_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise DatabaseDown("PostgreSQL cannot be reached")

    monkeypatch.setattr(songs_route, "songs_of", down)
    answer = ask(client, "songs", {"ids": ["a"]})
    assert answer.status_code == 503
    assert answer.json == {"error": "The playlist is resting: the database cannot be reached."}


# ---- order -----------------------------------------------------------------------------------


def cost(client: FlaskClient, ids: list[str]) -> float:
    told = ask(client, "songs", {"ids": ids}).json["songs"]
    keys = np.array([UNKNOWN_KEY if song["key"] is None else song["key"] for song in told], dtype=np.uint8)
    tempos = np.array([song["tempo"] or np.nan for song in told], dtype=np.float32)
    return mixing_cost(keys, tempos)


def test_an_order_has_the_same_songs_begins_with_the_first_and_mixes_better(
    client: FlaskClient, ids: list[str]
) -> None:
    ordered = ask(client, "order", {"ids": ids}).json["ids"]
    assert sorted(ordered) == sorted(ids)
    assert ordered[0] == ids[0]
    assert cost(client, ordered) < 0.7 * cost(client, ids)


def test_songs_that_are_not_there_come_last_in_an_order(client: FlaskClient, ids: list[str]) -> None:
    ordered = ask(client, "order", {"ids": [GONE, *ids[:5], "another"]}).json["ids"]
    assert sorted(ordered[:5]) == sorted(ids[:5])
    assert ordered[5:] == [GONE, "another"]


@pytest.mark.parametrize("few", [[], [GONE], [GONE, "another"]])
def test_nothing_to_order_stays_as_it_is(client: FlaskClient, few: list[str]) -> None:
    assert ask(client, "order", {"ids": few}).json == {"ids": few}


# ---- export ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("csv", "text/csv"), ("m3u8", "application/vnd.apple.mpegurl"), ("jspf", "application/jspf+json"),
     ("txt", "text/plain")],
)  # fmt: skip
def test_a_playlist_is_a_file_with_every_song(client: FlaskClient, ids: list[str], kind: str, media_type: str) -> None:
    answer = export(client, kind, name="Abend für zwei", ids=[*ids, GONE])
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert f"Abend%20f%C3%BCr%20zwei.{kind}" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    places = [answer.text.index(each) for each in [*ids, GONE]]
    assert places == sorted(places)


def test_what_only_the_browser_knows_of_a_song_is_in_the_file_too(client: FlaskClient, ids: list[str]) -> None:
    others = [
        {"id": GONE, "title": "Went", "artists": "Somebody", "ms": 61_000},
        {"id": ids[0], "title": "a lie"},
        {"id": 7},
        "x",
    ]
    lines = export(client, "m3u8", name="", ids=[ids[0], GONE], others=others).text.splitlines()
    assert lines[3] == "#EXTINF:61,Somebody - Went"
    assert "a lie" not in lines[1]


def test_the_csv_is_what_our_own_upload_reads(client: FlaskClient, ids: list[str]) -> None:
    text = export(client, "csv", name="Evening", ids=ids).text
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(ids)
    answer = client.post("/playlist/upload", data={"file": (io.BytesIO(text.encode()), "Evening.csv")})
    assert answer.status_code == 200
    assert [song["id"] for song in answer.json["matched"]] == ids
    assert answer.json["misses"] == []


@pytest.mark.parametrize("field", ["", "{", "[]", '{"ids": 3}', '{"ids": ["a b"]}'])
def test_an_export_that_cannot_be_read_gets_one_sentence(client: FlaskClient, field: str) -> None:
    answer = client.post("/playlist/export/csv", data={"playlist": field})
    assert answer.status_code == 400
    assert answer.json["error"].endswith((".", "}."))


def test_an_export_needs_its_field_and_a_kind_that_there_is(client: FlaskClient) -> None:
    assert "playlist" in client.post("/playlist/export/csv", data={}).json["error"]
    answer = export(client, "exe", name="", ids=[])
    assert answer.status_code == 404
    assert "csv" in answer.json["error"]
    broken = client.post("/playlist/export/csv", data=b"no form", content_type="multipart/form-data; boundary=x")
    assert broken.status_code == 400
    assert broken.json["error"]


@pytest.mark.parametrize("multipart", [True, False])
def test_an_export_that_is_too_long_is_refused(client: FlaskClient, multipart: bool) -> None:
    field = json.dumps({"name": "", "ids": ["x" * 90] * 20_000})
    kind = {"content_type": "multipart/form-data"} if multipart else {}
    answer = client.post("/playlist/export/csv", data={"playlist": field}, **kind)
    assert answer.status_code == 413
    assert "1 MB" in answer.json["error"]


def test_a_playlist_of_its_full_size_is_exported(client: FlaskClient) -> None:
    many = [f"{number:022d}" for number in range(1000)]
    others = [{"id": each, "title": "t" * 100, "artists": "a" * 100, "ms": 1} for each in many]
    answer = client.post(
        "/playlist/export/csv",
        data={"playlist": json.dumps({"name": "", "ids": many, "others": others})},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 1001


def test_only_posts_are_answered(client: FlaskClient) -> None:
    for path in ("songs", "order", "export/csv"):
        assert client.get(f"/playlist/{path}").status_code == 404
