# Two commands work alone on a fresh clone: `make demo` and `make test`. Everything lands in .venv.

# The first of these that runs and is new enough.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PORT ?= 8000
DEMO_SHOP ?= demo-shop
BIN := .venv/bin

.PHONY: help setup demo test lint format audit bench clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready-dev ## install everything for development
	@tools/debian-packages browser

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3" >&2; exit 1; }
	@tools/debian-packages python $(PYTHON)
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/ready-demo: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e ".[demo]"
	@touch $@

.venv/ready-dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	@touch $@ .venv/ready-demo

demo: export SHOPTHELOOK_SHOP := $(DEMO_SHOP)
demo: .venv/ready-demo ## import the demo catalogue and rooms, serve them on PORT (8000)
	@test -f $(DEMO_SHOP)/shop.toml || $(BIN)/shopthelook init $(DEMO_SHOP)
	@$(BIN)/shopthelook products import demo/products.tsv --replace
	@$(BIN)/shopthelook scenes import demo/scenes
	@$(BIN)/shopthelook scenes import "$$($(BIN)/python -m demo.photos)"
	@$(BIN)/shopthelook serve --port $(PORT)

test: setup ## run every test
	$(BIN)/python -m pytest $(ARGS)

lint: setup ## ruff, mypy --strict, eslint, tsc
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	tools/with-node npm --prefix web run lint

format: setup ## let ruff format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

audit: setup ## ask PyPI's and npm's advisories about every dependency; needs the internet
	$(BIN)/python tools/audit $(ARGS)

bench: setup ## measure speed; writes JSON to runs/bench
	@mkdir -p runs/bench
	$(BIN)/python -m benchmarks.photo --json runs/bench/photo.json
	$(BIN)/python -m pip install --quiet -e ".[bench]"
	$(BIN)/python -m benchmarks.retrieval --n 100000 --budget 2 --json runs/bench/retrieval.jsonl \
	  --plot runs/bench/retrieval.png \
	  --engines memory,embedded,tokens,numpy,faiss-flat,faiss-ivf,usearch-exact,callers,writes

clean: ## remove what was built, not the shops
	rm -rf .venv web/node_modules src/shopthelook/serving/pages runs/bench
