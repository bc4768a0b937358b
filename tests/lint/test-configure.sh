#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# configure names everything that is missing at once, as Debian calls it.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"
[ -x "$source_tree/configure" ] || skip "there is no configure in the source tree"
cd "${MSE_TEST_BUILD:-.}" || exit 1
here=$(mktemp -d ./configure-test.XXXXXX) || exit 1
trap 'rm -rf "$scratch" "$here"' EXIT
here=$(cd "$here" && pwd)
# configure refuses an absolute source path with a space: it is called by a relative one.
relative=$(realpath --relative-to="$here" "$source_tree")

refused() { # refused VARIABLE=VALUE…
    (cd "$here" && "$relative/configure" -q "$@" </dev/null 2>&1)
}
refused PKG_CONFIG_LIBDIR=/nonexistent PKG_CONFIG_PATH= >"$scratch/said"
[ $? -eq 1 ]
point $? "configure stops when libraries are missing"
for package in libglib2.0-dev libssl-dev libjansson-dev libcurl4-openssl-dev libarchive-dev \
    libreadline-dev libncurses-dev libsodium-dev libmicrohttpd-dev libvterm-dev; do
    grep 'apt-get install' "$scratch/said" | grep -q -- " $package "
    point $? "it names $package"
done
[ "$(grep -c 'error:' "$scratch/said")" -eq 1 ]
point $? "all in one message"
refused PKG_CONFIG=/nonexistent/pkg-config | grep 'apt-get install' | grep -q ' pkg-config '
point $? "without pkg-config it names pkg-config"
[ ! -e "$here/Makefile" ]
point $? "nothing is left that looks configured"
finish
