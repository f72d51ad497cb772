"""The client of the restart helper against the real helper, with the tests' own systemctl and journalctl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from ops import client
from ops.client import Helper, HelperError
from ops.helper import app as helper
from ops.helper.config import Config
from ops.helper.guard import sha256
from tests.fake_systemd import on_path
from tests.servers import get, running

TOKEN = "the-token-of-these-tests-0123456789abcdef"


@dataclass
class Running:
    """A helper that runs, and what it was told."""

    helper: Helper
    url: str
    token: Path
    folder: Path

    def audit(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "audit.jsonl").read_text().splitlines()]


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    on_path(tmp_path, monkeypatch)
    monkeypatch.setattr(client, "_refused", {})
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 60)  # its systemctl is a process, which a busy machine starts late
    config = Config("musicgroup.service", sha256(TOKEN), "", tmp_path / "audit.jsonl", "")
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    with running(make_server("127.0.0.1", 0, helper.create_app(config), threaded=True)) as url:
        yield Running(Helper(url, str(token)), url, token, tmp_path)


def test_the_state_is_told_in_words(real: Running) -> None:
    unit = real.helper.unit()
    assert unit.active == "active"
    assert unit.words.startswith("running since ")


def test_the_journal_is_text(real: Running) -> None:
    assert "a line of the journal" in real.helper.journal()


def test_a_restart_is_asked_for_in_the_persons_name(real: Running) -> None:
    assert real.helper.restart("203.0.113.9")
    assert "restart musicgroup.service" in (real.folder / "asked").read_text()
    assert [(e["actor"], e["address"], e["outcome"]) for e in real.helper.audit()] == [
        ("token", "203.0.113.9", "asked")
    ]


def test_the_ticket_reads_and_does_not_act(real: Running) -> None:
    ticket = real.helper.restart("203.0.113.9")
    bearer = {"Authorization": f"Bearer {ticket}"}
    assert get(real.url + "process", headers=bearer).status == 200
    assert "a line of the journal" in get(real.url + "logs", headers=bearer).text
    assert get(real.url + "audit", headers=bearer).status == 401
    assert get(real.url + "process", headers=bearer, method="POST").status == 401
    assert (real.folder / "asked").read_text().count("restart musicgroup.service") == 1


def test_the_helpers_own_sentence_is_passed_on(real: Running) -> None:
    real.helper.restart("203.0.113.9")
    with pytest.raises(HelperError, match=r"A restart was asked for \d+ s ago; wait \d+ s more\.") as caught:
        real.helper.restart("203.0.113.9")
    assert caught.value.status == 429


def test_a_token_that_was_refused_is_not_tried_again_at_once(real: Running) -> None:
    real.token.write_text("another-token-that-is-long-enough")
    with pytest.raises(HelperError, match="refused our token"):
        real.helper.unit()
    for _ in range(10):
        with pytest.raises(HelperError, match="asked again in a minute"):
            real.helper.unit()
    assert len(real.audit()) == 1
    real.token.write_text(TOKEN)
    assert real.helper.unit().active == "active"


def test_no_error_shows_the_token(real: Running) -> None:
    real.token.write_text("another-token-that-is-long-enough")
    with pytest.raises(HelperError) as caught:
        real.helper.unit()
    assert "another-token" not in str(caught.value)
    assert "another-token" not in (real.folder / "audit.jsonl").read_text()


@pytest.mark.parametrize("content", [None, "", "short", "two words that are long enough", "x" * 600])
def test_a_file_without_a_token_is_said(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    with pytest.raises(HelperError, match="MUSICGROUP_HELPER_TOKEN_FILE"):
        Helper("http://127.0.0.1:1/", str(file)).unit()


@pytest.mark.parametrize("url", ["127.0.0.1:8051", "ftp://127.0.0.1/", "file:///etc/passwd", "http://"])
def test_an_address_that_is_none_is_said(real: Running, url: str) -> None:
    with pytest.raises(HelperError, match="MUSICGROUP_HELPER_URL is no address"):
        Helper(url, str(real.token)).unit()


def test_nobody_at_the_address_is_one_sentence(real: Running) -> None:
    with pytest.raises(HelperError, match="The restart helper cannot be reached: Connection refused"):
        Helper("http://127.0.0.1:1/", str(real.token)).unit()


def test_somebody_else_at_the_address_is_one_sentence(real: Running) -> None:
    def other(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<h1>Hello</h1>"]

    with running(make_server("127.0.0.1", 0, other)) as url, pytest.raises(HelperError, match="not the restart helper"):
        Helper(url, str(real.token)).unit()


def test_a_helper_that_hangs_is_given_up(real: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket  # noqa: PLC0415

    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(HelperError, match="did not answer"):
            Helper(url, str(real.token)).unit()
