# gofigure in a container: docker build -t gofigure .
#   docker run --rm -it -v "$PWD:$PWD" -w "$PWD" -v gofigure:/home gofigure run
#
# BASE: Debian 13 or newer, or anything that has these programs already: python3 (3.11 or newer), git, ssh, docker,
# kubectl, tini. What is there is left alone. Where no package index can be reached from here, `pip wheel -w wheels .` by a
# Python of the base's version makes all that is taken then; PIP_INDEX_URL names another index.
ARG BASE=debian:trixie-slim

FROM ${BASE} AS system
RUN set -eu; missing=; \
    need() { command -v "$1" >/dev/null || missing="$missing $2"; }; \
    need python3 python3; need git git; need ssh openssh-client; need docker docker-cli; need kubectl kubernetes-client; \
    need tini tini; [ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"; \
    if [ -n "$missing" ]; then \
        apt-get update -qq; apt-get install -y -qq --no-install-recommends $missing; \
        apt-get clean; rm -rf /var/lib/apt/lists/*; \
    fi

FROM system AS build
RUN python3 -m pip --version >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pip; }
COPY . /src
WORKDIR /src
ARG PIP_INDEX_URL
RUN set -eu; python3 -m venv --without-pip /opt/gofigure; \
    if [ -d wheels ]; then set -- --no-index --find-links wheels gofigure-ci; else set -- .; fi; \
    python3 -m pip --python /opt/gofigure/bin/python install --quiet --no-cache-dir "$@"

FROM system
COPY --from=build /opt/gofigure /opt/gofigure
# Root only until `gofigure.cli.entry` has become the owner of the working directory. With no mount that is /project;
# homes are made below /home, for any user: a volume there keeps what was allowed, and caches.
RUN mkdir -p /project /home && chown 1000:1000 /project && chmod 1777 /home
ENV PATH=/opt/gofigure/bin:$PATH LANG=C.UTF-8 GOFIGURE_PUBLISHED=8123
LABEL org.opencontainers.image.title=gofigure org.opencontainers.image.licenses=MIT \
    org.opencontainers.image.description="Local CI/CD for a git repository"
EXPOSE 8123
WORKDIR /project
ENTRYPOINT ["tini", "-s", "--", "python", "-Im", "gofigure.cli.entry"]
