# `make` says what there is. Needs python3 (3.11 or newer) with venv, or uv; all else it fetches itself.

PYTHON ?= python3
BIN := .venv/bin

# Only a CONFIG given on the command line counts: one left in the environment must not pick what runs.
ifeq ($(origin CONFIG),command line)
WHAT := --config $(CONFIG)
else
WHAT := --sandbox --config config.example.yaml
endif

.PHONY: help venv run test check lock clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

venv: ## set up .venv from the lock, and the clients that judge our stand-ins
	@$(PYTHON) tools/bootstrap.py
	@$(PYTHON) tools/clients.py

run: venv ## watch the sandbox: no key, nothing leaves this machine; CONFIG=my.yaml runs yours
	@$(BIN)/meterwatch run $(WHAT) || test $$? = 130

test: venv ## run the tests, on SQLite and on a PostgreSQL of their own
	@$(BIN)/pytest -q -n auto --maxprocesses 4

check: venv ## what CI runs: format, lint, types, import contracts, example, tests
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/meterwatch check config.example.yaml
	@$(MAKE) --no-print-directory test

# No user's or machine's own index may end up in a lock, so uv is told of none.
FOREIGN := $(filter UV_INDEX% UV_DEFAULT_INDEX UV_EXTRA_INDEX% UV_FIND_LINKS,$(.VARIABLES))
LOCK = env $(FOREIGN:%=-u %) "$(or $(shell command -v uv),$(BIN)/uv)" --no-config pip compile --quiet $(UPGRADE) \
	--universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--custom-compile-command "make lock"

lock: venv ## write the locks anew after a change in pyproject.toml; UPGRADE=--upgrade takes the newest
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(LOCK) --extra charts --extra postgres --extra sandbox -o requirements.lock pyproject.toml
	$(LOCK) -c requirements.lock --group build -o requirements-build.lock
	$(LOCK) -c requirements.lock -c requirements-build.lock --all-extras --group dev --group build \
		-o requirements-dev.lock pyproject.toml

clean: ## remove what can be made again
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage dist
	find daemon rules tests tools bench -name __pycache__ -prune -exec rm -rf {} +
