# Every target works alone, in a fresh clone, with git, make and Python 3.12 to 3.14.

PYTHON   ?= python3
SCENARIO ?= linear_walkthrough
WORKERS  ?= 2

AREAS := models inference scenarios
VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: install
install: $(READY) ## Make the environment in .venv, or bring it up to date

.PHONY: demo
demo: $(READY) ## Run one scenario from data to answers; SCENARIO=name picks another
	@$(BIN)/ifonly run $(SCENARIO)

.PHONY: test
test: lint ## Check style, types and layers, then run the quick tests
	@$(PYTEST) -m "not slow and not benchmark"

.PHONY: test-all
test-all: lint ## The same, with the slow tests
	@$(PYTEST) -m "not benchmark"

.PHONY: lint
lint: $(READY) ## Check style, types and the layer law
	@echo "Checking style"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "To mend it: $(BIN)/ruff format"; exit 1; }
	@echo "Checking types"
	@$(BIN)/mypy
	@echo "Checking layers"
	@$(BIN)/lint-imports --no-cache --no-logo

.PHONY: notebooks
notebooks: export OMP_NUM_THREADS := 1
notebooks: export OPENBLAS_NUM_THREADS := 1
notebooks: $(READY) ## Run every notebook and keep what it shows
	@printf '%s\n' $(wildcard notebooks/*.ipynb) | xargs -P $(WORKERS) -I{} \
	  sh -c 'echo "Running {}"; $(BIN)/jupyter-execute --inplace "{}"'

# Pages are notebooks, and are executed; each process has its own, so that linear algebra keeps to one
# thread. What is built stays in `build`, and only pages that changed are executed again.
.PHONY: docs
docs: export OMP_NUM_THREADS := 1
docs: export OPENBLAS_NUM_THREADS := 1
docs: $(READY) ## Build the documentation into build/docs; a warning is an error
	@$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --jobs $(WORKERS) \
	  docs build/docs/html --doctree-dir build/docs/read
	@echo "Open build/docs/html/index.html"

.PHONY: bench
bench: $(READY) ## Measure speed and calibration
	@$(BIN)/pytest tests/benchmarks -m benchmark

.PHONY: arena
arena: $(READY) ## Compare every estimator of unit effects on every benchmark; takes hours
	@$(BIN)/python tests/benchmarks/effects_table.py --folder arena

.PHONY: inventory
inventory: ## Write the tables of ARCHITECTURE.md anew, after files came or went
	@$(PYTHON) tests/inventory.py

.PHONY: clean
clean: ## Remove the environment, caches and builds
	@rm -rf $(VENV) build dist *.egg-info .benchmarks .hypothesis .import_linter_cache \
	  .mypy_cache .pytest_cache .ruff_cache
	@find $(AREAS) tests notebooks -name __pycache__ -type d -prune -exec rm -rf {} +

# Workers share the cores, so each keeps its linear algebra to one thread. Benchmarks cannot run
# beside each other; they have their own target.
PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal --benchmark-disable
test test-all: export OMP_NUM_THREADS := 1
test test-all: export OPENBLAS_NUM_THREADS := 1

# --- the environment ---------------------------------------------------------------------------

OLD := ifonly needs Python 3.12, 3.13 or 3.14, and $(PYTHON) is %s. Name another: make PYTHON=...
CHECK := import sys; v = sys.version_info[:2]; \
  sys.exit(None if (3, 12) <= v <= (3, 14) else "$(OLD)" % sys.version.split()[0])
# Only its files are read: it pins an old pandas.
FILES := causallib==0.10.0
INSTALL := --quiet --constraint constraints.txt --editable '.[dev]'

$(VENV)/.made:
	@$(PYTHON) -c '$(CHECK)'
	@echo "Making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt uv 2>/dev/null \
	  || echo "uv cannot be installed here; pip does its work, more slowly"
	@touch $@

# Strict mode links each file on its own, so a new file needs a new install: this list changes only
# when a file comes or goes, and __pycache__ is no part of it.
$(VENV)/.files: FORCE | $(VENV)/.made
	@find $(AREAS) -type f ! -path '*/__pycache__/*' | LC_ALL=C sort > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# Where uv fails, pip may still reach its packages: uv does not read pip's settings. Strict mode is
# set in pyproject.toml for uv; said here too, uv would hand it on twice. Bytecode is compiled here,
# once: uv leaves it to the first import or, under PYTHONDONTWRITEBYTECODE, to every one.
$(READY): pyproject.toml constraints.txt $(VENV)/.files
	@echo "Installing ifonly and what it needs into $(VENV)"
	@{ [ -x $(BIN)/uv ] && $(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --reinstall-package ifonly $(INSTALL); } \
	  || $(BIN)/python -m pip install --config-settings editable_mode=strict $(INSTALL)
	@{ [ -x $(BIN)/uv ] && $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps $(FILES); } \
	  || $(BIN)/python -m pip install --quiet --no-deps $(FILES) \
	  || echo "Without $(FILES) the benchmark of ACIC 2016 is left out"
	@touch $@

FORCE:
