#!/bin/sh
# await_boot.sh URL BEFORE SECONDS: waits until URL (/healthz) answers with another boot id than BEFORE.
set -eu
[ $# = 3 ] || { echo "await_boot.sh URL BEFORE SECONDS" >&2; exit 2; }
end=$(($(date +%s) + $3))
while [ "$(date +%s)" -le "$end" ]; do
    boot=$(curl --silent --max-time 10 "$1" | sed -n 's/.*"boot": *"\([0-9a-f]*\)".*/\1/p') || boot=
    if [ -n "$boot" ] && [ "$boot" != "$2" ]; then
        echo "$boot"
        exit 0
    fi
    sleep 1
done
echo "$1 did not answer with a new boot id within $3 s." >&2
exit 1
