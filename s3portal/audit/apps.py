from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "s3portal.audit"
