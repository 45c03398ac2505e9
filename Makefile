# `make run` serves the page, `make test` passes the tests; both set up what they need first.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin

run: $(VENV)/runtime
	$(BIN)/python app.py

test: $(VENV)/tests chromium postgresql
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest

check: test

# Each in a process of its own, some of them slow: make bench BENCH="lexical query" runs some.
BENCH ?= lexical rerank query adaptive indexing start users judging million
bench: $(VENV)/benchmarks
	@for name in $(BENCH); do echo "== $$name" && HF_HUB_OFFLINE=1 \
	  $(BIN)/python -m tests.benchmarks.$$name || left="$$left $$name"; done; \
	$(BIN)/python -m tests.benchmarks.table; test -z "$$left" || { echo "failed:$$left"; exit 1; }

# The README's pictures, taken anew.
screenshots: $(VENV)/tests chromium
	SCREENSHOTS=1 HF_HUB_OFFLINE=1 $(BIN)/python -m pytest tests/browser/test_screenshots.py

$(VENV)/runtime: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/tests: requirements.txt requirements-training.txt requirements-milvus.txt tests/requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement tests/requirements.txt
	touch $@ $(VENV)/runtime

$(VENV)/benchmarks: requirements.txt requirements-training.txt tests/requirements.txt tests/benchmarks/requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement tests/benchmarks/requirements.txt
	touch $@ $(VENV)/tests $(VENV)/runtime

# The browser tests drive Debian's Chromium; elsewhere set CHROMIUM to one's own.
chromium:
	@test -n "$(CHROMIUM)" || command -v chromium >/dev/null \
	  || (apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core)

# The judgments' tests start a PostgreSQL server of their own.
postgresql:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	  || (apt-get update -qq && apt-get install -y -qq postgresql)

.PHONY: run test check bench screenshots chromium postgresql
