#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No include points up, and each outside library is met in its own room only.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

layers() { # layers TREE
    (cd "$1" && find src ui -name '*.[ch]' 2>/dev/null | LC_ALL=C sort |
        xargs grep -n '^[ ]*#[ ]*include' /dev/null) | awk '
        BEGIN {
            may["core"] = "core"
            may["format"] = "core format"
            may["attest"] = "core format attest"
            may["seal"] = "core seal"
            may["wire"] = "core format wire"
            may["docker"] = "core format wire docker"
            may["app"] = "core format attest seal wire app"
            may["fleet"] = may["app"] " docker fleet"
            may["life"] = may["fleet"] " life"
            may["command"] = may["life"] " command"
            may["ui"] = may["command"] " ui"
            may["main.c"] = may["ui"]
            may["sim"] = "core format sim"
            # outside header, and the only files it may be met in
            n = 0
            rule("^(n?curses|ncursesw/|term\\.h|panel)", "^ui/(screen|keys)\\.c$")
            rule("^readline/", "^ui/")
            rule("^curl/", "^src/wire/")
            rule("^archive", "^src/sim/enclave_code\\.c$")
            rule("^microhttpd", "^src/sim/")
            rule("^vterm", "^tests/")
            rule("^(openssl|sodium)", "^src/(core|format|attest|seal|wire|sim)/")
        }
        function rule(header, place) { header_rule[++n] = header; place_rule[n] = place }
        {
            split($0, part, ":"); file = part[1]; where = part[1] ":" part[2]
            room = file; sub(/^src\//, "", room); sub(/\/.*/, "", room)
            if (!(room in may)) { print where ": a room that no layer knows: " room; next }
            if (match($0, /<[^>]*>/)) {
                header = substr($0, RSTART + 1, RLENGTH - 2)
                for (i = 1; i <= n; i++)
                    if (header ~ header_rule[i] && file !~ place_rule[i])
                        print where ": <" header "> is met in " place_rule[i] " only"
            } else if (match($0, /"[^"]*"/)) {
                header = substr($0, RSTART + 1, RLENGTH - 2)
                if (header == "config.h") next
                target = header; sub(/\/.*/, "", target)
                if (target == header) print where ": name the room: \"" header "\""
                else if (index(" " may[room] " ", " " target " ") == 0)
                    print where ": " room " must not use " target
            } else if ($0 !~ /include[ ]+[A-Z_]+$/) print where ": an include of what?"
        }'
}

config_first() { # config_first TREE: every .c includes config.h before anything else
    (cd "$1" && find src ui tests -name '*.c' 2>/dev/null | LC_ALL=C sort | while read -r file; do
        first=$(grep -m 1 '^[ ]*#[ ]*include' "$file")
        [ "$first" = '#include "config.h"' ] || echo "$file: config.h comes first"
    done)
}

clean "no include points up" layers "$source_tree"
clean "config.h comes first" config_first "$source_tree"

planted() { # planted NAME FILE INCLUDE PATTERN
    rm -rf "$scratch/tree"
    plant "$2" "#include $3"
    catches "caught: $1" "$4" layers "$scratch/tree"
}
planted "core uses format" src/core/a.c '"format/der.h"' 'core must not use format'
planted "attest uses wire" src/attest/a.c '"wire/http.h"' 'attest must not use wire'
planted "seal uses app" src/seal/a.c '"app/cipher.h"' 'seal must not use app'
planted "seal uses attest" src/seal/a.c '"attest/quote.h"' 'seal must not use attest'
planted "wire uses attest" src/wire/a.c '"attest/quote.h"' 'wire must not use attest'
planted "docker uses app" src/docker/a.c '"app/settings.h"' 'docker must not use app'
planted "app uses command" src/app/a.h '"command/job.h"' 'app must not use command'
planted "app uses fleet" src/app/a.h '"fleet/fleet.h"' 'app must not use fleet'
planted "fleet uses life" src/fleet/a.h '"life/life.h"' 'fleet must not use life'
planted "life uses command" src/life/a.c '"command/job.h"' 'life must not use command'
planted "fleet uses command" src/fleet/a.h '"command/job.h"' 'fleet must not use command'
planted "command uses ui" src/command/a.c '"ui/ui.h"' 'command must not use ui'
planted "sim uses attest" src/sim/a.c '"attest/quote.h"' 'sim must not use attest'
planted "ui uses sim" ui/a.c '"sim/platform.h"' 'ui must not use sim'
planted "curses in a pane" ui/pane.c '<curses.h>' 'curses.h> is met'
planted "ncursesw in a verb" src/command/a.c '<ncursesw/curses.h>' 'is met'
planted "curl in app" src/app/a.c '<curl/curl.h>' 'is met'
planted "libarchive in app" src/app/a.c '<archive_entry.h>' 'is met'
planted "microhttpd in wire" src/wire/a.c '<microhttpd.h>' 'is met'
planted "readline in command" src/command/a.c '<readline/readline.h>' 'is met'
planted "a bare name" src/core/a.c '"reader.h"' 'name the room'
planted "an unknown room" src/attic/a.c '"core/reader.h"' 'no layer knows'
rm -rf "$scratch/tree"
plant src/core/b.c '#include <glib.h>'
catches "caught: config.h missing" 'config.h comes first' config_first "$scratch/tree"
rm -rf "$scratch/tree"
plant src/app/a.c '#include "core/reader.h"'
clean "what is allowed is not caught" layers "$scratch/tree"
finish
