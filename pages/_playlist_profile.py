"""The profile on the page of the playlist: what the songs shown there are like, or those of an upload.

The store `playlist-profile-of` has {"ids": [...], "name": str} of what is profiled; assets/playlist_upload.js fills it,
from `playlist-shown` or from an upload that a person wants to see. The server keeps nothing, not even in its cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, get_relative_path, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import island, parts, playlist_profile
from components.playlist_profile import FeatureRow, SongRow
from data_access import catalogue, matching
from data_access.fields import FIELD_BY_NAME
from data_access.songs import SongLine
from ml import playlists
from ml.playlists import Feature, Profile, Scarce
from pages import _guard as guard
from pages import _seeds as seeds

SEEDS_AT_MOST = 80
"""Songs of a list that recommendations start from."""

_HEIGHT = 460


def section() -> Component:
    """The part of the page, hidden until there are songs."""
    return html.Section(
        [
            dcc.Store(id="playlist-profile-of"),
            island.store("playlist-profile"),
            html.Div(
                [
                    html.H2("Profile", id="playlist-profile-title", className="mg-section-title"),
                    html.P(id="playlist-profile-of-what", className="mg-note", role="status"),
                    html.Button(
                        "Back to the playlist",
                        id="playlist-profile-back",
                        type="button",
                        className="mg-button mg-button-quiet",
                        hidden=True,
                    ),
                    html.Div(id="playlist-profile-busy", className="mg-busy"),
                ],
                className="mg-profile-head",
            ),
            guard.region("playlist-profile", html.Div(id="playlist-profile-cards"), height=_HEIGHT),
        ],
        id="playlist-profile",
        hidden=True,
        tabIndex="-1",
        className="mg-section mg-profile-section",
        **parts.aria(labelledby="playlist-profile-title"),
    )


island.draws("playlist-profile")
clientside_callback(
    ClientsideFunction("playlist_upload", "follow"), Input("playlist-shown", "data"), prevent_initial_call=True
)


@guard.callback(
    "playlist-profile",
    Output(island.store_id("playlist-profile"), "data"),
    Input("playlist-profile-of", "data"),
    running=[(Output("playlist-profile-busy", "className"), "mg-busy mg-busy-on", "mg-busy")],
)
def fill(asked: dict[str, Any] | None) -> dict[str, Any]:
    """The cards of the songs in the store, and of what they are, drawn at one moment."""
    ids = [each for each in (asked or {}).get("ids") or [] if isinstance(each, str)][: matching.AT_MOST]
    if not ids:
        raise PreventUpdate
    live = catalogue.current()
    numbers = matching.song_ids(live, ids)
    what = _of_what(str((asked or {}).get("name") or ""), len(set(ids)), len(numbers))
    if not len(numbers):
        shown = playlist_profile.note("Nothing can be told of songs that are not in this catalogue.")
    else:
        shown = cards(playlists.profile(live, numbers), ids)
    return island.trees(playlist_profile_cards=shown, playlist_profile_of_what=what)


def _of_what(name: str, asked: int, found: int) -> str:
    songs = "1 song" if asked == 1 else f"{asked:,} songs"
    which = f"{songs} of “{name}”" if name else songs
    if found == asked:
        return which
    return f"{which}, of which {found:,} {'is' if found == 1 else 'are'} in this catalogue"


def cards(found: Profile, ids: Sequence[str]) -> Component:
    """A profile as cards; `ids` are Spotify's of the songs, for links that start from them."""
    moods, scarce = _moods(found), _scarce(found, ids)
    return playlist_profile.profile(
        _features(found), [moods, scarce] if moods else [scarce], _outliers(found), _missing(found, ids)
    )


# ---- against the catalogue -------------------------------------------------------------------


def _features(found: Profile) -> Component:
    differing = [each for each in found.features if _differs(each)]
    differing.sort(key=lambda each: -abs(each.effect.size) if each.effect else 0)
    whose = "It is" if found.songs == 1 else "Its songs are"
    says = f"{whose} {_listed([each.words for each in differing[:3]])} than the catalogue’s on average."
    return playlist_profile.features_card(
        [_feature(each) for each in found.features],
        says if differing else "In no feature do its songs differ from the catalogue’s beyond chance.",
    )


def _differs(each: Feature) -> bool:
    return each.words != playlists.ALIKE


def _feature(each: Feature) -> FeatureRow:
    field, effect = FIELD_BY_NAME[each.name], each.effect
    mean, whole = field.format(each.mean), field.format(each.whole_mean)
    numbers = (
        field.label,
        f"{each.known:,}",
        mean,
        whole,
        *(f"{100 * share:.0f} %" for share in each.quartiles),
        "" if effect is None else f"{effect.size:.2f} ({effect.word})",
        "" if effect is None or effect.p is None else f"{effect.p:.2g}",
    )
    return FeatureRow(field.label, field.meaning, mean, whole, *each.quartiles, each.words, _differs(each), numbers)


def _moods(found: Profile) -> Component | None:
    if not found.moods:
        return None
    colours = list(found.mood_colours.items())
    rows = [
        (0, name, [songs.get(mood, 0) for mood, _ in colours])
        for name, songs in (("These songs", found.moods), ("Catalogue", found.whole_moods))
    ]
    total, whole = (sum(songs) or 1 for _, _, songs in rows)
    most = max(found.moods, key=lambda mood: found.moods[mood])
    shares = [
        parts.percent(songs.get(most, 0) / of) for songs, of in ((found.moods, total), (found.whole_moods, whole))
    ]
    says = f"Most often {most}: {shares[0]}, against {shares[1]} of the catalogue."
    return playlist_profile.moods_card(rows, colours, says if sum(found.moods.values()) else "None of them has a mood.")


# ---- songs -----------------------------------------------------------------------------------


def _outliers(found: Profile) -> Component:
    rows = [_song(song, [_sentence(reason.words) for reason in reasons]) for song, reasons in found.outliers]
    if rows:
        says = (
            "The song that is least like the others."
            if len(rows) == 1
            else "The least like the others, furthest first."
        )
    elif found.judged:
        says = "None: the songs lie close together, or evenly spread."
    else:
        says = f"From {playlists.OUTLIERS_FROM} songs on one of them can stand out."
    return playlist_profile.outliers_card(rows, says)


def _missing(found: Profile, ids: Sequence[str]) -> Component:
    rows = [
        _song(near.song, [near.why], f"{100 * near.score:.0f} %", [seeds.add_button(near.song)])
        for near in found.missing
    ]
    more = parts.link("More of them, with sliders", _recommended(ids)) if len(ids) <= SEEDS_AT_MOST else None
    says = "Songs of the catalogue that fit in best, by how alike they are."
    return playlist_profile.missing_card(rows, says if rows else "The catalogue has no other songs.", more)


def _song(song: SongLine, words: Sequence[str], aside: str = "", actions: Sequence[Component] = ()) -> SongRow:
    href = get_relative_path(f"/song/{quote(song.spotify_id, safe='')}")
    return SongRow(song.title, ", ".join(song.artists), href, words, aside, actions)


# ---- what it lacks ---------------------------------------------------------------------------


def _scarce(found: Profile, ids: Sequence[str]) -> Component:
    rows = [(_few(each), *_remedy(each, ids)) for each in found.scarce]
    says = "Set beside as many songs drawn at random." if rows else "Of no mood, tempo or decade fewer than by chance."
    return playlist_profile.scarce_card(rows, says)


def _few(each: Scarce) -> str:
    songs = "no song" if not each.songs else "1 song" if each.songs == 1 else f"{each.songs:,} songs"
    what = {"mood": f"{each.name}: ", "tempo": f"Tempo {each.name}: ", "decade": f"From {each.name}: "}[each.what]
    return f"{what}{songs} of {each.known:,}, where chance would have about {round(each.expected):,}."


def _remedy(each: Scarce, ids: Sequence[str]) -> tuple[str, str]:
    query = each.filter.to_query()
    if len(ids) <= SEEDS_AT_MOST:
        which = {"mood": f"in the mood {each.name}", "tempo": each.name, "decade": f"from {each.name}"}[each.what]
        return f"Songs like these {which}", f"{_recommended(ids)}&{query}"
    return "Explore those", get_relative_path(f"/explore?{query}")


def _recommended(ids: Sequence[str]) -> str:
    return get_relative_path("/recommend") + f"?{urlencode({'seed': 'songs:' + ','.join(ids)}, safe=':,')}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1] if words else "")))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
