#!/bin/sh
# Make the virtual environment $1, unless one that works is there. PYTHON chooses the interpreter.
set -eu
venv=$1

# A Python of a version we support that really runs: version managers leave stubs on the PATH that do not.
works() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if works "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

if [ -n "${PYTHON:-}" ]; then
    if ! works "$PYTHON"; then
        echo "PYTHON=$PYTHON does not run, or is older than Python 3.11." >&2
        exit 2
    fi
    python=$PYTHON
else
    python=
    for candidate in python3.13 python3.12 python3.11 python3 python3.14 python \
        /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11 /usr/bin/python3; do
        if works "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "MusicGroup needs Python 3.11 or newer; none was found (PYTHON=/path/to/python3 names one)." >&2
        exit 2
    fi
fi

# Debian and Ubuntu leave ensurepip out of python3; python3.X-venv has it.
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing $package ..."
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq </dev/null >/dev/null 2>&1 || true
        apt-get install -y -qq --no-install-recommends "$package" </dev/null >/dev/null 2>&1 || true
    fi
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$python cannot make virtual environments: install $package (apt-get install $package)." >&2
        exit 2
    fi
fi

echo "Making $venv with $("$python" --version) (a minute or two, once) ..."
rm -rf "$venv"
"$python" -m venv "$venv"
