#!/bin/sh
# Runs every fuzz target, or those that are named, for FUZZ_SECONDS each:
#
#   tests/fuzz/run.sh [target...]
#
# What they find stays in target/fuzz/artifacts; FUZZ_SECONDS=0 tries it again, and looks for nothing new.
# The corpus grows in target/fuzz/corpus and is begun with right messages.

set -eu
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-60}
found=target/fuzz/artifacts
corpus=target/fuzz/corpus

# The same versions of everything as the app is built with.
cp Cargo.lock tests/fuzz/Cargo.lock
FUZZ_CORPUS="$PWD/$corpus" cargo test --quiet --locked --test codecs seeds >/dev/null
export CARGO_TARGET_DIR="$PWD/target/fuzz/build"

if [ $# = 0 ]; then
    set -- $(sed -n 's/^name = "\(.*\)"$/\1/p' tests/fuzz/Cargo.toml | grep -v voice-memos)
fi
case $seconds in
    0) limit=-runs=0 ;;
    *) limit=-max_total_time=$seconds ;;
esac
failed=""
for target in "$@"; do
    echo "fuzz: $target, $seconds s"
    mkdir -p "$found/$target"
    # Nothing here is unsafe, so the address sanitizer would only slow it down. An input that needs five seconds or half
    # a gigabyte is a finding, too.
    if ! cargo +nightly fuzz run --fuzz-dir tests/fuzz --sanitizer none --debug-assertions "$target" \
        "$corpus/$target" "$found/$target" -- \
        "$limit" -max_len=20000 -timeout=5 -rss_limit_mb=512 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$found/$target/"; then
        failed="$failed $target"
    fi
done
if [ -n "$failed" ]; then
    echo "fuzz: something was found, see $found:$failed" >&2
    exit 1
fi
