from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "s3portal.archive"

    def ready(self) -> None:
        from s3portal.archive.services import remove_packages_of
        from s3portal.diary.retention import copied

        copied.register(remove_packages_of)
