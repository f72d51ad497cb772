"""Releases: a good one serves, a broken one never does; brought by hand, or over a real SFTP session."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from settings import PROJECT_DIR
from tests.deployment import releases
from tests.deployment.conftest import Host
from tests.deployment.test_service import UNIT, load, outcome

UPLOAD = "/srv/musicgroup-sftp/upload"
BROKEN = "raise RuntimeError('this release is broken')\n"
# Well beside another one, but not in its place: a release whose fault shows when it is switched to.
WELL_ON_TRIAL = "import os\nif os.environ['PORT'] == '8050':\n    raise RuntimeError('not here')\n"


def serving(host: Host) -> str:
    """The version in the release that serves."""
    return host.machine.run("sed", "-n", "s/^version=//p", "/opt/musicgroup/current/RELEASE").stdout.strip()


def count(host: Host, folder: str) -> int:
    """How many releases or environments there are."""
    return len(host.machine.run("ls", f"/opt/musicgroup/{folder}").stdout.split())


def app_with(start: str) -> dict[str, str]:
    """app.py that begins with something."""
    ours = (PROJECT_DIR / "app.py").read_text()
    return {
        "app.py": ours.replace(
            "from __future__ import annotations\n", f"from __future__ import annotations\n{start}", 1
        )
    }


@pytest.fixture(autouse=True)
def healthy(host: Host) -> None:
    """Each test begins with a release that serves."""
    host.machine.run("systemctl", "reset-failed", UNIT, check=False)
    host.machine.run("systemctl", "start", UNIT)
    host.until(host.boot, 60)


def test_a_new_release_serves_and_shares_its_requirements(host: Host) -> None:
    environments, before = count(host, "venvs"), host.boot()
    done = host.deploy(host.bring("second"))
    assert done.returncode == 0, done.stderr
    assert serving(host) == "second"
    assert host.boot() not in ("", before)
    assert count(host, "venvs") == environments
    assert host.get("/MusicGroup/readyz")[0] == 200


@pytest.mark.parametrize(
    ("version", "changes", "sentence"),
    [
        ("broken", app_with(BROKEN), "It does not serve"),
        ("no-page", {"pages/home.py": "import no_such_thing  # before register_page\n"}, "It does not serve"),
        ("no-such-package", {"requirements.txt": "no-such-package-of-ours==1.0\n"}, "requirements cannot be installed"),
    ],
)  # fmt: skip
def test_a_broken_release_is_never_switched_to(host: Host, version: str, changes, sentence: str, note) -> None:
    before, boot, folders = serving(host), host.boot(), count(host, "releases")
    path = host.bring(version, changes)
    running = load(host, 10, tries=1)
    done = host.deploy(path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert (serving(host), host.boot(), count(host, "releases")) == (before, boot, folders)
    answers = dict(outcome(running)["answers"])
    answers.pop("again")
    assert set(answers) == {"200"}
    note(f"deploying a release that is broken ({version})", "the old one keeps serving", "0 requests failed")


def test_a_release_that_fails_in_its_place_is_rolled_back(host: Host, note) -> None:
    before = serving(host)
    host.machine.run("sh", "-c", "cat /opt/musicgroup/current/RELEASE")
    start = time.monotonic()
    done = host.machine.run(
        "/opt/musicgroup/deploy/deploy.sh", host.bring("late", app_with(WELL_ON_TRIAL)),
        check=False, seconds=300,
    )  # fmt: skip
    assert done.returncode == 1
    assert "serves again" in done.stderr
    assert "not here" in done.stderr
    assert serving(host) == before
    assert host.boot()
    note(
        "a release that fails only after the switch",
        "rolled back",
        f"in {time.monotonic() - start:.0f} s with its trial",
    )


def test_back_to_the_release_before(host: Host) -> None:
    host.deploy(host.bring("third"))
    before = host.machine.run("cat", "/opt/musicgroup/previous").stdout.strip()
    done = host.machine.run("/opt/musicgroup/deploy/deploy.sh", "--rollback", check=False, seconds=200)
    assert done.returncode == 0, done.stderr
    assert host.machine.run("readlink", "/opt/musicgroup/current").stdout.strip() == f"releases/{before}"
    assert before in host.machine.run("/opt/musicgroup/deploy/deploy.sh", "--list").stdout


@pytest.mark.parametrize(
    "make",
    [
        "head -c 1000 /dev/urandom > bad.tar.gz",
        "mkdir -p x && ln -s /etc x/app.py && tar czf bad.tar.gz -C x .",
        "mkdir -p y && echo hello > y/index.html && tar czf bad.tar.gz -C y .",
        "head -c 700M /dev/zero | gzip -1 > bad.tar.gz",
    ],
)
def test_what_is_no_release_is_refused(host: Host, make: str) -> None:
    before, folders = serving(host), count(host, "releases")
    host.machine.run("sh", "-c", f"rm -rf /root/bad && mkdir /root/bad && cd /root/bad && {make}")
    done = host.deploy("/root/bad/bad.tar.gz")
    assert done.returncode == 1
    assert "bad.tar.gz" in done.stderr
    assert (serving(host), count(host, "releases")) == (before, folders)


def test_start_limit_hit_and_the_helper(host: Host, note) -> None:
    """A broken file right in the release, as by hand: systemd gives up; mended, the helper brings it back."""
    machine, app = host.machine, "/opt/musicgroup/current/app.py"
    ours = machine.run("cat", app).stdout
    token = machine.run("cat", "/etc/musicgroup/helper/token").stdout
    machine.write(app, BROKEN)
    machine.run("systemctl", "restart", UNIT, check=False)
    host.until(lambda: machine.property(UNIT, "ActiveState") == "failed", 90, 0.5)
    assert machine.property(UNIT, "Result") in ("start-limit-hit", "exit-code")
    assert machine.run("systemctl", "start", UNIT, check=False).returncode != 0
    assert host.get("/MusicGroup/")[0] == 502
    assert "restart it" in host.get("/MusicGroup/")[2]
    status, _, page = host.get("/MusicGroup/restart/")
    assert status == 200
    assert 'type="password"' in page
    machine.write(app, ours)
    start = time.monotonic()
    status, _, _ = host.get(
        "/MusicGroup/restart/process", "--request", "POST", "--header", f"Authorization: Bearer {token}"
    )
    assert status == 202
    host.until(host.boot, 30)
    took = time.monotonic() - start
    note("start-limit-hit, file mended, restart by the helper behind nginx", "<= 10 s", f"{took:.1f} s", took, 10)


class Sftp:
    """A real sftp session from outside the machine."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host, self.folder = host, folder
        self.key = folder / "key"

    def command(self, *command: str, stdin: str = "") -> subprocess.CompletedProcess:
        """ssh or sftp with the key."""
        program, *rest = command
        return subprocess.run(
            [program, "-q", "-i", str(self.key), "-o", "StrictHostKeyChecking=yes", "-o",
             f"UserKnownHostsFile={self.folder / 'known'}", "-o", "BatchMode=yes", *rest],
            check=False, capture_output=True, text=True, input=stdin, timeout=60,
        )  # fmt: skip

    @property
    def target(self) -> str:
        """user@address."""
        return f"musicgroup-upload@{self.host.machine.address}"

    def batch(self, *lines: str) -> subprocess.CompletedProcess:
        """Commands of sftp."""
        return self.command("sftp", "-b", "-", self.target, stdin="\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def sftp(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Sftp:
    """Somebody who may bring releases; the host's key is pinned."""
    if not shutil.which("sftp"):
        pytest.skip("needs sftp (apt-get install openssh-client)")
    folder = tmp_path_factory.mktemp("sftp")
    session = Sftp(host, folder)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(session.key)], check=True)
    host.machine.write("/etc/musicgroup/sftp-keys/musicgroup-upload", session.key.with_suffix(".pub").read_text())
    pinned = host.machine.run("cat", "/etc/ssh/ssh_host_ed25519_key.pub").stdout
    (folder / "known").write_text(f"{host.machine.address} {pinned}")
    return session


def test_sftp_lands_in_the_upload_folder_and_stays_there(sftp: Sftp, note) -> None:
    (sftp.folder / "note.txt").write_text("hello\n")
    assert sftp.batch(f"put {sftp.folder / 'note.txt'} note.txt", "pwd").stdout.count("/upload") >= 1
    assert sftp.host.machine.run("cat", f"{UPLOAD}/note.txt").stdout == "hello\n"
    assert sftp.batch("cd /", "ls").stdout.split()[-1].endswith("upload")
    for lines in (["ls /etc"], ["get /etc/passwd"], ["cd /../../etc"], [f"put {sftp.folder / 'note.txt'} /note.txt"]):
        assert sftp.batch(*lines).returncode != 0, lines
    assert sftp.batch("symlink /etc/shadow shadow").returncode in (0, 1)
    assert sftp.batch(f"get shadow {sftp.folder / 'shadow'}").returncode != 0
    sftp.batch("rm shadow")
    shell = sftp.command("ssh", sftp.target, "id")
    assert "uid=" not in shell.stdout
    assert (
        sftp.command("ssh", "-N", "-o", "ExitOnForwardFailure=yes", "-R", "19999:127.0.0.1:22", sftp.target).returncode
        != 0
    )
    note("a real SFTP session", "lands in the upload folder, cannot leave it, gets no shell", "so it is")


def test_a_release_brought_by_sftp_is_deployed(sftp: Sftp, host: Host) -> None:
    release = releases.packed(sftp.folder, "brought")
    digest = sftp.folder / "brought.tar.gz.sha256"
    digest.write_text(f"{releases.sha256(release)}  brought.tar.gz\n")
    boot = host.boot()
    assert sftp.batch(f"put {release}", f"put {digest}").returncode == 0
    host.until(lambda: sftp.batch("get brought.tar.gz.result " + str(sftp.folder / "result")).returncode == 0, 120, 1)
    assert (sftp.folder / "result").read_text().splitlines()[0] == "deployed"
    assert serving(host) == "brought"
    assert host.boot() not in ("", boot)


def test_one_that_did_not_arrive_whole_is_not(sftp: Sftp, host: Host) -> None:
    before = serving(host)
    release = releases.packed(sftp.folder, "torn")
    digest = sftp.folder / "torn.tar.gz.sha256"
    digest.write_text(f"{'0' * 64}  torn.tar.gz\n")
    assert sftp.batch(f"put {release}", f"put {digest}").returncode == 0
    host.until(lambda: sftp.batch("get torn.tar.gz.result " + str(sftp.folder / "torn")).returncode == 0, 60, 1)
    assert (sftp.folder / "torn").read_text().startswith("failed\ntorn.tar.gz did not arrive whole")
    assert serving(host) == before
