# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck source=tests/lint/tap.sh
# shellcheck source=tests/e2e/own.sh
# Sourced by the tests of command lines as their users know them: a simulated platform and the base
# image on the engine of this machine, and lines whose output is looked at. `substitute` and the
# container's $name are the test's.
. "${MSE_TEST_SOURCE:-$(dirname "$0")/../..}/tests/lint/tap.sh"
. "$source_tree/tests/e2e/own.sh"
build=${MSE_TEST_BUILD:-$PWD}
base=$(sed -n 's/^FROM //p' "$source_tree/src/app/scaffold/Dockerfile")
out=

skip_without_engine() {
    docker version >/dev/null 2>&1 || skip "no Docker engine answers here"
    ! grep -q '^#define WITH_SANITIZERS 1' "$build/config.h" ||
        skip "with sanitizers the enclave program is not static"
}

# until_true COMMAND…: polled for two minutes.
until_true() {
    tries=1200
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}

# ---- the platform ----

servers=
kept=
# The tag of the base image is one for all: who makes it and takes it away again is alone meanwhile.
take_base() {
    own_turn_9 base-image
    kept=$(docker image inspect -f '{{.Id}}' "$base" 2>/dev/null)
}

# start_platform DIRECTORY: in its platform/, its services at $scratch/aesmd and $scratch/pccs.
start_platform() {
    mkdir -p "$scratch/aesmd"
    "$build/mse-sim" platform "$1/platform" >/dev/null &&
        "$build/mse-sim" image "$base" >/dev/null || exit 1
    "$build/mse-sim" quoting "$1/platform" --socket "$scratch/aesmd" >/dev/null &
    servers=$!
    "$build/mse-sim" pccs "$1/platform" --port-file "$scratch/pccs" >/dev/null &
    servers="$servers $!"
    until_true test -s "$scratch/pccs" &&
        until_true test -S "$scratch/aesmd/mse-sim-quoting.socket" || exit 1
}

end_platform() {
    # shellcheck disable=SC2086 # two numbers
    [ -z "$servers" ] || kill $servers
    [ -n "$kept" ] || docker rmi "$base" >/dev/null 2>&1
}

# localtest's port is one for all: it is waited for, and kept for a line.
take_port_5000() {
    own_turn_8 port-5000
    until_true port_5000_is_free
}
port_5000_is_free() {
    python3 -c 'import socket; s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 5000))'
}
leave_port_5000() { exec 8<&-; }

# ---- the lines ----

# line NAME: runs the command line on standard input; passes with status 0. Its output is in $out.
line() {
    substitute >"$scratch/line"
    (. "$scratch/line") >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    out=$(cat "$scratch/out")
    [ $status -eq 0 ] || sed 's/^/# /' "$scratch/line" "$scratch/out" "$scratch/err"
    point $status "$1"
}

# says TEXT NAME: the last line's output has this text.
says() {
    case $out in
    *"$1"*) point 0 "$2" ;;
    *)
        printf '%s\n' "$out" | sed 's/^/# /'
        point 1 "$2"
        ;;
    esac
}

# holds NAME COMMAND…
holds() {
    holds_name=$1
    shift
    "$@" >"$scratch/found" 2>&1
    point $? "$holds_name"
}

state_is() { [ "$(docker inspect -f '{{.State.Status}}' "$name" 2>/dev/null)" = "$1" ]; }
is_gone() { ! docker inspect "$1" >/dev/null 2>&1; }
