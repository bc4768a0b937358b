#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stage-root.sh ROOT TAR BINDIR: ROOT holds the program as `make install` put it there. Adds what it
# needs, from the packages that are installed on this Debian, and packs all of it into TAR: the same
# files give the same bytes (SOURCE_DATE_EPOCH dates them, else the first day that zip files know).
# What this machine was given beyond its packages (its configuration, its certificates, its keys)
# stays out.
set -eu
root=$1
tar=$2
bindir=$3
LC_ALL=C
export LC_ALL
umask 022

# Besides the libraries that the program is linked with: what `home test` and `home localtest` run
# tests with, whom HTTPS trusts, what terminals can do, and a shell for one's own commands.
wanted="python3 python3-pip python3-pytest python3-requests python3-cryptography
ca-certificates ncurses-base dash"
# What only the installing of packages takes.
without=" dpkg debconf tar openssl libdebconfclient0 install-info "

die() {
    echo "make image: $*" >&2
    exit 1
}

command -v dpkg-query >/dev/null ||
    die "the image is made of Debian packages, and this machine has no dpkg"
lacking=
for package in $wanted; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
        lacking="$lacking $package"
done
[ -z "$lacking" ] || die "not installed:$lacking; apt-get install$lacking"

# One that is loaded only when it is wanted is named in the program.
libraries() {
    find "$root" -type f -perm /111 -print | while read -r program; do
        ldd "$program" 2>/dev/null | sed -n 's/.*[ \t]\(\/[^ ]*\) (0x.*/\1/p'
    done
    strings "$root$bindir/mse-console" | grep -x 'lib[a-z]*\.so\.[0-9]*' | while read -r name; do
        ldd "$root$bindir/mse-console" | sed -n "s,.* \(/.*/\)libc\.so\..*,\1$name,p"
    done
}

owners() {
    libraries | sort -u | while read -r library; do
        dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "/usr$library" 2>/dev/null ||
            dpkg-query -S "${library#/usr}" 2>/dev/null || die "$library is of no package"
    done | sed 's/: .*//; s/:.*//' | sort -u
}

# They and what they depend on, each on a line; of alternatives, one that is installed.
closure() {
    dpkg-query -W -f '${Package}\t${db:Status-Status}\t${Pre-Depends}, ${Depends}\t${Provides}\n' |
        awk -F '\t' -v wanted="$*" -v without="$without" '
            function name(text) {
                sub(/[:([].*/, "", text)
                gsub(/[ \t]/, "", text)
                return text
            }
            $2 == "installed" {
                needs[$1] = $3
                n = split($4, provided, ",")
                for (i = 1; i <= n; i++)
                    if (name(provided[i]) != "") by[name(provided[i])] = $1
            }
            END {
                n = split(wanted, todo, /[ \n]+/)
                for (at = 1; at <= n; at++) {
                    package = todo[at] in needs ? todo[at] : by[todo[at]]
                    if (package == "" || package in seen || index(without, " " package " "))
                        continue
                    seen[package]
                    print package
                    m = split(needs[package], groups, ",")
                    for (i = 1; i <= m; i++) {
                        k = split(groups[i], choices, "|")
                        for (j = 1; j <= k; j++)
                            if (name(choices[j]) in needs || name(choices[j]) in by) {
                                todo[++n] = name(choices[j])
                                break
                            }
                    }
                }
            }' | sort
}

# What of a package is wanted: no documentation but its licence, no configuration, and none of the
# character sets of old.
files_of() {
    dpkg-query -L "$@" | sed -nE 's,^/(bin|sbin|lib[0-9x]*)/,/usr/\1/,; /^\//p' |
        grep -E '^/usr/share/doc/[^/]+/copyright$|^/usr/|^/etc/python3' |
        grep -vE '^/usr/share/(man|info|locale|lintian|bug|bash-completion|doc-base|pixmaps)(/|$)' |
        grep -vE '^/usr/share/doc(/[^/]+(/([^c].*|changelog.*))?)?$|/(__pycache__|gconv)(/|$)' |
        sort -u | while read -r path; do
        if [ -L "$path" ] || [ ! -d "$path" ]; then
            [ ! -e "$path" ] || echo "${path#/}"
        fi
    done
}

owners >"$root.owners"
packages=$(closure "$wanted" "$(cat "$root.owners")")
rm -f "$root.owners"
mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64"
for directory in bin sbin lib lib64; do
    [ ! -L "/$directory" ] || ln -s "usr/$directory" "$root/$directory"
done
# shellcheck disable=SC2086 # names of packages
files_of $packages | tar -C / -cf - --no-recursion -T - | tar -C "$root" -xf -
mkdir -p "$root/usr/lib/locale"
cp -R /usr/lib/locale/C.utf8 "$root/usr/lib/locale/"

# ---- what packages make when they are configured, and nobody's own ----

mkdir -p "$root/etc/ssl/certs" "$root/run" "$root/var" "$root/mnt/workspace"
mkdir -m 0700 "$root/root"
mkdir -m 1777 "$root/tmp"
ln -s ../run "$root/var/run"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
[ -e "$root/usr/local/bin/mse" ] ||
    { mkdir -p "$root/usr/local/bin" && ln -s "$bindir/mse-console" "$root/usr/local/bin/mse"; }

tar -C "$root" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
    --mtime="@${SOURCE_DATE_EPOCH:-315532800}" -cf "$tar.new" .
mv "$tar.new" "$tar"
