#!/bin/bash
# sudo restore.sh DUMP: the database as it was when DUMP was made. It is restored beside the present one and then
# takes its place; the present one stays as musicgroup_before_restore until the next restore.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
. "$here/lib.sh"
needs_root
[ $# = 1 ] || die "Say which backup: restore.sh FILE.dump (they are in /var/lib/musicgroup-backup)."
dump=$(readlink -f "$1")
[ -f "$dump" ] || die "There is no file $1."
pg_restore --list "$dump" >/dev/null 2>&1 || die "$1 is not a whole dump of a database."

psql() { (cd / && runuser -u postgres -- psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 "$@"); }
[ "${MUSICGROUP_POSTGRESQL:-debian}" = debian ] || die "restore.sh is for Debian's PostgreSQL; see docs/operations.md."

say "Restoring $dump ..."
psql --dbname=postgres <<'SQL'
DROP DATABASE IF EXISTS musicgroup_restoring WITH (FORCE);
CREATE DATABASE musicgroup_restoring OWNER musicgroup_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';
SQL
# Through standard input: PostgreSQL's user cannot read root's files. Grants and owners come with the dump.
(cd / && runuser -u postgres -- pg_restore --exit-on-error --dbname=musicgroup_restoring) <"$dump"
psql --dbname=postgres <<'SQL'
REVOKE ALL ON DATABASE musicgroup_restoring FROM PUBLIC;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE musicgroup_restoring TO musicgroup_loader;
GRANT CONNECT ON DATABASE musicgroup_restoring TO musicgroup_dashboard;
DROP DATABASE IF EXISTS musicgroup_before_restore WITH (FORCE);
SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'musicgroup') AS present \gset
\if :present
ALTER DATABASE musicgroup ALLOW_CONNECTIONS false;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'musicgroup' \g /dev/null
ALTER DATABASE musicgroup RENAME TO musicgroup_before_restore;
\endif
ALTER DATABASE musicgroup_restoring RENAME TO musicgroup;
SQL
say "Restored. The database before is kept as musicgroup_before_restore; the dashboard follows by itself."
