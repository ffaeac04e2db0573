# `make demo` and `make test` need Python 3.11 or later and the internet, nothing else: each sets up .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# A relative path, because pip splits PIP_CONSTRAINT at blanks. The second name is the one that newer pips ask for when
# they build; without it the build backend would be whatever came out today.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

READERS := tests/readers/node_modules/.package-lock.json

.PHONY: help demo test readers check bench crash soak corpus readme format constraints clean

help:
	@echo "make demo         a sample desk in demo-desk/, its stories lived through"
	@echo "make test         all tests (ARGS='-k money' for some)"
	@echo "make readers      Microsoft's validator and SheetJS for the tests that want them (npm)"
	@echo "make check        format, lint, types, import contract, house rules, rules, README"
	@echo "make bench        how fast, as ratios to the plain libraries"
	@echo "make soak         1,000 scheduled runs with people at work, 20 minutes at most"
	@echo "make crash        pull the plug at every point, race runs; writes docs/crash.md (an hour or two)"
	@echo "make corpus       read every file of ../shared/corpus, or of the folders ARGS names"
	@echo "make readme       write the program's own output into the READMEs anew"
	@echo "make format       put the sources in form"
	@echo "make constraints  pin the newest versions"
	@echo "make clean        remove .venv and everything made"

demo: $(VENV)/installed
	@if [ -d demo-desk ]; then \
		echo "demo-desk/ is there already (make clean removes it): taken through the main job once more."; \
		$(BIN)/xltools run demo-desk --as-of 2026-05-20; \
	else $(BIN)/xltools demo demo-desk; fi

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

readers: $(READERS)

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_house.py
	$(BIN)/xltools rules check
	$(BIN)/xltools templates build --check
	$(BIN)/xltools rules diagram --check
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/cog -P --check --diff -n utf-8 README.md README.zh-CN.md

bench: $(VENV)/installed-dev
	$(BIN)/python tests/benchmarks/bench.py

soak: $(VENV)/installed-dev
	SOAK_RUNS=$${SOAK_RUNS:-1000} $(BIN)/python -m pytest tests/soak $(ARGS)

crash: $(VENV)/installed-dev
	$(BIN)/python tests/crash/crash.py $(ARGS)

corpus: $(VENV)/installed-dev
	$(BIN)/python tests/corpus/run_corpus.py $(ARGS)

readme: $(VENV)/installed-dev
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/cog -P -r -n utf-8 README.md README.zh-CN.md

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) demo-desk build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf tests/readers/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

define make_venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "xltools needs Python 3.11 or later, and '$(PYTHON)' is missing or is none." >&2; \
	echo "Name another: make $(or $(MAKECMDGOALS),demo) PYTHON=python3.12" >&2; exit 1; }
@echo "Installing into $(VENV)/ (once; a minute or two)…"
@$(PYTHON) -m venv $(VENV)
endef

$(VENV)/installed: constraints.txt pyproject.toml
	$(make_venv)
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: constraints.txt pyproject.toml
	$(make_venv)
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(VENV)/installed $@

$(READERS): tests/readers/package.json tests/readers/package-lock.json
	npm ci --prefix tests/readers --no-audit --no-fund
	@touch $@

# setuptools and wheel: docopt comes as source. The last three: Windows needs them, and this may not be Windows; pywin32
# can't be installed elsewhere, so that its line is kept as it stands.
constraints:
	rm -rf build/constraints
	$(PYTHON) -m venv build/constraints
	PIP_CONSTRAINT= PIP_BUILD_CONSTRAINT= build/constraints/bin/python -m pip install --quiet --upgrade \
		'.[dev]' setuptools wheel colorama win-unicode-console
	{ sed -n '/^#/p' constraints.txt; \
	  { build/constraints/bin/python -m pip freeze --all | grep -E '^[A-Za-z0-9._-]+==' | grep -vE '^pip=='; \
	    grep '^pywin32==' constraints.txt; } | LC_ALL=C sort -f; } > build/constraints/new.txt
	mv build/constraints/new.txt constraints.txt
