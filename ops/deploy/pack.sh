#!/bin/sh
# pack.sh OUT.tar.gz: the release that deploy.sh takes: what is committed, and a file RELEASE with version and commit.
set -eu
[ $# = 1 ] || { echo "Say where to: pack.sh OUT.tar.gz" >&2; exit 2; }
out=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "$0")")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
commit=$(git rev-parse HEAD)
printf 'version=%s\ncommit=%s\ntime=%s\n' "$(git describe --tags --always)" "$commit" "$(git show -s --format=%cI)" \
    >"$work/RELEASE"
git archive --format=tar --add-file="$work/RELEASE" --output="$work/release.tar" HEAD
gzip -n -6 <"$work/release.tar" >"$out.part"
mv "$out.part" "$out"
echo "$out"
