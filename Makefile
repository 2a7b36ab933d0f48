# Everything runs from .venv, which `make install` builds from Python 3.11+ alone.
# ARGS is passed on: `make demo ARGS=--once`, `make test ARGS="-k window -x"`.

BIN := .venv/bin
ARGS ?=
CONNECTOR ?= simpro
NAME ?=

# Zone data comes from the pinned tzdata package only, never from the machine.
export PYTHONTZPATH :=

.DEFAULT_GOAL := help
.PHONY: help install demo bench test test-zones test-week image-test certify check format lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -e 's/:[^#]*## /|/' | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

install: ## build .venv from the hash-pinned lock (quick when nothing changed)
	@sh scripts/install.sh

demo: install ## simulator, sync, snapshot and today's summary (ARGS=--once to stop there)
	@$(BIN)/claw demo $(ARGS)

test: install ## run the tests (ARGS goes to pytest)
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

test-zones: install ## keep every time on every date 2020-2035 in every zone there is
	@$(BIN)/python -m pytest -n auto -m zones tests/core/time $(ARGS)

certify: install ## measure a connector, certify it and write its report (CONNECTOR=simpro)
	@$(BIN)/python scripts/measure_connector.py $(CONNECTOR)
	@$(BIN)/claw connector certify $(CONNECTOR) --report docs/connectors/$(CONNECTOR)-quality.md

test-week: install ## a week of mornings in eleven zones, with workers that are killed
	@$(BIN)/python -m pytest -m week -o faulthandler_timeout=0 tests/week $(ARGS)

image-test: install ## build the container image without an engine and run what it runs
	@sh scripts/image_test.sh

bench: install ## measure against floors and peers, judge by the bars (NAME=store for one)
	@$(BIN)/python -m benchmarks $(NAME)

check: install ## format, lint, types, layers, edge-case ledger, hygiene
	@sh scripts/check.sh

format: install ## format the code and apply the safe fixes
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: install ## regenerate the requirements files (ARGS=--upgrade to move)
	@$(BIN)/pip-compile --quiet $(ARGS) --output-file requirements.txt pyproject.toml
	@$(BIN)/pip-compile --quiet $(ARGS) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	@$(BIN)/pip-compile --quiet $(ARGS) --build-deps-for=wheel --only-build-deps --constraint requirements-dev.txt --output-file requirements-build.txt pyproject.toml
	@$(BIN)/pip-compile --quiet $(ARGS) --output-file scripts/image/requirements.txt scripts/image/requirements.in

clean: ## remove the environment, caches and build output (keeps .claw, the data)
	@rm -rf .venv .image build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
