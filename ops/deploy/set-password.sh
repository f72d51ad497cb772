#!/bin/bash
# sudo set-password.sh: asks for the password with which people log in to the restart helper and the page Operations.
# Also for one that was forgotten. Only its hash is kept.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
needs_root
cd "$BASE/helper"
if [ -t 0 ]; then
    read -rsp "New password (12 characters or more): " password && echo
    read -rsp "Once more: " again && echo
    [ "$password" = "$again" ] || die "These are two different passwords."
else
    read -r password
fi
hash=$(printf '%s\n' "$password" | .venv/bin/python -m ops.helper.new_secret password) || exit 2
printf '%s\n' "$hash" | put 600 root:root "$ETC/helper/password-hash"
{ grep -v '^MUSICGROUP_OPS_PASSWORD_HASH=' "$ETC/musicgroup.env" || true
  printf "MUSICGROUP_OPS_PASSWORD_HASH='%s'\n" "$hash"; } | put 640 root:musicgroup "$ETC/musicgroup.env"
systemctl restart musicgroup-helper
systemctl try-restart musicgroup
say "Set. Whoever was logged in has to do so again."
