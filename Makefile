# make run      the app on http://localhost:8080 (PORT= changes the port), from a fresh machine on
# make test     everything that is checked, from a fresh machine on
# make soak     larger simulated worlds, seed after seed, for five minutes (SECONDS= changes that, SEED= replays one)
# make fuzz     what a fuzzer makes of each parser, for a minute each (FUZZ_SECONDS= changes that); needs a nightly compiler
# make build    release build only: dist/ and target/release/serve
# make dev      rebuild and reload while editing
# make bench    the app beside webtorrent 3, the engine alone, the tracker: writes BENCHMARKS.md (ROUNDS=, CASES=)
# make bench-net  the app beside webtorrent 3 between hosts that are far from each other; needs root
# make bench-engine  the engine alone, natively: speed, and memory for each block
# make bench-tracker  ten thousand sockets on the tracker: memory, and how long replies take
# make screenshots  every screen, on a phone and on a desktop, light and dark, in target/screenshots

PORT ?= 8080
SECONDS ?= 300
FUZZ_SECONDS ?= 60

# Tools of the wanted versions are in .tools when the machine has others or none.
export PATH := $(CURDIR)/.tools/bin:$(HOME)/.cargo/bin:$(PATH)
# One toolchain, whatever else is installed; a shell may have it set to something else.
unexport CARGO_TARGET_DIR RUSTFLAGS

.PHONY: run test build dev deny screenshots lint native wasm e2e soak fuzz tools test-tools bench bench-net bench-engine bench-tracker
.DEFAULT_GOAL := build

run: build
	@exec target/release/serve --listen 127.0.0.1:$(PORT) --dist dist

build: tools
	@$(MAKE) --no-print-directory dist/index.html

# Trunk optimises the app anew at each call, so it is called when something has changed.
sources := Cargo.toml Cargo.lock Trunk.toml rust-toolchain.toml \
	$(shell find src public style -type f 2>/dev/null)
dist/index.html: $(sources)
	cargo build --release --locked --bin serve --bin precache
	trunk build --release
	@touch $@

# Trunk serves the app and passes /announce on to a tracker beside it (see Trunk.toml).
dev: tools
	cargo build --quiet --bin serve
	@mkdir -p target/dev && touch target/dev/index.html
	@target/debug/serve --dist target/dev & tracker=$$!; \
	trap "kill $$tracker" EXIT INT TERM; \
	trunk serve --release=false --dist target/dev

test: test-tools
	@$(MAKE) --no-print-directory lint native wasm build e2e

lint:
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy --test e2e -- -D warnings
	cargo clippy --target wasm32-unknown-unknown --lib --bin voice-memos --test browser -- -D warnings

native:
	cargo test --locked

wasm:
	cargo test --locked --target wasm32-unknown-unknown --lib --test browser

soak:
	SECONDS=$(SECONDS) cargo test --locked --profile soak --test swarm -- --ignored --exact soak --nocapture

fuzz:
	@tests/install.sh fuzz
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh

e2e:
	cargo test --locked --test e2e -- --test-threads=4

bench: test-tools build
	cargo bench --locked --profile dev --bench browsers
	@$(MAKE) --no-print-directory bench-engine bench-tracker
	cargo bench --locked --profile dev --bench browsers -- assemble

bench-net: test-tools build
	cargo bench --locked --profile dev --bench browsers -- distance
	cargo bench --locked --profile dev --bench browsers -- assemble

# The engine alone: steps per second, memory for each block. Figures in target/bench/engine.md.
bench-engine:
	cargo bench --locked --bench engine

# Ten thousand sockets on the tracker. Figures in target/bench/tracker.md.
bench-tracker:
	cargo bench --locked --bench tracker

screenshots: test-tools build
	cargo test --test e2e -- --ignored screenshots::

deny:
	@command -v cargo-deny >/dev/null || cargo install --quiet --locked cargo-deny
	cargo deny check

tools:
	@tests/install.sh run

test-tools:
	@tests/install.sh test
