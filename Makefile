# MusicGroup. `make` lists what can be made; nothing needs to be set up before.
#
# PYTHON=python3.12      the Python that the virtual environment is made from; found by itself otherwise
# PORT=8051              the port of demo and run
# TESTERS=2              processes that share the tests; 0: none beside make's, for --pdb
# MUSICGROUP_DATA_DIR=.. the folder of the embedded database, the column store and the cache

VENV := .venv
RUN := $(VENV)/bin/python
TESTERS ?= 2

# A shell's own habits for pip and Python must not decide what ends up in the environment. Where pip finds
# packages (PIP_INDEX_URL, PIP_CERT, PIP_FIND_LINKS and the like) stays as it is.
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_NO_DEPS PIP_REQUIRE_VIRTUALENV PIP_REQUIRE_HASHES
unexport PIP_CONSTRAINT PIP_REQUIREMENT PIP_DRY_RUN PIP_NO_BINARY PIP_EDITABLE PIP_PRE PIP_IGNORE_INSTALLED
unexport PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONDONTWRITEBYTECODE PYTHONOPTIMIZE PYTHONWARNINGS VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help demo run load test test-deployment lint bench bench-brush screenshots clean

help: ## list what can be made
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
	  || sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1	\2/p' $(MAKEFILE_LIST)

# Each server's recipe is one plain command, so that make starts it without a shell in between and
# Ctrl-C, SIGTERM and even the death of make reach it.
demo: $(VENV)/.runtime ## load the demo catalogue and serve it at http://127.0.0.1:8050/MusicGroup/
	@$(RUN) -m ops.serve --demo --follow-parent

run: $(VENV)/.runtime ## serve what has been loaded (gunicorn, production settings)
	@$(RUN) -m ops.serve --follow-parent

load: $(VENV)/.runtime ## load a file of songs: make load FILE=tracks_features.csv
	@test -n "$(FILE)" || { echo "Say which file: make load FILE=tracks_features.csv" >&2; exit 2; }
	@$(RUN) -m etl load "$(FILE)"

test: $(VENV)/.dev ## set up what tests need, then lint and run all tests; PYTEST=... chooses some
	@sh scripts/system-packages.sh
	@$(RUN) -m ruff check .
	@$(RUN) -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder $(PYTEST)
	@$(if $(PYTEST),:,$(RUN) -m pytest tests/deployment)

test-deployment: $(VENV)/.dev ## boot a real Debian, install on it, break it; writes docs/reliability.md when all passes
	@sh scripts/system-packages.sh deployment
	@$(RUN) -m scripts.reliability $(PYTEST)

lint: $(VENV)/.dev ## ruff and mypy
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy

bench: $(VENV)/.dev ## ours against its peers, at BENCH_SONGS songs (1,204,025)
	@$(RUN) -m benchmarks.run

bench-brush: $(VENV)/.dev ## live brushing against its peers; writes docs/performance.md
	@sh scripts/system-packages.sh
	@$(RUN) -m benchmarks.run brush brush_frames

screenshots: $(VENV)/.dev ## docs/screenshots: every page, light and dark, wide and narrow
	@sh scripts/system-packages.sh
	@$(RUN) -m scripts.screenshots

clean: ## remove the virtual environment and caches; loaded catalogues stay
	@rm -rf $(VENV) .pytest_cache .hypothesis .ruff_cache .mypy_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.runtime: requirements.txt requirements-demo.txt constraints.txt scripts/venv.sh
	@sh scripts/venv.sh $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-demo.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt requirements-umap.txt
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@
