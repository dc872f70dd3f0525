# The image: docker build -t meterwatch .
# Any base will do that has python3 (3.11 or newer) with venv: --build-arg BASE=...
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
# The build tools, and the pip that fills the other environment, stay behind in this stage.
RUN python3 -m venv /build \
    && python3 -m venv --without-pip /opt/meterwatch \
    && /build/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-build.lock \
    && /build/bin/pip --python /opt/meterwatch/bin/python install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
COPY . .
RUN /build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /build/bin/pip --python /opt/meterwatch/bin/python install --no-cache-dir --no-deps --no-index /wheels/*.whl \
    && install -d -o 65532 -g 65532 -m 0700 /state

FROM ${BASE}
COPY --from=build /opt/meterwatch /opt/meterwatch
COPY --from=build --chown=65532:65532 /state /var/lib/meterwatch
ENV PATH=/opt/meterwatch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATE_DIRECTORY=/var/lib/meterwatch \
    HEALTH_PORT=8321
USER 65532:65532
WORKDIR /var/lib/meterwatch
VOLUME /var/lib/meterwatch
EXPOSE 8321
# Where the configuration lets the page listen elsewhere, HEALTH_PORT says so here.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['HEALTH_PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["meterwatch"]
CMD ["run", "--config", "/etc/meterwatch/config.yaml"]
