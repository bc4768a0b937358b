# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Sourced by the lint tests: TAP points, the tree to look at, and its code without comments.
set -u
LC_ALL=C.UTF-8
export LC_ALL
source_tree=$(cd "${MSE_TEST_SOURCE:-$(dirname "$0")/../..}" && pwd) || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
points=0
failures=0

point() { # point STATUS NAME
    points=$((points + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $points - $2"
    else
        failures=$((failures + 1))
        echo "not ok $points - $2"
    fi
}

# clean NAME COMMAND…: passes when the command prints nothing; what it prints is shown.
clean() {
    clean_name=$1
    shift
    "$@" >"$scratch/found" 2>&1
    sed 's/^/# /' "$scratch/found"
    [ ! -s "$scratch/found" ]
    point $? "$clean_name"
}

# catches NAME PATTERN COMMAND…: passes when the command prints a line that matches. This is how a
# rule proves that it can fail: each is run on a planted violation.
catches() {
    catches_name=$1
    pattern=$2
    shift 2
    "$@" >"$scratch/found" 2>&1
    grep -q -- "$pattern" "$scratch/found"
    status=$?
    [ $status -eq 0 ] || sed 's/^/# /' "$scratch/found"
    point $status "$catches_name"
}

skip() { # skip REASON: the whole test
    echo "1..0 # SKIP $1"
    exit 0
}

finish() {
    echo "1..$points"
    [ "$failures" -eq 0 ]
    exit $?
}

# plant PATH TEXT: a file of a tree that exists only to be caught.
plant() {
    mkdir -p "$scratch/tree/$(dirname "$1")"
    printf '%s\n' "$2" >"$scratch/tree/$1"
}

# files_of TREE: what people wrote, relative to the tree; what tools make is left out.
files_of() {
    (cd "$1" && find . \( -name .git -o -name 'build' -o -name 'build-*' -o  -name autom4te.cache \
        -o -path ./tests/fuzz/seeds \) -prune -o -type f ! -name aclocal.m4 ! -name configure \
        ! -name 'configure~' ! -name 'config.h.in*' ! -name Makefile.in ! -path './build-aux/*' \
        ! -name '*.o' ! -name '*.a' -print | sed 's,^\./,,' | LC_ALL=C sort)
}

# code_of FILE…: prints FILE:LINE:CODE with comments gone and the insides of strings blanked.
code_of() {
    awk '
        FNR == 1 { comment = 0 }
        {
            line = $0; code = ""
            while (1) {
                if (comment) {
                    end = index(line, "*/")
                    if (!end) break
                    line = substr(line, end + 2); comment = 0
                }
                if (!match(line, /"|\047|\/\*|\/\//)) { code = code line; break }
                code = code substr(line, 1, RSTART - 1)
                mark = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
                if (mark == "//") break
                if (mark == "/*") { comment = 1; code = code " "; continue }
                code = code mark
                if (mark == "\"") found = match(line, /^([^"\\]|\\.)*"/)
                else found = match(line, /^([^\047\\]|\\.)*\047/)
                if (!found) break
                code = code mark; line = substr(line, RLENGTH + 1)
            }
            if (code ~ /[^ \t]/) print FILENAME ":" FNR ":" code
        }' "$@"
}
