#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ./bootstrap in a fresh clone, in a path with spaces. It builds everything, so it is run by .ci/run
# and not by `make check`.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"
command -v git >/dev/null || skip "wants git"
git -c safe.directory='*' -C "$source_tree" rev-parse HEAD >/dev/null 2>&1 ||
    skip "the source is no clone"

clone="$scratch/a clone"
git -c safe.directory='*' clone -q "$source_tree" "$clone" || exit 1
cd "$clone" || exit 1
milliseconds() { date +%s%3N; }

./bootstrap frobnicate >"$scratch/out" 2>"$scratch/err"
[ $? -eq 2 ] && grep -q 'unknown word: frobnicate' "$scratch/err" && [ ! -s "$scratch/out" ]
point $? "a wrong word is named, with status 2"
./bootstrap >/dev/null 2>&1
[ $? -eq 2 ]
point $? "no word: status 2"
./bootstrap -h >"$scratch/out" 2>"$scratch/err" && grep -q '^Usage: ./bootstrap' "$scratch/out" &&
    [ ! -s "$scratch/err" ]
point $? "-h goes to standard output"
./bootstrap check extra >/dev/null 2>&1
[ $? -eq 2 ] && [ ! -e build ]
point $? "an argument too many: status 2 and nothing is built"

./bootstrap run --version >"$scratch/out" 2>"$scratch/err" </dev/null
status=$?
sed 's/^/# /' "$scratch/err"
[ $status -eq 0 ] && grep -q '^mse-console ' "$scratch/out"
point $? "run builds the program and runs it"
[ -z "$(git status --porcelain)" ]
point $? "the tree stays clean"

start=$(milliseconds)
./bootstrap run --version >"$scratch/out" 2>"$scratch/err" </dev/null
status=$?
took=$(($(milliseconds) - start))
echo "# ready path: $took ms"
[ $status -eq 0 ] && [ ! -s "$scratch/err" ] && grep -q '^mse-console ' "$scratch/out"
point $? "when all is there it says nothing"
[ "$took" -lt 1000 ]
point $? "and adds less than a second"

# A program that was changed is built again; a build that was ended by force starts afresh.
before=$(stat -c %Y%i build/mse-console)
touch -d '+2 seconds' src/main.c
./bootstrap run --version >/dev/null 2>&1 </dev/null &&
    [ "$(stat -c %Y%i build/mse-console)" != "$before" ]
point $? "a changed source is built again"
: >build/.building
printf 'half' >build/libcore.a
./bootstrap run --version >/dev/null 2>"$scratch/err" </dev/null && [ ! -e build/.building ]
point $? "a build that was cut off is repaired"
rm build/.configured
: >configure
./bootstrap run --version >/dev/null 2>"$scratch/err" </dev/null && [ -s configure ]
point $? "a configure that was cut off is made again"

printf 'not evidence\n' >"$scratch/input"
(cd "$scratch" && "$clone/bootstrap" run inspect ./input >/dev/null 2>"$scratch/err" </dev/null)
! grep -q 'No such file' "$scratch/err"
point $? "relative names are the caller's"

./bootstrap install --prefix "$scratch/there" >"$scratch/err" 2>&1 </dev/null &&
    [ -x "$scratch/there/bin/mse-console" ] &&
    [ -f "$scratch/there/share/locale/fr/LC_MESSAGES/mse-console.mo" ]
point $? "install puts program and translation where it is told"
./bootstrap uninstall --prefix "$scratch/there" >"$scratch/err" 2>&1 </dev/null &&
    [ -z "$(find "$scratch/there" -type f)" ]
point $? "uninstall takes all of it away"

# Where something is missing and apt-get is not there: said, and nothing tried. A PATH of links to
# everything but those two stands for such a machine.
mkdir "$scratch/bin"
for place in /usr/bin /bin /usr/sbin /sbin; do
    for program in "$place"/*; do
        name=${program##*/}
        case $name in apt-get | msgfmt) continue ;; esac
        [ -e "$scratch/bin/$name" ] || ln -s "$program" "$scratch/bin/$name" 2>/dev/null
    done
done
PATH="$scratch/bin" ./bootstrap deps >/dev/null 2>"$scratch/err" </dev/null
[ $? -eq 1 ] && grep -q 'missing: .*gettext' "$scratch/err"
point $? "without apt-get, what is missing is named"

# The question, on a terminal. What answers to apt-get here puts what was missing in its place.
cat >"$scratch/bin/apt-get" <<END
#!/bin/sh
case "\$*" in *install*gettext*) ln -s "$(command -v msgfmt)" "$scratch/bin/msgfmt" ;; esac
END
printf '#!/bin/sh\nexec "$@"\n' >"$scratch/sudo"
chmod +x "$scratch/bin/apt-get" "$scratch/sudo"
mv -f "$scratch/sudo" "$scratch/bin/sudo"
on_terminal() { # on_terminal ANSWER
    printf '%s\n' "$1" | PATH="$scratch/bin" script -qec './bootstrap deps' "$scratch/screen" \
        >"$scratch/out" 2>&1
}
if command -v script >/dev/null; then
    on_terminal n
    status=$?
    [ $status -eq 1 ] && grep -q 'install them with apt-get? \[Y/n\]' "$scratch/out" &&
        grep -q 'nothing was installed' "$scratch/out" && [ ! -e "$scratch/bin/msgfmt" ]
    point $? "on a terminal it asks, and no means no"
    on_terminal ''
    status=$?
    [ $status -eq 0 ] && [ -e "$scratch/bin/msgfmt" ]
    point $? "Enter means yes"
fi

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    chmod 755 "$HOME" "$scratch"
    setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent \
        "$clone/bootstrap" run --version >"$scratch/out" 2>"$scratch/err" </dev/null &&
        grep -q '^mse-console ' "$scratch/out" && [ ! -s "$scratch/err" ]
    status=$?
    sed 's/^/# /' "$scratch/err"
    point $status "another user runs what is built"
    touch -d '+4 seconds' src/main.c
    setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent \
        "$clone/bootstrap" run --version >/dev/null 2>"$scratch/err" </dev/null
    status=$?
    sed 's/^/# /' "$scratch/err"
    [ $status -eq 1 ] && grep -q 'cannot be written' "$scratch/err"
    point $? "another user is told why it cannot be built again"
    chown -R 65534:65534 "$clone"
    ./bootstrap run --version >/dev/null 2>&1 </dev/null &&
        [ -z "$(find "$clone" ! -user 65534 -print)" ]
    point $? "what root builds in somebody's tree is given to them"
fi
finish
