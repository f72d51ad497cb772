#!/bin/bash
# sudo deploy.sh RELEASE.tar.gz   unpack, install what it needs, try it on a spare port, switch to it, restart; the release
#                                 before serves on, or again, when anything of that fails
#      deploy.sh --rollback       back to the release before
#      deploy.sh --list           which there are
#      deploy.sh --from-upload    what was brought by SFTP (musicgroup-deploy.path calls this)
# Exit code 0: the new one serves. 1: it does not, the one before does. 2: nothing was begun.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
KEEP=${KEEP:-5}
SPARE_PORT=${SPARE_PORT:-18050}
PATIENCE=${PATIENCE:-60}
UPLOAD=$SFTP/upload
# A release is files and folders only, and not larger than this.
LARGEST_MB=500

failed() {
    printf '%s\n' "$*" >&2
    return 1
}

current() { basename "$(readlink "$BASE/current" 2>/dev/null)" 2>/dev/null; }

health() { printf 'http://127.0.0.1:%s%shealthz' "$1" "$(setting MUSICGROUP_PREFIX /MusicGroup/)"; }

# unpack FILE: the archive as a folder of its own; says its name.
unpack() {
    local archive=$1 name new kinds
    name=$(date -u +%Y%m%d-%H%M%S)
    while [ -e "$BASE/releases/$name" ]; do
        sleep 1
        name=$(date -u +%Y%m%d-%H%M%S)
    done
    kinds=$(tar --list --verbose --gzip --file "$archive" 2>/dev/null | cut -c 1 | sort -u | tr -d '\n') ||
        failed "$archive is not a whole .tar.gz." || return
    case $kinds in
        *[!d-]* | "") failed "$archive holds something else than files and folders."; return ;;
    esac
    new=$BASE/releases/.new
    rm -rf "$new"
    mkdir "$new"
    # As much as may be, and not a byte more: an archive can be far larger than it looks.
    if ! (ulimit -f $((LARGEST_MB * 1024)) && gzip -dc "$archive" | head -c ${LARGEST_MB}M |
        tar --extract --file - --directory "$new" --no-same-owner --no-same-permissions); then
        rm -rf "$new"
        failed "$archive cannot be unpacked, or is larger than $LARGEST_MB MB."
        return
    fi
    for each in app.py settings.py requirements.txt constraints.txt ops/deploy/gunicorn.conf.py; do
        if [ ! -f "$new/$each" ]; then
            rm -rf "$new"
            failed "$archive is no release of MusicGroup: it has no $each."
            return
        fi
    done
    [ -f "$new/RELEASE" ] || printf 'version=%s\n' "$name" >"$new/RELEASE"
    chmod -R u=rwX,go=rX "$new"
    mv "$new" "$BASE/releases/$name"
    printf '%s' "$name"
}

# environment NAME: its Python packages. Releases that need the same ones share them.
environment() {
    local release=$BASE/releases/$1 key venv
    key=$(cd "$release" && cat requirements.txt constraints.txt requirements-demo.txt 2>/dev/null | cat - <(python3 --version) | sha256sum | cut -c 1-16)
    venv=$BASE/venvs/$key
    if [ ! -f "$venv/complete" ]; then
        say "Installing its requirements ..."
        python3 -m venv --clear "$venv"
        # Wheels only: nothing of a package runs while it is installed.
        (cd "$release" &&
            "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: -r requirements.txt -c constraints.txt &&
            { [ ! -f requirements-demo.txt ] ||
                "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: --no-deps -r requirements-demo.txt; }) ||
            { rm -rf "$venv"; failed "Its requirements cannot be installed."; return; }
        touch "$venv/complete"
    fi
    ln -sfn "../../venvs/$key" "$release/.venv"
    # The service may not write here, so it would compile at every start.
    (cd "$release" && .venv/bin/python -m compileall -q . >/dev/null) || true
}

# try_out NAME: whether it serves, beside the one that does, on a spare port and with a data folder of its own.
try_out() {
    local release=$BASE/releases/$1 unit=musicgroup-candidate health page well=1
    health=$(health "$SPARE_PORT")
    page=${health%healthz}
    say "Trying it on port $SPARE_PORT ..."
    systemctl stop --quiet "$unit" 2>/dev/null || true
    systemctl reset-failed --quiet "$unit" 2>/dev/null || true
    # The environment file sets PORT, so it is overridden where the file no longer counts.
    systemd-run --quiet --collect --unit="$unit" --uid=musicgroup --gid=musicgroup \
        --property=WorkingDirectory="$release" --property=EnvironmentFile="$ETC/musicgroup.env" \
        --property=LoadCredential="pgpass:$ETC/pgpass/dashboard" --property=PrivateTmp=yes \
        --property=ProtectSystem=strict --property=ProtectHome=yes --property=NoNewPrivileges=yes \
        --property=CapabilityBoundingSet= --property=RuntimeMaxSec=300 --property=UMask=0027 \
        sh -c 'PGPASSFILE=$CREDENTIALS_DIRECTORY/pgpass HOST=127.0.0.1 PORT=$1 MUSICGROUP_DATA_DIR=/tmp/data NUMBA_CACHE_DIR=/tmp/numba \
            MUSICGROUP_WORKERS=1 PYTHONDONTWRITEBYTECODE=1 exec .venv/bin/python -m gunicorn --config ops/deploy/gunicorn.conf.py app:server' \
        sh "$SPARE_PORT" || return
    answers "$health" "$PATIENCE" "$unit" && answers "$page" 30 "$unit" || well=0
    if [ "$well" = 0 ]; then
        failed "It does not serve; its last words:" || true
        journalctl --unit="$unit" --lines=80 --output=cat --no-pager >&2 || true
    fi
    systemctl stop --quiet "$unit" 2>/dev/null || true
    [ "$well" = 1 ]
}

switch_to() {
    ln -sfn "releases/$1" "$BASE/.current"
    mv -T "$BASE/.current" "$BASE/current"
}

# serve NAME: switch to it, restart, and see a new process answer.
serve() {
    local before
    before=$(systemctl show musicgroup --property=InvocationID --value)
    switch_to "$1"
    systemctl reset-failed --quiet musicgroup 2>/dev/null || true
    systemctl enable --quiet musicgroup 2>/dev/null || true
    systemctl restart musicgroup || return
    answers "$(health "$(setting PORT 8050)")" "$PATIENCE" musicgroup || return
    [ "$(systemctl show musicgroup --property=InvocationID --value)" != "$before" ]
}

# serve_or_back NAME: the same, and the one before again when it does not answer.
serve_or_back() {
    local before
    before=$(current)
    if serve "$1"; then
        [ "$before" = "$1" ] || [ -z "$before" ] || printf '%s\n' "$before" >"$BASE/previous"
        return 0
    fi
    journalctl --unit=musicgroup --lines=80 --output=cat --no-pager >&2 || true
    if [ -n "$before" ] && [ "$before" != "$1" ]; then
        serve "$before" || failed "The release before, $before, does not answer either." || return
        failed "The release $1 did not answer; $before serves again."
        return
    fi
    failed "The release $1 does not answer, and there is none before it."
}

prune() {
    local kept each
    kept=$(current; cat "$BASE/previous" 2>/dev/null || true; ls -1 "$BASE/releases" | tail -n "$KEEP")
    for each in $(ls -1 "$BASE/releases"); do
        grep -qx "$each" <<<"$kept" || rm -rf "${BASE:?}/releases/$each"
    done
    for each in "$BASE"/venvs/*; do
        [ -n "$(find "$BASE/releases" -maxdepth 2 -name .venv -lname "*/$(basename "$each")" -print -quit)" ] || rm -rf "$each"
    done
}

deploy() { # deploy FILE
    local name
    [ -f "$1" ] || failed "There is no file $1." || return
    name=$(unpack "$1") || return
    if ! environment "$name" || ! try_out "$name"; then
        rm -rf "${BASE:?}/releases/$name"
        failed "Nothing was switched; ${CURRENT:-no release} serves on."
        return
    fi
    if ! serve_or_back "$name"; then
        [ "$(current)" = "$name" ] || rm -rf "${BASE:?}/releases/$name"
        return 1
    fi
    prune
    say "The release $name serves."
}

rollback() {
    local before
    before=$(cat "$BASE/previous" 2>/dev/null || true)
    if [ -z "$before" ] || [ ! -d "$BASE/releases/$before" ]; then
        failed "There is no release before this one."
        return
    fi
    serve_or_back "$before" && say "The release $before serves."
}

# What was uploaded: NAME.tar.gz with NAME.tar.gz.sha256 beside it, which is uploaded last. The outcome becomes NAME.tar.gz.result.
from_upload() {
    local sum name taken outcome=0
    if [ -e "$UPLOAD/rollback.request" ]; then
        rm -f "$UPLOAD/rollback.request"
        outcome_of rollback rollback
        return
    fi
    for sum in "$UPLOAD"/*.tar.gz.sha256; do
        [ -e "$sum" ] || continue
        name=$(basename "$sum" .sha256)
        taken=$BASE/releases/.uploaded
        # Taken away first, and no links: what is checked is then what is unpacked.
        rm -rf "$taken"
        mkdir -m 700 "$taken"
        if [ -f "$UPLOAD/$name" ] && [ ! -L "$UPLOAD/$name" ] && [ ! -L "$sum" ]; then
            mv "$UPLOAD/$name" "$sum" "$taken/"
        else
            rm -f "$sum"
            printf 'failed\n%s is not there.\n' "$name" | result "$name"
            continue
        fi
        if [ "$(cut -c 1-64 "$taken/$name.sha256" | head -n 1)" != "$(sha256sum <"$taken/$name" | cut -c 1-64)" ]; then
            printf 'failed\n%s did not arrive whole: its SHA-256 is another.\n' "$name" | result "$name"
        else
            outcome_of "$name" deploy "$taken/$name" || outcome=1
        fi
        rm -rf "$taken"
    done
    return "$outcome"
}

outcome_of() { # outcome_of NAME COMMAND...: runs it, and leaves how it ended where it can be fetched
    local name=$1 said code=0
    shift
    said=$("$0" --as-part "$@" 2>&1) || code=$?
    printf '%s\n' "$said"
    { [ "$code" = 0 ] && echo deployed || echo failed; printf '%s\n' "$said" | tail -n 30; } | result "$name"
    return "$code"
}

result() {
    local new
    new=$(mktemp "$UPLOAD/.result.XXXXXX")
    cat >"$new"
    chown root:musicgroup-sftp "$new"
    chmod 640 "$new"
    mv -fT "$new" "$UPLOAD/$1.result"
}

list() {
    local each mark
    for each in $(ls -1 "$BASE/releases"); do
        mark=" "
        [ "$each" != "$(current)" ] || mark="*"
        say "$mark $each  $(tr '\n' ' ' <"$BASE/releases/$each/RELEASE" 2>/dev/null)"
    done
}

[ $# -gt 0 ] || die "Say what: deploy.sh RELEASE.tar.gz, --rollback or --list."
if [ "$1" = --list ]; then
    list
    exit 0
fi
needs_root
umask 022
CURRENT=$(current || true)
if [ "$1" = --as-part ]; then # of --from-upload, which holds the lock
    shift
    "$@" || exit 1
    exit 0
fi
mkdir -p "$BASE/releases" "$BASE/venvs"
exec 9>"$BASE/deploy.lock"
flock --nonblock 9 || { [ "$1" = --from-upload ] && flock 9; } || die "Another deployment is under way."
case $1 in
    --rollback) rollback || exit 1 ;;
    --from-upload) from_upload || exit 1 ;;
    -*) die "There is no option $1." ;;
    *)
        [ -f "$1" ] || die "There is no file $1."
        deploy "$1" || exit 1
        ;;
esac
