# What install.sh, deploy.sh and the others share. DRY_RUN=1: say what would be done, and do nothing.
# shellcheck shell=bash

BASE=/opt/musicgroup
ETC=/etc/musicgroup
STATE=/var/lib/musicgroup
SFTP=/srv/musicgroup-sftp
DRY_RUN=${DRY_RUN:-0}

say() { printf '%s\n' "$*"; }

die() {
    printf '%s\n' "$*" >&2
    exit 2
}

# A command, or only its name and arguments when it is a dry run. Never give it a secret.
run() {
    if [ "$DRY_RUN" = 1 ]; then
        say "  would run: $*"
    else
        "$@"
    fi
}

needs_root() { [ "$(id -u)" = 0 ] || die "This changes the system; run it as root (sudo $0)."; }

# put MODE OWNER TARGET: standard input becomes the file, unless it already is. Sets CHANGED=1 when it was not.
put() {
    local mode=$1 owner=$2 target=$3 new
    new=$(mktemp)
    cat >"$new"
    if [ -f "$target" ] && cmp -s "$new" "$target"; then
        rm -f "$new"
        return 0
    fi
    CHANGED=1
    if [ "$DRY_RUN" = 1 ]; then
        say "  would write: $target"
    else
        install -D -m "$mode" -o "${owner%:*}" -g "${owner#*:}" "$new" "$target.new"
        mv -f "$target.new" "$target"
    fi
    rm -f "$new"
}

# keep MODE OWNER TARGET: like put, but what is there stays: it may have been changed, or be a secret.
keep() {
    if [ -e "$3" ]; then
        cat >/dev/null
    else
        put "$@"
    fi
}

folder() { # folder MODE OWNER PATH...
    local mode=$1 owner=$2
    shift 2
    run install -d -m "$mode" -o "${owner%:*}" -g "${owner#*:}" "$@"
}

# The value that a variable has in the application's environment file, or a default.
setting() {
    local value
    value=$(sed -n "s/^$1=//p" "$ETC/musicgroup.env" 2>/dev/null | tail -n 1)
    printf '%s' "${value:-$2}"
}

# Whether the address answers 200 within so many seconds, while the unit has not failed: answers URL SECONDS UNIT
answers() {
    local end=$((SECONDS + $2))
    while [ "$SECONDS" -le "$end" ]; do
        [ "$(curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$1")" = 200 ] && return 0
        case $(systemctl show "$3" --property=ActiveState --value) in failed | inactive) return 1 ;; esac
        sleep 0.3
    done
    return 1
}
