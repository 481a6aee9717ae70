"""What differs between two sent versions of an application: field by field, and row by row in its tables.

Both are read from what was frozen (``snapshot.content_of``), so an officer sees the same however the rows
have changed since, and a masked version gives a masked comparison."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from applications.checks.steps import Step
from applications.parts import PROJECT_TEXTS
from s3portal.common.comparing import Change
from s3portal.common.swedish import format_kr

Content = Mapping[str, Any]


@dataclass(frozen=True)
class ChangedStep:
    step: Step
    changes: Sequence[Change]


@dataclass(frozen=True)
class _Row:
    """``name`` is what the row is about; two versions of a row are found by it."""

    name: str
    text: str


def changes_between(before: Content, after: Content) -> list[ChangedStep]:
    """The steps where something differs, in the order of the form."""
    found = []
    for step in Step:
        changes = [*_field_changes(step, before, after), *_row_changes(step, before, after)]
        if changes:
            found.append(ChangedStep(step, changes))
    return found


# --- Fields -----------------------------------------------------------------------------------------------
def _field_changes(step: Step, before: Content, after: Content) -> Iterator[Change]:
    old, new = (dict(_fields(step, content)) for content in (before, after))
    for label in [*new, *(label for label in old if label not in new)]:
        if old.get(label, "") != new.get(label, ""):
            yield Change(label, old.get(label, ""), new.get(label, ""))


def _fields(step: Step, content: Content) -> Iterator[tuple[str, str]]:
    """Label and text; labels are unique within a step."""
    if step is Step.APPLICANT:
        yield from _applicant(content)
    elif step is Step.PROJECT:
        yield from _project(content)
    elif step is Step.QUESTIONS:
        for answer in content.get("answers") or []:
            yield answer["question"], _text(answer.get("text"))
            yield _secret(answer["question"]), _text(answer.get("trade_secret"))
    elif step is Step.BUDGET:
        yield "Totala kostnader", _kr(content["totals"].get("total_cost"))
    elif step is Step.FINANCING:
        yield from _totals(content["totals"])
    elif step is Step.STATE_AID:
        yield from _aid(content.get("state_aid") or {})


def _applicant(content: Content) -> Iterator[tuple[str, str]]:
    organisation, contact = content["organisation"], content["contact"]
    yield "Organisation", _text(organisation.get("name"))
    yield "Organisationsnummer", _text(organisation.get("org_number"))
    yield "Postadress", _text(organisation.get("postal_address"))
    yield "Kontaktperson", _text(contact.get("name"))
    yield "E-post", _text(contact.get("email"))
    yield "Telefon", _text(contact.get("phone"))


def _project(content: Content) -> Iterator[tuple[str, str]]:
    project = content["project"]
    yield "Projektets namn", _text(project.get("title"))
    yield "Styrkeområden", ", ".join(project.get("areas") or [])
    yield "Kommuner", ", ".join(_name(one) for one in project.get("municipalities") or [])
    yield "Första dag", _text(project.get("starts_on"))
    yield "Sista dag", _text(project.get("ends_on"))
    secrets = project.get("trade_secrets") or {}
    for name, label in PROJECT_TEXTS.items():
        yield label, _text(project.get(name))
        yield _secret(label), _text(secrets.get(name))


def _totals(totals: Content) -> Iterator[tuple[str, str]]:
    yield "Sökt stöd", _kr(totals.get("applied"))
    yield "Summa finansiering", _kr(totals.get("financing"))
    yield "Stödnivå", _text(totals.get("aid_share"))


def _aid(aid: Content) -> Iterator[tuple[str, str]]:
    yield "Annat stöd för samma kostnader", _yes_no(aid.get("has_other_aid"))
    yield "År med driftstöd", _text(aid.get("operating_aid_years"))
    room = aid.get("de_minimis") or {}
    yield "Tidigare försumbart stöd", _yes_no(room.get("has_earlier"))
    declared = aid.get("declarations") or []
    yield "Intygat", "\n".join(f"{one['text']} ({one['by']})" for one in declared)


# --- Rows -------------------------------------------------------------------------------------------------
def _row_changes(step: Step, before: Content, after: Content) -> Iterator[Change]:
    old, new = (dict(_tables(step, content)) for content in (before, after))
    for label in new:
        yield from _met(label, old.get(label, []), new[label])


def _met(label: str, old: Sequence[_Row], new: Sequence[_Row]) -> Iterator[Change]:
    """Rows that are the same are paired off, wherever they stand. Of the rest, those about the same thing are
    one row that has changed."""
    same = Counter(row.text for row in old) & Counter(row.text for row in new)
    gone, come = _without(old, same), _without(new, same)
    for row in come:
        before = next((one for one in gone if one.name and one.name == row.name), None)
        if before is not None:
            gone.remove(before)
        yield Change(f"{label}: {row.name or 'utan namn'}", before.text if before else "", row.text)
    for row in gone:
        yield Change(f"{label}: {row.name or 'utan namn'}", row.text, "")


def _without(rows: Sequence[_Row], same: "Counter[str]") -> list[_Row]:
    left, rest = Counter(same), []
    for row in rows:
        if left[row.text]:
            left[row.text] -= 1
        else:
            rest.append(row)
    return rest


def _tables(step: Step, content: Content) -> Iterator[tuple[str, list[_Row]]]:
    if step is Step.PARTNERS:
        yield "Samverkanspart", [_partner(row) for row in content.get("partners") or []]
    elif step is Step.PROJECT:
        project = content["project"]
        yield "Aktivitet", [_activity(row) for row in project.get("activity_rows") or []]
        yield "Indikator", [_indicator(row) for row in project.get("indicators") or []]
    elif step is Step.BUDGET:
        yield "Budgetrad", [_line(row) for row in content["budget"].get("lines") or []]
    elif step is Step.FINANCING:
        yield "Finansiering", [_financing(row) for row in content.get("financing") or []]
    elif step is Step.STATE_AID:
        aid = content.get("state_aid") or {}
        earlier = (aid.get("de_minimis") or {}).get("earlier") or []
        yield "Försumbart stöd", [_earlier(row) for row in earlier]
        yield "Annat stöd", [_other_aid(row) for row in aid.get("other_aid") or []]
    elif step is Step.ATTACHMENTS:
        yield "Fil", [_file(row) for row in content.get("attachments") or []]


def _partner(row: Content) -> _Row:
    return _row(
        row.get("name"),
        ("Namn", row.get("name")),
        ("Organisationsnummer", row.get("org_number")),
        ("Kontaktperson", row.get("contact_name")),
        ("E-post", row.get("contact_email")),
        ("Roll i projektet", row.get("role")),
        ("Tar del av stödet", _yes_no(row.get("receives_aid"))),
    )


def _activity(row: Content) -> _Row:
    return _row(
        row.get("what"),
        ("Aktivitet", row.get("what")),
        ("Från", row.get("starts_on")),
        ("Till", row.get("ends_on")),
        ("Ansvarig", row.get("responsible")),
    )


def _indicator(row: Content) -> _Row:
    return _row(
        row.get("name"),
        ("Indikator", row.get("name")),
        ("Enhet", row.get("unit")),
        ("Målvärde", row.get("target")),
    )


def _line(row: Content) -> _Row:
    hours = row.get("hours") or {}
    years = [
        (year, f"{_kr(amount)}{f' ({hours[year]} timmar)' if year in hours else ''}")
        for year, amount in (row.get("amounts") or {}).items()
        if amount or year in hours
    ]
    return _row(
        row.get("description") or row.get("label"),
        ("Kostnadsslag", row.get("label")),
        ("Benämning", row.get("description")),
        ("Part", row.get("partner")),
        ("Kronor per timme", row.get("hourly_rate")),
        *years,
        ("Summa", _kr(row.get("total"))),
    )


def _financing(row: Content) -> _Row:
    return _row(
        row.get("financier"),
        ("Finansiär", row.get("financier")),
        ("Slag", row.get("kind_label")),
        ("Källa", row.get("source_label")),
        ("Bekräftad skriftligt", "Ja" if row.get("confirmed") else ""),
        ("Timmar", row.get("hours")),
        ("Kronor per timme", row.get("hourly_rate")),
        ("Värde", _kr(row.get("value"))),
    )


def _earlier(row: Content) -> _Row:
    return _row(
        row.get("giver"),
        ("Beviljat", row.get("granted_on")),
        ("Av", row.get("giver")),
        ("Belopp", _kr(row.get("amount"))),
    )


def _other_aid(row: Content) -> _Row:
    return _row(
        row.get("giver"),
        ("Av", row.get("giver")),
        ("Till", row.get("purpose")),
        ("Belopp", _kr(row.get("amount"))),
    )


def _file(row: Content) -> _Row:
    """The checksum tells a file from another of the same name."""
    return _row(
        row.get("filename"),
        ("Fil", row.get("filename")),
        ("Vad", row.get("label")),
        ("Märkt som affärshemlighet", row.get("trade_secret_reason")),
        ("Kontrollsumma", _text(row.get("sha256"))[:16]),
    )


def _row(name: Any, *columns: tuple[str, Any]) -> _Row:
    texts = ((label, _text(value)) for label, value in columns)
    return _Row(_text(name), "\n".join(f"{label}: {text}" for label, text in texts if text))


def _yes_no(value: Any) -> str:
    return {True: "Ja", False: "Nej"}.get(value, "")


def _name(one: Any) -> str:
    """A masked list holds a text in place of its members."""
    return str(one["name"]) if isinstance(one, Mapping) else str(one)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _kr(value: Any) -> str:
    return "" if value is None else format_kr(value)


def _secret(label: str) -> str:
    return f"{label}, affärshemlighet"
