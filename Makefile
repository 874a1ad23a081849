# `make demo` and `make test` are all a new clone needs; both set up .venv by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

LOWEST := .venv-lowest

.PHONY: demo test nightly unit integration e2e lint lowest image kubernetes bench bench-faults pictures docs clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    the main job on a clone of this repository, from hooks to reuse"
	@echo "make test    everything that must hold"
	@echo "make unit | integration | e2e | lint    parts of it"
	@echo "make nightly everything that must hold, at length: lowest versions, a real control plane, a thousand kills"
	@echo "make lowest  the unit tests and some others, on the lowest versions of what gofigure uses"
	@echo "make docs    the docs as a site that needs no network, into build/docs"
	@echo "make image   gofigure's own Docker image (BASE=debian:trixie-slim)"
	@echo "make kubernetes   build a control plane (once, about 6 minutes; Debian 12), and try deploying against it"
	@echo "make bench   speed against peers, into docs/benchmarks.md (TRIALS=20)"
	@echo "make bench-faults   what a kill loses, against peers, into docs/benchmarks.md (TRIALS=20)"

$(READY): pyproject.toml
	@echo "setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gofigure needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/python tests/demo.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit integration e2e: $(READY)
	$(BIN)/python -m pytest tests/$@

# Most tests wait for processes: one worker more than there are cores keeps all of them busy. The longest files come first,
# so that no worker has one left at the end. Those with an engine of their own run apart: a test of how processes are ended
# would end it.
LIBRARIES = $(addprefix tests/integration/,test_first_slice.py test_screen.py web checkout/test_refs.py)
ENGINE = tests/integration/containers tests/integration/kubernetes/test_shop.py
WORKERS = -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist loadfile
NOT_NIGHTLY = -m "not plane"
LONGEST_FIRST = --no-loadscope-reorder tests/e2e tests/integration tests/unit
test: lint
	$(BIN)/python -m pytest $(WORKERS) $(NOT_NIGHTLY) $(LONGEST_FIRST) $(ENGINE:%=--ignore=%)
	$(BIN)/python -m pytest $(WORKERS) $(NOT_NIGHTLY) $(ENGINE)

# What takes longer than a change should wait for.
nightly: test lowest kubernetes
	GOFIGURE_TRIALS=1000 $(BIN)/python -m pytest $(WORKERS) tests/integration/hooks/test_hooks_never_lost.py tests/integration/hooks/test_fixers_killed.py

# What is left out needs no library, or one that comes with a linter.
lowest: $(READY)
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(LOWEST)
	@$(BIN)/uv pip install --quiet --python $(LOWEST) --resolution lowest-direct --group test --editable .
	@$(LOWEST)/bin/python tests/support/lowest.py
	$(LOWEST)/bin/python -m pytest $(WORKERS) tests/unit --ignore=tests/unit/test_house.py $(LIBRARIES)

BASE ?= debian:trixie-slim
image:
	docker build --build-arg BASE=$(BASE) -t gofigure .

# Into ~/.cache/gofigure-tests; the same tests skip what needs it where it is not there.
kubernetes: $(READY)
	tests/support/kubernetes/build.sh
	$(BIN)/python -m pytest tests/integration/kubernetes

docs: $(READY)
	@$(BIN)/python -m docs.site build/docs

TRIALS ?= 20
bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python tests/bench
	$(BIN)/python tests/bench/watching.py --trials $(TRIALS) --write
	$(BIN)/python tests/bench/building.py --rounds $(TRIALS) --write
	$(BIN)/python tests/bench/browser.py --trials $(TRIALS) --write

bench-faults: $(READY)
	$(BIN)/python tests/bench/faults.py --trials $(TRIALS) --write

clean:
	rm -rf $(VENV) $(LOWEST) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The pictures of the README, as the tests of the page see it.
PICTURES = now-light-1280 run-dark-1280 durations-light-1280 jobs-dark-1280
pictures: $(READY)
	mkdir -p build/pictures docs/pictures
	GOFIGURE_SCREENSHOTS=$(CURDIR)/build/pictures $(BIN)/python -m pytest tests/e2e/web -k wider
	cp $(PICTURES:%=build/pictures/%.png) docs/pictures
