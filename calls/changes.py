"""What differs between two contents of a call, as whole sentences: the public reads them as "Ändrad"."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from calls.content import CallContent, ContactData
from calls.enums import DecisionTiming
from calls.planned import PlannedDecision
from s3portal.common.swedish import (
    HARD_SPACE,
    format_datetime,
    format_day,
    format_kr,
    format_month,
    format_percent,
)

#: A longer text is not repeated in its sentence.
LONGEST_QUOTED = 240
#: What a sentence may be at most (``CallChange.text``).
LONGEST = 500


@dataclass(frozen=True)
class Change:
    """``field`` as in ``CallChange``; ``public`` when the public is told."""

    field: str
    text: str
    public: bool = True


@dataclass(frozen=True)
class _Told:
    """How a field's change is told. ``form``: the ending of "ändra" and its like with the subject:
    "ad" (ramen), "at" (beloppet), "ade" (styrkeområdena). Without ``show`` before and after are left out."""

    subject: str
    form: str = "ad"
    show: Callable[[Any], str] | None = None


def _quoted(text: str) -> str:
    return f"”{text}”" if text else ""


def _amount(kronor: int | None) -> str:
    return "" if kronor is None else format_kr(kronor)


def _day(day: Any) -> str:
    return "" if day is None else format_day(day)


def _months(months: int | None) -> str:
    return "" if months is None else f"{months}{HARD_SPACE}{'månad' if months == 1 else 'månader'}"


def _names(rows: Any) -> str:
    return ", ".join(str(row) for row in rows)


def _contacts(contacts: Any) -> str:
    return ", ".join(_contact(contact) for contact in contacts)


def _contact(contact: ContactData) -> str:
    return contact.name or contact.email or contact.phone


def planned_words(planned: PlannedDecision) -> str:
    """As in "15 december 2021", "december 2021" or "löpande"; empty when it is not set."""
    if planned.timing == DecisionTiming.RUNNING:
        return "löpande"
    if planned.on is None:
        return ""
    return format_day(planned.on) if planned.timing == DecisionTiming.DAY else format_month(planned.on)


_TOLD: Final[dict[str, _Told]] = {
    "title": _Told("Rubriken", show=_quoted),
    "summary": _Told("Ingressen"),
    "text": _Told("Texten"),
    "who_may_apply": _Told("Vem som kan söka", "at", _quoted),
    "areas": _Told("Styrkeområdena", "ade", _names),
    "legal_basis": _Told("Den rättsliga grunden", show=lambda basis: f"”{basis}”"),
    "frame": _Told("Ramen", show=_amount),
    "min_amount": _Told("Lägsta belopp", "at", _amount),
    "max_amount": _Told("Högsta belopp", "at", _amount),
    "max_aid_percent": _Told("Högsta stödnivå", show=format_percent),
    "overhead_percent": _Told("Schablonen för indirekta kostnader", show=format_percent),
    "opens_at": _Told("Öppningsdagen", show=format_datetime),
    "closes_at": _Told("Sista ansökningsdag", show=format_datetime),
    "planned": _Told("Planerat beslut", "at", planned_words),
    "earliest_start": _Told("Tidigaste start", show=_day),
    "latest_end": _Told("Senaste slut", "at", _day),
    "grant_months": _Told("Stödperioden", show=_months),
    "contacts": _Told("Kontakterna", "ade", _contacts),
}
#: Of these the public is not told: it does not see them, or they are another wording of what it does see.
_INNER: Final[dict[str, _Told]] = {
    "slug": _Told("Adressen", show=_quoted),
    "headline": _Told("Rubriken på startsidan", show=_quoted),
    "internal_notes": _Told("De interna anteckningarna", "ade"),
    "diary_prefix": _Told("Diarieprefixet", "at", _quoted),
}
#: The names that others read in ``CallChange.field``, where they differ from the content's.
_FIELD_NAMES: Final = {"planned": "decision_planned"}


def changes_between(before: CallContent, after: CallContent) -> list[Change]:
    """One sentence for each field that differs, in the order of the form."""
    found = [
        Change(_FIELD_NAMES.get(name, name), _sentence(told, getattr(before, name), getattr(after, name)))
        for name, told in _TOLD.items()
        if _differs(getattr(before, name), getattr(after, name))
    ]
    if before.extension_possible != after.extension_possible:
        text = "Stödet kan förlängas" if after.extension_possible else "Stödet kan inte längre förlängas"
        found.append(Change("extension_possible", f"{text} efter utvärdering."))
    if before.letters_required != after.letters_required:
        text = "ska styrkas med brev" if after.letters_required else "behöver inte längre styrkas med brev"
        found.append(Change("letters_required", f"Bekräftad medfinansiering {text}."))
    found += [
        Change(name, _sentence(told, getattr(before, name), getattr(after, name)), public=False)
        for name, told in _INNER.items()
        if getattr(before, name) != getattr(after, name)
    ]
    return found


def _differs(before: Any, after: Any) -> bool:
    if isinstance(before, list | tuple):
        return list(before) != list(after)
    return bool(before != after)


def _sentence(told: _Told, before: Any, after: Any) -> str:
    """As in "Ramen är ändrad från 10 000 000 kr till 12 000 000 kr."."""
    plain = f"{told.subject} är ändr{told.form}."
    if told.show is None:
        return plain
    old, new = told.show(before), told.show(after)
    if old == new:
        # The same to a reader, as when a contact got another telephone number.
        return plain
    if not old:
        text = f"{told.subject} är {_ADDED[told.form]}: {new}."
    elif not new:
        text = f"{told.subject} är {_REMOVED[told.form]}. Tidigare: {old}."
    else:
        text = f"{told.subject} är ändr{told.form} från {old} till {new}."
    return text if max(len(old), len(new)) <= LONGEST_QUOTED and len(text) <= LONGEST else plain


_ADDED: Final = {"ad": "tillagd", "at": "tillagt", "ade": "tillagda"}
_REMOVED: Final = {"ad": "borttagen", "at": "borttaget", "ade": "borttagna"}
