from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "s3portal.outbox"
