"""Formats are told apart by their headers; the nearest one is named when none fits."""

from __future__ import annotations

import pytest

from etl.errors import LoadError
from etl.formats import FORMATS, detect

FEATURES = "danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo"
HEADERS = {
    "kaggle-1.2m": "id,name,album,album_id,artists,artist_ids,track_number,disc_number,explicit,"
    + FEATURES
    + ",duration_ms,time_signature,year,release_date",
    "kaggle-114k": ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,"
    + FEATURES
    + ",time_signature,track_genre",
    "tidytuesday": "track_id,track_name,track_artist,track_popularity,track_album_id,track_album_name,"
    "track_album_release_date,playlist_name,playlist_id,playlist_genre,playlist_subgenre," + FEATURES + ",duration_ms",
    "kaggle-600k": "id,name,popularity,duration_ms,explicit,artists,id_artists,release_date,"
    + FEATURES
    + ",time_signature",
    "kaggle-232k": "genre,artist_name,track_name,track_id,popularity,acousticness,danceability,duration_ms,"
    "energy,instrumentalness,key,liveness,loudness,mode,speechiness,tempo,time_signature,valence",
}


@pytest.mark.parametrize(("name", "header"), HEADERS.items())
def test_header_tells_the_format(name, header):
    assert detect(header.split(",")).name == name
    assert detect([*reversed(header.split(",")), "a column of somebody's own"]).name == name


def test_every_format_has_a_row_above():
    assert {layout.name for layout in FORMATS} == set(HEADERS)


@pytest.mark.parametrize(("name", "header"), HEADERS.items())
def test_missing_column_is_named(name, header):
    without = [column for column in header.split(",") if column != "danceability"]
    with pytest.raises(LoadError, match=r"line 1: .*column danceability is missing"):
        detect(without)


def test_many_missing_columns_are_counted():
    with pytest.raises(LoadError, match=r"columns .+ and \d+ more are missing"):
        detect(["id", "name"])


def test_repeated_column_is_refused():
    with pytest.raises(LoadError, match="'energy' occurs twice"):
        detect([*HEADERS["kaggle-1.2m"].split(","), "energy"])
