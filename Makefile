# Kopilka. `make run` and `make test` are all a newcomer needs; each does its own set-up.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SEED ?=
SEEDS ?= 100
FILES ?= tests/data/vectors/*

.PHONY: run test check vectors bench simulate evidence pictures package lint types contracts clean lock system

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@bash packaging/system_libraries.sh
	@touch $@

run: $(STAMP)     ## the demo shop: server, till, devices, all simulated
	$(BIN)/kopilka demo

test: $(STAMP)    ## the whole suite, headless, on every core; a file stays on one
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --cov --cov-report= -n auto --dist loadfile \
	  --no-loadscope-reorder $(ARGS)

check: lint types contracts

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

contracts: $(STAMP)
	$(BIN)/lint-imports

vectors: $(STAMP)
	$(BIN)/python -m tests.vectors $(FILES)

bench: $(STAMP)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks $(ARGS)

simulate: $(STAMP)  ## seeded faults on the real till and server: SEEDS=1000, or SEED=n with its trace
	$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS)) $(ARGS)

evidence: $(STAMP)  ## counts of what was tried, into docs/reliability.md
	$(BIN)/python -m tests.evidence $(ARGS)

pictures: $(STAMP)  ## every screen and state, in both languages and all themes, into build/pictures
	$(BIN)/python -m tests.ui.gallery build/pictures

package: $(STAMP)
	bash packaging/build.sh

lock:             ## needs uv; writes hashes only, never an address
	uv pip compile pyproject.toml --group dev --extra postgresql --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements.lock

clean:
	rm -rf build dist $(VENV) .mypy_cache .ruff_cache .coverage .coverage.*
