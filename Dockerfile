# 一个镜像，三种角色 / one image, three roles: `serve` (default), `web`, `worker`; the role is the argument.
# A worker has no HTTP port: start it with --no-healthcheck.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/labour-watch
COPY constraints.txt pyproject.toml README.md LICENSE THIRD-PARTY.md ./
COPY service service
COPY rules rules
COPY alembic alembic
RUN /opt/labour-watch/bin/pip install --no-cache-dir -c constraints.txt ".[postgres,parquet,pdf]"

FROM python:3.11-slim-bookworm
# 证据 PDF：WeasyPrint 所用的 Pango 与中文字体 / evidence as PDF: Pango for WeasyPrint and a Chinese font.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home --home-dir /var/lib/labour-watch labour-watch
COPY --from=build /opt/labour-watch /opt/labour-watch
ENV PATH=/opt/labour-watch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LABOUR_WATCH_DIR=/var/lib/labour-watch
USER 10001
WORKDIR /var/lib/labour-watch
VOLUME /var/lib/labour-watch
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["labour-watch"]
CMD ["serve", "--host", "0.0.0.0"]
