#!/bin/sh
# Chromium, nginx and Redis, which some tests need, and what boots a Debian for those in tests/deployment: installed
# when that is possible, named when it is not. `system-packages.sh deployment`: only the latter.
set -u
only=${1:-}

has_chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome; do
        # Ubuntu's chromium is a stub that only asks for a snap: it must really run.
        if "$name" --version >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

has_nginx() {
    command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ]
}

has_redis() {
    command -v redis-server >/dev/null 2>&1
}

has_container() {
    # Only root can boot one, so nobody else is asked for it.
    [ "$(id -u)" != 0 ] && return 0
    command -v debootstrap >/dev/null 2>&1 && command -v systemd-nspawn >/dev/null 2>&1
}

missing() {
    has_container || printf ' debootstrap systemd-container'
    command -v ip >/dev/null 2>&1 || printf ' iproute2'
    command -v sftp >/dev/null 2>&1 || printf ' openssh-client'
    [ "$only" = deployment ] && return
    has_chromium || printf ' chromium'
    has_nginx || printf ' nginx-light'
    has_redis || printf ' redis-server'
}

wanted=$(missing)
[ -z "$wanted" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$wanted for the tests ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null >/dev/null 2>&1
    for package in $wanted; do # one by one: what can be had is had
        apt-get install -y -qq --no-install-recommends "$package" </dev/null >/dev/null 2>&1
    done
    wanted=$(missing)
fi
if [ -n "$wanted" ]; then
    echo "Not installed:$wanted. The tests that need them are skipped and listed below (apt-get install$wanted)."
fi
exit 0
