# Everything a developer types. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PYTHONUTF8 := 1

VENV ?= .venv
export VENV
PY := $(VENV)/bin/python
# xdist workers for `make test`; 0 runs everything in one process.
JOBS ?= 2
# More arguments for pytest: make test ARGS="tests/cases -x"
ARGS ?=

.PHONY: help run test e2e check format lint types contracts migrations templates lock messages install-run install-dev

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install-run:
	@scripts/install.sh run

install-dev:
	@scripts/install.sh dev

run: install-run ## start the whole system on this machine, with ninety made-up days
	@exec $(PY) -m citymgmt.local

test: install-dev ## the tests (SQLite, or the database DATABASE_URL names)
	@$(PY) -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder $(ARGS)

e2e: install-dev ## the browser tests, in Debian's Chromium
	@$(PY) -m pytest -m e2e $(ARGS)

# COUNT and SEED for what follows: make fuzz COUNT=500 SEED=7
COUNT ?= 10000
SEED ?= 0
# Requests an operation and person for fuzz-api.
EXAMPLES ?= 100
.PHONY: fuzz fuzz-concurrent fuzz-api
fuzz: install-dev ## random walks by the thousand (SQLite, or the database DATABASE_URL names)
	@$(PY) -m tests.faults.fuzz walk --count $(COUNT) --seed $(SEED) --jobs $(JOBS)

fuzz-concurrent: install-dev ## crowds over a few cases at once (PostgreSQL by DATABASE_URL)
	@$(PY) -m tests.faults.fuzz crowd --count $(COUNT) --seed $(SEED)

fuzz-api: install-dev ## the API against its schema, more requests and other ones each time
	@SCHEMA_EXAMPLES=$(EXAMPLES) $(PY) -m pytest -n $(JOBS) -o timeout=7200 tests/faults/test_schema.py

.PHONY: bench-timers
bench-timers: install-dev ## lateness and endurance of timers beside their bars (PostgreSQL and Redis)
	@$(PY) -m bench.bench_timers

check: format-check lint types contracts migrations templates test ## everything CI checks, but for the browser

format: install-dev ## put the code into shape
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix --select I .

.PHONY: format-check
format-check: install-dev
	@$(PY) -m ruff format --check .

lint: install-dev ## ruff
	@$(PY) -m ruff check .

types: install-dev ## mypy --strict with Django's and DRF's plugins
	@$(PY) -m mypy

contracts: install-dev ## who may import whom
	@$(VENV)/bin/lint-imports

migrations: install-dev ## every model change has its migration; the deployment checks pass
	@$(PY) manage.py makemigrations --check --dry-run
	@CITYMGMT_MODE=production ALLOWED_HOSTS=city.example \
	  SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	  PERSON_SALT=only-for-this-check-9876543210-zyxwvutsrqponmlkjihgfedcba \
	  $(PY) manage.py check --deploy --fail-level WARNING

templates: install-dev ## djlint
	@$(VENV)/bin/djlint templates --lint --quiet

lock: install-dev ## write the lock files anew from pyproject.toml and package.json
	@scripts/lock.sh $(PY)

messages: install-dev ## collect the sentences to translate into locale/ (needs gettext)
	@$(PY) manage.py makemessages --locale zh_Hans --no-location --no-obsolete \
	  --ignore 'node_modules/*' --ignore 'var/*' --ignore '.venv*' --ignore 'tests/*'
	@$(PY) -m citymgmt.local.messages
