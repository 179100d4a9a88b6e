# Two commands: `make up` and `make test`. They need Python 3.11 or later (venv, pip) and make, nothing else.
# `make up ARGS=--check` and `make test ARGS="-k words"` pass arguments on.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BIN = $(VENV)/bin
# pip reads each line's hash; what does not match is not installed.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help .venv up test test-long stories schema check format requirements

help:
	@echo "make up            everything on one machine; prints the URL (ARGS=--check: prove it and stop)"
	@echo "make test          the test suite (ARGS=... goes to pytest)"
	@echo "make test-long     the tests that take long, and those that use the database once more on PostgreSQL"
	@echo "make stories       the portal's own stories by behave (ARGS=... goes to behave)"
	@echo "make schema        the API's schema, into docs/openapi.yaml"
	@echo "make bench         speed beside peers, into docs/benchmarks.md (ARGS=--quick: small, writes nothing; --full: large)"
	@echo "make check         style, types, floors, migrations, system checks"
	@echo "make format        format the code"
	@echo "make requirements  pin the dependencies of pyproject.toml anew"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The run-time set alone, for `make up`.
$(VENV)/.installed: requirements.txt | $(BIN)/python
	$(INSTALL) -r requirements.txt
	@touch $@

# Both sets, for everything else.
$(VENV)/.installed-dev: requirements-dev.txt | $(BIN)/python
	$(INSTALL) -r requirements-dev.txt
	@touch $(VENV)/.installed $@

.venv: $(VENV)/.installed-dev

# exec: the signal of a Ctrl-C or a kill reaches `up` and not a shell before it.
up: $(VENV)/.installed
	@exec $(BIN)/python manage.py up $(ARGS)

test: $(VENV)/.installed-dev
	$(PYTEST) -m "not long" $(ARGS)

# Both parts run, whatever the first finds; pytest ends with 5 where no test is asked for, which is no failure.
test-long: $(VENV)/.installed-dev
	@first=0; $(PYTEST) -m long $(ARGS) || first=$$?; \
	$(PYTEST) -m "not long" -p tests.on_postgresql $(ARGS); second=$$?; \
	for status in $$first $$second; do [ $$status -eq 0 ] || [ $$status -eq 5 ] || exit $$status; done

# They drive an instance of their own and need the run-time set alone, as the portal does when it runs them itself.
stories: $(VENV)/.installed
	$(BIN)/python -m behave --no-color --format=progress $(ARGS) tests/features

# The schema of the API, as it stands in docs/openapi.yaml; a test compares the two.
schema: $(VENV)/.installed-dev
	PORTAL_VAR=$(abspath $(VENV))/var-of-check $(BIN)/python manage.py spectacular --file docs/openapi.yaml --validate --fail-on-warn

# The packages that are measured beside, and nothing else, come on top.
$(VENV)/.installed-bench: requirements-bench.txt $(VENV)/.installed-dev
	$(INSTALL) -r requirements-bench.txt
	@touch $@

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks.run $(ARGS)

# A look at the models opens a database; it shall not be the installation's.
check: export PORTAL_VAR = $(abspath $(VENV))/var-of-check
check: $(VENV)/.installed-dev
	@mkdir -p $(VENV)/var-of-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# uv works out one set for every platform; it lives in an environment of its own, outside the project's.
UV = var/uv/bin/uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --upgrade

requirements:
	$(PYTHON) -m venv var/uv && var/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) pyproject.toml --group bench -c requirements-dev.txt -o requirements-bench.txt
