# Everything a newcomer needs: `make run`, `make test`. Only Python 3.11 or later, make and a clone are taken for granted.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8000
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--python-version 3.11 --custom-compile-command 'make lock'
# What the static tools need in order to read the settings without starting the trial's servers.
NO_SERVERS := DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 SECRET_KEY=lint

.PHONY: run test lint bench lock upgrade fmt clean

run: $(STAMP)
	@.ci/system-libs run
	@S3_TRIAL=1 PORT=$(PORT) exec $(BIN)/python manage.py trial

test: $(STAMP)
	@.ci/system-libs test
	@.ci/checks
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --fail-under=95

lint: $(STAMP)
	@.ci/checks

bench: $(STAMP)
	@.ci/system-libs run
	$(BIN)/python -m tests.bench

lock: $(STAMP)
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra trial --extra test pyproject.toml -o requirements-dev.txt

upgrade: $(STAMP)
	$(LOCK) --upgrade pyproject.toml -o requirements.txt
	$(LOCK) --upgrade --extra trial --extra test -c requirements.txt pyproject.toml -o requirements-dev.txt

fmt: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .coverage .coverage.* htmlcov
	@echo "Utvecklingsmiljön är borta. Provets data ligger kvar under var/; ta bort den mappen för att börja om."

# Installed again only when the lock has changed.
$(STAMP): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "S3-portalen behöver Python 3.11 eller senare. Ange en med: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "Python saknar modulen venv. På Debian och Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
