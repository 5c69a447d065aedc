# Everything from a bare checkout with Python >= 3.11 and make: `make publish`, `make test`.
# PYTHON chooses the interpreter, ARGS goes to the command: make publish ARGS="my_texts --to my_store"

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
ARGS ?=
DATA ?= ../shared/dev-data
WORKERS ?= 2
MINUTES ?= 10
PUBLISHES ?= 300

.PHONY: publish test test-all check format bench bench-diff evaluate fuzz drill docs lock clean help

publish: $(VENV)/.ready  ## publish the source `seeds` as the next release of the store `data`
	$(BIN)/corpus publish $(ARGS)

# Byte code is kept, whatever the surroundings say: the tests start hundreds of processes. Each worker begins with the
# files of its half, whose stores it then makes alone, and takes from the other one when it is done.
test test-all: export PYTHONDONTWRITEBYTECODE =
PYTEST := $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

test: $(VENV)/.ready  ## the fast tests
	$(PYTEST) -m "not slow" $(ARGS)

test-all: $(VENV)/.ready  ## all tests
	$(PYTEST) $(ARGS)

check: $(VENV)/.ready  ## format, lint, types, imports, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/test_house.py

format: $(VENV)/.ready  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.ready  ## what a run costs, beside what it cannot do without; PEERS=1: beside other tools instead
ifdef PEERS
	$(BIN)/python -m tests.benchmarks.bench_peers $(ARGS)
else
	@for each in $(filter-out bench_diff bench_peers,$(notdir $(basename $(wildcard tests/benchmarks/bench_*.py)))); do \
		echo "$$each"; $(BIN)/python -m tests.benchmarks.$$each $(ARGS) || exit; done
endif

bench-diff: $(VENV)/.ready  ## what comparing two releases costs: make bench-diff ARGS=100000 for fewer documents
	$(BIN)/python -m tests.benchmarks.bench_diff $(ARGS)

evaluate: $(VENV)/.ready  ## hold the cleaning against its targets on development data: make evaluate DATA=FOLDER
	$(BIN)/python -m tests.quality.evaluate $(DATA) $(ARGS)

fuzz: $(VENV)/.ready  ## random and mutated input through ingest, parse and clean: make fuzz MINUTES=1
	$(BIN)/python -m tests.fuzz.fuzz --minutes $(MINUTES) --workers $(WORKERS) $(ARGS)

drill: $(VENV)/.ready  ## publishers killed at random, in each other's way and on a full disk: make drill PUBLISHES=50
	$(BIN)/python -m tests.drill.drill --publishes $(PUBLISHES) $(ARGS)

docs: $(VENV)/.ready  ## write the reference pages in docs/ anew from the program
	$(BIN)/python -m docs.pages

lock: $(VENV)/.ready  ## renew requirements.lock (see CONTRIBUTING); the only target that asks for newer versions
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-config --no-emit-index-url --quiet --output-file requirements.lock $(ARGS)

clean:  ## remove the environment and what tools left behind; releases stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
	find pipelines schemas tests -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile

# Hash-checked and complete (hence --no-deps), with byte code (without it every Prefect process pays seconds).
# No build isolation: setuptools is in the lock.
$(VENV)/.locked: requirements.lock
	@test -n "$(PYTHON)" || { echo 'Corpus needs Python 3.11 or newer: make PYTHON=/path/to/python3.11' >&2; exit 2; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo '$(PYTHON) is older than Python 3.11: choose another with make PYTHON=...' >&2; exit 2; }
	@echo 'Setting up $(VENV) from requirements.lock (once, about two minutes)'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --compile --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.ready: $(VENV)/.locked pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
