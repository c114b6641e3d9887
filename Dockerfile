# A server of shopthelook. Build it where this file is:
#   docker build -t shopthelook .
# What was checked of this file, and what was not, is in docs/deployment.md.

ARG PYTHON=3.11

# The wheel, with the web page in it. Node.js comes as a build requirement and stays behind, as everything here does.
FROM python:${PYTHON}-slim AS build
WORKDIR /build
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY web web
COPY src src
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .
RUN python -m venv /opt/shopthelook
RUN /opt/shopthelook/bin/pip install --no-cache-dir "$(ls /wheels/shopthelook-*.whl)[postgres,milvus,pictures]"

FROM python:${PYTHON}-slim
COPY --from=build /opt/shopthelook /opt/shopthelook
RUN useradd --uid 10001 --create-home shopthelook && install -d -o shopthelook /shop
ENV PATH=/opt/shopthelook/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/home/shopthelook/compiled \
    SHOPTHELOOK_SHOP=/shop \
    SHOPTHELOOK_LOG_FORMAT=json
USER 10001
# The search is compiled for the processor that builds; on another kind, the first start compiles it again.
RUN python -c "import shopthelook.retrieval.embedded.searching"
WORKDIR /shop
EXPOSE 8000
# Until models and index are loaded the server answers 503 here, so that nobody is sent to it.
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=9)"]
ENTRYPOINT ["shopthelook"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
