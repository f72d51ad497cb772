"""The JSON API: errors in one shape, limits, who may read it, and that it keeps to its OpenAPI document."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import servers

BAD = [
    ("tracks", "ids is missing"),
    ("tracks?ids=,,", "ids is missing"),
    ("tracks?ids=" + ",".join(["a"] * 51), "ids has 51 entries; 50 are possible"),
    ("tracks?ids=a&ids=b", "ids is given 2 times"),
    ("audio-features?ids=" + ",".join(["a"] * 101), "ids has 101 entries; 100 are possible"),
    ("tracks?ids=a%00b", "ids has a character that no text has"),
    ("search", "q is missing"),
    ("search?q=" + "a" * 251, "longer than 250"),
    ("search?q=love&type=episode", "type=episode cannot be searched here"),
    ("search?q=love&limit=0", "limit=0 is not a whole number from 1 to 50"),
    ("search?q=love&limit=5.5", "limit=5.5 is not a whole number"),
    ("search?q=love&offset=1001", "offset=1001 is not a whole number from 0 to 1000"),
    ("search?q=year:last", "year:last is not a year"),
    ("search?q=isrc:US1234567", "isrc: cannot be searched here"),
    ("recommendations", "start from a song, or from a target"),
    ("recommendations?limit=101&target_energy=1", "limit=101 is not a whole number from 1 to 100"),
    ("recommendations?target_energy=much", "target_energy=much is not a number"),
    ("recommendations?target_energy=nan", "target_energy=nan is not a number"),
    ("recommendations?target_energy=1&weight_energy=-1", "weight_energy=-1 is not a number from 0 to 100"),
    ("recommendations?target_energy=1&explain=maybe", "explain=maybe is neither true nor false"),
    ("tracks?ids=a,b%20c", "ids: “b c” is no id"),
    ("recommendations?seed_tracks=a!", "seed_tracks: “a!” is no id"),
    ("recommendations?seed_tracks=nothing", "None of the seeds is in this catalogue: nothing"),
    ("recommendations?seed_tracks=" + ",".join(["a"] * 51), "seed_tracks has 51 entries"),
]


@pytest.mark.parametrize(("path", "sentence"), BAD)
def test_bad_input_gets_one_sentence(path: str, sentence: str, served: str) -> None:
    status, headers, body = ask(served, path)
    assert status == 400
    assert headers["content-type"] == "application/json"
    error = json.loads(body)["error"]
    assert error["status"] == 400
    assert sentence in error["message"]


@pytest.mark.parametrize("path", ["nothing/here", "tracks/0000000000000000000000", "audio-features/x", "me/player"])
def test_what_is_not_there_answers_404_as_json(path: str, served: str) -> None:
    status, headers, body = ask(served, path)
    assert status == 404
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["error"]["status"] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_is_only_read(method: str, served: str) -> None:
    status, headers, body = ask(served, "tracks?ids=a", method)
    assert status == 405
    assert "GET" in headers["allow"]
    assert json.loads(body)["error"]["status"] == 405


@pytest.mark.parametrize("path", ["tracks/?ids=a", "search/?q=love", "recommendations/?target_energy=1"])
def test_a_slash_at_the_end_is_the_same(path: str, served: str) -> None:
    first, second = ask(served, path), ask(served, path.replace("/?", "?"))
    assert first[0] == 200
    assert json.loads(first[2]) == json.loads(second[2])


def test_other_sites_may_read_it_only_when_they_are_named(served: str, tmp_path: Path) -> None:
    origin = {"Origin": "https://notebooks.example"}
    assert "access-control-allow-origin" not in ask(served, "tracks?ids=a", headers=origin)[1]
    with servers.gunicorn(
        tmp_path / "log", MUSICGROUP_CORS_ORIGINS="https://notebooks.example", MUSICGROUP_WORKERS="1"
    ) as address:
        assert ask(address, "tracks?ids=a", headers=origin)[1]["access-control-allow-origin"] == origin["Origin"]
        status, headers, _ = ask(address, "tracks", "OPTIONS", headers=origin)
        assert status == 200
        assert "Authorization" in headers["access-control-allow-headers"]
        stranger = {"Origin": "https://evil.example"}
        assert "access-control-allow-origin" not in ask(address, "tracks?ids=a", headers=stranger)[1]


def test_limits_that_nothing_meets_are_an_empty_answer(served: str) -> None:
    for limits in ("min_key=8&max_key=2", "min_mode=1&target_mode=0", "min_time_signature=8", "min_energy=2"):
        status, _, body = ask(served, f"recommendations?target_energy=1&{limits}")
        assert status == 200
        assert json.loads(body) == {"seeds": [], "tracks": []}


def test_people_find_a_page(served: str) -> None:
    status, headers, body = ask(served, "")
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    text = body.decode()
    for path in ("/audio-features/{id}", "/tracks", "/search", "/recommendations/available-genre-seeds"):
        assert f"GET {path}" in text
    assert "target_energy" in text
    assert "<script" not in text


# An address can be too long for the web server. What is asked may be well formed and yet have nothing to go by: neither
# a seed nor a target, or no weight but 0.
_CONFIGURATION = """
[checks]
negative_data_rejection.expected-statuses = ["400", "404", "414"]

[[operations]]
include-path = "/recommendations"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400"]
"""


def test_schemathesis_finds_nothing(served: str, tmp_path: Path) -> None:
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(_CONFIGURATION)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(configuration), "run", "--no-color",
        f"{served}api/v1/openapi.json", "--seed", "20241127", "--max-examples", "40",
        "--phases", "examples,coverage,fuzzing", "--request-timeout", "90", "--suppress-health-check", "all",
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=1800
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Tested: 7" in done.stdout
    assert "No issues found" in done.stdout


def ask(
    site: str, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, and body."""
    parts = urlsplit(site)
    connection = http.client.HTTPConnection(parts.netloc, timeout=90)
    connection.request(method, f"{parts.path}api/v1/{path}", headers=headers or {})
    answer = connection.getresponse()
    found = (answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    connection.close()
    return found
