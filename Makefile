# Wenzhen: `make serve` to use it, `make test` to check it. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TEST_MODELS ?= $(CURDIR)/$(VENV)/share/wenzhen-models
TESTS ?= tests

.DEFAULT_GOAL := help
.PHONY: help install install-dev serve test lint format handbook eval clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.installed  ## .venv with the `wenzhen` command, from the pinned versions in constraints.txt

install-dev: $(VENV)/.installed-dev  ## the same, with torch and the tools that tests and lint need

serve: install  ## fetch the bundled weights, build the handbook index, serve the chat page
	@if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L >/dev/null 2>&1; then $(MAKE) --no-print-directory $(VENV)/.installed-gpu; fi
	@$(BIN)/wenzhen models pull smollm2-135m || echo "Going on without a language model: answers are quoted from the sources."
	@$(BIN)/wenzhen serve

test: install-dev  ## run the tests (TESTS=tests/agent for a part of them)
	@sh tests/ensure_browser.sh
	WENZHEN_TEST_MODELS="$(TEST_MODELS)" $(BIN)/python -m pytest $(TESTS)

lint: install-dev  ## ruff, types, one-way imports, the handbook's own checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/wenzhen handbook check

format: install-dev  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: install  ## run the scripted conversations that ship
	$(BIN)/wenzhen eval run eval/suites --no-llm

clean:  ## remove .venv and caches (not your data folder)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wenzhen needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-gpu: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[gpu]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[gpu,dev]'
	@touch $@
