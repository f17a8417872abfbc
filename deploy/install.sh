#!/bin/sh
# Install hpedi on a machine or into an image, in steps that can each be run again:
#
#   deploy/install.sh [--root DIR] [--prefix DIR] [--user NAME] STEP...
#
#   program    a virtual environment with hpedi and its extras, in the versions of requirements/ (asks a package index)
#   scripts    with-key, hpedi-run and the question of the health check
#   user       the user of the services, without shell or password
#   folders    the folders of workspace, anchor, backups and settings, each for that user alone
#   units      units and timers of systemd, and their settings
#   all        all of these, in this order
#
# --root lays everything below a folder, as for a trial; nothing outside of it is touched then, and users are not made. The
# program starts from that folder only: into an image it is installed from within (RUN, chroot). --prefix is where the
# program lies (/usr/local/lib/hpedi). $HPEDI_WHEELS names a folder of wheels to install from instead of an index, $PYTHON
# the Python to use.
set -eu
umask 022  # the user of the services reads the program, whatever root is used to

source_folder=$(cd "$(dirname "$0")/.." && pwd)
root=
prefix=/usr/local/lib/hpedi
user=hpedi
python=${PYTHON:-python3}

say() { printf 'install.sh: %s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 2; }

# as_user FOLDER...: give folders to the user of the services, where there is one and we may
as_user() {
    if [ -z "$root" ] && [ "$(id -u)" -eq 0 ]; then chown "$user:$user" "$@"; fi
}

# as_told FILE: print a file with the prefix and the user that were told
as_told() {
    sed -e "s|/usr/local/lib/hpedi|$prefix|g" -e "s|=hpedi\$|=$user|" -e "s|:-hpedi}|:-$user}|" -e "s|^u hpedi |u $user |" "$1"
}

step_program() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "hpedi needs Python 3.11 or newer"
    "$python" -m venv "$root$prefix/venv"
    pins=$(mktemp)
    grep -hv '^[-#]' "$source_folder/requirements/run.txt" "$source_folder/requirements/dev.txt" >"$pins"
    set -- --quiet --disable-pip-version-check --constraint "$pins"
    if [ -n "${HPEDI_WHEELS:-}" ]; then set -- "$@" --no-index --find-links "$HPEDI_WHEELS"; fi
    "$root$prefix/venv/bin/python" -m pip install "$@" --requirement "$source_folder/requirements/run.txt"
    "$root$prefix/venv/bin/python" -m pip install "$@" --no-build-isolation "$source_folder[pg,web,gateway]"
    rm -f "$pins"
    "$root$prefix/venv/bin/hpedi" --version
}

step_scripts() {
    install -d "$root$prefix" "$root/usr/local/bin" "$root/usr/local/sbin"
    install -m 755 "$source_folder/deploy/with-key" "$root$prefix/with-key"
    install -m 644 "$source_folder/deploy/health.py" "$root$prefix/health.py"
    as_told "$source_folder/deploy/hpedi-run" >"$root/usr/local/sbin/hpedi-run"
    chmod 755 "$root/usr/local/sbin/hpedi-run"
    ln -sf "$prefix/venv/bin/hpedi" "$root/usr/local/bin/hpedi"
}

step_user() {
    if [ -n "$root" ]; then say "no user is made below --root"; return; fi
    getent group "$user" >/dev/null || groupadd --system "$user"
    getent passwd "$user" >/dev/null ||
        useradd --system --gid "$user" --home-dir /var/lib/hpedi --no-create-home --shell /usr/sbin/nologin "$user"
}

step_folders() {
    for folder in /var/lib/hpedi /var/lib/hpedi-anchor /var/backups/hpedi; do
        install -d -m 700 "$root$folder"
        as_user "$root$folder"
    done
    install -d -m 755 "$root/etc/hpedi"
    [ -e "$root/etc/hpedi/environment" ] || install -m 644 "$source_folder/deploy/environment" "$root/etc/hpedi/environment"
}

step_units() {
    units=$root/etc/systemd/system
    install -d "$units/hpedi-.service.d" "$units/hpedi.service.d" "$root/usr/lib/sysusers.d"
    for unit in "$source_folder"/deploy/systemd/*.service "$source_folder"/deploy/systemd/*.timer; do
        as_told "$unit" >"$units/$(basename "$unit")"
    done
    hardening=$source_folder/deploy/systemd/hpedi-.service.d/hardening.conf
    for folder in hpedi-.service.d hpedi.service.d; do
        as_told "$hardening" >"$units/$folder/hardening.conf"
    done
    as_told "$source_folder/deploy/systemd/hpedi.sysusers.conf" >"$root/usr/lib/sysusers.d/hpedi.conf"
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

while [ $# -gt 0 ]; do
    case $1 in
        --root | --prefix | --user) [ $# -gt 1 ] || fail "$1 wants a value" ;;
    esac
    case $1 in
        --root) root=$(mkdir -p "$2" && cd "$2" && pwd); shift 2 ;;
        --prefix) prefix=$2; shift 2 ;;
        --user) user=$2; shift 2 ;;
        -h | --help) sed -n '2,/^set -eu/p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 0 ;;
        -*) fail "there is no option $1" ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || fail "name a step: program, scripts, user, folders, units or all"
[ "$*" = all ] && set -- program scripts user folders units
for step in "$@"; do
    case $step in
        program | scripts | user | folders | units) say "$step"; "step_$step" ;;
        *) fail "there is no step $step" ;;
    esac
done
