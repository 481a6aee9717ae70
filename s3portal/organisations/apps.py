from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "s3portal.organisations"
