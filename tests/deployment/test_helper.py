"""The restart helper on a real Debian: systemd, polkit, its unit file and its user are those of ops/deploy."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest

from tests.deployment.conftest import BROKEN, SERVES, Secrets
from tests.deployment.machine import Machine

UNIT = "musicgroup.service"
ADDRESS = "http://127.0.0.1:8051"
AUDIT = "/var/lib/musicgroup-helper/audit.jsonl"
_MANY = """
import http.client, json, sys, collections
wrong, path = int(sys.argv[1]), sys.argv[2]
codes, connection = collections.Counter(), http.client.HTTPConnection("127.0.0.1", 8051, timeout=30)
for i in range(wrong):
    headers = {"X-Forwarded-For": sys.argv[3], "Origin": "https://music.example"}
    body = ""
    if path == "/login":
        body, headers["Content-Type"] = f"password=wrong{i}", "application/x-www-form-urlencoded"
    else:
        headers["Authorization"] = f"Bearer wrong{i}"
    connection.request("POST", path, body, headers)
    answer = connection.getresponse(); answer.read(); codes[answer.status] += 1
print(json.dumps(codes))
"""


class Client:
    """curl within the machine: status, headers and body."""

    def __init__(self, machine: Machine, address: str) -> None:
        self.machine, self.address, self.cookie = machine, address, ""

    def ask(self, path: str, *options: str) -> tuple[int, str, str]:
        """(status, headers, body); the request comes from `address` as far as the proxy's header says."""
        cookie = ["--cookie", self.cookie] if self.cookie else []
        done = self.machine.run(
            "curl", "--silent", "--include", "--max-time", "30", "--header", f"X-Forwarded-For: {self.address}",
            *cookie, *options, ADDRESS + path,
        )  # fmt: skip
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        return int(head.split()[1]), head, body

    def post(self, path: str, origin: str = "", *options: str, **form: str) -> tuple[int, str, str]:
        """POST a form."""
        fields = [part for name, value in form.items() for part in ("--data-urlencode", f"{name}={value}")]
        sent = ["--header", f"Origin: {origin}"] if origin else []
        return self.ask(path, "--request", "POST", *sent, *options, *fields)

    def form(self) -> str:
        """The token of a form on the page."""
        found = re.search(r'name="form" value="([^"]+)"', self.ask("/")[2])
        assert found, "not logged in"
        return found[1]


@pytest.fixture(autouse=True)
def fresh(machine: Machine) -> None:
    """Each test begins with a helper that remembers nobody, and an application that runs."""
    machine.write("/srv/app.py", SERVES)
    machine.run("systemctl", "reset-failed", UNIT, check=False)
    machine.run("systemctl", "restart", UNIT, "musicgroup-helper")


@pytest.fixture
def person(machine: Machine, secrets: Secrets) -> Client:
    """Somebody who has logged in."""
    client = Client(machine, "192.0.2.7")
    status, head, _ = client.post("/login", secrets.origin, password=secrets.password)
    assert status == 303
    cookie = re.search(r"(?im)^set-cookie: (musicgroup-helper=[^;]+);(.*)$", head)
    assert cookie
    for word in ("Secure", "HttpOnly", "SameSite=Strict"):
        assert word in cookie[2]
    client.cookie = cookie[1]
    return client


def audit(machine: Machine) -> list[dict]:
    """All entries."""
    return [json.loads(line) for line in machine.run("cat", AUDIT).stdout.splitlines()]


def until(condition: Callable[[], bool], seconds: float = 10) -> float:
    """Seconds until the condition held; fails when it does not in time."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.1)
    return time.monotonic() - start


def invocation(machine: Machine) -> str:
    """What tells one start of the unit from another."""
    return machine.property(UNIT, "InvocationID")


def test_a_person_restarts_the_application(machine: Machine, secrets: Secrets, person: Client) -> None:
    before = invocation(machine)
    status, _, page = person.ask("/")
    assert status == 200
    assert "<strong>musicgroup</strong> is running since" in page
    assert "<script" not in page
    status, _, page = person.post("/process", secrets.origin, form=person.form())
    assert status == 202
    assert "The restart was asked for" in page
    until(lambda: invocation(machine) not in ("", before) and machine.property(UNIT, "ActiveState") == "active")
    last = audit(machine)[-1]
    assert {name: last[name] for name in ("actor", "address", "action", "outcome")} == {
        "actor": "person", "address": "192.0.2.7", "action": "restart", "outcome": "asked",
    }  # fmt: skip


def test_a_program_restarts_it_with_the_token(machine: Machine, secrets: Secrets) -> None:
    client, before = Client(machine, "192.0.2.8"), invocation(machine)
    bearer = ("--header", f"Authorization: Bearer {secrets.token}")
    status, _, body = client.ask("/process", *bearer)
    assert status == 200
    assert json.loads(body)["last"] is None
    status, _, body = client.ask("/process", "--request", "POST", *bearer)
    assert status == 202
    assert json.loads(body)["last"]["outcome"] == "asked"
    until(lambda: invocation(machine) not in ("", before))
    status, head, body = client.ask("/process", "--request", "POST", *bearer)
    assert status == 429
    assert "Retry-After:" in head
    assert "wait" in json.loads(body)["error"]


def test_looking_never_acts(machine: Machine, secrets: Secrets, person: Client) -> None:
    before = invocation(machine)
    for path in ("/", "/process", "/logs"):
        assert person.ask(path)[0] == 200
    assert person.ask("/logs")[2].count("serving") >= 1
    time.sleep(1)
    assert invocation(machine) == before


def test_nobody_sees_anything_without_a_secret(machine: Machine) -> None:
    client = Client(machine, "192.0.2.9")
    page = client.ask("/")[2]
    assert 'type="password"' in page
    assert "running" not in page
    for path in ("/process", "/logs"):
        assert client.ask(path)[0] == 401
    assert client.post("/process")[0] == 401


def test_forms_of_others_are_refused(machine: Machine, secrets: Secrets, person: Client, note) -> None:
    before = invocation(machine)
    form = person.form()
    assert person.post("/process", secrets.origin)[0] == 403  # without the form's token
    assert person.post("/process", secrets.origin, form="made-up")[0] == 403
    assert person.post("/process", "https://evil.example", form=form)[0] == 403
    assert person.post("/process", "", form=form)[0] == 403  # without an Origin
    assert person.post("/login", "https://evil.example", password=secrets.password)[0] == 403
    time.sleep(1)
    assert invocation(machine) == before
    assert person.post("/process", secrets.origin, form=form)[0] == 202
    assert person.post("/process", secrets.origin, form=form)[0] == 403  # the same form once more
    until(lambda: invocation(machine) not in ("", before))
    note("CSRF: missing or foreign token, foreign or no Origin, GET, replayed form", "all refused", "all refused")


def test_it_brings_back_what_systemd_has_given_up(machine: Machine, secrets: Secrets, person: Client) -> None:
    machine.write("/srv/app.py", BROKEN)
    machine.run("systemctl", "restart", UNIT, check=False)
    until(lambda: machine.property(UNIT, "ActiveState") == "failed")
    page = person.ask("/")[2]
    assert "failed since" in page
    assert "systemd has given up" in page or "it ended by itself with code 1" in page
    assert "this release is broken" in person.ask("/logs")[2]
    machine.write("/srv/app.py", SERVES)
    assert machine.run("systemctl", "start", UNIT, check=False).returncode != 0  # what a plain start says
    assert person.post("/process", secrets.origin, form=person.form())[0] == 202
    until(lambda: machine.property(UNIT, "ActiveState") == "active", 10)


@pytest.mark.parametrize("path", ["/process", "/login"])
def test_ten_thousand_wrong_tries_restart_nothing(path: str, machine: Machine, secrets: Secrets, note) -> None:
    before, entries = invocation(machine), len(audit(machine))
    done = machine.run("/opt/musicgroup/helper/.venv/bin/python", "-c", _MANY, "10000", path, "198.51.100.4")
    codes = json.loads(done.stdout)
    assert codes == {"401": 5, "429": 9995}
    assert invocation(machine) == before
    added = audit(machine)[entries:]
    assert len(added) == 10_000
    assert {entry["address"] for entry in added} == {"198.51.100.4"}
    right = ("--header", f"Authorization: Bearer {secrets.token}")
    assert Client(machine, "198.51.100.4").ask("/process", *right)[0] == 429  # also with the right one, for a while
    assert Client(machine, "198.51.100.5").ask("/process", *right)[0] == 200
    note(f"10,000 wrong tries at `{path}`", "0 restarts, 429 after 5, audit complete",
         f"0 restarts, {codes['401']} times 401, {codes['429']:,} times 429, {len(added):,} audit entries")  # fmt: skip


def test_no_secret_is_written_anywhere(machine: Machine, secrets: Secrets) -> None:
    client = Client(machine, "192.0.2.10")
    client.post("/login", secrets.origin, password=secrets.password + "x")
    client.post("/login", secrets.origin, password=secrets.password)
    client.ask("/process", "--header", f"Authorization: Bearer {secrets.token}x")
    journal = machine.run("journalctl", "--unit=musicgroup-helper", "--no-pager").stdout
    processes = machine.run("ps", "axww", "-o", "args").stdout
    for text in (machine.run("cat", AUDIT).stdout, journal, processes):
        assert secrets.token not in text
        assert secrets.password not in text


MATRIX = [
    ("musicgroup-helper", "restart", UNIT, True),
    ("musicgroup-helper", "reset-failed", UNIT, True),
    ("musicgroup-helper", "stop", UNIT, False),
    ("musicgroup-helper", "start", UNIT, False),
    ("musicgroup-helper", "kill", UNIT, False),
    ("musicgroup-helper", "restart", "other.service", False),
    ("musicgroup-helper", "reset-failed", "other.service", False),
    ("musicgroup-helper", "restart", "musicgroup-helper.service", False),
    ("somebody", "restart", UNIT, False),
    ("somebody", "reset-failed", UNIT, False),
]


@pytest.mark.parametrize(("user", "verb", "unit", "may"), MATRIX)
def test_one_user_may_restart_one_unit(user: str, verb: str, unit: str, may: bool, machine: Machine) -> None:
    before = machine.property(unit, "InvocationID")
    done = machine.run("systemctl", "--no-ask-password", verb, unit, user=user, check=False)
    assert (done.returncode == 0) == may, done.stderr
    if verb == "restart" or not may:
        assert (machine.property(unit, "InvocationID") != before) == may


def test_the_unit_file_is_sound_and_narrow(machine: Machine, note) -> None:
    verified = machine.run("systemd-analyze", "verify", "/etc/systemd/system/musicgroup-helper.service", check=False)
    assert verified.returncode == 0
    assert verified.stderr.strip() == ""
    narrow = machine.run("systemd-analyze", "security", "musicgroup-helper.service", "--no-pager", check=False).stdout
    exposure = re.search(r"Overall exposure level.*?: ([\d.]+)", narrow)
    assert exposure
    assert float(exposure[1]) <= 1.0, narrow
    note("`systemd-analyze verify`; exposure of the helper", "clean; <= 1.0", f"clean; {exposure[1]}")
    allowed = sum(may for *_, may in MATRIX)
    note("the right to restart: other unit, other verb, other user", "all denied, the one allowed works",
         f"{len(MATRIX) - allowed} denied, {allowed} allowed (restart and reset-failed of that unit)")  # fmt: skip
