#!/bin/sh
# Installs what this machine lacks, and only that:
#
#   tests/install.sh run      what a release build needs
#   tests/install.sh test     that, and the browsers, drivers and peers of the tests
#   tests/install.sh fuzz     what `make fuzz` needs: cargo-fuzz, and a nightly compiler that is asked for
#
# System packages come from apt and want root or sudo without a password; where that cannot be
# had, the exact packages are named and nothing else happens. Everything else lands in the project
# (.tools, target, node_modules) or in rustup, and wants no rights.

set -eu
cd "$(dirname "$0")/.."
purpose=${1:?run, test or fuzz}
export PATH="$PWD/.tools/bin:$HOME/.cargo/bin:$PATH"

# `cargo install` of these compiles for minutes: quick builds of tools that only wait for
# others anyway.
export CARGO_TARGET_DIR="$PWD/target/tools"
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=0

trunk_version=0.21.14
geckodriver_version=0.37.1
aquatic_version=0.9.0
libtorrent_version=2.1.1
cargo_fuzz_version=0.13.2
wasm_bindgen_version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)

say() { echo "install: $*"; }
fail() { echo "install: $*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# --- system packages ---------------------------------------------------------------------------

# The Debian packages of the given "command package..." lines whose command is missing.
missing_packages() {
    while read -r commands packages; do
        for command in $(echo "$commands" | tr '|' ' '); do
            if has "$command"; then continue 2; fi
        done
        printf '%s ' "$packages"
    done
}

build_packages=$(missing_packages <<PACKAGES
cc gcc libc6-dev
$([ "$purpose" = fuzz ] && echo "c++ g++" || echo "wasm-opt binaryen")
PACKAGES
)
test_packages=""
if [ "$purpose" = test ]; then
    test_packages=$(missing_packages <<'PACKAGES'
chromium|google-chrome chromium
chromedriver chromium-driver
firefox|firefox-esr firefox-esr
espeak-ng espeak-ng
ffprobe ffmpeg
node nodejs
npm npm
python3 python3
PACKAGES
    )
    # Debian keeps the part of Python that makes environments in a package of its own.
    if ! python3 -c 'import ensurepip' >/dev/null 2>&1; then test_packages="${test_packages}python3-venv "; fi
fi

if [ -n "$build_packages$test_packages" ]; then
    if ! has apt-get; then
        fail "please install these Debian packages, or what your system calls them, and run again: $build_packages$test_packages"
    elif [ "$(id -u)" = 0 ]; then
        as_root=env
    elif has sudo && sudo -n true 2>/dev/null; then
        as_root="sudo env"
    else
        fail "no rights to install packages; please run this, and then the same command again:
    sudo apt-get install --no-install-recommends $build_packages$test_packages"
    fi
    $as_root apt-get update -qq
fi

apt_install() {
    say "apt: $*"
    $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The linker comes first, since nothing compiles without it; the browsers download meanwhile.
# shellcheck disable=SC2086 # a list of packages
if [ -n "$build_packages" ]; then apt_install $build_packages; fi

# --- in the background: the browsers, then the test peers ----------------------------------------

peers() {
    lock=tests/e2e/package-lock.json
    stamp=tests/e2e/node_modules/.package-lock.json
    if [ ! -e "$stamp" ] || [ "$lock" -nt "$stamp" ]; then
        say "npm: the peers of tests/e2e/package.json"
        # Scripts stay off: nothing of these packages runs while it is being installed.
        (cd tests/e2e && npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error >/dev/null)
        touch "$stamp"
    fi
    case "$(.tools/python/bin/python -c 'import libtorrent; print(libtorrent.__version__)' 2>/dev/null)" in
        "$libtorrent_version" | "$libtorrent_version."*) return ;;
    esac
    say "pip: libtorrent $libtorrent_version"
    rm -rf .tools/python
    python3 -m venv .tools/python
    # A wheel or nothing: building it takes longer than all tests.
    .tools/python/bin/pip install --quiet --disable-pip-version-check --only-binary=:all: "libtorrent==$libtorrent_version"
}

background=""
if [ "$purpose" = test ]; then
    (
        # shellcheck disable=SC2086 # a list of packages
        if [ -n "$test_packages" ]; then apt_install $test_packages; fi
        peers
    ) &
    background=$!
    # Whatever fails meanwhile: packages that are half installed would be worse.
    trap 'wait "$background" || :' EXIT
fi

# --- Rust ----------------------------------------------------------------------------------------

has rustup || fail "rustup is missing: see https://rustup.rs"
# RUSTUP_AUTO_INSTALL=0 may be set, so what rust-toolchain.toml names is asked for by name.
channel=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
rustup run "$channel" cargo --version >/dev/null 2>&1 ||
    rustup toolchain install "$channel" --profile minimal --no-self-update
rustup target list --toolchain "$channel" --installed | grep -qx wasm32-unknown-unknown ||
    rustup target add --toolchain "$channel" wasm32-unknown-unknown
if [ "$purpose" = test ]; then
    rustup run "$channel" cargo fmt --version >/dev/null 2>&1 &&
        rustup run "$channel" cargo clippy --version >/dev/null 2>&1 ||
        rustup component add --toolchain "$channel" rustfmt clippy
fi

# cargo_tool <command> <crate> <version> <more arguments of cargo install>
cargo_tool() {
    command=$1 crate=$2 version=$3
    shift 3
    case "$("$command" --version 2>/dev/null)" in
        "$version" | "$command $version" | "$command $version "*) return ;;
    esac
    say "cargo: $crate $version"
    cargo install --quiet --root .tools --force "$crate" --version "$version" "$@"
}

if [ "$purpose" = fuzz ]; then
    rustup run nightly rustc --version >/dev/null 2>&1 ||
        fail "the fuzzer needs a nightly compiler; please run this, and then the same command again:
    rustup toolchain install nightly --profile minimal"
    cargo_tool cargo-fuzz cargo-fuzz "$cargo_fuzz_version" --locked
    exit
fi
cargo_tool wasm-bindgen wasm-bindgen-cli "$wasm_bindgen_version"
cargo_tool trunk trunk "$trunk_version" --locked
if [ "$purpose" = test ]; then
    has geckodriver || cargo_tool geckodriver geckodriver "$geckodriver_version" --locked
    cargo_tool aquatic_ws aquatic_ws "$aquatic_version" --locked --no-default-features
fi

if [ -n "$background" ]; then wait "$background" || fail "a package could not be installed"; fi
