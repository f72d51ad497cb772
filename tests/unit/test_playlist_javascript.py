"""The playlist as the browser keeps it: assets/playlist_store.js under node, with a localStorage of our own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "assets"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

_BROWSER = """
const stored = new Map(), handlers = {};
const storage = { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => void stored.set(key, value) };
globalThis.window = { localStorage: storage, addEventListener: (name, handler) => (handlers[name] = handler) };
const song = (id) => ({ id, title: `Title of ${id}`, artists: "Somebody", ms: 200000 });
const songs = (ids) => [...ids].map(song);
const kept = () => JSON.parse(stored.get("mg-playlist"));
const ids = () => list.ids().join("");
"""
_SOURCE = (ASSETS / "playlist_store.js").read_text()


def run(body: str, before: str = "") -> object:
    """What the body of a JavaScript function returns, in which `list` is the playlist; `before` runs first."""
    source = f"{_BROWSER}{before}\n{_SOURCE}\nconst list = window.musicgroup.playlist;"
    source += f"\nprocess.stdout.write(JSON.stringify((() => {{ {body} }})() ?? null));"
    done = subprocess.run(["node", "-"], input=source, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_songs_are_added_each_once_and_kept():
    first, second, at_once, found, stored = run(
        """return [list.add(song("a")), list.add(songs("abc")), list.add(songs("dd")), list.get(), kept()];"""
    )
    assert (first, second, at_once) == (1, 2, 1)
    assert [song["id"] for song in found["songs"]] == ["a", "b", "c", "d"]
    assert found["songs"][0] == {"id": "a", "title": "Title of a", "artists": "Somebody", "ms": 200000}
    assert stored == found


def test_no_more_songs_than_the_limit():
    added, more, number = run(
        """const many = (from, to) => Array.from({ length: to - from }, (_, i) => song(`s${from + i}`));
           return [list.add(many(0, 998)), list.add(many(990, 1010)), list.ids().length];"""
    )
    assert (added, more, number) == (998, 2, 1000)


def test_a_copy_does_not_change_the_playlist():
    assert run("""list.add(songs("ab")); const copy = list.get(); copy.songs[0].title = "other"; copy.songs.pop();
                  return list.get().songs.map((each) => each.title);""") == ["Title of a", "Title of b"]


def test_what_is_no_song_is_left_out_and_texts_are_tidied():
    found = run(
        """list.add([null, {}, { id: "" }, { id: 7 }, { id: " x ", title: 5, artists: ["A", "B"], ms: "1000.4" },
                     { id: "y", title: "T", artists: "C", ms: "" }]);
           return list.get().songs;"""
    )
    assert found == [
        {"id": "x", "title": "", "artists": "A, B", "ms": 1000},
        {"id": "y", "title": "T", "artists": "C", "ms": None},
    ]


@pytest.mark.parametrize(("start", "end", "order"), [(0, 2, "bca"), (2, 0, "cab"), (1, 1, "abc"), (0, 3, "abc")])
def test_a_song_is_moved(start: int, end: int, order: str):
    assert run(f'list.add(songs("abc")); list.move({start}, {end}); return ids();') == order


def test_a_removal_is_undone_where_the_song_was():
    assert run(
        """list.add(songs("abcd")); list.remove("b"); list.remove("a"); list.add(song("e"));
           const seen = [ids()];
           while (list.undo()) seen.push(ids());
           return seen;"""
    ) == ["cde", "acde", "abcde"]


def test_clearing_is_undone_with_the_name_and_keeps_what_came_since():
    found = run(
        """list.add(songs("ab")); list.rename("Evening"); list.clear(); const cleared = list.get();
           list.add(song("c")); list.undo(); return [cleared, list.get().name, ids(), list.undoable()];"""
    )
    assert found == [{"name": "", "songs": []}, "Evening", "abc", False]


def test_another_order_is_undone():
    assert run(
        """list.add(songs("abc")); list.replace(songs("cab")); const sorted = ids(); list.remove("a");
           list.undo(); list.undo(); return [sorted, ids()];"""
    ) == ["cab", "abc"]


def test_a_replacement_may_bring_a_name():
    assert run(
        """list.rename("Mine"); list.replace(songs("xy")); const first = list.get().name;
           list.replace(songs("z"), "  Theirs "); return [first, list.get().name, ids()];"""
    ) == ["Mine", "Theirs", "z"]


def test_subscribers_hear_at_once_and_of_each_change_until_they_leave():
    assert run(
        """const heard = []; const leave = list.subscribe(({ songs }) => heard.push(songs.length));
           list.add(song("a")); list.add(song("a")); list.remove("x"); list.remove("a"); leave(); list.add(song("b"));
           return heard;"""
    ) == [0, 1, 0]


def test_a_subscriber_that_fails_keeps_nothing_from_the_others():
    assert run(
        """globalThis.queueMicrotask = () => {}; const heard = [];
           list.subscribe(() => { throw new Error("mine"); }); list.subscribe(({ songs }) => heard.push(songs.length));
           list.add(song("a")); return heard;"""
    ) == [0, 1]


def test_changes_of_another_tab_are_heard_and_not_overwritten():
    assert run(
        """const other = (ids) => stored.set("mg-playlist", JSON.stringify({ name: "Theirs", songs: songs(ids) }));
           const heard = []; list.subscribe(({ songs }) => heard.push(songs.length));
           other("ab"); handlers.storage({ key: "mg-playlist" }); handlers.storage({ key: "mg-theme" });
           other("abc"); list.add(song("d")); // before its event came
           return [heard, ids(), kept().name];"""
    ) == [[0, 2, 4], "abcd", "Theirs"]


def test_what_was_not_known_of_a_song_is_learnt():
    told, found = run(
        """list.add([{ id: "a", title: "Mine" }, song("b")]);
           let told = -1; list.subscribe(() => told++);
           const answer = [{ id: "a", title: "Theirs", artists: ["A", "B"], ms: 9 }, { id: "x", title: "X", ms: 1 }];
           list.learn(answer); list.learn(answer);
           return [told, list.get().songs[0]];"""
    )
    assert told == 1
    assert found == {"id": "a", "title": "Mine", "artists": "A, B", "ms": 9}


@pytest.mark.parametrize("text", ["", "nonsense", "7", "null", "[]", '{"songs": 3}', '{"songs": [{"title": "x"}, 4]}'])
def test_what_is_no_playlist_is_an_empty_one(text: str):
    before = f'stored.set("mg-playlist", {json.dumps(text)});'
    assert run("return [list.get(), list.add(song('a')), list.persisted()];", before) == [
        {"name": "", "songs": []},
        1,
        True,
    ]


@pytest.mark.parametrize("broken", [("getItem", "setItem"), ("getItem",), ("setItem",)])
def test_where_nothing_can_be_kept_the_playlist_lives_with_the_page(broken: tuple[str, ...]):
    deny = "() => { throw new DOMException('denied', 'SecurityError'); }"
    found = run(
        """list.add(songs("ab")); list.remove("a"); list.undo(); return [ids(), list.persisted(), list.has("b")];""",
        "".join(f"storage.{name} = {deny};" for name in broken),
    )
    assert found == ["ab", False, True]
