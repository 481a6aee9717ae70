"""What a standard phrase may name, and how the names are filled from the case.

A phrase is text with placeholders in braces: ``{belopp}``. What the case does not tell becomes
"[belopp saknas]", which the check of leftovers stops before the decision is signed."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from django.conf import settings
from django.db.models import prefetch_related_objects

from applications.models import Application
from calls.models import LegalBasis
from decisions.models import Decision
from s3portal.common.swedish import (
    format_day,
    format_kronor,
    format_percent,
    in_stockholm,
)

#: The final report is due this long after the project's last day (the region's practice).
REPORT_MONTHS: Final = 2
#: What stands for the officer's own words: nothing. An empty point is what remains to be written.
OWN_TEXT: Final = "egen text"
_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Source:
    """What a phrase is filled from. ``amount`` in whole kronor; both dates are inclusive. ``earlier``: the
    signed decision that this one has to do with."""

    case_number: str
    officer: str
    application: Application | None = None
    legal_basis: LegalBasis | None = None
    amount: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    title: str = ""
    earlier: Decision | None = None


def source_of(decision: Decision) -> Source:
    """Its figures as they are on the object, stored or not."""
    return Source(
        case_number=str(decision.case),
        officer=decision.case_officer_name,
        application=decision.application,
        legal_basis=decision.legal_basis,
        amount=decision.amount,
        starts_on=decision.starts_on,
        ends_on=decision.ends_on,
        title=decision.title,
        earlier=decision.changes,
    )


@dataclass(frozen=True)
class Placeholder:
    """``value`` gives "" for what the case does not tell; ``example`` fills a preview without a case."""

    name: str
    meaning: str
    example: str
    value: Callable[[Source], str]
    of_application: bool = False
    of_earlier: bool = False
    #: The applicant's own text that it is, as it is called in a mark that it holds trade secrets.
    field: str = ""

    @property
    def written(self) -> str:
        return f"{{{self.name}}}"


def _of_application(read: Callable[[Application], str]) -> Callable[[Source], str]:
    return lambda source: "" if source.application is None else read(source.application)


def _of_earlier(read: Callable[[Decision], str]) -> Callable[[Source], str]:
    return lambda source: "" if source.earlier is None else read(source.earlier)


def _named(earlier: Decision) -> str:
    return f"{earlier.title} ({earlier.printed_number})"


def _decided(earlier: Decision) -> str:
    return "\n".join(f"{point.order}. {point.text}" for point in earlier.points.all())


def _project_in(title: str) -> str:
    return title.partition(": ")[2]


def _kronor(amount: int | None) -> str:
    return format_kronor(amount) if amount else ""


def _day(day: date | None) -> str:
    return format_day(day) if day else ""


def _received(application: Application) -> str:
    moment = application.submitted_at
    return "" if moment is None else format_day(in_stockholm(moment).date())


def _share(source: Source) -> str:
    """The amount of the total cost, in percent with two decimals, never above the call's cap."""
    application = source.application
    if application is None or not application.total_cost or not source.amount:
        return ""
    share = Fraction(source.amount * 100, application.total_cost)
    return format_percent(min(share, Fraction(application.call.max_aid_percent)), 2)


def _report_day(source: Source) -> str:
    return "" if source.ends_on is None else format_day(months_after(source.ends_on, REPORT_MONTHS))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


PLACEHOLDERS: Final = (
    Placeholder(
        "region", "Regionens namn.", "Region Jämtland Härjedalen", lambda _source: settings.REGION["name"]
    ),
    Placeholder(
        "sökande",
        "Den organisation som söker.",
        "Exempelklustret ekonomisk förening",
        _of_application(lambda application: application.organisation.name),
        of_application=True,
    ),
    Placeholder(
        "orgnr",
        "Sökandens organisationsnummer.",
        "232100-0214",
        _of_application(lambda application: str(application.organisation.org_number)),
        of_application=True,
    ),
    Placeholder(
        "projekt",
        "Projektets namn i ansökan.",
        "Exempelprojektet",
        _of_application(lambda application: application.title),
        of_application=True,
    ),
    Placeholder(
        "sammanfattning",
        "Ansökans sammanfattning.",
        "Vi samlar företag och forskare i länet.",
        _of_application(lambda application: application.summary),
        of_application=True,
        field="summary",
    ),
    Placeholder(
        "utlysning",
        "Utlysningens rubrik.",
        "Exempelutlysningen",
        _of_application(lambda application: application.call.title),
        of_application=True,
    ),
    Placeholder(
        "inkom",
        "Dagen då ansökan kom in.",
        format_day(date(2026, 9, 14)),
        _of_application(_received),
        of_application=True,
    ),
    Placeholder(
        "sökt belopp",
        "Det belopp som ansökan gäller.",
        format_kronor(300_000),
        _of_application(lambda application: _kronor(application.applied_amount)),
        of_application=True,
    ),
    Placeholder(
        "total kostnad",
        "Projektets totala kostnad i ansökans budget.",
        format_kronor(600_000),
        _of_application(lambda application: _kronor(application.total_cost)),
        of_application=True,
    ),
    Placeholder(
        "godkända kostnader",
        "De kostnader som andelen räknas på: budgeten i ansökan.",
        format_kronor(600_000),
        _of_application(lambda application: _kronor(application.total_cost)),
        of_application=True,
    ),
    Placeholder("belopp", "Beslutets belopp.", format_kronor(300_000), lambda source: _kronor(source.amount)),
    Placeholder(
        "andel",
        "Beslutets belopp som andel av kostnaderna, högst utlysningens stödnivå.",
        format_percent(Fraction(50), 2),
        _share,
        of_application=True,
    ),
    Placeholder(
        "start", "Periodens första dag.", format_day(date(2027, 1, 1)), lambda source: _day(source.starts_on)
    ),
    Placeholder(
        "slut", "Periodens sista dag.", format_day(date(2028, 12, 31)), lambda source: _day(source.ends_on)
    ),
    Placeholder(
        "slutrapport",
        "Sista dagen för slutrapporten, två månader efter periodens sista dag.",
        format_day(date(2029, 2, 28)),
        _report_day,
    ),
    Placeholder(
        "rättslig grund",
        "Den rättsliga grundens namn.",
        "Förordning (2022:1468)",
        lambda source: "" if source.legal_basis is None else source.legal_basis.name,
    ),
    Placeholder(
        "projektnamn",
        "Projektets namn i ett beslut utan ansökan: det som står efter kolon i rubriken.",
        "Exempelprojektet",
        lambda source: _project_in(source.title),
    ),
    Placeholder(
        "beslut",
        "Det tidigare beslutets rubrik och nummer.",
        "Bidrag till projekt: Exempelprojektet (RUN/1/2026)",
        _of_earlier(_named),
        of_earlier=True,
    ),
    Placeholder(
        "beslutsrubrik",
        "Det tidigare beslutets rubrik.",
        "Bidrag till projekt: Exempelprojektet",
        _of_earlier(lambda earlier: earlier.title),
        of_earlier=True,
    ),
    Placeholder(
        "beslutsdag",
        "Dagen då det tidigare beslutet fattades.",
        format_day(date(2026, 10, 12)),
        _of_earlier(lambda earlier: _day(earlier.decided_on)),
        of_earlier=True,
    ),
    Placeholder(
        "beslutspunkter",
        "Det tidigare beslutets punkter, en på varje rad.",
        "1. Region Jämtland Härjedalen beviljar Exempelprojektet bidrag.",
        _of_earlier(_decided),
        of_earlier=True,
    ),
    Placeholder(
        OWN_TEXT,
        "Ett tomt ställe där handläggaren skriver själv.",
        "(handläggarens egen text)",
        lambda _source: "",
    ),
    Placeholder("diarienummer", "Ärendets diarienummer.", "RUN/1/2026", lambda source: source.case_number),
    Placeholder("handläggare", "Handläggarens namn.", "Hanna Exempel", lambda source: source.officer),
)
KNOWN: Final = frozenset(placeholder.name for placeholder in PLACEHOLDERS)
_OF_APPLICATION: Final = frozenset(one.name for one in PLACEHOLDERS if one.of_application)
_OF_EARLIER: Final = frozenset(one.name for one in PLACEHOLDERS if one.of_earlier)
EXAMPLE: Final[Mapping[str, str]] = {one.name: one.example for one in PLACEHOLDERS}


def values_of(source: Source) -> dict[str, str]:
    """What the applicant has marked as a trade secret is no value: a decision is public until somebody has
    said otherwise, and an officer writes it in other words."""
    secret = _trade_secrets(source.application)
    return {one.name: "" if one.field in secret else one.value(source) for one in PLACEHOLDERS}


def _trade_secrets(application: Application | None) -> set[str]:
    """The fields that are marked; asked once of each object."""
    if application is None:
        return set()
    prefetch_related_objects([application], "trade_secrets")
    return {mark.field for mark in application.trade_secrets.all()}


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder filled. What is filled in is never read for placeholders itself, so a
    project may be called what it likes."""
    return _IN_BRACES.sub(lambda found: values.get(found[1]) or _nothing(found[1]), text)


def _nothing(name: str) -> str:
    return "" if name == OWN_TEXT else missing(name)


def missing(what: str) -> str:
    """What stands where something is to be written; ``find_leftovers`` knows it."""
    return f"[{what} saknas]"


def named_in(text: str) -> list[str]:
    """The names in braces, in reading order, each once."""
    return list(dict.fromkeys(_IN_BRACES.findall(text)))


def is_left_out(text: str, source: Source, *, background: bool) -> bool:
    """Whether a new draft does without the phrase: it tells of an application or an earlier decision and
    there is none, or it is a paragraph of the background of which the case tells nothing."""
    names = named_in(text)
    if source.application is None and _any_in(_OF_APPLICATION, names):
        return True
    if source.earlier is None and _any_in(_OF_EARLIER, names):
        return True
    values = values_of(source)
    return background and bool(names) and not any(values.get(name) for name in names)


def _any_in(known: frozenset[str], names: Iterable[str]) -> bool:
    return any(name in known for name in names)


def fault_in(text: str) -> str:
    """A sentence on what is wrong with the placeholders; "" when nothing is."""
    unknown = [f"{{{name}}}" for name in named_in(text) if name not in KNOWN]
    known = ", ".join(placeholder.written for placeholder in PLACEHOLDERS)
    if unknown:
        return f"Det finns ingen uppgift som heter {' eller '.join(unknown)}. De som finns är {known}."
    if re.search(r"[{}]", _IN_BRACES.sub("", text)):
        return f"En klammer saknar sin andra hälft. Skriv en uppgift som {{belopp}}. De som finns är {known}."
    return ""
