"""S3-portalen: what no single domain owns, and the settings of the whole."""

from s3portal.celery import app as celery_app

__all__ = ["celery_app"]
