# hpedi in few words: make run, make test; fmt, check, docs, bench, contention; lock, clean.
# Everything happens in .venv, which is made on first use. CI runs the same words.

PYTHON ?= python3
BIN := .venv/bin
WORKSPACE ?= workspace
INBOUND := samples/inbound

.PHONY: run test fmt check check-format check-lint check-types check-layers docs bench contention lock clean
.DELETE_ON_ERROR:

# Modules are compiled once, not by every command anew.
unexport PYTHONDONTWRITEBYTECODE

# The sample payer and its inbound files, the whole way: what came in, what was decided, what was paid, where it lies.
# Exit code 1 of `hpedi run` says that findings of severity error were answered; the samples hold some on purpose.
run: .venv/ready-to-run
	@$(BIN)/hpedi --home $(WORKSPACE) init --demo
	@$(BIN)/hpedi --home $(WORKSPACE) run --received 2026-03-02T09:00:00-06:00 --as-of 2026-03-16 $(INBOUND)/* || test $$? -eq 1
	@$(BIN)/hpedi --home $(WORKSPACE) status

test: .venv/ready-to-test
	$(BIN)/pytest -q -n auto --dist worksteal

fmt: .venv/ready-to-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: check-format check-lint check-types check-layers

check-format: .venv/ready-to-test
	$(BIN)/ruff format --check --quiet .

check-lint: .venv/ready-to-test
	$(BIN)/ruff check --output-format concise .

check-types: .venv/ready-to-test
	$(BIN)/mypy

check-layers: .venv/ready-to-test
	$(BIN)/lint-imports --no-logo

docs: .venv/ready-to-test
	$(BIN)/python -m docs.generate

bench: .venv/ready-to-test
	$(BIN)/python -m benchmarks

# Two writers and four readers at once for five minutes on SQLite, and on the PostgreSQL of the tests where there is one.
contention: .venv/ready-to-test
	$(BIN)/python -m tests.contention --minutes 5
	test -z "$$HPEDI_TEST_POSTGRES" || $(BIN)/python -m tests.contention --minutes 5 --server "$$HPEDI_TEST_POSTGRES"

lock: .venv/bin/python
	$(BIN)/python requirements/lock.py

clean:
	rm -rf .venv $(WORKSPACE) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "hpedi needs Python 3.11 or newer: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "This Python cannot make virtual environments (Debian: apt install python3-venv)"; exit 1; }

.venv/ready-to-run: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing what hpedi runs on into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-to-test: requirements/dev.txt .venv/ready-to-run
	@echo "Installing what the tests and checks need into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@
