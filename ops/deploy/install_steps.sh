# The steps of install.sh, in its order. Each may be run again.
# shellcheck shell=bash disable=SC2034,SC2154

PACKAGES="python3 python3-venv nginx-light curl openssl openssh-server fail2ban python3-systemd nftables logrotate ca-certificates"
UNITS="musicgroup.service musicgroup-helper.service musicgroup-backup.timer musicgroup-deploy.path musicgroup-train.path"

step() { say "$1"; }

is_debian_12() {
    local name version
    name=$(. /etc/os-release && echo "$ID") version=$(. /etc/os-release && echo "${VERSION_ID:-}")
    [ "$name-$version" = debian-12 ] || say "  This is $name $version; it was tried on Debian 12 only."
}

packages() {
    local wanted=$PACKAGES missing="" each
    case $POSTGRESQL in
        debian) wanted="$wanted postgresql postgresql-client" ;;
        *) wanted="$wanted postgresql-client" ;;
    esac
    [ "$RIGHT" = polkit ] && wanted="$wanted polkitd" || wanted="$wanted sudo"
    for each in $wanted; do
        dpkg-query --show --showformat='${db:Status-Status}' "$each" 2>/dev/null | grep -qx installed || missing="$missing $each"
    done
    if [ -n "$missing" ]; then
        run apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive run apt-get install -y -qq --no-install-recommends $missing
    fi
    # Better compression, where it can be had.
    if [ ! -e /usr/share/nginx/modules-available/mod-http-brotli-filter.conf ]; then
        DEBIAN_FRONTEND=noninteractive run apt-get install -y -qq libnginx-mod-http-brotli-filter >/dev/null 2>&1 || say "  nginx goes without brotli."
    fi
}

user() { # user NAME
    id -u "$1" >/dev/null 2>&1 || run useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$1"
}

users() {
    user musicgroup
    user musicgroup-helper
    user musicgroup-backup
    user musicgroup-train
    getent group musicgroup-sftp >/dev/null || run groupadd --system musicgroup-sftp
    user musicgroup-upload
    id -nG musicgroup-upload 2>/dev/null | grep -qw musicgroup-sftp || run usermod -aG musicgroup-sftp musicgroup-upload
}

folders() {
    folder 755 root:root "$BASE" "$BASE/releases" "$BASE/venvs" "$ETC" "$ETC/sftp-keys" "$SFTP"
    folder 700 root:root "$ETC/pgpass" "$ETC/helper" "$ETC/tls" "$ETC/postgresql"
    folder 750 musicgroup:musicgroup "$STATE"
    # Everybody of the group may put files, nobody may take away another's.
    folder 1770 root:musicgroup-sftp "$SFTP/upload"
}

secrets() {
    local role token
    umask 077
    for role in owner loader dashboard; do
        [ -s "$ETC/postgresql/$role" ] || openssl rand -hex 24 | keep 600 root:root "$ETC/postgresql/$role"
    done
    [ "$POSTGRESQL" != compose ] || openssl rand -hex 24 | keep 600 root:root "$ETC/postgresql/superuser"
    if [ "$DRY_RUN" = 0 ]; then
        pgpass dashboard | put 600 root:root "$ETC/pgpass/dashboard"
        { pgpass loader; pgpass dashboard; } | put 600 root:root "$ETC/pgpass/loader"
        pgpass owner | put 600 root:root "$ETC/pgpass/owner"
    fi
    if [ ! -s "$ETC/helper/token" ]; then
        token=$(openssl rand -base64 48 | tr -d '\n/+=')
        printf '%s' "$token" | put 600 root:root "$ETC/helper/token"
        printf '%s' "$token" | sha256sum | cut -d ' ' -f 1 | put 600 root:root "$ETC/helper/token-hash"
    fi
    keep 600 root:root "$ETC/helper/password-hash" </dev/null
    if [ ! -s "$ETC/tls/key.pem" ] && [ "$DRY_RUN" = 0 ]; then
        # Until there is a real certificate: put it in the place of these two files, or change the two links.
        openssl req -x509 -newkey rsa:2048 -nodes -days 825 -subj "/CN=$SERVER_NAME" -addext "subjectAltName=DNS:$SERVER_NAME" \
            -keyout "$ETC/tls/key.pem" -out "$ETC/tls/certificate.pem" 2>/dev/null
    fi
    umask 022
}

pgpass() { printf '*:*:*:musicgroup_%s:%s\n' "$1" "$(cat "$ETC/postgresql/$1")"; }

settings() {
    printf '%s\n' "$SERVER_NAME" | put 644 root:root "$ETC/server-name"
    keep 640 root:musicgroup "$ETC/musicgroup.env" <<SETTINGS
# The settings of docs/operations.md. No passwords here: they are files under $ETC that systemd hands over.
DATABASE_URL=postgresql://musicgroup_dashboard@127.0.0.1:5432/musicgroup
MUSICGROUP_HELPER_URL=http://127.0.0.1:8051/
HOST=127.0.0.1
PORT=8050
MUSICGROUP_WORKERS=2
SETTINGS
    keep 644 root:root "$ETC/loader.env" <<SETTINGS
# Added to musicgroup.env by the command musicgroup, which loads catalogues.
MUSICGROUP_LOADER_DATABASE_URL=postgresql://musicgroup_loader@127.0.0.1:5432/musicgroup
SETTINGS
    put 644 root:root "$ETC/helper.env" <<SETTINGS
MUSICGROUP_HELPER_ORIGIN=https://$SERVER_NAME
SETTINGS
}

deploy_files() {
    local each mode
    folder 755 root:root "$BASE/deploy"
    if [ "$HERE" != "$BASE/deploy" ]; then
        (cd "$HERE" && find . -type f ! -name '*.pyc') | while read -r each; do
            mode=644
            [ -x "$HERE/$each" ] && mode=755
            put "$mode" root:root "$BASE/deploy/${each#./}" <"$HERE/$each"
        done
    fi
    put 755 root:root /usr/local/sbin/musicgroup <"$HERE/musicgroup.sh"
}

postgresql() {
    [ "$POSTGRESQL" != none ] || return 0
    if [ "$DRY_RUN" = 1 ]; then
        say "  would make the roles musicgroup_owner, _loader and _dashboard, and the database musicgroup"
        return 0
    fi
    case $POSTGRESQL in
        debian)
            systemctl enable --now --quiet postgresql
            (cd / && for _ in $(seq 60); do runuser -u postgres -- psql -qc 'SELECT 1' >/dev/null 2>&1 && exit 0; sleep 0.5; done; exit 1) ||
                die "PostgreSQL does not answer; journalctl -u postgresql@15-main says why."
            roles | (cd / && runuser -u postgres -- psql --quiet --no-psqlrc --dbname=postgres --file=-)
            ;;
        compose)
            command -v docker >/dev/null || die "There is no docker; install it, or use --postgresql debian."
            docker compose --file "$BASE/deploy/postgresql/compose.yaml" up --detach --wait
            roles | docker compose --file "$BASE/deploy/postgresql/compose.yaml" exec --no-TTY postgres \
                psql --username=postgres --quiet --no-psqlrc --file=-
            ;;
    esac
}

# Passwords go through a pipe: never into the list of processes.
roles() {
    local role
    for role in owner loader dashboard; do
        printf "\\\\set %s_password '%s'\n" "$role" "$(cat "$ETC/postgresql/$role")"
    done
    cat "$HERE/postgresql/roles.sql"
}

helper() {
    local source=$HERE/../helper pins key each
    [ -f "$source/app.py" ] || { say "  stays as it is"; return 0; }
    CHANGED=0
    while read -r each; do
        put 644 root:root "$BASE/helper/ops/helper/${each#./}" <"$source/$each"
    done < <(cd "$source" && find . -type f ! -name '*.pyc')
    [ "$CHANGED" = 0 ] || HELPER_CHANGED=1
    pins=$(grep -iE '^(Flask|gunicorn|Werkzeug)==' "$HERE/../../constraints.txt")
    key=$(cat "$HERE/../../constraints.txt" | sha256sum | cut -c 1-16)
    if [ "$(cat "$BASE/helper/.venv/made-for" 2>/dev/null)" != "$key" ]; then
        run python3 -m venv --clear "$BASE/helper/.venv"
        # shellcheck disable=SC2086
        run "$BASE/helper/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: \
            --constraint "$HERE/../../constraints.txt" $pins
        printf '%s' "$key" | put 644 root:root "$BASE/helper/.venv/made-for"
        HELPER_CHANGED=1
    fi
}

right_to_restart() {
    local rules=/etc/polkit-1/rules.d/49-musicgroup.rules sudoers=/etc/sudoers.d/musicgroup-helper
    local drop_in=/etc/systemd/system/musicgroup-helper.service.d/sudo.conf
    CHANGED=0
    if [ "$RIGHT" = polkit ]; then
        put 644 root:root "$rules" <"$HERE/polkit/49-musicgroup.rules"
        run rm -f "$sudoers" "$drop_in"
        [ "$CHANGED" = 0 ] || run systemctl try-restart polkit
    else
        run visudo --check --quiet --file="$HERE/sudoers/musicgroup-helper"
        put 440 root:root "$sudoers" <"$HERE/sudoers/musicgroup-helper"
        put 644 root:root "$drop_in" <"$HERE/sudoers/helper-drop-in.conf"
        put 755 root:root "$BASE/helper/bin/systemctl" <"$HERE/sudoers/systemctl.sh"
        run rm -f "$rules"
        [ "$CHANGED" = 0 ] || HELPER_CHANGED=1
    fi
}

units() {
    local each
    CHANGED=0
    for each in "$HERE"/systemd/*; do
        put 644 root:root "/etc/systemd/system/$(basename "$each")" <"$each"
    done
    run systemctl daemon-reload
    # shellcheck disable=SC2086
    run systemctl enable --quiet $UNITS
    run systemctl start musicgroup-backup.timer musicgroup-deploy.path musicgroup-train.path
    if [ "$CHANGED${HELPER_CHANGED:-0}" != 00 ]; then
        run systemctl restart musicgroup-helper
    else
        run systemctl start musicgroup-helper
    fi
}

nginx_site() {
    local port brotli="" location=/etc/nginx/snippets/musicgroup-location.conf site=/etc/nginx/sites-available/musicgroup
    port=$(setting PORT 8050)
    if [ -e /etc/nginx/modules-enabled/50-mod-http-brotli-filter.conf ]; then
        brotli='brotli on; brotli_comp_level 4; brotli_types text/css text/plain text/csv text/javascript application/javascript application/json image/svg+xml;'
    fi
    folder 755 root:root /var/cache/nginx
    CHANGED=0
    # The document's location as it is; beside it, what only nginx knows is said, so that nobody else can say it.
    sed -e "s/<port>/$port/" -e '/proxy_set_header   X-Forwarded-For/a\        proxy_set_header   X-Forwarded-Proto $scheme;\n        proxy_set_header   X-Forwarded-Host $host;\n        proxy_set_header   X-Forwarded-Port $server_port;' \
        "$HERE/nginx.conf" | put 644 root:root "$location"
    sed -e "s/<server_name>/$SERVER_NAME/" -e "s/<port>/$port/" -e "s|<location>|$location|" -e "s|<brotli>|$brotli|" \
        -e "s|<certificate>|$ETC/tls/certificate.pem|" -e "s|<key>|$ETC/tls/key.pem|" "$HERE/nginx/site.conf" | put 644 root:root "$site"
    [ -e /etc/nginx/sites-enabled/musicgroup ] || run ln -s "$site" /etc/nginx/sites-enabled/musicgroup
    # Debian's example page; a site of your own stays.
    if [ "$(readlink /etc/nginx/sites-enabled/default)" = /etc/nginx/sites-available/default ]; then
        run rm /etc/nginx/sites-enabled/default
    fi
    run nginx -t -q
    run systemctl enable --now --quiet nginx
    run systemctl reload nginx
}

sshd_group() {
    put 644 root:root /etc/ssh/sshd_config.d/musicgroup.conf <"$HERE/sshd/musicgroup.conf"
    run mkdir -p /run/sshd
    run sshd -t
    run systemctl try-reload-or-restart ssh
}

fail2ban_jails() {
    local each
    CHANGED=0
    for each in filter.d/musicgroup-auth.conf filter.d/musicgroup-scan.conf jail.d/musicgroup.conf; do
        put 644 root:root "/etc/fail2ban/$each" <"$HERE/fail2ban/$each"
    done
    [ -e /var/log/nginx/musicgroup.access.log ] || run install -m 640 -o www-data -g adm /dev/null /var/log/nginx/musicgroup.access.log
    run systemctl enable --quiet fail2ban
    if [ "$CHANGED" = 1 ]; then run systemctl restart fail2ban; else run systemctl start fail2ban; fi
}

audit_logs() {
    put 644 root:root /etc/logrotate.d/musicgroup <"$HERE/logrotate/musicgroup"
}

release() {
    if [ -z "$RELEASE" ]; then
        if [ "$DRY_RUN" = 1 ]; then
            say "  would pack and deploy this checkout"
            return 0
        fi
        RELEASE=$(mktemp -d)/release.tar.gz
        sh "$HERE/pack.sh" "$RELEASE" >/dev/null || die "This is no checkout; give a release: --release FILE."
    fi
    run "$BASE/deploy/deploy.sh" "$RELEASE"
}

uninstall() {
    local each
    # shellcheck disable=SC2086
    run systemctl disable --now --quiet $UNITS 2>/dev/null || true
    run rm -f /etc/nginx/sites-enabled/musicgroup /etc/nginx/sites-available/musicgroup /etc/nginx/snippets/musicgroup-location.conf
    if [ -e /etc/nginx/sites-available/default ] && [ -z "$(ls /etc/nginx/sites-enabled)" ]; then
        run ln -s /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default
    fi
    run systemctl try-reload-or-restart nginx || true
    run rm -f /etc/ssh/sshd_config.d/musicgroup.conf /etc/polkit-1/rules.d/49-musicgroup.rules /etc/sudoers.d/musicgroup-helper \
        /etc/logrotate.d/musicgroup
    run systemctl try-reload-or-restart ssh || true
    run rm -f /etc/fail2ban/filter.d/musicgroup-auth.conf /etc/fail2ban/filter.d/musicgroup-scan.conf /etc/fail2ban/jail.d/musicgroup.conf
    run systemctl try-restart fail2ban || true
    for each in musicgroup.service musicgroup-helper.service musicgroup-backup.service musicgroup-backup.timer \
        musicgroup-deploy.path musicgroup-deploy.service musicgroup-train.path musicgroup-train.service; do
        run rm -rf "/etc/systemd/system/$each" "/etc/systemd/system/$each.d"
    done
    run systemctl daemon-reload
    run rm -rf "$BASE" /usr/local/sbin/musicgroup /var/cache/musicgroup /var/cache/musicgroup-train /var/cache/nginx/musicgroup
    if [ "$PURGE" = 1 ]; then
        if [ "$DRY_RUN" = 0 ] && id -u postgres >/dev/null 2>&1; then
            (cd / && runuser -u postgres -- psql --quiet --no-psqlrc --file=- <<'SQL') || say "  The database stays; PostgreSQL does not answer."
DROP DATABASE IF EXISTS musicgroup WITH (FORCE);
DROP DATABASE IF EXISTS musicgroup_before_restore WITH (FORCE);
DROP ROLE IF EXISTS musicgroup_owner, musicgroup_loader, musicgroup_dashboard;
SQL
        fi
        run rm -rf "$ETC" "$STATE" "$SFTP" /var/lib/musicgroup-helper /var/lib/musicgroup-backup /var/lib/musicgroup-train \
            /var/lib/systemd/timers/stamp-musicgroup-backup.timer /var/log/nginx/musicgroup.*
        for each in musicgroup musicgroup-helper musicgroup-backup musicgroup-train musicgroup-upload; do
            id -u "$each" >/dev/null 2>&1 && run userdel "$each"
        done
        getent group musicgroup-sftp >/dev/null && run groupdel musicgroup-sftp
        say "MusicGroup is gone, with its data. Packages stay: others may need them."
    else
        say "MusicGroup is gone. Data, backups, settings and secrets stay in $STATE, $STATE-backup, $ETC and PostgreSQL."
    fi
}
