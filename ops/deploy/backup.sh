#!/bin/bash
# Dumps the database into the backup folder and removes all but the newest KEEP (14). Run by musicgroup-backup.service;
# by hand: systemctl start musicgroup-backup. The password is PGPASSFILE's.
set -euo pipefail
folder=${STATE_DIRECTORY:-/var/lib/musicgroup-backup}
keep=${KEEP:-14}
name=$folder/musicgroup-$(date -u +%Y%m%d-%H%M%S).dump

# First under another name: what has its name is whole.
trap 'rm -f "$name.part"' EXIT
pg_dump --host=127.0.0.1 --port="${PGPORT:-5432}" --username=musicgroup_owner --dbname=musicgroup --no-password \
    --format=custom --compress=6 --lock-wait-timeout=60s --file="$name.part"
pg_restore --list "$name.part" >/dev/null
mv "$name.part" "$name"
echo "Kept as $name ($(du -h "$name" | cut -f1))."
ls -1 "$folder"/musicgroup-*.dump | head -n "-$keep" | xargs --no-run-if-empty rm --
