# Web, worker, beat, metrics and the migrations run from this one image; docker-compose.yml says which.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 XUEJI_STATE=/state
WORKDIR /app

# pg_dump and pg_restore of the database's own version, for manage.py backup and restore
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /state xueji \
    && chmod 700 /state \
    && install -d -o xueji -m 700 /metrics

COPY requirements.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY . .

USER xueji
VOLUME ["/state", "/metrics"]
EXPOSE 8000
CMD ["gunicorn", "--config", "python:xueji.serving", "--bind", "0.0.0.0:8000", "xueji.wsgi"]
