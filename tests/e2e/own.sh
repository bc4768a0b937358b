# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Sourced by tests on the engine of this machine, which others use too: names of their own, what
# was left by tests that died, ports, and turns at what there is one of. Used by own.c as well.

# Tells the process numbers of one machine, or of one container, from those of another.
own_space=$(readlink /proc/self/ns/pid | tr -dc 0-9 | tail -c 5)

# own_name WHAT: of a container, an image or a project of this process.
own_name() { echo "mse-test-$1-$own_space-$$"; }

# own_dead WHAT: of the names on standard input those of processes that are no more.
own_dead() {
    sed -n "s/^\(mse-test-$1-$own_space-\([0-9][0-9]*\)\([^0-9].*\)\{0,1\}\)\$/\2 \1/p" |
        while read -r process name; do
            [ -d "/proc/$process" ] || echo "$name"
        done
}

# own_sweep WHAT: removes the containers and images that were left by tests which died.
own_sweep() {
    docker ps -a --format '{{.Names}}' | own_dead "$1" | xargs -r docker rm -f >/dev/null 2>&1
    docker images --format '{{.Repository}}:{{.Tag}}' | own_dead "$1" |
        xargs -r docker rmi -f >/dev/null 2>&1
}

# own_turn_9 WHAT, own_turn_8 WHAT: waits for its turn at something that there is one of on this
# machine, and has it for as long as that descriptor is open.
own_turn_9() { own_lock "$1" && exec 9<"/tmp/mse-test-$1.lock" && flock 9; }
own_turn_8() { own_lock "$1" && exec 8<"/tmp/mse-test-$1.lock" && flock 8; }
own_lock() { [ -e "/tmp/mse-test-$1.lock" ] || : >>"/tmp/mse-test-$1.lock"; }

# A port that nobody has, and that the system gives to nobody who does not ask for it.
own_free_port() {
    python3 -c 'import random, socket
while True:
    port = random.randrange(10000, 32000)
    try:
        socket.socket().bind(("", port))
    except OSError:
        continue
    break
print(port)'
}
