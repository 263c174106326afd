# Web, worker, beat and the migrations run from this one image; docker-compose.yml says which.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 XUEJI_STATE=/state
WORKDIR /app

COPY requirements.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock \
    && useradd --system --create-home --home-dir /state xueji \
    && chmod 700 /state

COPY . .

USER xueji
VOLUME /state
EXPOSE 8000
CMD ["gunicorn", "xueji.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--timeout", "60", \
     "--max-requests", "2000", "--max-requests-jitter", "200", "--no-control-socket"]
