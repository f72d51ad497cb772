"""A real Debian 12 system for tests: debootstrap into a kept folder, booted by systemd-nspawn, changes in memory only.

Needs root, namespaces, and Debian's archive for the first time. Each boot begins with the same system again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from settings import PROJECT_DIR

PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "libpam-systemd", "polkitd", "python3", "python3-venv", "nginx-light",
    "openssh-server", "fail2ban", "sudo", "procps", "iproute2", "openssl", "curl", "ca-certificates",
    "postgresql", "postgresql-client", "python3-systemd", "nftables", "logrotate",
    "libnginx-mod-http-brotli-filter", "wrk",
)  # fmt: skip
PYTHON_PACKAGES = ("Flask", "gunicorn", "Werkzeug")
"""What the helper needs, in the versions of constraints.txt."""

_CACHE = Path(os.environ.get("MUSICGROUP_TEST_IMAGES", "/var/cache/musicgroup-test"))
_VENV = "opt/musicgroup/helper/.venv"
_PATH = "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
_BOOT_SECONDS = 90
WHEELS = "/wheels"
"""Where a machine sees the wheels of requirements.txt: there is no network in it."""


def missing() -> str:
    """What this machine lacks for it, as words for the reason of a skipped test; "" when nothing."""
    if os.geteuid():
        return "needs root, to boot a Debian system in a container"
    wanted = [name for name in ("debootstrap", "systemd-nspawn", "nsenter", "ip") if not shutil.which(name)]
    if wanted:
        return f"needs {', '.join(wanted)} (apt-get install debootstrap systemd-container util-linux iproute2)"
    probe = subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "true"], check=False, capture_output=True)
    return "" if probe.returncode == 0 else "needs namespaces, which this machine does not allow"


def image() -> Path:
    """The system's folder; made when it is not there, which takes one or two minutes."""
    pins = _pins()
    key = hashlib.sha256("\n".join([*PACKAGES, *pins]).encode()).hexdigest()[:12]
    folder = _CACHE / f"bookworm-{key}"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = _CACHE / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            _command("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", str(unfinished))
            _install(unfinished, pins)
            unfinished.rename(folder)
    return folder


def wheels() -> Path:
    """A kept folder with the wheels that the application's requirements name."""
    files = [PROJECT_DIR / name for name in ("requirements.txt", "requirements-demo.txt", "constraints.txt")]
    key = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    folder = _CACHE / f"wheels-{key}"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = _CACHE / "wheels-unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--dest", str(unfinished)]
            # Debian's Python is 3.11.2; before 3.11.3 redis wants async-timeout, whatever Python fetches it here.
            _command(*pip, "--constraint", str(files[2]), "--requirement", str(files[0]), "async-timeout")
            _command(*pip, "--no-deps", "--requirement", str(files[1]))
            unfinished.rename(folder)
    return folder


def _pins() -> list[str]:
    pinned = dict(
        line.split("==") for line in (PROJECT_DIR / "constraints.txt").read_text().splitlines() if "==" in line
    )
    return [f"{name}=={pinned[name]}" for name in PYTHON_PACKAGES]


def _install(root: Path, pins: list[str]) -> None:
    """The helper's environment: wheels are fetched outside, where pip is set up, and installed within."""
    wheels = root / "wheels"
    constraints = str(PROJECT_DIR / "constraints.txt")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
    _command(*pip, "--dest", str(wheels), "--constraint", constraints, *pins)
    _command("chroot", str(root), "python3", "-m", "venv", f"/{_VENV}")
    _command(
        "chroot", str(root), f"/{_VENV}/bin/pip", "install", "--quiet", "--no-index", "--find-links=/wheels", *pins
    )
    shutil.rmtree(wheels)


def _command(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {(done.stderr or done.stdout)[-2000:]}")


@dataclass(frozen=True)
class Machine:
    """A booted system; `leader` is its first process as the host sees it; `address` is its own, `host` ours."""

    leader: int
    address: str
    host: str

    def run(
        self, *command: str, user: str = "", check: bool = True, stdin: str | None = None, seconds: float = 120
    ) -> subprocess.CompletedProcess:
        """A command within, as root or as a user; what it prints is in the result."""
        as_user = ["runuser", "-u", user, "--"] if user else []
        return subprocess.run(
            ["nsenter", "--target", str(self.leader), "--all", "env", "-i", _PATH,
             "LC_ALL=C.UTF-8", *as_user, *command],
            check=check, capture_output=True, text=True, errors="replace", timeout=seconds,
            **({"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}),
        )  # fmt: skip

    def write(self, path: str, text: str, mode: str = "644", owner: str = "root:root") -> None:
        """A file within; its folders are made."""
        self.run("mkdir", "-p", str(Path(path).parent))
        self.run("sh", "-c", 'cat > "$1"', "sh", path, stdin=text)
        self.run("chmod", mode, path)
        self.run("chown", owner, path)

    def copy(self, source: Path, target: str) -> None:
        """A folder of the project, without what Python compiled."""
        self.run("mkdir", "-p", target)
        packed = subprocess.run(
            ["tar", "--create", "--exclude=__pycache__", "--directory", str(source), "."],
            check=True,
            capture_output=True,
        )
        subprocess.run(
            ["nsenter", "--target", str(self.leader), "--all", "tar", "--extract", "--no-same-owner", "-C", target],
            check=True, input=packed.stdout,
        )  # fmt: skip

    def send(self, source: Path, target: str) -> None:
        """One file of ours, as it is."""
        subprocess.run(
            ["nsenter", "--target", str(self.leader), "--all", "sh", "-c", 'cat > "$1"', "sh", target],
            check=True, input=source.read_bytes(),
        )  # fmt: skip

    def property(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.run("systemctl", "show", unit, f"--property={name}", "--value").stdout.strip()

    def start(self, *command: str) -> subprocess.Popen:
        """A command within that goes on beside the test; whoever starts it waits for it."""
        return subprocess.Popen(
            ["nsenter", "--target", str(self.leader), "--all", "env", "-i", _PATH,
             *command],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        )  # fmt: skip


@contextmanager
def booted(with_wheels: bool = False) -> Iterator[Machine]:
    """A machine that has booted, with a network of its own, apart from those of others that run at once."""
    folder, number = image(), _free_number()
    name = f"mg{number}-{os.getpid()}"
    host, guest = (f"10.213.77.{4 * number + end}" for end in (1, 2))
    log = _CACHE / f"boot-{number}.log"
    shared = [f"--bind-ro={wheels()}:{WHEELS}"] if with_wheels else []
    groups = _own_groups(name)
    within = ["sh", "-c", _IN_GROUPS, "sh", " ".join(map(str, groups))]
    with log.open("w") as said:
        nspawn = subprocess.Popen(
            [*within, "systemd-nspawn", "--quiet", f"--directory={folder}", f"--machine={name}", "--volatile=overlay",
             "--register=no", "--keep-unit", "--private-network", "--network-veth", *shared, "--boot"],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
    try:
        machine = Machine(_leader(nspawn, log), guest, host)
        _wait_until_up(machine, log)
        link = f"ve-{name}"  # an interface's name has 15 characters at most
        _command("ip", "address", "replace", f"{host}/30", "dev", link)
        _command("ip", "link", "set", link, "up")
        machine.run("ip", "address", "replace", f"{guest}/30", "dev", "host0")
        machine.run("ip", "link", "set", "host0", "up")
        yield machine
    finally:
        nspawn.send_signal(signal.SIGTERM)
        try:
            nspawn.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(nspawn.pid, signal.SIGKILL)
            nspawn.wait(20)
        for group in groups:
            subprocess.run(["find", str(group), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"], check=False,
                           capture_output=True)  # fmt: skip


# Without a control group of its own each machine would have /payload: what runs in one's musicgroup.service would be
# processes of unknown number to the other's systemd, which then kills nothing there ("Input/output error").
_IN_GROUPS = 'for group in $1; do echo $$ > "$group/cgroup.procs"; done; shift; exec "$@"'


def _own_groups(name: str) -> list[Path]:
    """New control groups, below ours, in the hierarchies that systemd keeps its units in."""
    ours = dict(line.split(":", 2)[1:] for line in Path("/proc/self/cgroup").read_text().splitlines())
    found = []
    for mount in Path("/proc/self/mounts").read_text().splitlines():
        _, root, kind, options, *_ = mount.split()
        hierarchy = "" if kind == "cgroup2" else "name=systemd"
        if kind == "cgroup2" or (kind == "cgroup" and hierarchy in options.split(",")):
            group = Path(root + ours.get(hierarchy, "/")) / name
            group.mkdir(exist_ok=True)
            found.append(group)
    return found


def _free_number() -> int:
    """Which network of four addresses nobody has."""
    taken = subprocess.run(["ip", "-4", "-o", "address"], check=True, capture_output=True, text=True).stdout
    return next(number for number in range(10) if f" 10.213.77.{4 * number + 1}/" not in taken)


def _leader(nspawn: subprocess.Popen, log: Path) -> int:
    end = time.monotonic() + _BOOT_SECONDS
    while time.monotonic() < end and nspawn.poll() is None:
        found = subprocess.run(["pgrep", "--parent", str(nspawn.pid)], check=False, capture_output=True, text=True)
        if found.stdout:
            return int(found.stdout.split()[0])
        time.sleep(0.1)
    raise RuntimeError(f"the container did not start: {log.read_text(errors='replace')[-2000:]}")


def _wait_until_up(machine: Machine, log: Path) -> None:
    end = time.monotonic() + _BOOT_SECONDS
    while time.monotonic() < end:
        state = machine.run("systemctl", "is-system-running", check=False).stdout.strip()
        if state in ("running", "degraded"):
            return
        time.sleep(0.3)
    raise RuntimeError(f"Debian did not boot: {log.read_text(errors='replace')[-2000:]}")
