from django.apps import AppConfig


class TrialConfig(AppConfig):
    name = "s3portal.trial"
