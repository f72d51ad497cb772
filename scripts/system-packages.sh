#!/bin/sh
# Chromium, nginx and Redis, which some tests need: installed when that is possible, named when it is not.
set -u

chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome; do
        # Ubuntu's chromium is a stub that only asks for a snap: it must really run.
        if "$name" --version >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

nginx() {
    command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ]
}

redis() {
    command -v redis-server >/dev/null 2>&1
}

missing() {
    chromium || printf ' chromium'
    nginx || printf ' nginx-light'
    redis || printf ' redis-server'
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
