from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "s3portal.exchange"
