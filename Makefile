# Needs Python 3.11 to 3.13 and make; everything else goes into $(VENV).
# `make` alone lists the targets.

PYTHON ?= python3
VENV ?= .venv
RUN_ARGS ?=
TEST_ARGS ?=

BIN := $(VENV)/bin
CORE := $(VENV)/.installed-core
DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast lint format types app docs clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "allegiance needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is not one of them."; \
	  echo "Name one that is: make run PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "Could not make a virtual environment in $(VENV)."; \
	  echo "On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 2; }

$(CORE): pyproject.toml | $(BIN)/python
	@echo "Installing allegiance into $(VENV); this takes about a minute."
	@$(BIN)/python -m pip install -qq --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	@echo "Installing allegiance and its tools into $(VENV); this takes about a minute."
	@$(BIN)/python -m pip install -qq --editable ".[app,dev]"
	@touch $@ $(CORE)

setup: $(DEV)  ## install into .venv what running and developing need

run: $(CORE)  ## install if needed, then run 1917 and draw it against the record
	$(BIN)/allegiance run $(RUN_ARGS)

test: $(DEV)  ## install if needed, then run every test
	$(BIN)/python -m pytest $(TEST_ARGS)

test-fast: $(DEV)  ## the tests that take seconds
	$(BIN)/python -m pytest -m "not statistical and not slow and not browser" $(TEST_ARGS)

lint: $(DEV)  ## formatting, lint and types, as CI checks them
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DEV)  ## rewrite the files in the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

app: $(DEV)  ## install if needed, then open the class-room page
	$(BIN)/allegiance app

docs: $(DEV)  ## build the documentation; warnings are errors
	$(BIN)/python -m pip install -qq --editable ".[docs]"
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

clean:  ## remove what builds and tests leave behind; results in outputs/ stay
	rm -rf build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
