# make quick       the paper's models on small data: minutes, no GPU, nothing downloaded but packages
#                  (EXTRA=family adds the relatives)
# make laptop      real MNIST and grey shapes at half the released code's width, without a GPU: hours
#                  (DATA_ROOT=/where/raw/data/are, EXTRA=family)
# make doctor      what this machine can run, and what to do about what it lacks (DATA_ROOT=/where/raw/data/are)
# make test        lint and the tests, in 6 minutes on two cores
# make test-all    after it: the long tests (kills, Slurm, a terminal, conda), in 10 minutes
# make gpu-check   whether this GPU computes right and how fast, in at most 5 minutes (DEVICE=cpu tries the checks themselves)
# make paper       the paper's size, relatives included; wants a GPU (DATA_ROOT=/where/raw/data/are)
# Each of the three with EXTRA=mine reads config/extra/mine.yaml over its settings; with MINUTES=9 it ends after so long with the
# tables of what there is, and the same command goes on.
# make new-model NAME=mine   a model to start from, with its line in the config, held to the models' contract
# make new-measure NAME=mine   the same of a measure
# make benchmark   how fast this machine runs it, and against what: benchmarks/results/
# The tools run as modules: a folder that was moved still works, where scripts would ask for their old place.
# The first of them installs the packages: torch without CUDA where there is no NVIDIA driver (TORCH=cpu or cuda decides)
SHELL := bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && echo $$p && break; done)
PYTEST := python -m pytest -rs --numprocesses logical --dist loadfile
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: quick laptop paper doctor test test-all new-model new-measure benchmark gpu-check lint clean

quick laptop paper: .venv/stamp
	@[ -z "$(EXTRA)" ] || [ -f "config/extra/$(EXTRA).yaml" ] || \
		{ echo "EXTRA=$(EXTRA): there is no config/extra/$(EXTRA).yaml; there is: $(basename $(notdir $(wildcard config/extra/*.yaml)))" >&2; exit 1; }
	@[ "$@ $(EXTRA)" != "paper family" ] || \
		{ echo "EXTRA=family: make paper trains the relatives as it is, at sizes of its own; leave EXTRA out" >&2; exit 1; }
	@MINUTES=$(MINUTES) bash workflow/run.sh --cores all --config preset=$@ $(if $(DATA_ROOT),data_root="$(DATA_ROOT)") \
		$(if $(EXTRA),--configfile config/extra/$(EXTRA).yaml)
	@sed -n '/^## What it found/,/^!/{/^##\|^!/!p}' results/$@/tables.md
	@echo "The answer is in results/tables.md, all of it in results/$@/index.html (or tables.md, with the figures beside it)."

doctor:
	@[ -n "$(PYTHON)" ] || { echo "No Python >= 3.11 here: install one, or make doctor PYTHON=/path/to/it" >&2; exit 1; }
	@$(PYTHON) -m workflow.doctor $(if $(DATA_ROOT),--data-root "$(DATA_ROOT)")

test: lint
	$(PYTEST) -m "not long"

test-all: .venv/stamp
	$(PYTEST) -m long

new-model new-measure: new-%: .venv/stamp
	@python -m workflow.new $* "$(NAME)"
	@python -m pytest --quiet tests/test_$*s.py

# glibc's memory settings are those of the suite's jobs (workflow/rules/common.smk).
benchmark: .venv/stamp
	MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=1073741824 python -m benchmarks

gpu-check: .venv/stamp
	@python -m benchmarks.gpu_check $(if $(DEVICE),--device "$(DEVICE)")

lint: .venv/stamp
	python -m ruff check .
	python -m ruff format --check .
	python -m snakefmt --check Snakefile workflow
	python -m snakemake --lint
	hadolint Dockerfile

# Results stay: they are yours to delete.
clean:
	rm -rf .venv .pytest_cache .ruff_cache

.venv/stamp: requirements.lock
	@[ -n "$(PYTHON)" ] || { echo "No Python >= 3.11 here: install one, or make $(MAKECMDGOALS) PYTHON=/path/to/it" >&2; exit 1; }
	@$(PYTHON) -m workflow.install $(if $(TORCH),--torch $(TORCH))
	@touch $@
