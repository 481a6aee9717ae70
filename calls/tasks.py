"""Work for Celery: each task makes one domain call and may be run twice without harm."""
