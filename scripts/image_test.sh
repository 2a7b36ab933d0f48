#!/bin/sh
# Builds the container image without a Docker engine and runs what it runs.
#
# buildah builds the Dockerfile as it is, in a chroot, on a base of Debian and Python that
# mmdebstrap makes; then scripts/image/run.py migrates, serves and delivers with it. Tools,
# wheels, layers and scratch files stay in .image, but for Debian packages that are missing.
# The last line is RAN, or NOT RUN and why not; a failure exits 1.
set -eu
cd "$(dirname "$0")/.."

suite=bookworm # the Debian of the Dockerfile's base, whose Python is its Python's minor
work=$PWD/.image
tools=$work/tools
wheels=$work/wheels
base=localhost/claw-base:$suite
image=localhost/claw:test

not_run() {
    echo "NOT RUN: $1"
    exit 0
}

buildah() {
    command buildah --storage-driver vfs --root "$work/storage" --runroot "$work/runroot" "$@"
}

# The linters are in an environment of their own, with a lock of their own.
install_tools() {
    lock=scripts/image/requirements.txt
    cmp -s $lock "$tools/installed.txt" && return
    .venv/bin/python -m venv --clear "$tools"
    "$tools/bin/pip" install -qq --disable-pip-version-check --require-hashes -r $lock
    cp $lock "$tools/installed.txt"
}

check_files() {
    "$tools/bin/hadolint" Dockerfile
    "$tools/bin/check-jsonschema" --builtin-schema vendor.compose-spec \
        compose.yaml compose.dev.yaml compose.prod.yaml
}

install_packages() {
    missing=''
    for package in buildah mmdebstrap iproute2; do
        dpkg-query --show --showformat='${db:Status-Status}' $package 2>/dev/null |
            grep -qx installed || missing="$missing $package"
    done
    [ -z "$missing" ] && return
    [ "$(id -u)" = 0 ] || not_run "needs root to install$missing"
    apt-get update -qq || not_run "the package lists of Debian cannot be fetched"
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing \
        >"$work/apt.log" 2>&1 || not_run "cannot install$missing (see .image/apt.log)"
}

# A stand-in for the base that the Dockerfile names: the same Debian and the same Python.
# Its pip knows no index, so that the build can only use the wheels whose hashes are locked.
build_base() {
    buildah inspect --type image "$base" >/dev/null 2>&1 && return
    mkdir -p "$work/base"
    sources=/etc/apt/sources.list.d/debian.sources
    grep -qs "^Suites:.*\b$suite\b" $sources || sources=''
    # shellcheck disable=SC2086 # no word where the machine has no such file
    mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,passwd,ca-certificates \
        $suite "$work/base/root.tar" $sources || not_run "mmdebstrap could not make a base"
    printf '[global]\nno-index = true\nfind-links = /wheels\n' >"$work/base/pip.conf"
    printf 'FROM scratch\nADD root.tar /\nCOPY pip.conf /etc/pip.conf\n' >"$work/base/Dockerfile"
    buildah bud --quiet --isolation chroot --format docker -t "$base" "$work/base" >/dev/null
    rm "$work/base/root.tar"
}

fetch_wheels() {
    rm -rf "$wheels"
    for lock in requirements-build.txt requirements.txt; do
        .venv/bin/python -m pip download -qq --disable-pip-version-check --require-hashes \
            --no-deps --only-binary :all: --python-version 3.11 --dest "$wheels" -r $lock
    done
}

build_image() {
    buildah bud --isolation chroot --format docker --pull-never \
        --build-arg "PYTHON_IMAGE=$base" --build-arg "REVISION=$(git rev-parse HEAD)" \
        --volume "$wheels:/wheels:ro" -t "$image" . >"$work/build.log" 2>&1 || {
        tail -n 40 "$work/build.log" >&2
        return 1
    }
    buildah rmi --prune >/dev/null # what the build before left under this name
}

# In namespaces of its own: its mounts, its processes and its network end with it, and it
# reaches nothing but itself.
run_image() {
    container=$(buildah from --pull-never "$image")
    trap 'buildah rm "$container" >/dev/null' EXIT
    trap 'exit 130' INT TERM
    buildah inspect --type image "$image" >"$work/image.json"
    unshare --mount --net --pid --fork --kill-child --mount-proc \
        .venv/bin/python -m scripts.image.run "$(buildah mount "$container")" "$work/image.json"
}

mkdir -p "$work"
echo "== lint the Dockerfile and the compose files"
install_tools
check_files
case $(uname -s) in Linux) ;; *) not_run "containers need Linux" ;; esac
[ "$(id -u)" = 0 ] || not_run "building and entering an image needs root"
command -v dpkg-query >/dev/null || not_run "its tools are Debian packages"
install_packages
buildah rm --all >/dev/null # of a run that was cut short
echo "== make the base ($suite)"
build_base
echo "== build the image"
fetch_wheels
build_image
echo "== run the image"
run_image
echo RAN
