# Schoolhouse. Two commands are enough: `make demo` and `make test`, each from a fresh clone.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# The first interpreter that really runs and can make an environment: a name on the PATH may be an empty shim.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
  $$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
SERVE ?= 1
PORT ?= 8080

help: ## what you can type here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 20

setup: .venv/ready ## make .venv/ with the pinned parts and the schoolhouse command

.venv/ready: deploy/requirements.lock deploy/requirements-dev.lock pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "Schoolhouse needs Python 3.11 to 3.14 with venv (Debian: apt install python3 python3-venv). Say which to use: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: -r deploy/requirements-dev.lock
	$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## an invented district, from its files to dashboards and a verified summary (SERVE=0: do not serve)
	@$(BIN)/schoolhouse demo --dir build/demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: setup ## every test but the browser journeys
	@$(BIN)/python -m pytest

bench: setup ## what it costs, as ratios measured in one run
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.access_log

attack: setup ## the long attack suite: 200 generated districts at three thresholds (hours; can be run in parts)
	@$(BIN)/python tests/aggregate/attack_suite.py --districts 200

check: setup ## look, change nothing: style, types, layers, templates, dead code, code written twice
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/vulture
	@$(BIN)/pylint --disable=all --enable=duplicate-code --score=n appliance

fix: setup ## tidy what a machine can tidy
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: setup ## pin every part anew, with hashes and without an address
	@for kind in "" -dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    --no-config $${kind:+--group dev} pyproject.toml -o deploy/requirements$$kind.lock; done

languages: setup ## bring the catalogues in templates/languages/ up to date with the templates
	@mkdir -p build && $(BIN)/pybabel -q extract -F templates/languages/extract.cfg -k Sentence --no-location -o build/messages.pot .
	@for file in templates/languages/*.po; do \
	  $(BIN)/pybabel -q update -N --no-wrap -i build/messages.pot -o $$file -l $$(basename $$file .po); done

deb: setup ## build/schoolhouse_*.deb: one file that installs without a network on Debian 12 and 13 (ARCH=arm64: for that)
	@deploy/package/build.sh $(ARCH)

deb-check: deb ## install it in a fresh, minimal Debian without a network, and walk through it (root; SUITES=trixie: only there)
	@deploy/package/check.sh $(SUITES)

clean: ## remove what was made here
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

journeys: setup chromium build/axe.min.js ## what people do on a Monday, in a real browser
	@$(BIN)/python -m pytest -m journey -n 0 tests/journeys

screens: setup chromium ## a picture of every page and role of the demo: light, dark, phone, print; into build/screens/
	@rm -rf build/screens build/screens-demo && mkdir -p build
	@$(BIN)/schoolhouse demo --dir build/screens-demo --no-serve
	@$(BIN)/python -m tests.journeys.screens --demo build/screens-demo --to build/screens

# The accessibility checker of the browser journeys; without npm they run without it and say so.
AXE := axe-core-4.14.1.tgz
AXE_SHA256 := e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
build/axe.min.js:
	@mkdir -p build && cd build && { npm pack --silent axe-core@4.14.1 >/dev/null && \
	  echo "$(AXE_SHA256)  $(AXE)" | sha256sum --check --quiet && tar -xzOf $(AXE) package/axe.min.js >axe.min.js; } || \
	  echo "No axe-core could be fetched with npm: the journeys run without the accessibility checks."

chromium:
	@[ -x /usr/bin/chromium ] || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium; } || \
	  { echo "This needs Chromium. Debian: sudo apt install chromium"; exit 1; }

.PHONY: languages journeys screens chromium help setup demo test bench attack check fix lock deb deb-check clean
