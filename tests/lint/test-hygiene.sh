#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What every file of the tree keeps to. Words that are looked for are spelt with brackets here, so
# that this file does not find itself.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

listed() { # listed TREE: text files, without the data that tests bring
    files_of "$1" | grep -Ev '\.(png|svg|pem|der|bin|tar|mo|cast)$'
}

code_files() {
    listed "$1" | grep -E '\.(c|h|sh|mk|am|ac)$|^(bootstrap|\.ci/run)$|^(tests|po)/.*/[a-z-]+$'
}

find_in() { # find_in TREE LISTER PATTERN WHY
    (cd "$1" && "$2" . | tr '\n' '\0' | xargs -0 grep -nIE -- "$3" /dev/null | sed "s/\$/   <- $4/")
}

no_spdx() {
    code_files "$1" | while read -r file; do
        head -n 3 "$1/$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
            echo "$file: no SPDX line at its head"
    done
}

long_files() {
    code_files "$1" | while read -r file; do
        lines=$(wc -l <"$1/$file")
        [ "$lines" -le 700 ] || echo "$file: $lines lines: a file holds one thing (600 or so)"
    done
}

bad_end() {
    listed "$1" | while read -r file; do
        [ ! -s "$1/$file" ] || [ -z "$(tail -c 1 "$1/$file")" ] ||
            echo "$file: no line feed at its end"
    done
}

marks='TO[D]O|FIX[M]E|X[X]X|HA[C]K'
places='wor[k]|roo[t]|hom[e]/[a-rt-z][a-z]*|opt/[a-z]+'
hosts='ghcr[.]io|docker[.]io/|pypi[.]org|npmjs[.]|artifactor[y]|deb[.]debian|proxy[.]golang'

# A table of rows (X_rows.h) is read as a table: a row is a line.
prose_files() { code_files "$1" | grep -v '_rows\.h$'; }
long_lines() { find_in "$1" prose_files '^.{101,}' 'over 100 columns'; }
blank_ends() { find_in "$1" code_files '[[:blank:]]$' 'blank at the end'; }
unfinished() { find_in "$1" listed "(^|[^A-Za-z_])($marks)(\$|[^A-Za-z_X])" 'unfinished'; }
# Where a container of an application has its own things is the same on every machine.
machine_paths() {
    find_in "$1" listed "(^|[^A-Za-z0-9_.$}/])/($places)/" 'a path of one machine' |
        grep -vE '/opt/(input|venv)/|/roo[t]/[.](config|cache|local)'
}
# But for the base image that a scaffolded project names, and the registry whose name stands in the
# images that containerd saves: nothing is fetched from there.
registry_hosts() {
    find_in "$1" listed "(registry[.-][a-z]+\\.|(^|[^a-z])($hosts))" 'a registry host' |
        grep -vE 'ghcr[.]io/cosmian/mse-base|"docker[.]io/library/'
}

clean "every file names its licence" no_spdx "$source_tree"
clean "no line is over 100 columns" long_lines "$source_tree"
clean "no line ends in a blank" blank_ends "$source_tree"
clean "every file ends in a line feed" bad_end "$source_tree"
clean "no file is too long" long_files "$source_tree"
clean "nothing is marked unfinished" unfinished "$source_tree"
clean "no path of one machine" machine_paths "$source_tree"
clean "no registry host" registry_hosts "$source_tree"

planted() { # planted NAME RULE TEXT
    rm -rf "$scratch/tree"
    plant src/core/a.c "$3"
    catches "caught: $1" '^src/core/a.c' "$2" "$scratch/tree"
}
planted "no licence" no_spdx 'int x;'
planted "a long line" long_lines "$(printf '%0101d' 0)"
planted "a blank at the end" blank_ends 'int x; '
planted "too long a file" long_files "$(yes 'int x;' | head -n 800)"
planted "unfinished" unfinished "/* TO""DO: x */"
planted "a machine path" machine_paths "open(\"/hom""e/ana/x\")"
planted "a registry host" registry_hosts "FROM docker"".io/x"
mkdir -p "$scratch/tree/src/core" && printf 'int x;' >"$scratch/tree/src/core/a.c"
catches "caught: no line feed at the end" 'src/core/a.c' bad_end "$scratch/tree"
rm -rf "$scratch/tree"
plant src/core/a.c "/* $(yes é | head -n 90 | tr -d '\n') */"
clean "columns are characters, not bytes" long_lines "$scratch/tree"
finish
