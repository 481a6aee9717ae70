"""Who applies, and what the project is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from applications.models import Application
from applications.parts.text import FieldText, day_text
from calls.models import StrengthArea


@dataclass(frozen=True)
class ApplicantPart:
    contact_name: str
    contact_email: str
    contact_phone: str

    @classmethod
    def read(cls, application: Application) -> "ApplicantPart":
        return cls(application.contact_name, application.contact_email, application.contact_phone)

    def texts(self) -> Iterator[FieldText]:
        yield FieldText("contact_name", "Kontaktperson", self.contact_name)
        yield FieldText("contact_email", "E-post", self.contact_email)
        yield FieldText("contact_phone", "Telefon", self.contact_phone)


@dataclass(frozen=True)
class ProjectPart:
    title: str
    summary: str
    aims: str
    activities: str
    areas: tuple[StrengthArea, ...]
    starts_on: date | None
    ends_on: date | None

    @classmethod
    def read(cls, application: Application) -> "ProjectPart":
        return cls(
            title=application.title,
            summary=application.summary,
            aims=application.aims,
            activities=application.activities,
            areas=tuple(application.areas.order_by("order", "name")),
            starts_on=application.starts_on,
            ends_on=application.ends_on,
        )

    def texts(self) -> Iterator[FieldText]:
        yield FieldText("title", "Projektets namn", self.title)
        yield FieldText("summary", "Sammanfattning", self.summary)
        yield FieldText("aims", "Syfte och mål", self.aims)
        yield FieldText("activities", "Aktiviteter", self.activities)
        yield FieldText("areas", "Styrkeområden", ", ".join(sorted(area.name for area in self.areas)))
        yield FieldText("starts_on", "Första dag", day_text(self.starts_on))
        yield FieldText("ends_on", "Sista dag", day_text(self.ends_on))
