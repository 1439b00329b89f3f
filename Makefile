# Everything sets itself up: `make check` on a fresh clone needs Python 3.11+, git and make, no more.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
LIGHT  := $(VENV)/.light
DEV    := $(VENV)/.dev

.PHONY: help check test verify fix bench torture demo demo-review requirements clean
.DEFAULT_GOAL := help

help:  ## list what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(LIGHT): requirements/check.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(DEV): requirements/dev.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(LIGHT)

check: $(LIGHT)  ## check the tasks of this repository, without a network
	$(PY) -m validators.check --offline

test: $(DEV)  ## run the tests
	$(PY) -m pytest -n 2

verify: $(DEV)  ## everything that CI demands: lint, types, generated files, workflows, tests
	$(PY) -m scripts.verify $(VERIFY)

fix: $(DEV)  ## repair what a command can repair: format, lint, generated files
	$(PY) -m scripts.generate
	-$(PY) -m ruff check --fix --quiet .
	$(PY) -m ruff format --quiet .

bench: $(DEV)  ## print speed as ratios measured in one run
	$(PY) -m scripts.bench

demo: $(DEV)  ## publish the tasks to a Hub on this machine, change one, load them: a story
	@$(PY) -m scripts.demo

torture: $(DEV)  ## the tests at full strength
	TORTURE=1 $(PY) -m pytest -n 2

demo-review: $(DEV)  ## play the story of a pull request against a stand-in for GitHub
	$(PY) -m scripts.demo_review

requirements: $(DEV)  ## pin the requirements again from pyproject.toml
	$(PY) -m scripts.pin

clean:  ## remove the environment and every cache
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
