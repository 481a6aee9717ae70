"""Who applies, and what the project is."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from applications.enums import Municipality
from applications.models import Application
from applications.parts.rows import ActivityRow, IndicatorRow, read_rows, row_texts, take_rows
from applications.parts.secrets import Secrets, read_secrets, secret_texts, take_secrets
from applications.parts.text import FieldText, day_text
from calls.models import StrengthArea

#: The project's long texts in the order of the page, by the names of their columns.
PROJECT_TEXTS = {
    "summary": "Sammanfattning",
    "background": "Bakgrund och behov",
    "aims": "Syfte och mål",
    "target_group": "Målgrupp",
    "activities": "Arbetssätt",
    "project_organisation": "Projektets organisation",
    "expected_results": "Förväntade resultat",
    "strategy_link": "Koppling till strategi och styrkeområde",
    "economic_sustainability": "Ekonomisk hållbarhet",
    "environmental_sustainability": "Miljömässig hållbarhet",
    "social_sustainability": "Social hållbarhet",
    "risks": "Risker",
    "dissemination": "Spridning och uppföljning",
}
#: Columns that no list shows, and every list therefore leaves in the database.
NOT_LISTED = (*PROJECT_TEXTS, "search")


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

    def taking(self, other: "ApplicantPart", keys: Collection[str]) -> "ApplicantPart":
        return replace(self, **{key: getattr(other, key) for key in keys})


@dataclass(frozen=True)
class ProjectPart:
    """``activities`` is the text on how the project works, ``activity_rows`` the activities themselves."""

    #: Fields that must agree, so one of them is never taken from another version without the other.
    TOGETHER: ClassVar = (frozenset({"starts_on", "ends_on"}),)

    title: str
    summary: str
    aims: str
    activities: str
    areas: tuple[StrengthArea, ...]
    starts_on: date | None
    ends_on: date | None
    background: str = ""
    target_group: str = ""
    project_organisation: str = ""
    expected_results: str = ""
    strategy_link: str = ""
    economic_sustainability: str = ""
    environmental_sustainability: str = ""
    social_sustainability: str = ""
    risks: str = ""
    dissemination: str = ""
    activity_rows: tuple[ActivityRow, ...] = ()
    indicators: tuple[IndicatorRow, ...] = ()
    secrets: Secrets = ()
    #: Codes of ``Municipality``.
    municipalities: tuple[str, ...] = ()

    @classmethod
    def read(cls, application: Application) -> "ProjectPart":
        return cls(
            title=application.title,
            areas=tuple(application.areas.order_by("order", "name")),
            starts_on=application.starts_on,
            ends_on=application.ends_on,
            activity_rows=read_rows(ActivityRow, application.activity_rows.all()),
            indicators=read_rows(IndicatorRow, application.indicators.all()),
            secrets=read_secrets(application, PROJECT_TEXTS),
            municipalities=tuple(application.municipalities),
            **{name: getattr(application, name) for name in PROJECT_TEXTS},
        )

    def texts(self) -> Iterator[FieldText]:
        yield FieldText("title", "Projektets namn", self.title)
        for name, label in PROJECT_TEXTS.items():
            yield FieldText(name, label, getattr(self, name))
        yield FieldText("areas", "Styrkeområden", ", ".join(sorted(area.name for area in self.areas)))
        names = ", ".join(str(Municipality(code).label) for code in self.municipalities)
        yield FieldText("municipalities", "Kommuner", names)
        yield FieldText("starts_on", "Första dag", day_text(self.starts_on))
        yield FieldText("ends_on", "Sista dag", day_text(self.ends_on))
        yield from row_texts(self.activity_rows)
        yield from row_texts(self.indicators)
        yield from secret_texts(self.secrets, PROJECT_TEXTS)

    def taking(self, other: "ProjectPart", keys: Collection[str]) -> "ProjectPart":
        plain = {key: getattr(other, key) for key in keys if key in _PLAIN}
        return replace(
            self,
            **plain,
            activity_rows=take_rows(self.activity_rows, other.activity_rows, keys),
            indicators=take_rows(self.indicators, other.indicators, keys),
            secrets=take_secrets(self.secrets, other.secrets, keys, list(PROJECT_TEXTS)),
        )


_PLAIN = {"title", *PROJECT_TEXTS, "areas", "municipalities", "starts_on", "ends_on"}
