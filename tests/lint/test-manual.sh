#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The programs, their manual pages and their completion files say the same: every verb and option
# that --help shows is in the pages and in each shell's file, and the pages show no other; the pages
# and files are well formed.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"
built=${MSE_TEST_BUILD:-$PWD}
[ -x "$built/mse-console" ] && [ -f "$built/doc/mse-console.1" ] || skip "nothing is built here"
cd "$built" || exit 1
files=src/command/completion

verbs() { ./mse-console help | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p'; }

# options VERB…: the long names that its --help shows
options() { "$@" --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'; }

# words_of PAGE: its options and bold words, as they are read: one a line
words_of() {
    sed 's/\\-/-/g; s/^\.B \(.*\)/\\fB\1\\fR/' "$1" | grep -oE -- '\\fB[^\\]+\\fR' |
        sed 's/^...//; s/...$//'
}

# lacking FILE LISTER…: what the lister prints and the file does not have as a whole word
lacking() {
    lacking_file=$1
    shift
    "$@" | while read -r wanted; do
        grep -qF -x -- "$wanted" "$lacking_file" || echo "$wanted"
    done
}

simulator() { ./mse-sim "$@"; }
simulator_verbs() { ./mse-sim --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'; }
simulator_options() {
    simulator_verbs | while read -r verb; do options ./mse-sim "$verb"; done
}

[ "$(verbs | wc -l)" -ge 5 ]
point $? "the verbs are read off the help"
[ "$(options ./mse-console verify | wc -l)" -ge 15 ]
point $? "and so are the options"

words_of doc/mse-console.1 >"$scratch/console"
cat "$scratch/console" >"$scratch/verify"
words_of doc/mse-console-verify.1 >>"$scratch/verify"
words_of doc/mse-sim.1 >"$scratch/simulator"
clean "every verb is in mse-console(1)" lacking "$scratch/console" verbs
every_option() {
    verbs | while read -r verb; do
        # shellcheck disable=SC2086 # a verb's words
        options ./mse-console $verb
    done | sort -u
}
clean "every option of a verb is in a page" lacking "$scratch/verify" every_option
# Not only somewhere: a verb's own option may bear the name of another's, and mean something else.
lacking_under() {
    while read -r verb; do
        # shellcheck disable=SC2086 # a verb's words
        options ./mse-console $verb | grep -vx -e --json -e --help >"$scratch/of-verb"
        [ "$verb" != verify ] && [ -s "$scratch/of-verb" ] || continue
        sed -n "/^\\\\fB$verb\\\\fR/,/^\\.RE/p" "$1" >"$scratch/under-verb"
        words_of "$scratch/under-verb" >"$scratch/under-verb.words"
        lacking "$scratch/under-verb.words" cat "$scratch/of-verb" | sed "s/^/$verb /"
    done
}
clean "every option of a verb stands under it" eval 'verbs | lacking_under doc/mse-console.1'
sed '/^\.TP/{N;/SAN\|--san\|\\-\\-san/d}' doc/mse-console.1 >"$scratch/page-without"
# shellcheck disable=SC2016 # eval expands it
catches "caught: a verb's option that is not under it" "home spawn --san" \
    eval 'echo home spawn | lacking_under "$scratch/page-without"'
clean "every option of mse-sim is in mse-sim(1)" lacking "$scratch/simulator" simulator_options

# The other way: no option of a page that no verb has. Options of other programs are not in bold.
{
    every_option
    simulator_options
    options ./mse-console
} | sort -u >"$scratch/known"
page_options() { words_of "doc/$1" | grep -oE -- '^--[a-z0-9-]+' | sort -u; }
for page in mse-console.1 mse-console-verify.1 mse-sim.1; do
    clean "$page shows no option that is not there" lacking "$scratch/known" page_options "$page"
done
echo '--invented' >"$scratch/invented"
catches "caught: an option that nobody has" invented lacking "$scratch/known" \
    cat "$scratch/invented"

for file in mse-console _mse-console mse-console.fish; do
    grep -oE -- '[a-z0-9-]+' "$files/$file" | sed 's/^-*/--/' | sort -u >"$scratch/words"
    clean "every option is in the completion file $file" lacking "$scratch/words" every_option
    verb_words() { verbs | tr ' ' '\n' | sed 's/^/--/'; }
    clean "every verb is in the completion file $file" lacking "$scratch/words" verb_words
done
for shell in bash zsh fish; do
    case $shell in
    bash) file=mse-console ;;
    zsh) file=_mse-console ;;
    *) file=mse-console.fish ;;
    esac
    if command -v "$shell" >/dev/null; then
        clean "$shell reads its completion file" "$shell" -n "$files/$file"
    else
        points=$((points + 1))
        echo "ok $points # SKIP no $shell here"
    fi
done

# completes SHELL COMMAND…: in the shell itself, --mrt of verify becomes --mrtd, with no complaint
completes() {
    completes_shell=$1
    shift
    if command -v "$completes_shell" >/dev/null; then
        found=$("$@" 2>&1 </dev/null)
        [ "$found" = --mrtd ]
        status=$?
        [ $status -eq 0 ] || printf '%s\n' "$found" | sed 's/^/# /'
        point $status "$completes_shell completes an option"
    else
        points=$((points + 1))
        echo "ok $points # SKIP no $completes_shell here"
    fi
}
completes bash bash --norc -c ". $files/mse-console; COMP_WORDS=(mse-console verify --mrt)
    COMP_CWORD=2; _mse_console; echo \"\${COMPREPLY[@]}\""
completes fish fish --no-config -c "source $files/mse-console.fish
    complete -C 'mse-console verify --mrt' | string split -f 1 \\t"

# Long lines are the tables' own sentences.
malformed() { mandoc -T lint -W warning doc/mse-*.[15]; }
if command -v mandoc >/dev/null; then
    clean "the pages are well formed" malformed
else
    points=$((points + 1))
    echo "ok $points # SKIP no mandoc here"
fi
finish
