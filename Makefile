# make run   the example dump, from raw files to Parquet and a report
# make test  lint, types, contracts and tests; make coverage  which lines the tests reach
# make ui    `dagster dev` on this machine only
# make bench benchmarks (OPTIONS="--megabytes 32"); make bench-memory  100 MB against 1 GB
# make lock  pin the dependencies anew; make resolve  check all Pythons
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test coverage ui bench bench-memory bench-language bench-typos bench-boilerplate bench-encodings bench-neardup bench-lock lock resolve clean

run: $(READY)
	$(BIN)/hygiene run examples/raw --out out --workers $(WORKERS)

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses auto --dist loadfile

# The same tests, and which lines none of them reaches; it takes a quarter longer.
coverage: $(READY)
	$(BIN)/pytest --numprocesses auto --dist loadfile --cov --cov-report=term

ui: $(READY)
	mkdir -p .dagster
	cp dagster.yaml .dagster/dagster.yaml
	DAGSTER_HOME=$(CURDIR)/.dagster $(BIN)/dagster dev --host 127.0.0.1 -w workspace.yaml

# OPTIONS: python -m benchmarks --help
bench: $(READY)
	$(BIN)/python -m benchmarks $(OPTIONS)

bench-memory: $(READY)
	$(BIN)/python -m benchmarks --memory 100 1000

# How right the language measure is, and what its score means: benchmarks/LANGUAGE.md
bench-language: $(READY)
	$(BIN)/python -m benchmarks.language

# What repairing slips does to clean texts, and what it finds: benchmarks/TYPOS.md
bench-typos: $(READY)
	$(BIN)/python -m benchmarks.typos

# What cutting boilerplate takes from web pages, and from clean texts: benchmarks/BOILERPLATE.md
bench-boilerplate: $(READY)
	$(BIN)/python -m benchmarks.boilerplate

# How often the encoding is found, and how fast: benchmarks/ENCODINGS.md
bench-encodings: $(READY)
	$(BIN)/python -m benchmarks.encodings

# What is found of near-duplicates, what is dropped wrongly, time and memory: benchmarks/NEARDUP.md
# (all of it: OPTIONS="--synthetic 10000000")
bench-neardup: $(READY)
	$(BIN)/python -m benchmarks.neardup $(OPTIONS)

# The environments of the neighbours, which `make bench` sets up.
bench-lock: $(READY)
	for name in datatrove rensa text-dedup dolma symspellpy bifixer; do \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-header --no-annotate \
	    --python-version $$(test $$name = text-dedup && echo 3.12 || echo 3.11) \
	    benchmarks/neighbours/$$name.in -o benchmarks/neighbours/$$name.txt || exit 1; \
	done

# Every package by its hash; set-up happens again only when the pins or the project's metadata change.
$(READY): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-header --no-annotate --group dev pyproject.toml -o requirements.txt

# What would be installed with each Python, without installing it (pip; packages without wheels are
# pure Python).
resolve: $(READY)
	for version in 3.11 3.12 3.13; do \
	  echo "Python $$version"; \
	  $(BIN)/uv pip compile --quiet --python-version $$version --no-header --no-annotate \
	    --group dev pyproject.toml -c requirements.txt -o /dev/null || exit 1; \
	done

clean:
	rm -rf out .dagster pipeline/kernels/__pycache__
