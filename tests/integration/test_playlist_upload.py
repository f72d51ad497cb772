"""Uploads against a real catalogue: what is matched and how, what own exports come back as, and 1,000 broken files."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api.playlist import upload
from data_access import catalogue, matching, songs, tables
from data_access.catalogue import Catalogue
from data_access.db import DatabaseDown, QueryTooSlow, fetch
from data_access.matching import Named, match
from data_access.songs import SongLine
from etl import exportify
from tests.unit.test_exportify import mutated

GONE = "0000000000000000000000"


@pytest.fixture(scope="module")
def client(demo_catalogue: Catalogue) -> FlaskClient:
    from app import create_app  # noqa: PLC0415  # after the settings point at the tests' database

    return create_app().server.test_client()


@pytest.fixture(scope="module")
def some(demo_catalogue: Catalogue) -> list[SongLine]:
    """Songs whose title no other song of their artists has, in any version."""
    s = tables.songs.c
    single = select(s.version_group).group_by(s.version_group).having(func.count() == 1)
    rows = fetch(
        demo_catalogue.version,
        select(s.song_id).where(s.version_group.in_(single)).order_by(func.md5(s.spotify_id)).limit(60),
    )
    return songs.lines(demo_catalogue.version, [row["song_id"] for row in rows])


def send(client: FlaskClient, data: bytes, name: str = "my_mix.csv") -> TestResponse:
    return client.post("/playlist/upload", data={"file": (io.BytesIO(data), name)})


def exported(rows: list[tuple[str, str, str, object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([("Track URI", "Track Name", "Artist Name(s)", "Duration (ms)"), *rows])
    return text.getvalue().encode()


# ---- matching --------------------------------------------------------------------------------


def test_songs_are_found_by_id_by_title_and_as_versions(demo_catalogue: Catalogue, some: list[SongLine]) -> None:
    def spoken(song: SongLine, title: str) -> Named:
        return Named(GONE, title, song.artists)

    by_id = [Named(song.spotify_id, "another title", ("nobody",)) for song in some[:20]]
    by_title = [spoken(song, f" {song.title.upper()}!") for song in some[20:40]]
    versions = [spoken(song, f"{song.title} - 2011 Remaster") for song in some[40:60]]
    found = match(demo_catalogue, [*by_id, *by_title, *versions])
    assert [each and each.spotify_id for each in found] == [song.spotify_id for song in some]
    assert [each and each.how for each in found] == ["id"] * 20 + ["title"] * 20 + ["version"] * 20
    for each, song in zip(found, some, strict=True):
        assert each is not None
        assert (each.title, each.artists, each.milliseconds) == (song.title, song.artists, song.values["duration_ms"])


def test_what_is_not_there_is_not_found(demo_catalogue: Catalogue, some: list[SongLine]) -> None:
    song, other = some[0], next(each for each in some if each.artists[0] != some[0].artists[0])
    named = [
        Named(GONE),
        Named("x\0y", "a\0b", ("c\0",)),
        Named("", song.title, ("Nobody At All",)),
        Named("", song.title, other.artists[:1]),
        Named("", "No Such Title", song.artists),
        Named("", "", song.artists),
        Named("", song.title, ()),
        Named("", "!!!", ("…",)),
    ]
    assert match(demo_catalogue, named) == [None] * len(named)
    assert match(demo_catalogue, []) == []


def test_the_primary_artist_has_to_be_among_those_named(demo_catalogue: Catalogue) -> None:
    s, links = tables.songs.c, tables.song_artists.c
    several = select(links.song_id).group_by(links.song_id).having(func.count() > 1)
    rows = fetch(demo_catalogue.version, select(s.song_id).where(s.song_id.in_(several)).order_by(s.song_id).limit(40))
    lines = songs.lines(demo_catalogue.version, [row["song_id"] for row in rows])
    found = match(demo_catalogue, [Named("", line.title, ("Nobody", *reversed(line.artists))) for line in lines])
    for each, line in zip(found, lines, strict=True):
        assert each is not None
        assert each.artists[0] in line.artists
        assert each.title.casefold() == line.title.casefold()


def test_of_several_versions_the_best_one_is_taken(demo_catalogue: Catalogue) -> None:
    s = tables.songs.c
    groups = (
        select(s.version_group)
        .group_by(s.version_group)
        .having(func.count(s.popularity.distinct()) > 1, func.count(s.sort_title.distinct()) == 1)
        .order_by(s.version_group)
        .limit(100)
    )
    rows = fetch(demo_catalogue.version, select(s.song_id, s.version_group).where(s.version_group.in_(groups)))
    assert len(rows) > 20
    by_group: dict[int, list[SongLine]] = {}
    for row, line in zip(rows, songs.lines(demo_catalogue.version, [row["song_id"] for row in rows]), strict=True):
        by_group.setdefault(row["version_group"], []).append(line)
    alike = list(by_group.values())
    heaviest = match(demo_catalogue, [Named("", of[0].title, of[0].artists[:1]) for of in alike])
    for each, of in zip(heaviest, alike, strict=True):
        assert each is not None
        chosen = songs.get(each.spotify_id)
        assert chosen is not None
        assert chosen.values["popularity"] == max(line.values["popularity"] or 0 for line in of)
    for of in alike:  # a length that only one of them has decides before popularity
        lengths = sorted(of, key=lambda line: line.values["duration_ms"] or 0)
        apart = [(b.values["duration_ms"] or 0) - (a.values["duration_ms"] or 0) for a, b in pairwise(lengths)]
        if min(apart) > 10_000:
            for line in of:
                (found,) = match(
                    demo_catalogue,
                    [Named("", line.title, line.artists[:1], int(line.values["duration_ms"] or 0) + 900)],
                )
                assert found is not None
                assert found.spotify_id == line.spotify_id


def test_twenty_thousand_rows_take_few_reads(demo_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []

    def counted(*arguments, **options):
        reads.append(1)
        return fetch(*arguments, **options)

    monkeypatch.setattr(matching, "fetch", counted)
    rows = [Named(f"{place:022d}", f"Song {place}", (f"Artist {place}",)) for place in range(matching.AT_MOST)]
    assert match(demo_catalogue, rows) == [None] * len(rows)
    assert len(reads) <= 20
    with pytest.raises(ValueError, match="20,000"):
        match(demo_catalogue, [*rows, Named("x")])


def test_numbers_of_ids(demo_catalogue: Catalogue, some: list[SongLine]) -> None:
    ids = [song.spotify_id for song in some]
    found = matching.song_ids(demo_catalogue, [*ids, GONE, *ids, "", "a b", "x" * 200, "\ud800"])
    assert found.dtype == np.int32
    assert (np.diff(found) > 0).all()
    assert {line.spotify_id for line in songs.lines(demo_catalogue.version, found.tolist())} == set(ids)


# ---- the route -------------------------------------------------------------------------------


def test_an_upload_tells_what_was_found_and_what_was_not(client: FlaskClient, some: list[SongLine]) -> None:
    rows: list[tuple[str, str, str, object]] = [
        (f"spotify:track:{song.spotify_id}", song.title, ",".join(song.artists), 1) for song in some[:3]
    ]
    rows += [("", some[3].title, some[3].artists[0], ""), rows[0], ("spotify:local:a:b:c:1", "Demo", "Me", 5)]
    rows += [(GONE, "", "", ""), (GONE, "Nope", "Nobody", ""), ("", "Nope", "Nobody", "")]
    answer = send(client, exported(rows))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    assert told["name"] == "my mix"
    assert (told["rows"], told["twice"]) == (9, 1)
    assert [song["id"] for song in told["matched"]] == [song.spotify_id for song in some[:4]]
    assert [song["how"] for song in told["matched"]] == ["id", "id", "id", "title"]
    first = told["matched"][0]
    assert (first["title"], first["artists"]) == (some[0].title, ", ".join(some[0].artists))
    assert first["ms"] == some[0].values["duration_ms"]
    assert [miss["line"] for miss in told["misses"]] == [7, 8, 9, 10]
    assert [miss["title"] for miss in told["misses"]] == ["Demo", GONE, "Nope", "Nope"]
    assert len({miss["why"] for miss in told["misses"]}) == 4


def test_pasted_links(client: FlaskClient, some: list[SongLine]) -> None:
    link = f"https://open.spotify.com/intl-de/track/{some[1].spotify_id}?si=1"
    text = f"{link}\n\n{some[0].artists[0]} - {some[0].title}\nhm"
    told = client.post("/playlist/upload", data={"links": text}).json
    assert [song["id"] for song in told["matched"]] == [some[1].spotify_id, some[0].spotify_id]
    assert [(miss["line"], miss["title"]) for miss in told["misses"]] == [(4, "hm")]
    assert told["name"] == ""


@pytest.mark.parametrize("kind", ["csv", "m3u8", "jspf", "txt"])
def test_what_was_exported_here_comes_back(kind: str, client: FlaskClient, some: list[SongLine]) -> None:
    ids = [song.spotify_id for song in some]
    asked = {"playlist": json.dumps({"name": "Mine", "ids": ids})}
    data = client.post(f"/playlist/export/{kind}", data=asked).data
    told = send(client, data, f"Mine.{kind}").json
    assert [song["id"] for song in told["matched"]] == ids
    assert (told["name"], told["rows"], told["misses"]) == ("Mine", len(ids), [])


def test_our_csv_is_matched_by_title_where_ids_are_strange(client: FlaskClient, some: list[SongLine]) -> None:
    asked = {"playlist": json.dumps({"name": "Mine", "ids": [song.spotify_id for song in some]})}
    text = client.post("/playlist/export/csv", data=asked).data.decode()
    for song in some:
        text = text.replace(song.spotify_id, GONE)
    told = send(client, text.encode()).json
    assert [song["id"] for song in told["matched"]] == [song.spotify_id for song in some]
    assert {song["how"] for song in told["matched"]} == {"title"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("summer_hits_2020.csv", "summer hits 2020"),
        ("C:\\fakepath\\A.B.csv", "A.B"),
        ("../../etc/passwd.csv", "passwd"),
        ("<b>x</b>\u202e.csv", "b>"),
        ("", ""),
        ("noname", "noname"),
        ("x" * 300 + ".csv", "x" * 100),
    ],
)
def test_a_playlist_is_called_as_its_file(name: str, shown: str) -> None:
    assert upload._name(name) == shown


def test_what_cannot_be_used_gets_a_sentence(client: FlaskClient) -> None:
    big = b"Track URI\n" + b"x" * exportify.LARGEST
    cases = [
        (send(client, b""), 400, "empty"),
        (send(client, b"PK\x03\x04"), 400, "ZIP"),
        (send(client, big), 400, "larger than 10 MB"),
        (send(client, big * 2), 413, "10 MB"),
        (client.post("/playlist/upload", data={"links": " "}), 400, "nothing in it"),
        (client.post("/playlist/upload", data={"links": "x" * (exportify.LARGEST + 20_000)}), 413, "10 MB"),
        (client.post("/playlist/upload", data={"other": "x"}), 400, "needs a “file”"),
        (client.post("/playlist/upload", json={"links": "x"}), 400, "needs a “file”"),
        (client.post("/playlist/upload", data=b"\0", content_type="multipart/form-data; boundary=x"), 400, "needs"),
        (client.post("/playlist/upload", data=b"", content_type="multipart/form-data"), 400, "needs"),
    ]
    for answer, status, words in cases:
        assert answer.status_code == status
        assert words in answer.json["error"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("error", [DatabaseDown("gone"), QueryTooSlow("slow"), catalogue.NoCatalogue("none")])
def test_trouble_is_said(
    error: Exception, client: FlaskClient, some: list[SongLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(matching, "match", fails)
    answer = send(client, exported([(some[0].spotify_id, "", "", "")]))
    assert answer.status_code == 503
    assert answer.json["error"]


def test_a_thousand_mutated_files_are_answered(client: FlaskClient) -> None:
    rng = np.random.default_rng(21)
    statuses = set()
    for _ in range(1000):
        data = mutated(rng)
        answer = send(client, data, data[:30].decode("latin-1"))
        assert answer.status_code in (200, 400), data
        statuses.add(answer.status_code)
        told = answer.json
        if answer.status_code == 200:
            assert told["rows"] == len(told["matched"]) + told["twice"] + len(told["misses"])
        else:
            assert told["error"].endswith(".")
    assert statuses == {200, 400}
