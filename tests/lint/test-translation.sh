#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The French translation has every sentence that the sources mark, none of them in doubt.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"
command -v xgettext >/dev/null && command -v msgmerge >/dev/null || skip "wants gettext"

# incomplete PO TEMPLATE: prints what is missing, empty or fuzzy
incomplete() {
    msgmerge -q --no-fuzzy-matching -o "$scratch/merged.po" "$1" "$2" || return
    msgattrib --untranslated "$scratch/merged.po" | sed -n '/^$/d; /^#/d; 1,/^"Plural/d; p'
    msgfmt --check --statistics -o /dev/null "$1" 2>&1 | grep -Ev '^[0-9]+ translated messages?\.$'
}

"$source_tree/po/extract" "$source_tree" >"$scratch/now.pot"
point $? "the template is made from the sources"
[ "$(grep -c '^msgid' "$scratch/now.pot")" -gt 50 ]
point $? "it has sentences"
# xgettext knows the macros of <inttypes.h> only: at any other the sentence is cut, and never found.
cut() { grep -nE '%"$' "$1"; }
clean "no sentence is cut at a macro" cut "$scratch/now.pot"
printf 'msgid "from 0 to %%"\n' >"$scratch/cut.pot"
catches "caught: a sentence cut at a macro" 'from 0 to' cut "$scratch/cut.pot"
clean "French is complete" incomplete "$source_tree/po/fr.po" "$scratch/now.pot"

# A sentence nobody translated, one in doubt, a format that differs.
head=$(sed -n '1,/^$/p' "$source_tree/po/fr.po")
printf '%s\n\nmsgid "planted"\nmsgstr ""\n' "$head" >"$scratch/planted.pot"
printf '%s\n' "$head" >"$scratch/planted.po"
catches "caught: a sentence without translation" 'planted' incomplete "$scratch/planted.po" \
    "$scratch/planted.pot"
printf '%s\n\n#, fuzzy\nmsgid "planted"\nmsgstr "mis"\n' "$head" >"$scratch/planted.po"
catches "caught: a translation in doubt" 'fuzzy' incomplete "$scratch/planted.po" \
    "$scratch/planted.pot"
printf '%s\n\n#, c-format\nmsgid "planted %%s"\nmsgstr "mis %%d"\n' "$head" >"$scratch/planted.po"
catches "caught: a format that differs" 'format' incomplete "$scratch/planted.po" \
    "$scratch/planted.po"
finish
