#!/bin/bash
# sudo musicgroup etl load FILE | ml train | etl status ...: the commands of the release that serves, as the user
# musicgroup, with the loader's password, which the application itself does not have.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "Run it as root: sudo musicgroup $*" >&2; exit 2; }
case ${1:-} in
    etl | ml) ;;
    *)
        echo "sudo musicgroup etl ...  loads and lists catalogues; sudo musicgroup ml ...  trains models of moods." >&2
        exit 2
        ;;
esac
module=$1
shift
arguments=()
for each in "$@"; do # files are named from where the person stands
    if [ -f "$each" ]; then each=$(readlink -f "$each"); fi
    arguments+=("$each")
done
exec systemd-run --quiet --pipe --wait --collect --uid=musicgroup --gid=musicgroup \
    --property=WorkingDirectory=/opt/musicgroup/current \
    --property=EnvironmentFile=/etc/musicgroup/musicgroup.env \
    --property=EnvironmentFile=/etc/musicgroup/loader.env \
    --property=LoadCredential=pgpass:/etc/musicgroup/pgpass/loader \
    --property=ReadWritePaths=/var/lib/musicgroup --property=ProtectSystem=strict --property=PrivateTmp=no \
    --property=UMask=0027 --property=NoNewPrivileges=yes \
    --property=StateDirectory=musicgroup --property=CacheDirectory=musicgroup \
    --setenv=MUSICGROUP_DATA_DIR=/var/lib/musicgroup --setenv=NUMBA_CACHE_DIR=/var/cache/musicgroup/numba \
    --setenv=PYTHONDONTWRITEBYTECODE=1 \
    sh -c 'PGPASSFILE=$CREDENTIALS_DIRECTORY/pgpass exec .venv/bin/python -m "$@"' sh "$module" "${arguments[@]}"
