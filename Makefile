# `make run` serves the page, `make test` passes the tests; both set up what they need first.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin

run: $(VENV)/runtime
	$(BIN)/python app.py

test: $(VENV)/tests chromium postgresql
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest $(AT_ONCE)

# A file's tests share what they have set up, so a file stays with one of the two processes.
AT_ONCE = --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: test

# Each in a process of its own, some of them slow: make bench BENCH="lexical query" runs some.
BENCH ?= lexical rerank query adaptive indexing start users judging million
bench: $(VENV)/benchmarks
	@for name in $(BENCH); do echo "== $$name" && HF_HUB_OFFLINE=1 \
	  $(BIN)/python -m tests.benchmarks.$$name || left="$$left $$name"; done; \
	$(BIN)/python -m tests.benchmarks.table; test -z "$$left" || { echo "failed:$$left"; exit 1; }

# Every fault at full size, 37 minutes, as root for the small disks: make torture TORTURE=--short.
torture: $(VENV)/torture
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.torture $(TORTURE)
.PHONY: torture

# The tests, measuring which branches of index and search they take; fails under 95 %.
coverage: $(VENV)/tests chromium postgresql
	rm -rf tests/artefacts/coverage && mkdir -p tests/artefacts/coverage
	HF_HUB_OFFLINE=1 $(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet && $(BIN)/coverage report

# Small faults put into the formulas (pyproject.toml says where): fails when tests find fewer than 85 %.
mutation: $(VENV)/mutation
	rm -rf mutants
	HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 TQDM_DISABLE=1 $(BIN)/mutmut run
	$(BIN)/python -m tests.mutation.score
.PHONY: coverage mutation

# The README's pictures, taken anew.
screenshots: $(VENV)/tests chromium
	SCREENSHOTS=1 HF_HUB_OFFLINE=1 $(BIN)/python -m pytest tests/browser/test_screenshots.py

# Every installed file has its SHA-256 in locks/; torch, from an index of its own, comes first.
INSTALL = $(BIN)/python -m pip install --quiet --require-hashes
define installed
test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
$(INSTALL) --no-deps --retries 1 --requirement locks/torch.txt
$(INSTALL) $(foreach lock,$(filter-out %/torch.txt,$^),--requirement $(lock))
endef

$(VENV)/runtime: locks/torch.txt locks/runtime.txt
	$(installed)
	touch $@

$(VENV)/tests: locks/torch.txt locks/tests.txt
	$(installed)
	touch $@ $(VENV)/runtime

# benchmarks, mutation, torture: what a folder of tests/ needs beyond the tests.
$(VENV)/%: locks/torch.txt locks/tests.txt locks/%.txt
	$(installed)
	touch $@ $(VENV)/tests $(VENV)/runtime

# After a change of a requirements file; UPGRADE=--upgrade also renews what nobody pinned by hand.
LOCK = $(VENV)/tools/bin/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 \
  --generate-hashes --annotation-style line --custom-compile-command "make lock" \
  --no-emit-package torch --constraint tests/requirements.txt
MORE := $(patsubst tests/%/requirements.txt,%,$(wildcard tests/*/requirements.txt))
lock: $(VENV)/tools
	$(LOCK) requirements.txt --output-file locks/runtime.txt
	$(LOCK) tests/requirements.txt --output-file locks/tests.txt
	$(LOCK) locks/requirements.txt --output-file locks/tools.txt
	$(foreach more,$(MORE),$(LOCK) tests/$(more)/requirements.txt --output-file locks/$(more).txt &&) true

# Known vulnerabilities of every version locked, asked of PyPI; torch's version is in requirements.txt.
AUDIT = $(VENV)/tools/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off
audit: $(VENV)/tools
	@$(AUDIT) $(foreach lock,tests tools $(MORE),--requirement locks/$(lock).txt) \
	  && $(AUDIT) --requirement requirements.txt \
	  || { echo "audit: a vulnerable version, or no answer from PyPI (see above)"; exit 1; }

# sbom.json (CycloneDX): what runs, installed by itself in an environment of its own, our weights and data.
sbom: $(VENV)/tools
	$(MAKE) VENV=$(VENV)/sbom $(VENV)/sbom/runtime
	$(VENV)/tools/bin/python locks/sbom.py $(VENV)/sbom/bin/python --to sbom.json

$(VENV)/tools: locks/tools.txt
	test -x $@/bin/python || $(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --require-hashes --requirement locks/tools.txt
	touch $@

# The browser tests drive Debian's Chromium; elsewhere set CHROMIUM to one's own.
chromium:
	@test -n "$(CHROMIUM)" || command -v chromium >/dev/null \
	  || (apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core)

# The judgments' tests start a PostgreSQL server of their own.
postgresql:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	  || (apt-get update -qq && apt-get install -y -qq postgresql)

.PHONY: run test check bench screenshots lock audit sbom chromium postgresql
