from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications.guards import register_guard
        from applications.reminders import register_all

        register_all()
        register_guard()
