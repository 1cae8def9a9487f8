# Waymark with PostgreSQL and Redis elsewhere: compose.yaml starts all of it.
FROM debian:bookworm-slim

RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
      python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 waymark && install -d -o waymark /app /data
USER waymark
WORKDIR /app

# The dependencies first: they change less often than the code.
COPY --chown=waymark requirements.txt requirements-uv.txt ./
RUN python3 -m venv /app/.waymark/venv \
    && /app/.waymark/venv/bin/pip install -q --no-cache-dir --require-hashes -r requirements-uv.txt \
    && /app/.waymark/venv/bin/uv pip sync -q --no-cache --require-hashes --no-build \
      --python /app/.waymark/venv/bin/python requirements.txt
COPY --chown=waymark . .

ENV PATH=/app/.waymark/venv/bin:$PATH PYTHONUNBUFFERED=1 WAYMARK_DATA=/data HOST=0.0.0.0 PORT=8000

VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
