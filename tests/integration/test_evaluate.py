"""Recommendations are judged as said: on whom, by what, and that ours are as much better as the decision claims."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data_access import catalogue, embedded
from data_access import recommend as stored
from data_access.catalogue import Catalogue
from data_access.columns import CODE_COLUMN, open_store
from data_access.recommend import Labels, Links
from ml import evaluate as judging
from ml import similar_space
from ml.evaluate import NothingToJudgeBy, evaluate, set_aside, songs_of
from ml.evaluate_spaces import FORERUNNER, OURS
from ml.similar import recommend
from ml.similar_query import Query
from settings import PROJECT_DIR
from tests.integration.etl_files import query
from tests.made_store import REAL_FILE


def run(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=PROJECT_DIR, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


# ---- what the database says of songs ---------------------------------------------------------


def test_links_are_those_of_the_database_and_are_kept(demo_catalogue: Catalogue, monkeypatch) -> None:
    links = stored.links(demo_catalogue)
    rows = query(
        """SELECT song_id, version_group, coalesce(album_id, -1),
                  coalesce((SELECT artist_id FROM song_artists a WHERE a.song_id = s.song_id AND position = 0), -1)
           FROM songs s ORDER BY song_id"""
    )
    np.testing.assert_array_equal(np.array(rows).T[1:], [links.group, links.album, links.artist])
    assert not links.group.flags.writeable
    monkeypatch.setattr(stored, "_read", lambda *_: pytest.fail("it was read a second time"))
    stored._open.cache_clear()
    np.testing.assert_array_equal(stored.links(demo_catalogue).group, links.group)


def test_the_kept_space_is_the_one_of_its_songs(demo_catalogue: Catalogue) -> None:
    space, store = similar_space.space_of(demo_catalogue), open_store(demo_catalogue)
    assert "year" not in space.features  # the demo's file has none
    links = stored.links(demo_catalogue)
    again = similar_space.fit_space(store.all_values, store.columns[CODE_COLUMN["key"]], links.group, links.artist)
    for name in ("own", "sound", "ascending", "scale", "variance"):
        np.testing.assert_array_equal(getattr(space, name), getattr(again, name))
    answer = recommend(space, Query([0], count=10))
    assert len(answer.ids) == 10
    assert answer.ids.tolist() == recommend(again, Query([0], count=10)).ids.tolist()


# ---- who is judged, and by what --------------------------------------------------------------


def small() -> tuple[Links, Labels]:
    """120 songs in 12 playlists of 3 subgenres and of none; a song is in one or two."""
    rng = np.random.default_rng(0)
    pairs = {(song, int(number)) for song in range(120) for number in rng.integers(0, 12, 2)}
    playlists = np.array(sorted(pairs), dtype=np.int32).T
    subgenre = np.repeat([0, 1, 2, -1], 3).astype(np.int32)
    artist = rng.integers(0, 40, 120).astype(np.int32)
    ids = np.arange(120, dtype=np.int32)
    credits = np.vstack([ids, artist])
    group = np.where(ids % 10 == 9, ids - 1, ids).astype(np.int32)
    none = np.zeros((2, 0), dtype=np.int32)
    return Links(group, artist, artist), Labels(playlists, subgenre, ("a", "b", "c"), none, credits)


def test_what_is_kept_aside_shares_neither_playlists_nor_songs_with_what_was_tuned_on() -> None:
    links, labels = small()
    aside = set_aside(labels.subgenre)
    np.testing.assert_array_equal(aside, set_aside(labels.subgenre))
    for number in (-1, 0, 1, 2):
        assert aside[labels.subgenre == number].sum() == 1
    parts = {part: songs_of(links, labels, part) for part in judging.PARTS}
    assert len(parts["all"].ids) == 120
    assert not set(parts["tuned"].ids) & set(parts["aside"].ids)
    for part, expected in (("tuned", ~aside), ("aside", aside)):
        songs = parts[part]
        place, playlist = songs.truths["playlist@10"]
        assert expected[playlist].all()
        original = {(song, number) for song, number in labels.playlists.T.tolist() if expected[number]}
        found = set(zip(songs.ids[place].tolist(), playlist.tolist(), strict=True))
        assert found <= original
        assert {song for song, _ in found} == set(songs.ids.tolist())
        assert {pair for pair in original if pair[0] in set(songs.ids.tolist())} == found
        same = songs.links.group[:, None] == songs.links.group
        np.testing.assert_array_equal(same, links.group[songs.ids][:, None] == links.group[songs.ids])


def test_without_labels_nothing_can_be_judged() -> None:
    links, labels = small()
    none = np.zeros((2, 0), dtype=np.int32)
    with pytest.raises(NothingToJudgeBy, match="neither playlists nor genres"):
        songs_of(links, Labels(none, labels.subgenre[:0], (), none, labels.credits), "all")
    with pytest.raises(NothingToJudgeBy, match="no playlists"):
        songs_of(links, Labels(none, labels.subgenre[:0], (), labels.playlists, labels.credits), "aside")


def test_shares_are_counted_as_by_hand() -> None:
    links, labels = small()
    songs = songs_of(links, labels, "all")
    rng = np.random.default_rng(1)
    space = similar_space.fit_space(
        rng.random((12, 120), dtype=np.float32), np.zeros(120, dtype=np.uint8), links.group, links.artist
    )
    report = judging.judge(space, songs, 50, 3, "all", lambda words: None)
    seeds = np.random.default_rng(3).choice(120, 50, replace=False)
    playlists_of = [set(labels.playlists[1, labels.playlists[0] == song].tolist()) for song in range(120)]
    subgenres_of = [{int(labels.subgenre[number]) for number in numbers} - {-1} for numbers in playlists_of]
    by_playlist, by_subgenre = [], []
    for seed in seeds.tolist():
        distance = ((space.sound - space.sound[:, [seed]]).astype(np.float64) ** 2).sum(axis=0)
        shown: list[int] = []
        for song in np.argsort(distance, kind="stable").tolist():
            groups, artists = [links.group[s] for s in [seed, *shown]], [links.artist[s] for s in shown]
            other = links.artist[song] != links.artist[seed] and links.group[song] not in groups
            if other and artists.count(links.artist[song]) < 2:
                shown.append(song)
        shown = shown[:10]
        by_playlist.append(np.mean([bool(playlists_of[seed] & playlists_of[song]) for song in shown]))
        by_subgenre.append(np.mean([bool(subgenres_of[seed] & subgenres_of[song]) for song in shown]))
    ours = report.judged[-1]
    assert ours.name == OURS
    assert ours.shares["playlist@10"].mean == pytest.approx(np.mean(by_playlist))
    assert ours.shares["subgenre@10"].mean == pytest.approx(np.mean(by_subgenre))
    for judged in report.judged:
        for share in (*judged.shares.values(), *judged.ratios.values()):
            assert share.low <= share.mean <= share.high
    forerunner = next(judged for judged in report.judged if judged.name == FORERUNNER)
    assert {share.mean for share in forerunner.ratios.values()} == {1.0}


# ---- the command -----------------------------------------------------------------------------


def test_the_demo_is_judged_by_its_genres(demo_catalogue: Catalogue) -> None:
    done = run("ml", "evaluate", "--queries", 100, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["queries"], report["songs"], report["part"]) == (100, demo_catalogue.songs, "all")
    shares = {judged["name"]: judged["shares"]["genre@10"]["mean"] for judged in report["judged"]}
    assert shares[OURS] > shares["random"]
    refused = run("ml", "evaluate", "--part", "aside")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines()[-1].startswith("This catalogue has no playlists")


def test_ours_are_better_than_the_forerunners_on_playlists_kept_aside(shared_data: Path, fresh_data_dir: Path) -> None:
    with embedded.running():
        loaded = run("etl", "load", "--quiet", "--no-moods", shared_data / REAL_FILE)
        assert loaded.returncode == 0, loaded.stderr
        report = evaluate(catalogue.current(), queries=600, part="aside")
    judged = {each.name: each for each in report.judged}
    assert judged[OURS].ratios["subgenre@10"].mean >= 1.6
    assert judged[OURS].ratios["subgenre@10"].low > 1.5
    assert judged[OURS].shares["playlist@10"].low > judged[FORERUNNER].shares["playlist@10"].high
