#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The program in a container: `make image`, then the command lines of the Dockerised use from
# scaffold to stop, in their order, on the engine of this machine and a simulated platform. The
# lines stand here letter by letter; what must be other than in them is in the table of
# substitutions.
# shellcheck source=tests/e2e/lines.sh
set -u
. "$(dirname "$0")/lines.sh"
name=$(own_name image)
image=$name-made
project=$name-example

# ---- what it takes ----

PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH
export PATH
skip_without_engine
docker version --format '{{.Server.Os}}' | grep -qx linux || skip "the engine runs no Linux"
test -S /var/run/docker.sock || skip "the engine has no socket at its usual place"
command -v dpkg-query >/dev/null || skip "the image is made of Debian packages"
for package in python3-pip python3-pytest python3-requests python3-cryptography; do
    dpkg-query -W "$package" >/dev/null 2>&1 || skip "$package is not installed"
done
command -v curl >/dev/null || skip "curl is not installed"

first_image=
take_base
clean_up() {
    docker rm -f "$name" "${project}_test" >/dev/null 2>&1
    docker images --format '{{.Repository}}:{{.Tag}}' | grep -E "^(${project}[:_]|${image}:)" |
        xargs -r docker rmi -f >/dev/null
    end_platform
    [ -z "$first_image" ] || docker rmi -f "$first_image" >/dev/null 2>&1
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The signer key, the workspace and the settings are where a person would have them, but in a
# private directory; it has one path for the engine and for the containers.
work=$scratch/workspace
settings=$scratch/settings
key=$scratch/signer/key.pem
own_sweep image
mkdir -p "$work" "$settings" "$scratch/signer"
openssl genrsa -3 -out "$key" 3072 2>/dev/null
start_platform "$settings"
cat >"$settings/config.toml" <<END
[trust]
root = "platform/root.pem"
[pccs]
ca = "platform/pccs.pem"
[spawn]
devices = []
binds = ["$scratch/aesmd:/var/run/aesmd"]
END
port=$(own_free_port)

# ---- the image ----

line_output() { sed 's/^/# /' "$1"; }
make -s -C "$build" image-context >"$scratch/out" 2>&1 || line_output "$scratch/out"
context=$build/image/context
[ "$(cd "$context" && ls)" = "$(printf 'Dockerfile\nroot.tar')" ]
point $? "the context holds its two files and nothing else"
first=$(cksum <"$context/root.tar")
make -s -C "$build" image IMAGE="$image" >"$scratch/out" 2>&1
status=$?
[ $status -eq 0 ] || line_output "$scratch/out"
point $status "make image"
# The line below builds it once more, without a version: this one has no name then.
first_image=$(docker image inspect -f '{{.Id}}' "$image" 2>/dev/null)
[ "$first" = "$(cksum <"$context/root.tar")" ]
point $? "the same files are packed into the same bytes"
tar -tf "$context/root.tar" >"$scratch/list"
! grep -qE '^\./(home|root|mnt/workspace|tmp)/.' "$scratch/list"
point $? "nobody's files are in it"

# ---- the table of substitutions ----

# In the lines           Here                    Why
# .                      build/image/context     `make image` made it: the tree itself is no
#                                                context, its secrets stay here
# docker run             with --rm               no container is left
# mse                    an image of this test   others use this engine too
# /mnt/workspace         a private directory     others use this machine too; it is the current
#                                                directory by -w, as the other is by the image
# -v …/docker.sock:…     and the settings, read  the platform is simulated: they name its root, its
#                        only                    PCCS's certificate and its quoting service
# /opt/…/cosmian-signer-key.pem  a private file  and it is mounted: the line does not, and the
#                                                program looks at the key before it starts anything
# 7779                   a free port             others use this machine too
# https://pccs.staging.… the simulated PCCS      no other vouches for a simulated platform
# example, test_docker   names with a number     images and containers are named after them
# package_example_….tar  the file that was made  the time in it is the time it was made
substitute() {
    made=$(cd "$work" && echo package_*.tar)
    sed -e "s,\bexample\b,$project,g" -e "s,package_[a-z0-9-]*_1688025211482089576\.tar,$made,g" \
        -e "s,test_docker,$name,g" -e "s,^\( *\)mse home,\1$image home,g" \
        -e "s,-t mse \. *$,-t $image '$context'," \
        -e "s,docker run ,docker run --rm ,g" \
        -e "s,-v /mnt/workspace:/mnt/workspace,-v $work:$work -w $work,g" \
        -e "s,/mnt/workspace,$work,g" \
        -e "s,-v /var/run/docker.sock:/var/run/docker.sock,& $mounts,g" \
        -e "s,/opt/[a-z-]*/cosmian-signer-key\.pem,$key,g" -e "s,\b7779\b,$port,g" \
        -e "s,https://pccs\.staging\.mse\.cosmian\.com,https://localhost:$(cat "$scratch/pccs"),g"
}
mounts="-v $settings:/root/.config/mse-console:ro -v $key:$key:ro"


# ---- the lines ----

line "build" <<'END'
docker build -t mse .
END

line "scaffold" <<'END'
docker run -v /mnt/workspace:/mnt/workspace \
             -v /var/run/docker.sock:/var/run/docker.sock \
            mse home scaffold example
END
holds "scaffold: the project is in the workspace" test -s "$work/$project/mse.toml"

take_port_5000
line "localtest" <<'END'
docker run -v /mnt/workspace:/mnt/workspace \
             -v /var/run/docker.sock:/var/run/docker.sock \
             --network=host \
             mse home localtest --project example
END
leave_port_5000
says "5 passed" "localtest: the project's tests ran, on the image's own Python"
holds "localtest: its container is gone" is_gone "${project}_test"

line "package" <<'END'
docker run -v /mnt/workspace:/mnt/workspace \
             -v /var/run/docker.sock:/var/run/docker.sock \
             mse home package --project example \
                              --output .
END

# A place that the settings name and the host lacks: the engine says so, and makes none.
cp "$settings/config.toml" "$scratch/kept"
sed "s,$scratch/aesmd,$scratch/nowhere," "$scratch/kept" >"$settings/config.toml"
docker run --rm -v "$work:$work" -w "$work" -v /var/run/docker.sock:/var/run/docker.sock \
    -v "$settings:/root/.config/mse-console:ro" -v "$key:$key:ro" --network=host "$image" \
    home spawn --host localhost --port "$port" --size 1024 --signer-key "$key" \
    --pccs "https://localhost:$(cat "$scratch/pccs")" --output nowhere \
    --package "$(cd "$work" && echo package_*.tar)" "$name" >"$scratch/out" 2>"$scratch/err"
status=$?
cp "$scratch/kept" "$settings/config.toml"
[ $status -eq 1 ] && grep -q "$scratch/nowhere" "$scratch/err" && [ ! -e "$scratch/nowhere" ] &&
    is_gone "$name"
point $? "spawn: a quoting service that is not there: status 1, its place, and nothing is made"

line "spawn" <<'END'
docker run -v /mnt/workspace:/mnt/workspace \
             -v /var/run/docker.sock:/var/run/docker.sock \
             --network=host \
             mse home spawn --host localhost \
                            --port 7779 \
                            --days 365 \
                            --signer-key /opt/cosmian-internal/cosmian-signer-key.pem \
                            --size 32768 \
                            --pccs https://pccs.staging.mse.cosmian.com \
                            --package package_example_1688025211482089576.tar \
                            --output . \
                            test_docker
END
holds "spawn: it runs" state_is running
holds "spawn: evidence was collected" test -s "$work/evidence.json"

line "verify" <<'END'
docker run -v /mnt/workspace:/mnt/workspace \
             -v /var/run/docker.sock:/var/run/docker.sock \
             mse home verify --package package_example_1688025211482089576.tar \
                             --evidence evidence.json \
                             --output .
END
says TRUSTED "verify: it is what was packaged"
says SIMULATED "verify: that the platform is simulated is said"

line "seal" <<'END'
docker run -v /mnt/workspace:/mnt/workspace \
             -v /var/run/docker.sock:/var/run/docker.sock \
             mse home seal --secrets example/secrets_to_seal.json \
                           --cert ratls.pem \
                           --output  .
END

line "run" <<'END'
docker run -v /mnt/workspace:/mnt/workspace \
             -v /var/run/docker.sock:/var/run/docker.sock \
            --network=host \
            mse home run --sealed-secrets secrets_to_seal.json.sealed test_docker
END

HOME=$scratch
export HOME
printf 'noproxy = "*"\nsilent\nshow-error\nfail\n' >"$HOME/.curlrc"
line "query" <<'END'
curl https://localhost:7779 --cacert /mnt/workspace/ratls.pem
END
says "Hello world" "query: curl trusts the verified certificate"

line "test" <<'END'
docker run -v /mnt/workspace:/mnt/workspace \
             -v /var/run/docker.sock:/var/run/docker.sock \
             --network=host \
             mse home test --test example/tests \
                           --config mse.toml test_docker
END
says "5 passed" "test: the project's tests ran, on the image's own Python"

line "stop --remove" <<'END'
docker run -v /var/run/docker.sock:/var/run/docker.sock \
             mse home stop --remove test_docker
END
holds "stop --remove: it is gone" is_gone "$name"

# ---- what is not a line of theirs ----

# The verb that needs neither engine nor workspace, and its manners.
docker run --rm --network none "$image" home seal --secrets nowhere --cert nowhere \
    >"$scratch/out" 2>"$scratch/err"
[ $? -eq 1 ] && grep -q nowhere "$scratch/err"
point $? "what fails there fails here: status 1, and a sentence"
docker run --rm "$image" home list >"$scratch/out" 2>"$scratch/err"
[ $? -eq 1 ] && grep -q docker.sock "$scratch/err"
point $? "without the engine's socket: status 1, and which one is missing"
finish
