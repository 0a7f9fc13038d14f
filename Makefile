VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINS := pyproject.toml constraints.txt
SHELL := /bin/sh
# Compiled modules are kept, also where the shell says not to: else every interpreter compiles all of them anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help audit test check docs fix clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

audit: $(VENV)/.installed ## Install what is needed and audit the scenario rongcheng
	@echo "Auditing the scenario rongcheng: 100,000 synthetic people over 24 months ..."
	@$(BIN)/testbed audit rongcheng --out out/rongcheng --overwrite

test: $(VENV)/.installed-dev ## Install what is needed and run the tests and the proofs of the benchmark
	@echo "Running the tests and the proofs of the benchmark ..."
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup --proofs only

check: $(VENV)/.installed-dev ## Check format, lint, types, import layers and doctests
	@echo "Checking format, lint, types, import layers and doctests ..."
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q -p no:cacheprovider --doctest-modules synthetic testbed

docs: $(VENV)/.installed-docs ## Build the site of the documentation in build/site
	@echo "Writing the pages (the walks of examples/ are run) and building the site (a minute or more) ..."
	@rm -rf build/site build/site-doctrees
	@$(BIN)/python docs/site/generate.py
	@$(BIN)/python -m sphinx -n -W --keep-going -q -c docs/site -d build/site-doctrees build/site-source build/site
	@echo "Open build/site/index.html in a browser."

fix: $(VENV)/.installed-dev ## Format the code and apply the lint fixes that are safe
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove the environment and everything that was made
	rm -rf $(VENV) out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp says that the installation is done: the next run needs no network.
$(VENV)/.installed: $(PINS) | $(VENV)/bin/python
	@echo "Installing the packages that constraints.txt pins (about a minute; needs the network once) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(PINS) | $(VENV)/bin/python
	@echo "Installing the packages for tests and checks (a minute or two; needs the network once) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[test,dev,parquet,polars,sensitivity]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: $(PINS) | $(VENV)/bin/python
	@echo "Installing the packages for the documentation (about a minute; needs the network once) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[docs]'
	@touch $@ $(VENV)/.installed

$(VENV)/bin/python:
	@echo "Looking for Python 3.11 or newer ..."
	@found=""; \
	for name in python3.13 python3.12 python3.11 python3 python; do \
	  if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "No Python 3.11 or newer was found. Install one, for example:"; \
	  echo "  Debian, Ubuntu: sudo apt-get install python3.11 python3.11-venv"; \
	  echo "  Fedora:         sudo dnf install python3.11"; \
	  echo "  macOS:          brew install python@3.11"; \
	  echo "Then run the same command again."; \
	  exit 1; \
	fi; \
	echo "Making the environment $(VENV) with $$($$found --version) ..."; \
	if ! $$found -c 'import venv, ensurepip' >/dev/null 2>&1; then \
	  version=$$($$found -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	  echo "$$found has no venv module. On Debian or Ubuntu: sudo apt-get install python$$version-venv"; \
	  echo "Then run the same command again."; \
	  exit 1; \
	fi; \
	$$found -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
