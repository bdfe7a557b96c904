# Two commands do everything: `make verify` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
OUT ?= build/verify

.PHONY: help verify test test-nojit lint install lock clean bench-groups bench-kernels

help:
	@echo "make verify   verify every theorem and write $(OUT)/report.html"
	@echo "make test     run all tests, doctests and properties"
	@echo "make test-nojit   the tests of numerics in plain Python, so that debuggers and coverage see them"
	@echo "make lint     ruff, mypy --strict and import-linter"
	@echo "make bench-groups   character tables and irreps beside GAP, SymPy, NetKet and spgrep"
	@echo "make bench-kernels  kernels and errors on orbits beside neural-tangents, scikit-ntk and SciPy"
	@echo "make lock     resolve requirements.lock anew (needs uv)"
	@echo "make clean    remove the virtual environment and build products"

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "orbitkernels needs Python 3.11 or later; say PYTHON=/path/to/python3.11"; exit 2; }
	@rm -rf $(VENV); $(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "python3 has no venv module; on Debian: apt-get install python3-venv"; exit 2; }
	@echo "Installing the locked packages into $(VENV) (one to two minutes, once)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

install: $(STAMP)

verify: $(STAMP)
	@$(BIN)/orbitkernels verify --out $(OUT)

# One BLAS thread a process: two test processes share the cores.
test: $(STAMP)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -q

# Jitted functions as plain Python: NaN and division by zero warn there, integers do not wrap around, and what
# only the compiler accepts fails.  Tests marked `compiled` are too large for it.
test-nojit: $(STAMP)
	@NUMBA_DISABLE_JIT=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -q -m "not compiled" \
	  --ignore=tests/numerics/test_compilation.py tests/numerics

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# BENCH_PYTHON: a Python that has NetKet and spgrep; BENCH_PYTHONPATH: a checkout of SymPy's development version.
bench-groups: $(STAMP)
	@$(BIN)/python -m benchmarks.groups

# BENCH_PYTHON: a Python that has neural-tangents and scikit-ntk; benchmarks/kernels/__init__.py says how to make it.
bench-kernels: $(STAMP)
	@$(BIN)/python -m benchmarks.kernels

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
