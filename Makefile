# What is done often, each by one word: `make check`. The programs are those of the environment that is active, or
# else of .venv. `.ci/run` makes an environment and calls these targets.
ifndef VIRTUAL_ENV
export PATH := $(CURDIR)/.venv/bin:$(PATH)
endif

.PHONY: quick check lint types test drawn long minutes fuzz bench docs imports

quick: # one variant that holds and one that fails of each claim: half a minute
	python -m model.check --quick

check: lint types test # what every commit passes

lint:
	ruff check .
	ruff format --check .

types: # also as Windows and macOS have them
	mypy
	mypy --platform win32 --package model --package properties
	mypy --platform darwin --package model --package properties

test: # the default tests
	pytest

drawn: # the default tests that need Graphviz, SPIN, a C compiler, node, Chromium or Java
	pytest tests/test_render.py tests/test_promela.py tests/test_javascript.py tests/test_conditions.py tests/test_page.py tests/test_tla.py

long: # tests that take more than a few seconds each
	pytest -m long

minutes: # tests that take minutes each; not part of .ci/run
	pytest -m minutes

fuzz: # a minute of the fuzzer
	python -m tests.fuzz --seconds 60

bench: # the engines beside SPIN and TLC; it writes into benchmarks/results/
	python -m benchmarks.engines

docs: # what documents say from results and from the code
	python -m docs.write

imports: # a picture of the rooms and their imports, in out/imports.svg
	python -m tests.imports
