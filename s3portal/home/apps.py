from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "s3portal.home"

    def ready(self) -> None:
        from s3portal import checks  # noqa: F401 - registers the deploy checks
