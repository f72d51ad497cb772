"""fail2ban's real server with our jails, and an action that only writes down whom it would ban."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployment.conftest import Host

BANNED = "/run/banned"
ACTION = f'[Definition]\nactionban = echo "<name> <ip>" >> {BANNED}\nactionunban = true\n'
JAILS = "[DEFAULT]\nbanaction = written-down\nignoreself = false\nignoreip =\n"
REQUEST = '203.0.113.9 - - [26/Nov/2026:15:42:01 +0000] "{}" {} 146 "-" "curl/7.88.1"'
REFUSED = "[2026-11-26 15:42:01,123] WARNING in app: refused"


@pytest.fixture(scope="module", autouse=True)
def action(host: Host) -> Iterator[None]:
    """The jails as they are, with that action."""
    host.machine.write("/etc/fail2ban/action.d/written-down.conf", ACTION)
    host.machine.write("/etc/fail2ban/jail.d/zz-test.local", JAILS)
    host.machine.run("/opt/musicgroup/deploy/set-password.sh", stdin="the right password\n")
    host.machine.run("systemctl", "restart", "fail2ban")
    host.until(
        lambda: host.machine.run("fail2ban-client", "status", "musicgroup-auth", check=False).returncode == 0, 30
    )
    yield
    host.machine.run("rm", "-f", "/etc/fail2ban/jail.d/zz-test.local")
    host.machine.run("systemctl", "restart", "fail2ban")


def banned(host: Host) -> list[str]:
    """Lines of jail and address."""
    return host.machine.run("sh", "-c", f"cat {BANNED} 2>/dev/null || true").stdout.splitlines()


def test_wrong_tokens_are_banned(host: Host, note) -> None:
    for _ in range(6):  # as nginx would say it
        host.machine.run(
            "curl", "--silent", "--header", "X-Forwarded-For: 198.51.100.21", "--header", "Authorization: Bearer wrong",
            "http://127.0.0.1:8051/process",
        )  # fmt: skip
    host.until(lambda: "musicgroup-auth 198.51.100.21" in banned(host), 20)
    note("fail2ban (its real server): wrong tokens", "bans the address", "banned")


def test_wrong_passwords_are_banned(host: Host) -> None:
    for _ in range(6):
        host.machine.run(
            "curl", "--silent", "--header", "X-Forwarded-For: 198.51.100.22", "--header", "Origin: https://music.example",
            "--data", "password=wrong", "http://127.0.0.1:8051/login",
        )  # fmt: skip
    host.until(lambda: "musicgroup-auth 198.51.100.22" in banned(host), 20)


def test_scanners_are_banned(host: Host, note) -> None:
    site = f"https://{host.machine.address}"
    for number in range(35):
        host.machine.run("curl", "--silent", "--insecure", "--output", "/dev/null", f"{site}/wp-login-{number}.php")
    host.until(lambda: f"musicgroup-scan {host.machine.address}" in banned(host), 20)
    note("fail2ban: scanning addresses that are not there", "bans the address", "banned")


@pytest.mark.parametrize(
    ("filters", "line", "matches"),
    [
        ("musicgroup-scan", REQUEST.format("GET /.env HTTP/1.1", 404), True),
        ("musicgroup-scan", REQUEST.format("GET / HTTP/1.1", 200), False),
        ("musicgroup-scan", REQUEST.format("GET /favicon.ico HTTP/1.1", 404), False),
        # Whoever writes a log line into a request does not make one.
        ("musicgroup-scan", REQUEST.format(r'GET /1.2.3.4 - - \"x\" 404 1 HTTP/1.1', 200), False),
        ("musicgroup-auth", "Wrong operations password from 203.0.113.9.", True),
        ("musicgroup-auth", f"{REFUSED} /login from 2001:db8::9: That is not the password.", True),
        ("musicgroup-auth", f"{REFUSED} /process from 203.0.113.9: Log in first, or send the token.", False),
    ],
)  # fmt: skip
def test_what_a_filter_takes_for_an_attack(host: Host, filters: str, line: str, matches: bool) -> None:
    done = host.machine.run("fail2ban-regex", line, f"/etc/fail2ban/filter.d/{filters}.conf", check=False)
    assert (", 1 matched" in done.stdout) == matches, done.stdout
