# README's steps on a bare Debian:
#   docker build --tag irmae-bench . && docker run --name quick irmae-bench && docker cp quick:/suite/results .
FROM debian:bookworm-slim

# Debian keeps one version of each in a release.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates git make python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 1000 --create-home --home-dir /suite bench
USER 1000
WORKDIR /suite

# The packages first: another commit with the same ones does not install them again.
COPY --chown=1000 Makefile requirements.lock ./
COPY --chown=1000 workflow/__init__.py workflow/install.py workflow/places.py ./workflow/
RUN make .venv/stamp
COPY --chown=1000 . .
CMD ["make", "quick"]
