#!/bin/bash
# sudo ops/deploy/install.sh [options]: makes a Debian 12 host serve MusicGroup. It may be run again at any time: what is
# as it should be stays, what you changed under /etc/musicgroup and every secret stay, too.
#
#   --server-name NAME   what people's browsers call the host (its full name)
#   --release FILE       a release made by pack.sh (this checkout)
#   --no-release         only prepare the host
#   --postgresql WHICH   debian (its package), compose (Docker), none (DATABASE_URL is yours) (debian)
#   --sudo               let the helper restart by sudo, for hosts without polkit
#   --dry-run            say what would be done
#   --uninstall          take everything away but data, backups and settings; --purge takes those, too
set -euo pipefail
HERE=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
. "$HERE/lib.sh"
# shellcheck source=install_steps.sh
. "$HERE/install_steps.sh"

SERVER_NAME=
RELEASE=
WITH_RELEASE=1
POSTGRESQL=debian
RIGHT=polkit
ACTION=install
PURGE=0
while [ $# -gt 0 ]; do
    case $1 in
        --server-name) SERVER_NAME=${2:?--server-name needs a name}; shift ;;
        --release) RELEASE=$(readlink -f "${2:?--release needs a file}"); shift ;;
        --no-release) WITH_RELEASE=0 ;;
        --postgresql) POSTGRESQL=${2:?--postgresql needs debian, compose or none}; shift ;;
        --sudo) RIGHT=sudo ;;
        --dry-run) DRY_RUN=1 ;;
        --uninstall) ACTION=uninstall ;;
        --purge) PURGE=1 ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        *) die "There is no option $1; --help lists them." ;;
    esac
    shift
done
case $POSTGRESQL in debian | compose | none) ;; *) die "--postgresql is debian, compose or none, not $POSTGRESQL." ;; esac
case $SERVER_NAME in *[!A-Za-z0-9.:_-]*) die "--server-name is $SERVER_NAME; it must be the name of a host." ;; esac
[ -z "$RELEASE" ] || [ -f "$RELEASE" ] || die "There is no release $RELEASE."
[ "$DRY_RUN" = 1 ] || needs_root

if [ "$ACTION" = uninstall ]; then
    uninstall
    exit 0
fi

is_debian_12
# What was chosen the last time counts until something else is chosen.
[ -n "$SERVER_NAME" ] || SERVER_NAME=$(cat "$ETC/server-name" 2>/dev/null || hostname -f 2>/dev/null || hostname)
step "Packages"; packages
step "Users and folders"; users; folders
step "Secrets"; secrets
step "Settings"; settings
step "This folder, as $BASE/deploy"; deploy_files
step "PostgreSQL ($POSTGRESQL)"; postgresql
step "Restart helper"; helper
step "The right to restart ($RIGHT)"; right_to_restart
step "Units"; units
step "nginx, for https://$SERVER_NAME/MusicGroup/"; nginx_site
step "sshd: bringing releases by SFTP"; sshd_group
step "fail2ban"; fail2ban_jails
step "logrotate: a year of audit logs"; audit_logs
if [ "$WITH_RELEASE" = 1 ]; then
    step "Release"; release
fi
say
if [ "$DRY_RUN" = 1 ]; then
    say "Nothing was changed."
    exit 0
fi
say "MusicGroup is at https://$SERVER_NAME/MusicGroup/, the restart helper at https://$SERVER_NAME/MusicGroup/restart/."
say "A first catalogue:      sudo musicgroup etl demo   (or: sudo musicgroup etl load FILE)"
say "A password for people:  sudo $BASE/deploy/set-password.sh"
