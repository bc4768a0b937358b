#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions that are refused, and where.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

# PLACE~FUNCTIONS~WHY~EXCEPT (where it is allowed after all; -: nowhere)
rules() {
    cat <<'END'
^(src|ui|tests)/~strcpy|stpcpy|strcat|strncat|sprintf|vsprintf|gets|alloca~has no bound~-
^(src|ui|tests)/~strncpy~leaves text without its end~-
^(src|ui|tests)/~strtok~keeps hidden state: g_strsplit or a Reader~-
^(src|ui|tests)/~atoi|atol|atoll|atof~hides errors: g_ascii_string_to_unsigned or a Reader~-
^(src|ui|tests)/~system|popen|fork|vfork~children are posix_spawned~^tests/
^(src|ui|tests)/~mktemp|tmpnam|tempnam~somebody else can take the name first~-
^(src|ui)/~initscr~newterm: initscr ends the program on an error~-
^src/docker/~exit|_exit|abort~errors are returned here~-
^src/docker/~v?printf|puts|putchar|perror|g_print|g_printerr|g_warning~nothing is printed here~-
^src/seal/~exit|_exit|abort|v?printf|puts|g_print|g_printerr|g_warning~errors are returned here~-
^src/(core|format|attest|wire|app)/~exit|_exit|_Exit|abort|quick_exit~errors are returned here~-
^src/(core|format|attest|wire|app)/~v?printf|puts|putchar|perror~nothing is printed here~-
^src/(core|format|attest|wire|app)/~g_print|g_printerr|g_warning|g_message~nothing is printed here~-
^src/(format|attest|seal|app|command)/~time|clock_gettime|gettimeofday~time is a value: core/clock~-
^src/(format|attest|seal|app|command)/~g_get_real_time|g_date_time_new_now.*~time is a value~-
^tests/~sleep~a test polls with a deadline~-
END
}

banned() { # banned TREE
    cd "$1" || return
    find src ui tests -name '*.[ch]' 2>/dev/null | LC_ALL=C sort >"$scratch/sources"
    [ -s "$scratch/sources" ] || echo "no sources in $1"
    # shellcheck disable=SC2046 # names without spaces
    code_of $(cat "$scratch/sources") >"$scratch/code"
    rules >"$scratch/rules"
    awk '
        FNR == NR {
            split($0, part, "~")
            place[++n] = part[1]
            pattern[n] = "(^|[^A-Za-z0-9_.>])(" part[2] ")[ \t]*\\("
            why[n] = part[3]; except[n] = part[4]
            next
        }
        {
            file = $0; sub(/:.*/, "", file)
            code = $0; sub(/^[^:]*:[0-9]+:/, "", code)
            where = substr($0, 1, length($0) - length(code) - 1)
            for (i = 1; i <= n; i++)
                if (file ~ place[i] && (except[i] == "-" || file !~ except[i]) &&
                    match(code, pattern[i])) {
                    what = substr(code, RSTART, RLENGTH); gsub(/[^A-Za-z0-9_]/, "", what)
                    print where ": " what ": " why[i]
                }
        }' "$scratch/rules" "$scratch/code"
}

clean "no banned function" banned "$source_tree"

planted() { # planted NAME FILE CODE
    rm -rf "$scratch/tree"
    plant "$2" "$3"
    catches "caught: $1" "$1: " banned "$scratch/tree"
}
for name in strcpy strcat sprintf vsprintf gets strtok strncpy atoi atof system popen mktemp; do
    planted "$name" src/sim/a.c "    x = $name(a, b);"
done
planted exit src/core/a.c 'if (bad) exit(1);'
planted puts src/app/a.c '	puts("x");'
planted time src/attest/a.c 'int64_t now = time(NULL);'
planted clock_gettime src/format/a.c 'clock_gettime (CLOCK_REALTIME, &t);'
planted sleep tests/unit/a.c 'sleep(1);'
planted initscr ui/a.c '/* why */ initscr();'
rm -rf "$scratch/tree"
plant src/core/a.c '/* system(1) */ g_strcpy(x); "strcpy(a)"; p->exit(1); // gets(x)
/* a comment that
 * calls sprintf(x) */ char quote = '\''"'\''; puts_all();'
clean "comments, strings and longer names are not caught" banned "$scratch/tree"
finish
