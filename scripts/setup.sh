#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what the engine needs to be built, then builds ./katago at the top of the tree. Safe to run again: what is
# there already is left alone. Made for Debian 12 and 13, Raspberry Pi OS, and Ubuntu 22.04 or newer.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh scripts/setup.sh [--test] [--release] [--train] [--deps-only | --build-only]
  --test        also install what the tests use (doctest, GNU Go as an opponent, python3, compiler and emulator for Arm,
                a Vulkan device played by the processor)
  --release     also install what make release uses (compilers and emulator for Arm, python3)
  --train       only make .venv, the Python environment of scripts/train and scripts/export (about 4 GB)
  --deps-only   install packages, do not build
  --build-only  build, do not look at packages
TEXT
}

say() { echo "setup: $*"; }
fail() {
    echo "setup: $*" >&2
    exit 1
}

build_packages="g++ make cmake ninja-build libeigen3-dev zlib1g-dev nlohmann-json3-dev"
# Kernels beside our own, and headers of Vulkan, where the distribution has them; the engine is built without them all the
# same.
optional_packages="libxnnpack-dev libpthreadpool-dev libvulkan-dev"
test_packages="doctest-dev gnugo python3"
# For the tests as boards' processors (make test-arm64), on other processors than Arm's.
arm_test_packages="g++-aarch64-linux-gnu qemu-user"
# For make release, whose targets are all cross builds.
release_packages="g++-x86-64-linux-gnu g++-aarch64-linux-gnu g++-arm-linux-gnueabihf qemu-user python3 git xz-utils debian-archive-keyring"
# A Vulkan device that the processor plays, its checks, and what compiles shaders; tests that lack them skip.
optional_test_packages="mesa-vulkan-drivers vulkan-validationlayers glslang-tools spirv-tools"

with_tests=no
with_release=no
train_only=no
install=yes
build=yes
for argument in "$@"; do
    case $argument in
        --test) with_tests=yes ;;
        --release) with_release=yes ;;
        --train) train_only=yes ;;
        --deps-only) build=no ;;
        --build-only) install=no ;;
        -h | --help) usage && exit 0 ;;
        *) usage >&2 && fail "unknown option $argument" ;;
    esac
done

# at_least HAVE WANT: compares versions like 22.04.
at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

check_system() {
    ID=unknown VERSION_ID=0 PRETTY_NAME="this system"
    # shellcheck disable=SC1091
    [ -r /etc/os-release ] && . /etc/os-release
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        fail "$PRETTY_NAME has no apt-get. Install a C++20 compiler (GCC 11 or Clang 14, or newer), make, CMake 3.22," \
            "Eigen 3.4, zlib and nlohmann-json 3.9 with its own package manager, then run:" \
            "sh scripts/setup.sh --build-only"
    fi
    case $ID in
        debian | raspbian) oldest=12 ;;
        ubuntu) oldest=22.04 ;;
        *)
            say "$PRETTY_NAME is not one of the systems this was made for; trying all the same"
            return
            ;;
    esac
    # Debian testing and unstable have no VERSION_ID; they are new enough.
    if [ "${VERSION_ID:-0}" != 0 ] && ! at_least "$VERSION_ID" "$oldest"; then
        fail "$PRETTY_NAME is too old: its compiler and libraries cannot build the engine." \
            "Wanted: Debian 12, Raspberry Pi OS 12 (bookworm), Ubuntu 22.04, or newer"
    fi
}

missing_packages() {
    for package in "$@"; do
        state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
        [ "$state" = "install ok installed" ] || printf '%s ' "$package"
    done
}

# Those of the packages that apt could install.
available_packages() {
    for package in "$@"; do
        candidate=$(LC_ALL=C apt-cache policy "$package" 2>/dev/null | sed -n 's/^  Candidate: //p')
        [ "${candidate:-(none)}" = "(none)" ] || printf '%s ' "$package"
    done
}

can_be_root() { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "installing needs root and there is no sudo. As root, run: $*"
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

install_packages() {
    wanted=$build_packages
    [ $with_tests = yes ] && wanted="$wanted $test_packages"
    [ $with_tests = yes ] && [ "$(uname -m)" != aarch64 ] && wanted="$wanted $arm_test_packages"
    # The compiler for the machine's own kind has another name.
    own_compiler=g++-$(uname -m | tr _ -)-linux-gnu
    [ $with_release = yes ] && wanted="$wanted $(echo "$release_packages" | sed "s/\b$own_compiler\b//")"
    if_there=$optional_packages
    [ $with_tests = yes ] && if_there="$if_there $optional_test_packages"
    # shellcheck disable=SC2086 # lists of words
    missing=$(missing_packages $wanted)
    # shellcheck disable=SC2046,SC2086
    optional=$(available_packages $(missing_packages $if_there))
    if [ -z "$missing" ] && { [ -z "$optional" ] || ! can_be_root; }; then
        say "all packages are installed${optional:+, but for $optional}"
        return
    fi
    say "installing with apt-get: $missing$optional"
    [ "$(id -u)" -eq 0 ] || say "this needs root; sudo may ask for your password"
    as_root apt-get update -q || say "apt-get update failed; trying with the package lists that are there"
    # shellcheck disable=SC2086
    [ -z "$missing" ] || apt_install $missing
    # The lists of a new machine are empty before.
    # shellcheck disable=SC2046,SC2086
    optional=$(available_packages $(missing_packages $if_there))
    # shellcheck disable=SC2086
    [ -z "$optional" ] || apt_install $optional || say "going on without $optional"
}

# Nothing of it is needed to build or run the engine. PYTHON=python3.11 picks the interpreter.
make_environment() {
    python=${PYTHON:-python3}
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        fail "training and export need Python 3.11 or newer; PYTHON=/path/to/python3.11 names one"
    if [ ! -x .venv/bin/pip ]; then
        "$python" -m venv .venv || fail "cannot make .venv; on Debian: apt-get install python3-venv"
    fi
    say "installing PyTorch and the converters into .venv (some minutes)"
    .venv/bin/pip install -q --disable-pip-version-check -r scripts/train/requirements.txt \
        -r scripts/export/requirements.txt -r scripts/check/requirements.txt ||
        fail "pip could not install what scripts/*/requirements.txt list"
    say "done: .venv/bin/python runs scripts/train and scripts/export"
}

cd "$(dirname "$0")/.."
if [ $train_only = yes ]; then
    make_environment
    exit 0
fi
if [ $install = yes ]; then
    check_system
    install_packages
fi
if [ $build = yes ]; then
    say "building ./katago (a few minutes; longer on a small board)"
    make
    say "done: $(pwd)/katago"
fi
