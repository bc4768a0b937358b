#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# src/attest and src/seal do no I/O, and ask neither the clock nor the environment. Each library is
# linked with what it pulls from below into one object; what that wants from outside is looked at.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"
cd "${MSE_TEST_BUILD:-.}" || exit 1

# Whole names, as extended regular expressions.
forbidden='f?open(64|at|at64)?|fdopen|freopen(64)?|creat(64)?|__open.*|f?read(v|link|dir)?
p(read|write)(64)?
__f?read_chk|__pread.*|f?write(v)?|f(gets|getc|puts|putc|scanf)|__fgets_chk|getline|mmap(64)?
f?l?stat(at|x)?(64)?|__f?xl?stat.*|access|opendir|scandir|unlink|rename|mkdir|ftruncate
(__)?(v|f|vf|d)?printf(_chk)?|__v?d?f?printf_chk|puts|putchar|perror|std(in|out|err)
socket|connect|bind|listen|accept4?|send(to|msg)?|recv(from|msg)?|getaddrinfo|poll|select|epoll_.*
time|clock_gettime|gettimeofday|clock|localtime(_r)?|mktime|nanosleep|usleep|sleep
(secure_)?getenv|setenv|putenv|environ|system|popen|fork|exec.*|posix_spawn.*|getrandom|rand
g_file_.*|g_io_.*|g_get_(real|monotonic)_time|g_date_time_new_now.*|g_time_zone_new_local
g_(s|uns)?etenv|g_getenv|g_get_(home|tmp|user|system)_.*|g_mapped_file_.*|g_spawn.*|g_socket.*
g_f?open|g_print(err)?|g_usleep|g_random_.*|g_dir_.*|g_stat|g_access
BIO_new_(file|fp|fd|socket|connect|accept)|BIO_s_(file|fd|socket|connect|accept)
X509_cmp_current_time
X509_time_adj.*|X509_gmtime_adj|ASN1_(UTC)?TIME_(set|adj)|X509_verify_cert|X509_load_.*
X509_STORE_(load|set_default).*|X509_LOOKUP_.*|SSL_.*|OSSL_STORE_.*|CONF_.*|RAND_.*
clock_now|clock_monotonic|file_.*|journal_.*|json_(load|dump)(_?file|f|fd)|curl_.*|archive_.*'
forbidden="^($(printf '%s' "$forbidden" | tr '\n' '|'))\$"

wants() { # wants OBJECT…: forbidden names that these want from outside
    nm -u "$@" | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' | LC_ALL=C sort -u |
        grep -E "$forbidden"
}

purity() { # purity ROOM LIBRARY…: of the library as it was built, with what it stands on
    room=$1
    shift
    ld -r -o "$scratch/$room.o" --whole-archive "lib$room.a" --no-whole-archive "$@" || return
    wants "$scratch/$room.o"
}

# The linker stops at nothing in -r: that the room needs no more than format, core and the libraries
# is shown by its unit tests, which link just these.
[ -f libattest.a ] || skip "libattest.a is not built here"
command -v nm >/dev/null && command -v ld >/dev/null || skip "wants binutils"

if nm libattest.a 2>/dev/null | grep -q ' T '; then
    clean "attest wants no file, network, clock or environment" purity attest libformat.a libcore.a
    nm "$scratch/attest.o" | grep -q ' T attest_verify$'
    point $? "what was looked at is the verifier"
    clean "seal wants no file, network, clock or environment" purity seal libcore.a
    nm "$scratch/seal.o" | grep -q ' T box_seal$'
    point $? "what was looked at seals"
    # Whoever calls it brings nonces and keys: what comes out is known from what went in.
    draws() { nm -u "$1" | grep -E ' (randombytes|arc4random|crypto_.*_(keygen|keypair|seal)$)'; }
    clean "seal draws no randomness" draws "$scratch/seal.o"
    nm -u libcore.a >"$scratch/core.names"
    grep -q ' randombytes_buf$' "$scratch/core.names"
    point $? "caught: what draws randomness"
fi

compiler=
for candidate in cc gcc clang; do
    if command -v $candidate >/dev/null; then compiler=$candidate && break; fi
done
[ -n "$compiler" ] || skip "wants a C compiler"
planted() { # planted NAME DECLARATION CALL
    printf '%s\nvoid planted(void);\nvoid planted(void) { %s; }\n' "$2" "$3" >"$scratch/planted.c"
    $compiler -O0 -c -o "$scratch/planted.o" "$scratch/planted.c" || return
    catches "caught: $1" "^$1\$" wants "$scratch/planted.o"
}
planted fopen '#include <stdio.h>' 'fopen("x", "r")'
planted open '#include <fcntl.h>' 'open("x", O_RDONLY)'
planted socket '#include <sys/socket.h>' 'socket(1, 1, 0)'
planted time '#include <time.h>' 'time(0)'
planted clock_gettime '#include <time.h>' 'struct timespec t; clock_gettime(CLOCK_REALTIME, &t)'
planted getenv '#include <stdlib.h>' 'getenv("x")'
for name in g_file_get_contents g_get_real_time g_getenv BIO_new_file X509_cmp_current_time \
    clock_now; do
    planted $name "void $name(void);" "$name()"
done
printf 'int memcmp_like(void); int f(void) { return memcmp_like(); }\n' >"$scratch/pure.c"
$compiler -c -o "$scratch/pure.o" "$scratch/pure.c"
clean "what is pure is not caught" wants "$scratch/pure.o"
finish
