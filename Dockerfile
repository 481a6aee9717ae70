# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.13-slim-bookworm
# Pango is what WeasyPrint draws text with; the fonts come with the portal.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/s3portal --create-home s3portal
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/var/lib/s3portal STATIC_ROOT=/srv/static
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/s3portal
# .dockerignore leaves out the tests, the trial and everything local.
COPY . .
# Nothing here reaches a server; the addresses only satisfy the settings.
RUN SECRET_KEY=build DATABASE_URL=postgres://build@127.0.0.1:1/build REDIS_URL=redis://127.0.0.1:1/0 \
    python manage.py collectstatic --no-input
USER s3portal
VOLUME /var/lib/s3portal
EXPOSE 8000
CMD ["gunicorn", "s3portal.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
