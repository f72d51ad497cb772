"""The ops page's routes: who gets in, what a request that acts must carry, and that nothing happens without it."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.security import generate_password_hash
from werkzeug.test import Client, TestResponse

from ops import machine, session, training
from ops.client import Helper, HelperError
from tests.conftest import using

PASSWORD = "correct horse battery"
HASH = generate_password_hash(PASSWORD, "scrypt:1024:8:1")  # as cheap as it may be: it is asked for a hundred times
ORIGIN = "http://localhost"
ACTIONS = ("restart", "reload", "clear-cache", "train", "logout")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    with using(
        {
            "MUSICGROUP_DATA_DIR": str(tmp_path),
            "MUSICGROUP_OPS_PASSWORD_HASH": HASH,
            "MUSICGROUP_HELPER_URL": "http://127.0.0.1:1/",
            "MUSICGROUP_HELPER_TOKEN_FILE": str(tmp_path / "token"),
        }
    ):
        yield tmp_path


@pytest.fixture
def done(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was carried out, instead of carrying it out."""
    import app  # noqa: F401, PLC0415
    from data_access import cache  # noqa: PLC0415

    did: list[str] = []
    monkeypatch.setattr(Helper, "restart", lambda _self, address: did.append(f"restart by {address}") or "ticket")
    monkeypatch.setattr(machine, "reload_workers", lambda: did.append("reload"))
    monkeypatch.setattr(cache, "clear", lambda: did.append("clear"))
    monkeypatch.setattr(training, "start", lambda _folder: did.append("train") or True)
    return did


@pytest.fixture
def client(done: list[str]) -> Client:
    return new_client()


def new_client() -> Client:
    import app  # noqa: PLC0415 (builds the application, in the settings of the tests)

    return app.server.test_client()


def post(client: Client, path: str, body: Any = None, **headers: str) -> TestResponse:
    return client.post(f"/MusicGroup/ops/{path}", json=body or {}, headers={"Origin": ORIGIN, **headers})


def log_in(client: Client, **headers: str) -> str:
    """Log in; gives the form's token."""
    answer = post(client, "login", {"password": PASSWORD}, **headers)
    assert answer.status_code == 200, answer.text
    with client.application.test_request_context(headers={"Cookie": cookie(answer).split(";")[0]}):
        return session.form()


def cookie(answer: TestResponse) -> str:
    return answer.headers["Set-Cookie"]


def audit(folder: Path) -> list[tuple[str, str, str]]:
    lines = (folder / "ops" / "audit.jsonl").read_text().splitlines()
    return [(entry["actor"], entry["action"], entry["outcome"]) for entry in map(json.loads, lines)]


def test_a_password_opens_and_the_cookie_is_for_us_alone(client: Client) -> None:
    said = cookie(post(client, "login", {"password": PASSWORD}))
    assert said.startswith("musicgroup-ops=")
    for word in ("HttpOnly", "SameSite=Strict", "Path=/MusicGroup/", "Max-Age=28800"):
        assert word in said
    assert "Secure" not in said  # the tests are at http://
    assert client.get("/MusicGroup/ops/workers").status_code == 200


@pytest.mark.parametrize("headers", [{"X-Forwarded-Proto": "https"}, {"Origin": "https://localhost"}])
def test_over_https_the_cookie_is_secure(client: Client, headers: dict[str, str]) -> None:
    assert "Secure;" in cookie(post(client, "login", {"password": PASSWORD}, **headers))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"password": "wrong"}, "That is not the operations password."),
        ({"password": ""}, "The operations password is needed for this."),
        ({}, "The operations password is needed for this."),
        ({"password": ["a"]}, "The operations password is needed for this."),
        ([PASSWORD], "The operations password is needed for this."),
        (PASSWORD, "The operations password is needed for this."),
    ],
)
def test_anything_else_does_not(client: Client, data_dir: Path, body: Any, words: str) -> None:
    answer = post(client, "login", body)
    assert (answer.status_code, answer.json) == (401, {"error": words})
    assert "Set-Cookie" not in answer.headers
    assert client.get("/MusicGroup/ops/workers").status_code == 401
    assert audit(data_dir) == [("nobody", "log in", f"401: {words}")]


def test_the_sixth_try_is_not_listened_to(client: Client, data_dir: Path) -> None:
    for n in range(5):
        assert post(client, "login", {"password": f"wrong{n}"}).status_code == 401
    answer = post(client, "login", {"password": PASSWORD})
    assert (answer.status_code, answer.json["error"]) == (
        429,
        "Too many wrong passwords; try again in 15 minutes.",
    )
    assert PASSWORD not in (data_dir / "ops" / "audit.jsonl").read_text()


def test_without_a_password_set_nobody_gets_in(client: Client) -> None:
    with using({"MUSICGROUP_OPS_PASSWORD_HASH": ""}):
        answer = post(client, "login", {"password": ""})
        assert (answer.status_code, "No operations password is set" in answer.json["error"]) == (403, True)
        assert {post(client, action).status_code for action in ACTIONS} == {401}


def test_a_login_from_another_site_is_refused(client: Client) -> None:
    assert post(client, "login", {"password": PASSWORD}, Origin="https://evil.example").status_code == 403


# ---- what acts -------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_acts_for_whoever_has_not_logged_in(client: Client, done: list[str], action: str) -> None:
    answer = post(client, action, **{session.HEADER: "0" * 64})
    assert (answer.status_code, answer.json, done) == (401, {"error": "Log in first."}, [])


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_works_with_the_pages_own_token(client: Client, done: list[str], action: str) -> None:
    answer = post(client, action, **{session.HEADER: log_in(client)})
    assert answer.status_code in (200, 202)
    expected = {"restart": ["restart by 127.0.0.1"], "clear-cache": ["clear"], "logout": []}
    assert done == expected.get(action, [action])


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    "headers",
    [
        {session.HEADER: ""},
        {session.HEADER: "0" * 64},
        {session.HEADER: "é"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_a_forged_request_is_refused(client: Client, done: list[str], action: str, headers: dict[str, str]) -> None:
    right = {session.HEADER: log_in(client)}
    answer = post(client, action, **{**right, **headers})
    assert (answer.status_code, done) == (403, [])


def test_the_token_of_another_session_is_refused(client: Client, done: list[str]) -> None:
    log_in(client)
    assert post(client, "reload", **{session.HEADER: log_in(new_client())}).status_code == 403
    assert done == []


@pytest.mark.parametrize("action", ACTIONS)
def test_get_acts_on_nothing(client: Client, done: list[str], action: str) -> None:
    log_in(client)
    assert client.get(f"/MusicGroup/ops/{action}").status_code == 404
    assert done == []


def test_the_port_is_compared_where_it_is_known(client: Client) -> None:
    token = log_in(client)
    base = {"base_url": "http://localhost:8050", "headers": {session.HEADER: token, "Origin": "http://localhost:9999"}}
    assert client.post("/MusicGroup/ops/reload", json={}, **base).status_code == 403


@pytest.mark.parametrize("path", ["workers", "training", "journal"])
def test_what_only_tells_is_told_to_operators_alone(client: Client, path: str) -> None:
    assert client.get(f"/MusicGroup/ops/{path}").status_code == 401
    log_in(client)
    answer = client.get(f"/MusicGroup/ops/{path}")
    assert answer.status_code == (502 if path == "journal" else 200)  # there is no helper at port 1
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_helper_that_refuses_is_one_sentence(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Helper, _address: str) -> str:
        raise HelperError("A restart was asked for 3 s ago; wait 27 s more.", 429)

    monkeypatch.setattr(Helper, "restart", refuse)
    answer = post(client, "restart", **{session.HEADER: log_in(client)})
    assert (answer.status_code, answer.json["error"]) == (429, "A restart was asked for 3 s ago; wait 27 s more.")


def test_without_gunicorn_a_reload_is_refused_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with using({"MUSICGROUP_OPS_PASSWORD_HASH": HASH}):
        answer = post(client, "reload", **{session.HEADER: log_in(client)})
    assert (answer.status_code, "not one of gunicorn's workers" in answer.json["error"]) == (409, True)


def test_what_was_tried_is_written_down(client: Client, data_dir: Path) -> None:
    token = log_in(client)
    post(client, "restart", **{session.HEADER: token})
    post(client, "reload", **{session.HEADER: "forged"})
    post(new_client(), "train")
    assert audit(data_dir) == [
        ("operator", "log in", "ok"),
        ("operator", "restart", "ok"),
        ("operator", "reload workers", "403: This did not come from the ops page; reload it and try again."),
        ("nobody", "retrain moods", "401: Log in first."),
    ]
    assert stat.S_IMODE((data_dir / "ops" / "audit.jsonl").stat().st_mode) == 0o600


# ---- sessions --------------------------------------------------------------------------------


def test_the_key_is_for_us_alone_and_made_once(client: Client, data_dir: Path) -> None:
    log_in(client)
    key = data_dir / "ops" / "session-key"
    before = key.read_bytes()
    log_in(new_client())
    assert (len(before), key.read_bytes()) == (32, before)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in key.parent.glob("session-key*")) == ["session-key"]


def test_a_session_ends_with_its_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from itsdangerous import TimestampSigner  # noqa: PLC0415

    log_in(client)
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + session.SECONDS - 5)
    assert client.get("/MusicGroup/ops/workers").status_code == 200
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + session.SECONDS + 5)
    assert client.get("/MusicGroup/ops/workers").status_code == 401


def test_a_copy_of_a_cookie_is_worth_nothing_after_logging_out(client: Client) -> None:
    token = log_in(client)
    copy = client.get_cookie(session.COOKIE, path="/MusicGroup/").value
    assert "Max-Age=0" in cookie(post(client, "logout", **{session.HEADER: token}))
    thief = new_client()
    thief.set_cookie(session.COOKIE, copy, path="/")
    assert thief.get("/MusicGroup/ops/workers").status_code == 401
    assert post(thief, "reload", **{session.HEADER: token}).status_code == 401


def test_another_password_logs_everybody_out(client: Client) -> None:
    log_in(client)
    with using({"MUSICGROUP_OPS_PASSWORD_HASH": generate_password_hash("another", "scrypt:1024:8:1")}):
        assert client.get("/MusicGroup/ops/workers").status_code == 401


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "é" * 20, "." * 3000])
def test_a_made_up_cookie_is_nobody(client: Client, value: str) -> None:
    client.set_cookie(session.COOKIE, value, path="/")
    assert client.get("/MusicGroup/ops/workers").status_code == 401


def test_no_callback_of_the_page_tells_anything_to_others(client: Client) -> None:
    import dash  # noqa: PLC0415

    client.get("/_dash-dependencies")
    ours = {key: spec for key, spec in dash.get_app().callback_map.items() if "ops-" in key}
    assert len(ours) == 3
    for key, spec in ours.items():
        outputs = [tuple(part.rsplit(".", 1)) for part in key.strip(".").split("...")]
        body = {
            "output": key,
            "outputs": [{"id": i, "property": p} for i, p in outputs] if len(outputs) > 1 else
            {"id": outputs[0][0], "property": outputs[0][1]},
            "inputs": [{"id": "ops-clock", "property": "n_intervals", "value": 1}],
            "changedPropIds": ["ops-clock.n_intervals"],
        }  # fmt: skip
        answer = client.post("/MusicGroup/_dash-update-component", json=body)
        told = answer.json
        assert told["sideUpdate"] == {"ops-ended": {"hidden": False}, "ops-clock": {"disabled": True}}
        assert not any(told.get("response", {}).values())
        assert spec["inputs"]
