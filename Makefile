# `make help` lists all commands
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
LITEMILL := python -m litemill
TARGETS ?=
# where a remote is set, what others have built is taken from it
PULL := $(shell grep -qs 'remote' .dvc/config .dvc/config.local && echo --pull)
# on all cores; the tests of a file run on one, since they share what they build
PYTEST := python -m pytest -n logical --maxprocesses 8 --dist loadfile --durations 30

.DEFAULT_GOAL := help
.PHONY: help docs repro network fanout unit plan prune check report compare zoo test test-fast test-build test-long test-all test-adbd test-browser coverage lint format lock clean devices phones bundle

help: ## what there is
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.venv/installed: requirements.lock
	@PYTHON="$(PYTHON)" tools/install.sh "about 3.0 GB" requirements.lock

.venv/installed-dev: .venv/installed requirements-dev.lock
	@PYTHON="$(PYTHON)" tools/install.sh "about 0.4 GB" requirements.lock requirements-dev.lock

# what tests and lint need besides
lint format: .venv/installed-dev

repro: .venv/installed ## build, prove, measure and report what params.yaml says; then the table of the artifacts
	@$(LITEMILL) plan --write
	@$(LITEMILL) repro $(PULL) --targets "$(TARGETS)"
	@$(if $(TARGETS),,$(LITEMILL) report --table)

# --single-item: DVC loads no file but this, and takes the stages as they stand in it
network: .venv/installed ## build one network from the sources at hand, no other looked at: make network NETWORK=NAME
	@test -n "$(NETWORK)" || { echo "error: no network is named -> make network NETWORK=NAME, one of params.yaml" >&2; exit 1; }
	@$(LITEMILL) plan --write --network "$(NETWORK)"
	@test -d data/baselines/$(NETWORK) || dvc repro $(PULL) baselines
	@dvc repro $(PULL) --single-item pipelines/$(NETWORK)/dvc.yaml

plan prune: .venv/installed ## after a network or recipe came or went: its stages written or removed, what is stale dropped
	@$(LITEMILL) plan --write

fanout: .venv/installed ## the same by workers of Dask's: make fanout SCHEDULER=tcp://host:8786, or LOCAL=2 (docs/scale.md)
	@$(LITEMILL) plan --write
	@$(LITEMILL) fanout --scheduler "$(SCHEDULER)" --local "$(or $(LOCAL),0)" --most "$(or $(MOST),0)" $(TLS)
	@$(LITEMILL) report --table

unit: .venv/installed ## one unit of work into the remote, as a runner does it: make unit NAME=deeplab_dm05_pascal
	@$(LITEMILL) unit --push $(NAME)

check: .venv/installed ## list the artifacts outside their tolerance and the budgets that are not kept; fails if there is one
	@$(LITEMILL) check

report: .venv/installed ## write reports/ anew from what was measured
	@dvc repro report

compare: .venv/installed ## what changed against another revision: make compare BASE=main [REMEASURE=1]
	@$(LITEMILL) compare --base $(or $(BASE),main) $(if $(REMEASURE),--remeasure)

devices: .venv/installed ## list the phones that are attached (of all workers: SCHEDULER=...), and what to do about each
	@$(LITEMILL) devices --scheduler "$(SCHEDULER)" $(TLS)

phones: .venv/installed ## measure on the targets of params.yaml that are attached now; what is measured stays
	@$(LITEMILL) plan --write
	@test -f pipelines/on-phones/dvc.yaml || { echo "error: params.yaml names no targets -> see docs/devices.md" >&2; exit 1; }
	@dvc repro --force --single-item pipelines/on-phones/dvc.yaml:phones
	@dvc repro report
# the report too: what is committed beside dist/ says what was shipped
bundle: .venv/installed ## put what an app takes into dist/, and hold it against its own manifest
	@$(LITEMILL) plan --write
	@dvc repro $(PULL) report
	@$(LITEMILL) bundle
	@$(LITEMILL) bundle --verify

zoo: .venv/installed ## list every source of the catalogue, with its status here
	@$(LITEMILL) zoo

test: .venv/installed-dev ## what must pass: the fast and the build lane, offline (CONTRIBUTING.md says what is in a lane)
	@$(PYTEST) -m "not long and not network and not device"

test-fast: .venv/installed-dev ## the fast lane: no conversion, no build
	@$(PYTEST) -m "not build and not long and not network and not device"

test-build: .venv/installed-dev ## the build lane: conversions, and small builds
	@$(PYTEST) -m "build and not long and not network and not device"

test-long: .venv/installed-dev ## the long lane, with a browser and adbd where they can be had, or FILES=... of it
	@$(if $(findstring browser,$(or $(FILES),browser)),tools/install_chromium.sh || true)
	@$(if $(findstring adbd,$(or $(FILES),adbd)),tools/fetch_adbd.sh .adbd || true)
	@$(PYTEST) -m "(long or device) and not network" $(FILES)

test-all: .venv/installed-dev ## every lane
	@tools/install_chromium.sh || true
	@tools/fetch_adbd.sh .adbd || true
	@$(PYTEST) -m "not network"

test-adbd: .venv/installed-dev ## the real adb client against Debian's real adbd, where the machine can (fetched into .adbd)
	@tools/fetch_adbd.sh .adbd || true
	@$(PYTEST) -m device tests/devices

test-browser: .venv/installed-dev ## the report's page in a real browser, which is installed where there is none
	@tools/install_chromium.sh
	@python -m pytest tests/report/test_page_in_browser.py

coverage: .venv/installed-dev ## how much of the code the tests reach, those with a phone's adbd left out
	@$(PYTEST) -m "not network and not device" --cov --cov-report=term:skip-covered

docs: .venv/installed ## write docs/reference.md and the schemas of params.yaml and the catalogue, drawn from the code
	@$(LITEMILL) docs

lint: .venv/installed ## style, types, layers, and what a wheel holds
	@ruff check .
	@ruff format --check .
	@mypy
	@said=$$(PYTHONPATH=. lint-imports --no-cache) || { echo "$$said"; exit 1; }
	@tools/check_wheel.sh

format: .venv/installed ## mend what can be mended by itself
	@ruff check --fix --quiet . || true
	@ruff format .

lock: .venv/installed ## write both locks anew from pyproject.toml: make lock [UPGRADE="--upgrade-package NAME" or --upgrade]
	@UPGRADE="$(UPGRADE)" tools/lock.sh

clean: ## remove what the build made here; DVC's cache stays
	@rm -rf data/sources data/baselines data/graphs data/samples data/references data/variants data/outputs models reports/records
