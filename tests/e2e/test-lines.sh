#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The command lines of `mse home` as its users know them, from scaffold to decrypt, in their order,
# on the engine of this machine and a simulated platform that settings name. The lines stand here
# letter by letter; what must be other than in them is in the table of substitutions.
# shellcheck source=tests/e2e/lines.sh
set -u
. "$(dirname "$0")/lines.sh"
name=$(own_name lines)
project=$name-example
TMPDIR=${TMPDIR:-/tmp}

# ---- what it takes ----

# Debian's Python first: its packages are what the tests of the project want.
PATH=$scratch/bin:/usr/bin:/bin:$PATH
HOME=$scratch/home
unset XDG_STATE_HOME XDG_CACHE_HOME XDG_CONFIG_HOME MSE_DEFAULT_ENV MSE_BACKTRACE
MSE_CONSOLE_CONFIG=$scratch/config.toml
export PATH HOME MSE_CONSOLE_CONFIG
skip_without_engine
python3 -c 'import pytest, requests, cryptography, venv' 2>/dev/null ||
    skip "Debian's python3-pytest, -requests, -cryptography, -venv are not installed"
command -v curl >/dev/null || skip "curl is not installed"
command -v openssl >/dev/null || skip "openssl is not installed"

take_base
clean_up() {
    docker rm -f "$name" "${project}_test" >/dev/null 2>&1
    docker images --format '{{.Repository}}:{{.Tag}}' | grep "^${project}[:_]" |
        xargs -r docker rmi -f >/dev/null
    end_platform
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

own_sweep lines
mkdir -p "$scratch/bin" "$scratch/tmp" "$scratch/work" "$HOME/.config/gramine"
ln -s "$build/mse-console" "$scratch/bin/mse"
openssl genrsa -3 -out "$HOME/.config/gramine/enclave-key.pem" 3072 2>/dev/null
start_platform "$scratch"
cat >"$MSE_CONSOLE_CONFIG" <<END
[trust]
root = "platform/root.pem"
[pccs]
url = "https://localhost:$(cat "$scratch/pccs")"
ca = "platform/pccs.pem"
[spawn]
devices = []
binds = ["$scratch/aesmd:/var/run/aesmd"]
END
port=$(own_free_port)
# The name that the application is spawned for is nobody's here.
printf 'resolve = "myapp.fr:%s:127.0.0.1"\nnoproxy = "*"\nsilent\nshow-error\nfail\n' "$port" \
    >"$HOME/.curlrc"
cd "$scratch/work" || exit 1

# ---- the table of substitutions ----

# In the lines         Here                  Why
# example              a name with a number  images and containers are named after the project, on
#                                            an engine that others use too
# app_name             a name with a number  the same; and <…> stands for it
# package_mse_src_….tar  the file that was made  the time in it is the time it was made, and what
#                                            comes before is the project's name
# 7777                 a free port           others use this machine too
# localhost:7788       myapp.fr and that port  the certificate is for the name it was spawned for,
#                                            at the port it was spawned on
# /result              /result/sealed_secrets  the scaffolded application has two results
# output/evidence.json   below workspace/sgx_operator  where the line before wrote it
# /tmp                 a private directory   others use this machine too
# [--remove]           with and without      it may be left out
substitute() {
    made=$(cd workspace/code_provider 2>/dev/null && echo package_*.tar)
    sed -e "s,\bexample\b,$project,g" -e "s,package_mse_src_1683276327723953661\.tar,$made,g" \
        -e "s,https://localhost:7788/result,https://myapp.fr:$port/result/sealed_secrets,g" \
        -e "s,<app_name>,$name,g" -e "s,\bapp_name\b,$name,g" \
        -e "s,--port 7777,--port $port,g" -e "s, /tmp\b, $scratch/tmp,g" \
        -e "s, output/evidence\.json, workspace/sgx_operator/evidence.json,g" \
        -e "s, \[--remove\],$remove,g"
}
remove=

answers() { curl "https://myapp.fr:$port/" --cacert "$scratch/tmp/ratls.pem"; }

# ---- the code provider ----

line "help" <<'END'
mse home -h
END
for verb in scaffold localtest package spawn evidence verify seal unseal encrypt decrypt keygen \
    run test list status logs stop restart nginx; do
    printf '%s' "$out" | grep -qw "$verb" && mse home $verb -h >/dev/null
    point $? "help of $verb"
done

line "scaffold" <<'END'
mse home scaffold example
END
holds "scaffold: what stays out of a package is in a file" \
    test -s "$project/mse_src/.mseignore"

take_port_5000
line "localtest" <<'END'
mse home localtest --project example/
END
leave_port_5000
says "5 passed" "localtest: the project's tests ran"
holds "localtest: its container is gone" is_gone "${project}_test"

line "package" <<'END'
mse home package --project example/ \
                   --output workspace/code_provider
END

# ---- the operator ----

line "spawn" <<'END'
mse home spawn --host myapp.fr \
                 --port 7777 \
                 --size 4096 \
                 --package workspace/code_provider/package_mse_src_1683276327723953661.tar \
                 --output workspace/sgx_operator/ \
                 app_name
END
holds "spawn: it runs" state_is running
holds "spawn: evidence was collected" test -s workspace/sgx_operator/evidence.json

# ---- the code provider ----

line "verify" <<'END'
mse home verify --package workspace/code_provider/package_mse_src_1683276327723953661.tar \
                  --evidence output/evidence.json \
                  --output /tmp
END
says TRUSTED "verify: it is what was packaged"
says SIMULATED "verify: that the platform is simulated is said"
holds "verify: the certificate is written" \
    openssl x509 -in "$scratch/tmp/ratls.pem" -noout -checkhost myapp.fr

line "seal" <<'END'
mse home seal --secrets example/secrets_to_seal.json \
                --cert /tmp/ratls.pem \
                --output workspace/code_provider/
END

# ---- the operator ----

line "run" <<'END'
mse home run --sealed-secrets workspace/code_provider/secrets_to_seal.json.sealed \
               app_name
END
holds "run: curl trusts the verified certificate" answers

line "test" <<'END'
mse home test --test workspace/sgx_operator/tests/ \
                --config workspace/sgx_operator/mse.toml \
                app_name
END
says "5 passed" "test: the project's tests ran"

# ---- the code provider ----

line "the result, with curl" <<'END'
curl https://localhost:7788/result --cacert /tmp/ratls.pem > result.enc
END
python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["result_sk"])' \
    "$project/secrets_to_seal.json" >key.txt
line "decrypt" <<'END'
mse home decrypt --key key.txt \
                   --output workspace/code_provider/result.plain \
                   result.enc
cat workspace/code_provider/result.plain
END
says "message using result_sk from SEALED_SECRETS" "decrypt: the result is what was to come"

# ---- the operator ----

line "stop" <<'END'
mse home stop [--remove] <app_name>
END
holds "stop: it has ended and is there" state_is exited

line "restart" <<'END'
mse home restart <app_name>
END
holds "restart: the same enclave answers, without secrets again" until_true answers

line "logs" <<'END'
mse home logs <app_name>
END
says "restarted" "logs: of both runs"

line "status" <<'END'
mse home status <app_name>
END
says "$name" "status: its name"
says "4 GiB" "status: its size"
says cosmian.com "status: its common name"

line "list" <<'END'
mse home list
END
says "$name" "list: it is in it"

# ---- the word may be left out ----

MSE_DEFAULT_ENV=home
export MSE_DEFAULT_ENV
line "without the word home" <<'END'
mse status app_name
END
says "$name" "without the word home: the same"
unset MSE_DEFAULT_ENV

mse home status "$name-nowhere" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 1 ] && grep -q "$name-nowhere" "$scratch/err"
point $? "an application that is not there: status 1, and its name"

remove=" --remove"
line "stop --remove" <<'END'
mse home stop [--remove] <app_name>
END
holds "stop --remove: it is gone" is_gone "$name"
finish
