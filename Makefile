# Two commands matter to a newcomer: `make run` and `make test`. `make help` lists the rest.
# Every target sets up .venv first, once, from the lock with hashes.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CLIENTS := .venv-clients
CLIENTS_INSTALLED := $(CLIENTS)/.installed
DOCS := .venv-docs
DOCS_INSTALLED := $(DOCS)/.installed
# Processes that share the tests: one more than the slowest machine has cores, for many only wait.
JOBS ?= 3
# How often make torture kills workers on each store, for how many minutes it soaks, from which seed.
RUNS ?= 300
MINUTES ?= 10
SEED ?= $(shell date +%s)
# How many requests make torture sends to each operation of the sandbox.
EXAMPLES ?= 200
# How many odd requests make torture sends to the addresses that have no description.
REQUESTS ?= 5000
# How many pairs of faults make torture lets each route meet.
PAIRS ?= 1000
# How many admins make load lets in, beside how many mails, on which store.
ADMINS ?= 200
LETTERS ?= 10000
STORE ?= sqlite
# How many random histories of a session make torture brings to rest.
HISTORIES ?= 200
# Which part make prove shows; without one it says which there are.
PART ?=
# More words for pytest: make test ARGS="-k rooms"
ARGS ?=

$(INSTALLED): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Classbell needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || { echo "Setting up $(VENV) (once)…"; $(PYTHON) -m venv $(VENV) || { echo "The module venv is missing: on Debian and Ubuntu, apt-get install python3-venv"; rm -rf $(VENV); exit 1; }; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: help
help: $(INSTALLED)  ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | while IFS=$$'\t' read -r target text; do printf '  make %-15s %s\n' "$$target" "$$text"; done

.PHONY: setup
setup: $(INSTALLED)  ## Set up .venv from the lock (the other targets do it by themselves)

.PHONY: run
run: $(INSTALLED)  ## Start the sandbox, the web application and the worker; Ctrl-C stops all
	@exec $(BIN)/classbell run --with-sandbox $(ARGS)

.PHONY: reset
reset: $(INSTALLED)  ## Forget what `make run` kept, and start anew next time
	@rm -rf var
	@echo "Forgotten. The next make run starts anew."

.PHONY: demo
demo: $(INSTALLED)  ## Walk the story without a browser, step by step, and check each step
	@$(BIN)/classbell demo

.PHONY: drill
drill: $(INSTALLED)  ## Lose the database, restore a backup, change the keys; nobody gets anything twice
	@$(BIN)/classbell demo --drill

.PHONY: snapshots
snapshots: $(INSTALLED)  ## Write the approved mails, the table of kinds and the API's reference anew; then look at what changed
	@RENEW_SNAPSHOTS=1 $(BIN)/python -m pytest -q -p no:randomly tests/domain/notifications/test_default_mails.py tests/domain/notifications/test_reference.py tests/architecture/test_api_documents.py tests/acceptance/roles/test_document.py tests/domain/webhooks/test_reference.py tests/architecture/test_code_documents.py

.PHONY: gallery
gallery: $(INSTALLED)  ## Take the pictures of docs/gallery.md and of the page about connecting anew (needs Chromium)
	@RENEW_GALLERY=1 $(BIN)/python -m pytest -q -p no:randomly -m slow tests/browser/pages/test_every_page.py tests/browser/pages/test_article_pictures.py

.PHONY: test
test: $(INSTALLED)  ## Run the tests on SQLite, then those about the store on PostgreSQL
	@echo "== SQLite"
	@CLASSBELL_TEST_DATABASE=sqlite $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "not postgresql and not slow" $(ARGS)
	@found=0; $(BIN)/python -m tests.postgresql || found=$$?; \
	if [ $$found = 0 ]; then \
	    echo "== PostgreSQL"; \
	    CLASSBELL_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "(store or postgresql) and not slow" $(ARGS); \
	elif [ $$found != 1 ]; then exit $$found; fi

# Microsoft's own clients take a gigabyte. Where they cannot be had, the reason is shown, and only a
# run that requires them (CLASSBELL_TEST_REQUIRE names "clients") fails.
$(CLIENTS_INSTALLED): requirements-clients.lock pyproject.toml
	@test -x $(CLIENTS)/bin/python || { echo "Setting up $(CLIENTS) (once, a few minutes)…"; $(PYTHON) -m venv $(CLIENTS); }
	@$(CLIENTS)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-clients.lock
	@$(CLIENTS)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: clients-test
clients-test:  ## Try the sandbox with Microsoft's own clients, unmodified
	@if $(MAKE) --no-print-directory $(CLIENTS_INSTALLED); then \
	    $(CLIENTS)/bin/python -m pytest tests/sandbox/clients $(ARGS); \
	elif [[ ",$${CLASSBELL_TEST_REQUIRE:-}," == *,clients,* ]]; then exit 1; \
	else echo "SKIPPED: Microsoft's clients could not be installed; the reason stands above."; fi

.PHONY: test-slow
test-slow: $(INSTALLED)  ## Run the long suites: the article in a browser, every code, any request
	@CLASSBELL_TEST_DATABASE=sqlite $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "slow" $(ARGS)
	@if $(BIN)/python -m tests.postgresql; then \
	    CLASSBELL_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "slow and store" $(ARGS); \
	fi

.PHONY: test-browser
test-browser: $(INSTALLED)  ## Walk the story, every mail, page and role in Chromium: the part of the long suites that CI runs
	@CLASSBELL_TEST_DATABASE=sqlite $(BIN)/python -m pytest -n 2 --dist loadfile -m slow tests/browser/test_story.py tests/browser/test_mail_look.py tests/browser/pages tests/browser/roles tests/deploy/test_site.py $(ARGS)

.PHONY: check
check: $(INSTALLED)  ## Check format, lint, types, import contracts, migrations and documents
	@echo "== format and lint";    $(BIN)/ruff format --check --quiet . || { echo "Run make fix."; exit 1; }; $(BIN)/ruff check --quiet .
	@echo "== types";              $(BIN)/mypy
	@echo "== migrations";         $(BIN)/python -m tests.migrations_drift
	@echo "== house and documents"; $(BIN)/python -m pytest -q -p no:randomly tests/architecture

.PHONY: fix
fix: $(INSTALLED)  ## Format, and repair what lint can repair by itself
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: torture
torture: $(INSTALLED)  ## Kill, freeze and besiege for long, seeds printed (RUNS=300 MINUTES=10 SEED=1)
	@CLASSBELL_TEST_DATABASE=sqlite $(BIN)/python -m tests.torture.kills --runs $(RUNS) --seed $(SEED)
	@if $(BIN)/python -m tests.postgresql; then \
	    CLASSBELL_TEST_DATABASE=postgresql $(BIN)/python -m tests.torture.kills --runs $(RUNS) --seed $(SEED); \
	fi
	@$(BIN)/python -m tests.torture.soak --minutes $(MINUTES) --seed $(SEED)
	@if $(BIN)/python -m tests.postgresql; then \
	    $(BIN)/python -m tests.torture.soak --minutes $(MINUTES) --seed $(SEED) --store postgresql; \
	fi
	@echo "== each fault at each step of each route, and $(PAIRS) pairs, from seed $(SEED)"
	@CLASSBELL_TEST_PAIRS=$(PAIRS) CLASSBELL_TEST_SEED=$(SEED) $(BIN)/python -m pytest -n $(JOBS) tests/acceptance/faults
	@echo "== $(HISTORIES) histories of sessions, Outlook, faults and killed workers"
	@CLASSBELL_TEST_HISTORIES=$(HISTORIES) $(BIN)/python -m pytest --hypothesis-seed=$(SEED) tests/domain/scheduling/test_histories.py
	@echo "== sandbox, $(EXAMPLES) examples of every operation"
	@CLASSBELL_TEST_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n $(JOBS) tests/sandbox/graph/test_schemathesis.py $(ARGS)
	@echo "== $(REQUESTS) odd requests to pages, forms, feeds and reports, from seed $(SEED)"
	@CLASSBELL_TEST_REQUESTS=$(REQUESTS) $(BIN)/python -m pytest -n $(JOBS) -o faulthandler_timeout=0 --hypothesis-seed=$(SEED) tests/acceptance/roles/test_any_request.py $(ARGS)

.PHONY: guards
guards: $(INSTALLED)  ## Take each guard against attacks away, in a copy, and see that a test misses it
	@CLASSBELL_TEST_DATABASE=sqlite $(BIN)/python -m tests.torture.guards $(ARGS)

.PHONY: load
load: $(INSTALLED)  ## Let many admins work while a full send goes out (ADMINS=200 LETTERS=10000 STORE=sqlite SEED=1)
	@$(BIN)/python -m tests.torture.load --admins $(ADMINS) --letters $(LETTERS) --store $(STORE) --seed $(SEED)

.PHONY: bench
bench: $(INSTALLED)  ## Measure what must stay fast, in one run (ARGS="--short", ARGS="lanes acs")
	@$(BIN)/python -m bench.run $(ARGS)

.PHONY: messages
messages: $(INSTALLED)  ## Bring translations in line with the words of the program, and compile them
	@$(BIN)/python scripts/messages.py

.PHONY: prove
prove: $(INSTALLED)  ## Show one part of what production asks for (PART=doctor; docs/reference/proof.md lists all)
	@JOBS=$(JOBS) $(BIN)/python -m tests.proofs $(PART) $(ARGS)

.PHONY: docs
docs: $(INSTALLED)  ## Check that documents match the program: settings, commands, links, paths
	@$(BIN)/python -m pytest -q tests/architecture/test_docs.py

# The site is built by programs of its own; the others need none of them.
$(DOCS_INSTALLED): requirements-docs.lock
	@test -x $(DOCS)/bin/python || { echo "Setting up $(DOCS) (once)…"; $(PYTHON) -m venv $(DOCS); }
	@$(DOCS)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

.PHONY: site
site: $(DOCS_INSTALLED)  ## Build the documentation site, searchable and offline, into build/site
	@$(DOCS)/bin/python -m sphinx -q -W --keep-going -j auto -c docs/site -d build/site-cache . build/site
	@echo "Open build/site/index.html"

.PHONY: wheel
wheel: $(INSTALLED)  ## Build the wheel, with everything inside, into dist
	@rm -rf build/lib
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/classbell-*.whl

.PHONY: container-steps
container-steps: $(INSTALLED)  ## Carry out the build steps of deploy/Containerfile without a container engine
	@$(BIN)/python scripts/container_steps.py

.PHONY: lock
lock: $(INSTALLED)  ## For maintainers: choose versions anew and write the locks
	@$(BIN)/python -m pip install -qq --disable-pip-version-check uv
	@scripts/lock $(BIN)/uv

.PHONY: sbom
sbom: $(INSTALLED)  ## Write the bill of materials of what operators run: var/sbom.cdx.json
	@mkdir -p var
	@$(BIN)/python scripts/sbom.py var/sbom.cdx.json

# A service that knows of weaknesses is asked, so this needs a network; where none answers, that is
# said. The tool is fetched into an environment of its own, because nothing else here needs it.
.PHONY: audit
audit: requirements.lock  ## Ask whether a weakness is known of any locked version (needs the internet)
	@test -x .venv-audit/bin/pip-audit || { $(PYTHON) -m venv .venv-audit && .venv-audit/bin/python -m pip install -qq --disable-pip-version-check 'pip-audit>=2.9,<3'; }
	@$(PYTHON) scripts/audit.py .venv-audit/bin/pip-audit requirements.lock $(ARGS)
