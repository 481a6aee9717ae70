from django.apps import AppConfig


class CopiesConfig(AppConfig):
    name = "s3portal.copies"

    def ready(self) -> None:
        from s3portal.copies.queries import STOP
        from s3portal.diary.retention import stops

        stops.register(STOP)
