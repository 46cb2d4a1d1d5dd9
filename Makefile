# The commands for people who work with this repository. Each recipe is a line or two; scripts/ has the rest.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# make run STORE=sqlite:/somewhere/myna.db PORT=4000: the server reads these as MYNA_STORE and MYNA_LISTEN.
ifdef STORE
export MYNA_STORE := $(STORE)
endif
ifdef PORT
export MYNA_LISTEN := 127.0.0.1:$(PORT)
endif

.PHONY: run build dev e2e-dev cluster test check unit e2e e2e-all screenshots fmt lint boundaries size bench bench-stores bench-ui bench-hot bench-peers attacks chaos simulate clean help

run: build ## Install what is missing, build in release mode, serve http://127.0.0.1:3000 (STORE=… PORT=…).
	@. scripts/env && MYNA_SITE="$$site" exec "$$server"

build: ## Build the server and the page in release mode, and print the page's size.
	@scripts/setup run
	@scripts/build

# Without hashes: a tab that is open goes on asking for the same names, and finds the new files.
dev: ## Build and serve, and again after each change, which open tabs show by themselves (PORT=…).
	@scripts/setup run
	@. scripts/env && LEPTOS_HASH_FILES=false LEPTOS_SITE_ADDR="$${MYNA_LISTEN:-127.0.0.1:3000}" cargo leptos watch --split

e2e-dev: ## Change a style, a component and a rule while `make dev` runs, and wait for each in an open tab (10 minutes).
	@scripts/setup test
	@. scripts/env && npx playwright test -c end2end/dev.config.ts

cluster: ## Run two nodes over one MongoDB on this machine, on http://127.0.0.1:3001 and the next port (PORT=…).
	@scripts/setup mongo
	@scripts/build mongo-server
	@scripts/cluster

test: ## Install what is missing, then run every check and test, as CI does.
	@scripts/setup test
	@scripts/test

check: ## Check quickly that everything is formatted and compiles, for the server and for the browser.
	@scripts/setup run
	@scripts/test fmt check

unit: ## Run the Rust tests only.
	@scripts/setup mongo
	@scripts/test unit

e2e: ## Run the browser stories against a release build.
	@scripts/setup test
	@scripts/test build e2e

e2e-all: ## Run the stories that must work in every browser, in Firefox and in WebKit, against a release build.
	@scripts/setup browsers
	@scripts/test build browsers

screenshots: ## Accept the pictures of all screens as they are now (docs/screenshots).
	@scripts/setup test
	@scripts/build mongo-server
	@. scripts/env && npx playwright test -c end2end screenshots --update-snapshots=changed

fmt: ## Format the Rust code.
	@. scripts/env && cargo fmt --all

lint: ## Run clippy with warnings as errors, cargo-deny, the boundary checks, and the type check of the stories.
	@scripts/setup test
	@scripts/test lint deny boundaries types

boundaries: ## Check that each part depends only on the parts that it may depend on.
	@scripts/boundaries

size: ## Print the size of a browser's first load, from the last release build.
	@scripts/size

bench: build ## Measure the release build against its goals, and check that nothing was lost.
	@. scripts/env && MYNA_BIN="$$server" MYNA_SITE="$$site" cargo run --release -p myna-load -- goals

bench-stores: build ## Measure store copies, and sends on one node and on two (MYNA_BENCH_STORE=mongodb://… copies to that store).
	@scripts/setup mongo
	@. scripts/env && for what in nodes moving; do MYNA_BIN="$$server" cargo run --release -p myna-load -- "$$what"; done

bench-ui: build ## Measure the page in Chromium, with 1,000 conversations and one of 100,000 messages (MESSAGES=…).
	@scripts/setup test
	@. scripts/env && npx playwright test -c end2end/bench.config.ts

bench-hot: ## Measure hot paths alone: frames, the fan-out, the embedded store.
	@. scripts/env && cargo bench "$${server_side[@]}" --bench frames --bench hub --bench embedded

bench-peers: build ## Compare with other chat servers in one run, about 20 minutes; install missing ones first.
	@scripts/setup mongo
	@. scripts/env && MYNA_BIN="$$server" bench/peers/run

attacks: build ## Attack the release build as hostile people would, and print what each attack costs it (ONLY=…).
	@. scripts/env && MYNA_BIN="$$server" MYNA_SITE="$$site" cargo run --release -p myna-load -- attacks \
		$(if $(ONLY),--only $(ONLY))

chaos: build ## Cause every fault while simulated people talk to the release build, and report what was lost (ONLY=… SEED=…).
	@scripts/setup chaos
	@. scripts/env && cargo build --release -p myna-load --example faulty_server && \
		MYNA_BIN="$$server" MYNA_SITE="$$site" cargo run --release -p myna-load -- chaos \
		$(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED)) $(if $(REPETITIONS),--repetitions $(REPETITIONS))

simulate: ## Run thousands of random plans of people and failing nodes, each from its own seed (PLANS=… SEED=…).
	@scripts/setup run
	@. scripts/env && MYNA_PLANS=$(or $(PLANS),3000) $(if $(SEED),MYNA_SEED=$(SEED)) \
		cargo test "$${server_side[@]}" --test law -- --nocapture random_plans

clean: ## Delete what was built; keep the data folder.
	@. scripts/env && cargo clean && rm -rf target end2end/test-results

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile
