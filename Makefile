# MedMitra Gateway. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help serve build test test-swift test-end-to-end bench lint format clean

# Compiler processes.
JOBS ?= $(shell nproc)
# Handed to `medmitra serve`, for instance ARGS="--port 9000 --data-dir /srv/medmitra".
ARGS ?=
binary := .build/release/medmitra

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  First time? make serve'

serve: ## install what is missing, build, start (ARGS="--port 9000 ...")
	@scripts/install-dependencies build serve
	@$(MAKE) --no-print-directory build
	@exec $(binary) serve $(ARGS)

build: ## build the release binary
	@echo "==> building $(binary) (the first time takes some minutes)"
	@scripts/install-dependencies --check build
	@swift build -c release --static-swift-stdlib --product medmitra -j $(JOBS)

test: ## every test: Swift, then real clients against a running server
	@scripts/install-dependencies build serve test
	@JOBS=$(JOBS) scripts/test

test-swift: ## the Swift tests alone
	@scripts/install-dependencies build serve
	@JOBS=$(JOBS) scripts/test swift

test-end-to-end: ## the end-to-end tests alone (PYTEST_ARGS="-k isolation")
	@scripts/install-dependencies build serve test
	@JOBS=$(JOBS) scripts/test end-to-end

bench: ## measure beside pgbench and nginx; writes benchmarks/results/
	@scripts/install-dependencies build serve test bench
	@$(MAKE) --no-print-directory build
	@python3 benchmarks/run $(ARGS)

lint: ## formatting, and that every script parses
	@scripts/lint

format: ## format the Swift sources in place
	@swift format --in-place --recursive --parallel --configuration .swift-format Sources Tests Package.swift

clean: ## remove what was built (never the data directory)
	@rm -rf .build .venv
	@find Tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
