# What can be done here, each from a bare clone. Everything goes into .venv/ and .cache/ of this
# folder; the system stays as it is.

PYTHON ?= python3
ARGS ?=
REPLICAS ?= 1
BIN := .venv/bin
MEMBERS := shared services/scheduler services/logbook services/notifier deploy/demo
PROJECTS := $(MEMBERS:%=%/pyproject.toml)
PACKAGES := alongside alongside_scheduler alongside_logbook alongside_notifier alongside_demo

.DEFAULT_GOAL := help
.PHONY: help run demo stack test check lint format types imports contracts bench pins clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'ARGS are handed on:'
	@echo '  make run ARGS="--port 8080"'
	@echo '  make run ARGS="--email ada@example.org --name '"'Ada Sample'"' --zone America/Chicago --association '"'Sample Association'"'"'
	@echo '  make test ARGS="unit contract"'
	@echo 'The data folder is data/ (ALONGSIDE_DATA), that of the stack is .stack/.'
	@echo 'Once set up, the command is $(BIN)/alongside --help'

run: .venv/.runtime ## Run it: one process, SQLite files, http://127.0.0.1:8000
	@$(BIN)/alongside up $(ARGS)

demo: .venv/.runtime ## Run it with an association in it that one could believe
	@$(BIN)/alongside demo $(ARGS)

stack: .venv/.stack ## Run it as processes: PostgreSQL, Apache Kafka, three services by role, one door (REPLICAS=2: two of each)
	@$(BIN)/alongside stack --replicas $(REPLICAS) $(ARGS)

test: .venv/.develop ## Run every test that this machine can run
	@$(BIN)/python tools/test $(ARGS)

check: .venv/.develop ## Lint, format, types, imports, contracts
	@$(MAKE) --no-print-directory --keep-going lint format types imports contracts

lint: .venv/.develop
	@echo 'ruff check'
	@$(BIN)/ruff check --quiet .

format: .venv/.develop
	@echo 'ruff format --check'
	@$(BIN)/ruff format --quiet --check --diff .

types: .venv/.develop
	@echo 'mypy, strict'
	@$(BIN)/mypy $(PACKAGES:%=-p %) -p bench

imports: .venv/.develop
	@echo 'import contracts'
	@$(BIN)/lint-imports

contracts: .venv/.develop
	@echo 'event contracts'
	@$(BIN)/python tools/contracts.py --check

bench: .venv/.develop ## Measure, as ratios within one run
	@$(BIN)/python -m bench $(ARGS)

pins: .venv/.develop ## Pin the newest versions that fit requirements/*.in, with hashes
	@cd requirements && for set in runtime develop stack judges; do \
	  echo "requirements/$$set.txt"; \
	  ../$(BIN)/uv pip compile --upgrade --python-version 3.11 --universal --generate-hashes \
	    --no-header --quiet $$set.in --output-file $$set.txt || exit 1; \
	done

clean: ## Remove .venv, .cache and other leavings; data/ and .stack/ stay
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	@find $(MEMBERS) tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: a set-up is done again only when what it was made from has changed.
.venv/.runtime: requirements/runtime.txt $(PROJECTS) tools/setup
	@PYTHON='$(PYTHON)' sh tools/setup runtime

.venv/.develop: requirements/develop.txt $(PROJECTS) tools/setup
	@PYTHON='$(PYTHON)' sh tools/setup develop

.venv/.stack: .venv/.runtime requirements/stack.txt
	@PYTHON='$(PYTHON)' sh tools/setup stack
