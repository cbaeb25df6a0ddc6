# run: the portal on this machine. test: everything that must hold. prove: long proofs. bench: figures.
PYTHON ?= python3
PORT ?= 8000
NAME ?=
export PORT
# Every process reads our modules compiled, whatever the shell says: many are started, each for a moment.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test prove bench lock

run:
	@$(PYTHON) config/install.py
	@exec .venv/bin/python config/supervisor.py

test:
	@$(PYTHON) config/install.py --dev
	@exec .venv/bin/python -m tests.suite

prove:
	@$(PYTHON) config/install.py --prove
	@exec .venv/bin/python -m tests.figures prove $(NAME)

bench:
	@$(PYTHON) config/install.py --prove
	@exec .venv/bin/python -m tests.figures bench $(NAME)

lock:
	@$(PYTHON) config/install.py --dev
	.venv/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-prove.in -o requirements-prove.txt
