from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "s3portal.common"
