# `make demo` and `make test`, each alone in a fresh clone, do all the set-up and their job.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=
# Where Python is told to keep nothing that it compiled, every process that the tests start compiles all of it again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo test check lint format crash bench evals clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@command -v git >/dev/null || { echo "git is missing: install it, then run make again."; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or later, then run make again."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "Python's venv module is missing: install it (Debian: python3-venv), then run make again."; exit 1; }
	@echo "Setting up $(VENV) (once, about a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/signalbox demo $(ARGS)

test: $(READY)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: $(READY)
	@$(MAKE) --no-print-directory -j2 lint test

crash: $(READY)
	@$(BIN)/python -m playground.crash $(ARGS)

evals: $(READY)
	@$(BIN)/signalbox evals $(ARGS)

bench: $(READY)
	@$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) var build *.egg-info
