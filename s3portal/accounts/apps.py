from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "s3portal.accounts"
