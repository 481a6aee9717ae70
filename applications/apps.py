from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications.guards import register_guards
        from applications.reminders import register_all
        from applications.secrecy import hints
        from applications.services.scanned import tell_of_infected
        from applications.trails import sources
        from s3portal.common import quarantine
        from s3portal.copies import hints as copy_hints
        from s3portal.diary import trails

        register_all()
        register_guards()
        quarantine.register(tell_of_infected)
        trails.register(sources)
        copy_hints.register(hints)
