"""The application as a service of systemd: what is killed, hangs, is full or gone, and how soon all is well again."""

from __future__ import annotations

import json
import re
import time

import pytest

from tests.deployment.conftest import Host

UNIT = "musicgroup.service"
# Asks again and again, each request tried up to five times as a browser or nginx would, and says what became of it.
_LOAD = """
import collections, http.client, json, sys, threading, time
seconds, port, path, tries = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
said, slowest, lock, end = collections.Counter(), [0.0], threading.Lock(), time.monotonic() + seconds
def ask():
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", path); answer = connection.getresponse(); answer.read(); connection.close()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
def go():
    while time.monotonic() < end:
        start = time.monotonic()
        for attempt in range(tries):
            if (status := ask()) == 200: break
            time.sleep(0.5)
        with lock:
            said[status] += 1
            said["again"] += attempt
            slowest[0] = max(slowest[0], time.monotonic() - start)
threads = [threading.Thread(target=go) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(json.dumps({"answers": said, "slowest": slowest[0]}))
"""


def load(host: Host, seconds: float, tries: int = 5):
    """Requests of eight at once, within, beside the test."""
    return host.machine.start("python3", "-c", _LOAD, str(seconds), "8050", "/MusicGroup/readyz", str(tries))


def outcome(running) -> dict:
    """What became of them."""
    out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    return json.loads(out)


def workers(host: Host) -> list[str]:
    """Process numbers of gunicorn's workers."""
    return host.machine.run("pgrep", "--parent", host.machine.property(UNIT, "MainPID")).stdout.split()


@pytest.fixture(autouse=True)
def serving(host: Host) -> None:
    """Each test begins with an application that serves."""
    host.machine.run("systemctl", "reset-failed", UNIT, check=False)
    host.machine.run("systemctl", "start", UNIT)
    host.until(lambda: host.get("/MusicGroup/readyz", port=8050)[0] == 200, 60)


def test_it_serves_the_demo_catalogue_through_nginx(host: Host) -> None:
    status, headers, body = host.get("/MusicGroup/readyz")
    assert status == 200
    assert json.loads(body)["catalogue_version"] >= 1
    assert headers["strict-transport-security"].startswith("max-age=")
    status, _, page = host.get("/MusicGroup/")
    assert status == 200
    assert "MusicGroup" in page
    assert host.get("/MusicGroup/", port=80)[0] == 301


def test_the_unit_is_sound_and_narrow(host: Host, note) -> None:
    for unit in (UNIT, "musicgroup-backup.service", "musicgroup-deploy.service", "musicgroup-deploy.path",
                 "musicgroup-train.service", "musicgroup-train.path"):  # fmt: skip
        verified = host.machine.run("systemd-analyze", "verify", f"/etc/systemd/system/{unit}", check=False)
        assert (verified.returncode, verified.stderr.strip()) == (0, ""), unit
    narrow = host.machine.run("systemd-analyze", "security", UNIT, "--no-pager", check=False).stdout
    exposure = re.search(r"Overall exposure level.*?: ([\d.]+)", narrow)
    assert exposure
    assert float(exposure[1]) <= 1.5, narrow
    note("`systemd-analyze verify`; exposure of the application", "clean; <= 1.5", f"clean; {exposure[1]}")


def test_a_killed_worker_fails_no_retried_request(host: Host, note) -> None:
    running = load(host, 8)
    time.sleep(2)
    host.machine.run("kill", "-9", workers(host)[0])
    time.sleep(2)
    host.machine.run("kill", "-9", workers(host)[0])
    found = outcome(running)
    answers = dict(found["answers"])
    again = answers.pop("again")
    assert set(answers) == {"200"}, answers
    note(
        "kill -9 of a worker, twice, under load", "0 failed retried requests",
        f"0 of {answers['200']:,} failed, {again} tried again, slowest {found['slowest']:.1f} s",
    )  # fmt: skip


def test_a_killed_master_serves_again(host: Host, note) -> None:
    before = host.boot()
    host.machine.run("kill", "-9", host.machine.property(UNIT, "MainPID"))
    took = host.until(lambda: host.boot() not in ("", before), 20)
    assert host.machine.property(UNIT, "NRestarts") != "0"
    note("kill -9 of gunicorn's master", "serving again <= 5 s", f"{took:.1f} s", took, 5)


def test_a_reload_drops_nothing(host: Host, note) -> None:
    boot, first = host.boot(), set(workers(host))
    running = host.machine.start(
        "wrk", "--threads", "2", "--connections", "16", "--duration", "12s", "--timeout", "20s",
        "http://127.0.0.1:8050/MusicGroup/healthz",
    )  # fmt: skip
    time.sleep(2)
    host.machine.run("systemctl", "reload", UNIT)
    host.until(lambda: len(set(workers(host)) - first) >= 2, 20)
    out, _ = running.communicate(timeout=60)
    requests = re.search(r"(\d+) requests in", out)
    assert requests, out
    assert "Non-2xx" not in out, out
    assert "Socket errors" not in out, out
    host.until(host.boot, 30)  # the new workers are there, and may still be importing
    assert host.boot() == boot
    host.until(lambda: not first & set(workers(host)), 30)  # the old ones have 10 s for what they had begun
    note("graceful reload under wrk load", "0 failed requests", f"0 of {int(requests[1]):,} failed")


def test_a_worker_that_hangs_is_replaced_and_others_serve(host: Host, note) -> None:
    machine, site = host.machine, "/var/lib/musicgroup/hang"
    machine.write(f"{site}/sitecustomize.py", _INJECT)
    drop_in = f"/etc/systemd/system/{UNIT}.d/test.conf"
    machine.write(drop_in, f'[Service]\nEnvironment=PYTHONPATH={site} "GUNICORN_CMD_ARGS=--timeout 6"\n')
    try:
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", UNIT)
        host.until(lambda: host.get("/MusicGroup/readyz", port=8050)[0] == 200, 60)
        first = set(workers(host))
        running = load(host, 14)
        start = time.monotonic()
        hanging = machine.start(
            "curl", "--silent", "--max-time", "30", "http://127.0.0.1:8050/MusicGroup/hang-for-test"
        )
        host.until(lambda: len(first - set(workers(host))) == 1 and len(workers(host)) == 2, 30)
        took = time.monotonic() - start
        hanging.communicate(timeout=40)
        answers = dict(outcome(running)["answers"])
        answers.pop("again")
        assert set(answers) == {"200"}, answers
        journal = machine.run("journalctl", f"--unit={UNIT}", "--since=-2min", "--output=cat", "--no-pager").stdout
        assert "A request for /MusicGroup/hang-for-test has hung" in journal
        note(
            "hung worker (infinite loop injected), timeout set to 6 s", "replaced, others keep serving",
            f"replaced after {took:.1f} s; 0 of {answers['200']:,} other requests failed", took, 12,
        )  # fmt: skip
    finally:
        machine.run("rm", "-rf", drop_in, site)
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", UNIT)


# Loaded by Python before gunicorn: a WSGI middleware with one address that never ends.
_INJECT = """
import gunicorn.app.wsgiapp as wsgiapp
load = wsgiapp.WSGIApplication.load
def with_hang(self):
    app = load(self)
    def hang(environ, start_response):
        while environ["PATH_INFO"].endswith("/hang-for-test"):
            pass
        return app(environ, start_response)
    return hang
wsgiapp.WSGIApplication.load = with_hang
"""


def test_the_watchdog_ends_a_master_that_no_longer_answers(host: Host, note) -> None:
    machine, drop_in = host.machine, f"/etc/systemd/system/{UNIT}.d/test.conf"
    machine.write(drop_in, "[Service]\nWatchdogSec=15\n")
    try:
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", UNIT)
        host.until(host.boot, 60)
        before = host.boot()
        time.sleep(17)
        assert host.boot() == before  # fed: nothing happens
        machine.run("kill", "-STOP", *workers(host))  # nobody answers; the master is well
        took = host.until(lambda: host.boot() not in ("", before), 40)
        assert "watchdog" in machine.run("journalctl", f"--unit={UNIT}", "--since=-1min", "--no-pager").stdout.lower()
        note(
            "workers stopped dead, WatchdogSec set to 15 s", "restarted by systemd", f"serving again after {took:.1f} s"
        )
    finally:
        machine.run("rm", "-f", drop_in)
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", UNIT)


def test_postgresql_may_be_gone_for_a_minute(host: Host, note) -> None:
    host.machine.run("systemctl", "stop", "postgresql@15-main")
    try:
        pages = [host.get("/MusicGroup/", port=8050)[0] for _ in range(3)]
        ready = "/MusicGroup/readyz"
        host.until(lambda: host.get(ready, port=8050)[0] == 503, 5)  # what it knows may be a second old
        assert json.loads(host.get(ready, port=8050)[2])["database"] == "down"
        boot = host.boot()
        time.sleep(50)
        pages += [
            host.get(path, port=8050)[0] for path in ("/MusicGroup/", "/MusicGroup/explore", "/MusicGroup/healthz")
        ]
        assert set(pages) == {200}
    finally:
        host.machine.run("systemctl", "start", "postgresql@15-main")
    took = host.until(lambda: host.get("/MusicGroup/readyz", port=8050)[0] == 200, 20)
    assert host.boot() == boot
    note(
        "PostgreSQL stopped for a minute",
        "pages answer, recovered <= 5 s without a restart",
        f"recovered after {took:.1f} s",
        took,
        5,
    )


def test_a_full_disk_or_no_cache_still_serves(host: Host, note) -> None:
    machine = host.machine
    callback = "/MusicGroup/suggest?q=love"
    assert host.get(callback, port=8050)[0] == 200
    machine.run("sh", "-c", "rm -rf /var/lib/musicgroup/cache && mkdir /var/lib/musicgroup/cache")
    machine.run("mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", "/var/lib/musicgroup/cache")
    machine.run("chown", "musicgroup:musicgroup", "/var/lib/musicgroup/cache")
    machine.run("sh", "-c", "head -c 1M /dev/zero > /var/lib/musicgroup/cache/full || true", check=False)
    try:
        machine.run("systemctl", "restart", UNIT)
        host.until(lambda: host.get("/MusicGroup/readyz", port=8050)[0] == 200, 60)
        for path in (callback, "/MusicGroup/", "/MusicGroup/explore"):
            assert host.get(path, port=8050)[0] == 200
    finally:
        machine.run("systemctl", "stop", UNIT)
        machine.run("umount", "/var/lib/musicgroup/cache")
        machine.run("systemctl", "start", UNIT)
    note("disk of the cache full", "still serves, uncached", "serves")
