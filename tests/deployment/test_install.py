"""What install.sh leaves behind: again without change, sound configurations, narrow roles, secrets in their places."""

from __future__ import annotations

import re

import pytest

from settings import PROJECT_DIR
from tests.deployment.conftest import Host

SETTINGS = "/etc/musicgroup"
SECRETS = ("postgresql/owner", "postgresql/loader", "postgresql/dashboard", "helper/token")


def sql(host: Host, role: str, statement: str, check: bool = True):
    """A statement as one of the roles, over TCP with its password, as the services do."""
    passes = {"musicgroup_owner": "owner", "musicgroup_loader": "loader", "musicgroup_dashboard": "dashboard"}
    return host.machine.run(
        "env", f"PGPASSFILE={SETTINGS}/pgpass/{passes[role]}", "psql", "--no-psqlrc", "--no-password", "--tuples-only",
        "--no-align", "--set=ON_ERROR_STOP=1", "--host=127.0.0.1", f"--username={role}", "--dbname=musicgroup",
        "--command", statement, check=check,
    )  # fmt: skip


def state(host: Host) -> str:
    """Every file that install.sh writes, with its digest, owner and mode."""
    return host.machine.run(
        "sh", "-c",
        f"find {SETTINGS} /opt/musicgroup/deploy /opt/musicgroup/helper/ops /etc/systemd/system /etc/nginx "
        "/etc/fail2ban /etc/ssh /etc/polkit-1 /etc/sudoers.d -type f | sort | xargs stat -c '%n %U:%G %a' "
        f"&& find {SETTINGS} /etc/nginx /etc/systemd/system /etc/logrotate.d -type f | sort | xargs sha256sum",
    ).stdout  # fmt: skip


def test_once_more_changes_nothing(host: Host) -> None:
    boot, files = host.boot(), state(host)
    started = host.machine.property("musicgroup-helper.service", "InvocationID")
    host.install("--no-release")
    assert state(host) == files
    assert host.boot() == boot
    assert host.machine.property("musicgroup-helper.service", "InvocationID") == started


def test_a_dry_run_changes_nothing_either(host: Host) -> None:
    files = state(host)
    said = host.install("--no-release", "--dry-run", "--sudo")
    assert "would write: /etc/sudoers.d/musicgroup-helper" in said.stdout
    assert state(host) == files


@pytest.mark.parametrize("options", [["--postgresql", "oracle"], ["--release", "/nowhere.tar.gz"], ["--no-such"]])
def test_what_makes_no_sense_gets_one_sentence(host: Host, options: list[str]) -> None:
    done = host.install(*options, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_configurations_are_sound(host: Host, note) -> None:
    for command in (["nginx", "-t", "-q"], ["sshd", "-t"], ["visudo", "--check", "--quiet"],
                    ["visudo", "--check", "--quiet", "--file=/opt/musicgroup/deploy/sudoers/musicgroup-helper"],
                    ["fail2ban-client", "--test"]):  # fmt: skip
        done = host.machine.run(*command, check=False)
        assert done.returncode == 0, (command, done.stderr)
    note("`nginx -t`, `sshd -t`, `visudo -c`, `fail2ban-client -t`", "clean", "clean")


def test_the_location_is_the_documents(host: Host) -> None:
    ours = (PROJECT_DIR / "ops" / "deploy" / "nginx.conf").read_text().replace("<port>", "8050")
    served = host.machine.run("cat", "/etc/nginx/snippets/musicgroup-location.conf").stdout
    added = [line for line in served.splitlines() if line not in ours.splitlines()]
    assert [line for line in ours.splitlines() if line not in served.splitlines()] == []
    assert all(re.match(r"\s+proxy_set_header   X-Forwarded-(Proto|Host|Port) \$", line) for line in added), added


def test_the_compose_file_is_pinned_and_private() -> None:
    yaml = pytest.importorskip("yaml")
    service = yaml.safe_load((PROJECT_DIR / "ops/deploy/postgresql/compose.yaml").read_text())["services"]["postgres"]
    assert re.fullmatch(r"postgres:\d+\.\d+-bookworm", service["image"])
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["healthcheck"]["test"][1] == "pg_isready"
    assert service["volumes"]
    assert not any("PASSWORD" in name and not name.endswith("_FILE") for name in service["environment"])


def test_assets_are_kept_and_compressed(host: Host) -> None:
    page = host.get("/MusicGroup/")[2]
    asset = re.search(r'"(/MusicGroup/assets/[^"]+\.js\?m=[^"]+)"', page)
    assert asset
    for encoding in ("br", "gzip"):
        for _ in range(2):
            status, headers, _ = host.get(asset[1], "--header", f"Accept-Encoding: {encoding}")
        assert status == 200
        assert headers["content-encoding"] == encoding
        assert "immutable" in headers["cache-control"]
        assert headers["x-cache"] == "HIT"


def test_forwarded_headers_of_strangers_are_not_believed(host: Host) -> None:
    _, headers, _ = host.get(
        "/MusicGroup", "--header", "X-Forwarded-Host: evil.example", "--header", "X-Forwarded-Port: 1"
    )
    assert "evil" not in headers.get("location", "")
    page = host.get("/MusicGroup/", "--header", "X-Forwarded-Host: evil.example")[2]
    assert "evil.example" not in page


def test_too_many_requests_are_slowed(host: Host) -> None:
    said = host.machine.run(
        "sh", "-c",
        "seq 60 | xargs -P 20 -I{} curl -sk -o /dev/null -w '%{http_code}\\n' https://127.0.0.1/MusicGroup/restart/",
    ).stdout.split()  # fmt: skip
    assert said.count("429") >= 20
    assert said.count("200") >= 15


def test_roles_can_do_what_they_are_for_and_no_more(host: Host) -> None:
    songs = "SELECT count(*) FROM catalogue_1.songs"
    assert int(sql(host, "musicgroup_dashboard", songs).stdout) > 5000
    writes = "SET default_transaction_read_only = off;"
    for statement in ("CREATE TABLE t (i int)", f"{writes} DELETE FROM catalogue_1.songs", f"{writes} CREATE SCHEMA s",
                      "SELECT pg_read_file('/etc/passwd')"):  # fmt: skip
        assert sql(host, "musicgroup_dashboard", statement, check=False).returncode != 0, statement
    assert sql(host, "musicgroup_dashboard", "SHOW statement_timeout").stdout.strip() == "1min"
    for statement in ("CREATE ROLE r", "CREATE DATABASE d", "SELECT pg_read_file('/etc/passwd')"):
        assert sql(host, "musicgroup_loader", statement, check=False).returncode != 0, statement
    assert int(sql(host, "musicgroup_owner", songs).stdout) > 5000
    listens = host.machine.run("ss", "--listening", "--tcp", "--numeric", "--no-header").stdout
    assert not re.search(r"(0\.0\.0\.0|\*|\[::\]):(5432|8050|8051)\b", listens), listens


def test_secrets_are_where_they_belong_and_nowhere_else(host: Host, note) -> None:
    machine = host.machine
    host.get("/MusicGroup/restart/process", "--header", "Authorization: Bearer wrong")
    host.get("/MusicGroup/nowhere")
    machine.run("systemctl", "start", "musicgroup-backup")
    values = [machine.run("cat", f"{SETTINGS}/{name}").stdout.strip() for name in SECRETS]
    assert len(set(values)) == len(values)
    assert all(len(value) >= 43 for value in values)
    public = machine.run("find", SETTINGS, "-type", "f", "-perm", "/o=r", user="").stdout.split()
    public = [path for path in public if "/sftp-keys/" not in path]  # public keys
    assert sorted(public) == [f"{SETTINGS}/helper.env", f"{SETTINGS}/loader.env", f"{SETTINGS}/server-name"]
    readable = machine.run("find", SETTINGS, "-type", "f", "-readable", user="musicgroup", check=False).stdout.split()
    readable = [path for path in readable if "/sftp-keys/" not in path]
    assert sorted(readable) == sorted([*public, f"{SETTINGS}/musicgroup.env"])
    places = {
        "journal": machine.run("journalctl", "--no-pager", "--output=cat").stdout,
        "processes": machine.run("ps", "axwwe", "-o", "args").stdout,
        "logs": machine.run("sh", "-c", "cat /var/log/nginx/* /var/log/postgresql/* /var/log/fail2ban.log").stdout,
        "audit": machine.run("sh", "-c", "cat /var/lib/musicgroup-helper/*").stdout,
        "settings": machine.run("sh", "-c", f"cat {SETTINGS}/*.env").stdout,
        "what install.sh said": host.installed,
    }
    for place, text in places.items():
        for value in values:
            assert value not in text, f"a secret is in the {place}"
    note("secrets in logs, audit, list of processes, settings, output", "none", "none")
