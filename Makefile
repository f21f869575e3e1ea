# sendcheck. `make demo` and `make test` need nothing but Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
PYTEST := $(BIN)/python -P -m pytest
# Each file's tests stay in one process, and the files that read corpora begin (tests/conftest.py).
TOGETHER := -n $(JOBS) --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

.PHONY: demo test installs suite test-bare lint quality bench fuzz acts-train acts-export acts-eval bench-leaks bench-linters recipients lists words languagetool milter thunderbird docs config pipelines clean
.DEFAULT_GOAL := demo

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit("sendcheck needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	@echo "installing sendcheck into $(VENV) ..."
	@$(PIP) -e '.[norwegian,numbers]'
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	@echo "installing the development extras ..."
	@$(PIP) -e '.[dev]'
	@touch $@

demo: $(VENV)/.installed  ## check the example mails and print their reports
	@$(BIN)/python docs/examples/demo.py

test: lint installs suite  ## all tests, after lint and types

# The tests that build and install the wheel: they alone see the registries.
installs: $(VENV)/.dev
	$(PYTEST) -m install

# As root the suite runs in a network namespace of its own, with a loopback and nothing else, so that a test that reaches out fails.
suite: $(VENV)/.dev
	if [ "$$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then \
	  unshare -n $(BIN)/python -P tests/loopback.py $(PYTEST) -m "not install" $(TOGETHER); \
	else $(PYTEST) -m "not install" $(TOGETHER); fi

# Without lint, which sees no more than `make test` does; of a test with many values a few. Nothing of it is kept: the root, its $(VENV) and all that ran in
# it are gone afterwards. Takes root, and a Debian or Ubuntu.
test-bare:  ## `make demo` and the tests in a root with nothing but Python, as on a fresh machine
	$(PYTHON) -m tests.bare

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

quality: $(VENV)/.dev  ## measure precision, recall and alarms on the corpora, and write docs/quality.md
	$(BIN)/python -m tests.quality.measure

bench: $(VENV)/.dev  ## measure speed, as ratios to yardsticks beside it; writes docs/benchmarks.md (an hour; BENCH_MEMORY=10000 for less)
	$(BIN)/python -m tests.benchmarks.run

SECONDS ?= 60
fuzz: $(VENV)/.dev  ## fuzz each target for SECONDS (60): reader, segmenter, HTML, templates, milter framing
	@$(PIP) -e '.[fuzz]'
	@for target in reader segmenter html templates framing; do \
	  echo "fuzzing $$target for $(SECONDS) s"; \
	  $(BIN)/python -m tests.fuzz.run $$target --seconds $(SECONDS) > .fuzz-$$target.log 2>&1 || { tail -40 .fuzz-$$target.log; exit 1; }; \
	  grep -E "stat::(number_of_executed_units|average_exec_per_sec)|cov:" .fuzz-$$target.log | tail -3; \
	done

bench-leaks: $(VENV)/.dev  ## planted recipients in real mail: how many are found, how many who belong are flagged; writes docs/leaks.md
	$(BIN)/python -m tests.quality.leaks

# PyTorch is gigabytes: an environment of its own. DATA=FOLDER: the unpacked corpora (optional; those that may be trained on).
ACTS := .venv-training
$(ACTS)/.made: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(ACTS)
	$(ACTS)/bin/python -m pip --disable-pip-version-check install --quiet -c constraints.txt -e '.[training]'
	@touch $@

acts-train: $(ACTS)/.made  ## train the model of acts anew (an hour or two on two processors); DATA=FOLDER for the corpora
	@mkdir -p build
	$(ACTS)/bin/python -m sendcheck.training.acts.train --out build/whole.pt $(if $(DATA),--data $(DATA))
	$(ACTS)/bin/python -m sendcheck.training.acts.train --out build/acts.pt --further build/whole.pt --feedforward 1024 --epochs 3 $(if $(DATA),--data $(DATA))

acts-export: $(ACTS)/.made  ## write the trained model as it is shipped, and set its probabilities by writers kept apart
	$(ACTS)/bin/python -m sendcheck.training.acts.export build/acts.pt $(if $(DATA),--data $(DATA))
	$(ACTS)/bin/python -m sendcheck.training.acts.calibrate $(if $(DATA),--data $(DATA))

acts-eval: $(VENV)/.dev  ## how right the shipped model is on writers whom nothing was tuned on; DATA=FOLDER: on real sentences too
	$(BIN)/python -m sendcheck.training.acts.evaluate --write $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.quality.acts --write

recipients: $(VENV)/.dev  ## train the model of who belongs among the recipients anew, from the Enron graph under GRAPH
	$(BIN)/python -m sendcheck.training.recipients $(GRAPH)

lists: $(VENV)/.dev  ## fetch the public suffix list and the confusable characters anew (needs the registries)
	$(BIN)/python -m sendcheck.training.lists

words: $(VENV)/.dev  ## draw the lists of frequent words anew (needs the registries)
	@$(PIP) wordfreq
	$(BIN)/python -m sendcheck.training.words

languagetool: $(VENV)/.installed  ## LanguageTool from Maven Central, for grammar (needs Java, Maven and the registries)
	@$(PIP) -e '.[grammar]'
	@$(BIN)/sendcheck languagetool status >/dev/null || $(BIN)/sendcheck languagetool install --from-maven

milter: $(VENV)/.installed  ## pymilter, for `sendcheck milter` (needs libmilter's headers, a C compiler and the registries)
	@$(PIP) -e '.[milter]'

bench-linters: $(VENV)/.dev  ## 1,000 templates beside Vale and proselint; writes docs/benchmarks-templates.md (needs Go and the registries)
	$(BIN)/python -m tests.benchmarks.linters

thunderbird: $(VENV)/.installed  ## pack Thunderbird's extension into dist/sendcheck.xpi
	$(BIN)/python -P -m sendcheck.gateways.xpi dist/sendcheck.xpi

docs: $(VENV)/.dev  ## make the list of rules, and build the documentation site into site/, warnings as errors
	$(BIN)/python docs/make_rules.py
	$(BIN)/mkdocs build --quiet --strict -f docs/mkdocs.yml
	@echo "open site/index.html"

config: $(VENV)/.installed
	$(BIN)/sendcheck config --example > config.example.toml

pipelines: $(VENV)/.installed  ## train the language pipelines anew from the treebanks under DATA (half an hour each)
	$(BIN)/python -m sendcheck.training $(DATA)

clean:
	rm -rf $(VENV) $(ACTS) build dist *.egg-info
