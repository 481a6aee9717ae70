from django.apps import AppConfig


class DiaryConfig(AppConfig):
    name = "s3portal.diary"
