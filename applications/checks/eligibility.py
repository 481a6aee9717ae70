"""The conditions that an officer goes through: what the portal can answer itself, with the rule it goes by,
and what only a person can judge.

Read from what was sent, never from the draft's rows. What the sent data do not tell cannot be decided."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from applications.aid import OPERATING_AID_YEARS, asks_operating_aid, format_euro
from applications.enums import EligibilityResult as Result
from applications.frames import frame_use
from applications.models import Application
from s3portal.common.errors import Refusal
from s3portal.common.swedish import (
    format_amount,
    format_day,
    format_kr,
    format_percent,
    in_stockholm,
    parse_date,
    parse_org_number,
)
from s3portal.common.swedish.org_number import organisation_kind

#: What each condition is called. A judgement that was stored is named by its code.
LABELS: Final[Mapping[str, str]] = {
    "in_time": "Ansökan kom in i tid",
    "signatory": "Den som skickade in får företräda sökanden",
    "org_number": "Organisationsnumret stämmer",
    "who_may_apply": "Sökanden hör till dem som kan söka",
    "start": "Projektet börjar tidigast när ansökan kom in",
    "period": "Perioden ryms i utlysningen",
    "balance": "Budgeten och finansieringen går ihop",
    "share": "Stödnivån ryms under taket",
    "overhead": "Indirekta kostnader följer schablonen",
    "amounts": "Beloppet ryms i utlysningen",
    "frame": "Ramen räcker",
    "consent": "Sökanden har samtyckt till publicering",
    "state_aid": "Om stödet är statligt stöd är bedömt",
    "state_aid_flag": "Sökanden uppger att det inte är statligt stöd",
    "other_aid": "Annat stöd för samma kostnader",
    "de_minimis": "Försumbart stöd ryms under taket",
    "operating_years": "Driftstöd i högst tio år",
}


@dataclass(frozen=True)
class Condition:
    """One condition. ``found``: a sentence on what the portal saw; ``source``: the rule it goes by."""

    code: str
    source: str
    result: Result
    found: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.code]

    @property
    def needs_judgement(self) -> bool:
        return self.result != Result.YES


def conditions(application: Application, content: Mapping[str, Any]) -> list[Condition]:
    """Of a received application, with ``call.legal_basis`` loaded; ``content`` is what was sent."""
    return [
        _in_time(application),
        _signatory(content),
        _number(content),
        _who_may_apply(application, content),
        *_period(application, content),
        _balance(content),
        _share(application, content),
        *_overhead(application, content),
        *_amounts(application, content),
        *_consent(application, content),
        *_state_aid(application, content),
        _frame(application),
    ]


def _answer(holds: bool) -> Result:
    return Result.YES if holds else Result.NO


# --- Who and when -----------------------------------------------------------------------------------------
def _in_time(application: Application) -> Condition:
    closes_at = application.call.closes_at
    sent_at = application.submitted_at
    assert sent_at is not None  # noqa: S101 - the database says so for what has been sent
    found = f"Kom in {_moment(sent_at)}. Utlysningen stängde {_moment(closes_at)}."
    in_time = sent_at.replace(microsecond=0) <= closes_at
    return Condition("in_time", "Utlysningens sista dag", _answer(in_time), found)


def _moment(moment: datetime) -> str:
    local = in_stockholm(moment)
    return f"{format_day(local.date())} kl. {local:%H.%M.%S}"


def _signatory(content: Mapping[str, Any]) -> Condition:
    """The portal lets only signatories send; who attested their authority is for a person to judge."""
    submission = content.get("submission", {})
    attested = submission.get("authority")
    found = f"Inskickad av {submission.get('by', 'okänd')}."
    if attested:
        found = f"Inskickad av {submission.get('by', 'okänd')}, som har intygat sin behörighet."
    supplement = content.get("supplement", {})
    if supplement.get("authority"):
        attested = supplement["authority"]
        found = f"{found} Kompletterad av {supplement['by']}, som har intygat sin behörighet."
    return Condition(
        "signatory",
        "Portalens uppgift om firmatecknare",
        Result.UNKNOWN if attested else Result.YES,
        found,
    )


def _number(content: Mapping[str, Any]) -> Condition:
    written = content["organisation"]["org_number"]
    try:
        number = parse_org_number(written)
    except Refusal as refusal:
        result, found = Result.NO, refusal.message
    else:
        result, found = Result.YES, f"{number}: {organisation_kind(number.digits).lower()}."
    return Condition("org_number", "Skatteverket, SKV 709", result, found)


def _who_may_apply(application: Application, content: Mapping[str, Any]) -> Condition:
    who = application.call.who_may_apply
    found = f"Utlysningen vänder sig till: {who}" if who else "Utlysningen säger inte vem som kan söka."
    return Condition(
        "who_may_apply",
        "Utlysningen, Vem kan söka",
        Result.UNKNOWN,
        found[:500],
    )


# --- When it runs -----------------------------------------------------------------------------------------
def _period(application: Application, content: Mapping[str, Any]) -> Iterator[Condition]:
    call, project = application.call, content["project"]
    starts_on = parse_date(project["starts_on"]) if project.get("starts_on") else None
    ends_on = parse_date(project["ends_on"]) if project.get("ends_on") else None
    received_on = in_stockholm(application.submitted_at).date() if application.submitted_at else None
    source = "Förordning (2022:1468), stimulanseffekt"
    if starts_on is None or received_on is None:
        yield Condition("start", source, Result.UNKNOWN, "Ansökan har ingen första dag.")
    else:
        found = f"Börjar {format_day(starts_on)}. Ansökan kom in {format_day(received_on)}."
        yield Condition("start", source, _answer(starts_on >= received_on), found)
    if call.earliest_start is None and call.latest_end is None:
        return
    early = call.earliest_start is not None and (starts_on is None or starts_on < call.earliest_start)
    late = call.latest_end is not None and (ends_on is None or ends_on > call.latest_end)
    limits = [
        f"tidigast {format_day(call.earliest_start)}" if call.earliest_start else "",
        f"senast {format_day(call.latest_end)}" if call.latest_end else "",
    ]
    found = f"Utlysningen: {' och '.join(limit for limit in limits if limit)}."
    holds = not early and not late
    yield Condition("period", "Utlysningens period", _answer(holds), found)


# --- Money ------------------------------------------------------------------------------------------------
def _balance(content: Mapping[str, Any]) -> Condition:
    totals = content["totals"]
    cost, financing = totals["total_cost"], totals["financing"]
    found = f"Kostnader {format_kr(cost)}, finansiering {format_kr(financing)}."
    return Condition(
        "balance",
        "Utlysningen: lika på kronan",
        _answer(cost == financing and cost > 0),
        found,
    )


def _share(application: Application, content: Mapping[str, Any]) -> Condition:
    totals, call = content["totals"], application.call
    caps = [Fraction(call.max_aid_percent)]
    if call.legal_basis.max_aid_percent is not None:
        caps.append(Fraction(call.legal_basis.max_aid_percent))
    cap = min(caps)
    source = f"Utlysningen och {call.legal_basis}"
    if not totals["total_cost"]:
        return Condition("share", source, Result.NO, "Ansökan har inga kostnader.")
    share = Fraction(totals["applied"] * 100, totals["total_cost"])
    found = f"{format_percent(share, 2)} av kostnaderna. Taket är {format_percent(cap, 2)}."
    return Condition("share", source, _answer(share <= cap), found)


def _overhead(application: Application, content: Mapping[str, Any]) -> Iterator[Condition]:
    """The flat rate is the call's, on its base: the salaries."""
    percent = application.call.overhead_percent
    indirect = content["budget"].get("indirect") or {}
    sent, total = indirect.get("percent", 0), indirect.get("total", 0)
    if not percent and not total:
        return
    source = "Utlysningens schablon"
    base = sum(row["total"] for row in content["budget"].get("costs", []) if row["category"] == "personnel")
    base = indirect.get("base", base)
    found = f"{format_kr(total)}, {format_percent(sent)} av {format_kr(base)}."
    # Each year is rounded to whole kronor by itself.
    close = abs(Fraction(base * percent, 100) - total) <= len(content["budget"].get("years", []))
    yield Condition("overhead", source, _answer(sent == percent and close), found)


def _amounts(application: Application, content: Mapping[str, Any]) -> Iterator[Condition]:
    call, applied = application.call, content["totals"]["applied"]
    if call.min_amount is None and call.max_amount is None:
        return
    inside = (call.min_amount is None or applied >= call.min_amount) and (
        call.max_amount is None or applied <= call.max_amount
    )
    limits = [
        f"minst {format_kr(call.min_amount)}" if call.min_amount is not None else "",
        f"högst {format_kr(call.max_amount)}" if call.max_amount is not None else "",
    ]
    found = f"Sökt {format_kr(applied)}. Utlysningen: {' och '.join(one for one in limits if one)}."
    yield Condition("amounts", "Utlysningens belopp", _answer(inside), found)


def _frame(application: Application) -> Condition:
    left, applied = frame_use(application.call).left, application.applied_amount or 0
    found = f"Kvar av ramen {format_kr(left)}. Sökt {format_kr(applied)}."
    return Condition("frame", "Utlysningens ram", _answer(applied <= left), found)


# --- The law ----------------------------------------------------------------------------------------------
def _consent(application: Application, content: Mapping[str, Any]) -> Iterator[Condition]:
    if not application.call.legal_basis.publication_consent_required:
        return
    given = bool(content.get("publication_consent"))
    yield Condition(
        "consent",
        "Förordning (2022:1468) 25 §",
        _answer(given),
        "Samtycke lämnat." if given else "Samtycke saknas. Utan det får bidrag inte lämnas.",
    )


def _state_aid(application: Application, content: Mapping[str, Any]) -> Iterator[Condition]:
    """Whether it is state aid is only for a person to judge, with reasons."""
    basis = application.call.legal_basis
    aid = content.get("state_aid") or {}
    yield _other_aid(aid)
    if basis.de_minimis_ceiling_eur is not None:
        yield _de_minimis(aid.get("de_minimis"), basis.de_minimis_ceiling_eur)
    yield Condition(
        "state_aid",
        "Artikel 107.1 i EUF-fördraget",
        Result.UNKNOWN,
        "Det kan portalen inte avgöra. Skriv din bedömning och skälen.",
    )
    if not basis.state_aid_allowed:
        declared = aid.get("is_state_aid")
        yield Condition(
            "state_aid_flag",
            f"{basis}: får inte vara statligt stöd",
            Result.UNKNOWN if declared is None else _answer(not declared),
            "Ansökan säger inget om det." if declared is None else "",
        )
        return
    if asks_operating_aid(basis):
        yield _operating_years(aid.get("operating_aid_years"))


def _other_aid(aid: Mapping[str, Any]) -> Condition:
    """Whether aid may be added to aid (kumulering) is for a person to judge."""
    source = "Förordning (2022:1468), och reglerna om kumulering"
    answer, rows = aid.get("has_other_aid"), aid.get("other_aid") or []
    if answer is None:
        return Condition("other_aid", source, Result.UNKNOWN, "Ansökan har inga uppgifter om det.")
    if not answer and not rows:
        return Condition("other_aid", source, Result.YES, "Sökanden uppger inget annat stöd.")
    told = "; ".join(f"{row['giver']}, {row['purpose']}, {format_kr(row['amount'] or 0)}" for row in rows)
    found = f"Sökanden uppger: {told}. Pröva om stöden får läggas ihop."
    return Condition("other_aid", source, Result.UNKNOWN, found[:500])


def _de_minimis(room: Any, ceiling: int) -> Condition:
    """``room``: what was counted when the application was sent, at the rates that are stored with it."""
    source = f"Förordning (EU) 2023/2831, {format_amount(ceiling)} euro på tre år"
    total = room.get("total_eur") if isinstance(room, Mapping) else None
    if total is None:
        return Condition("de_minimis", source, Result.UNKNOWN, "Ansökan har inga uppgifter om det.")
    found = f"Uppgivet {format_euro(total)} av {format_amount(ceiling)} euro, räknat {room['on']}."
    if room["left_kronor"] is not None:
        applied = format_euro(room["applied_eur"])
        found += f" Utrymme {format_kr(room['left_kronor'])}. Sökt {applied}."
    if room["fits"] is None:
        found += " Allt gick inte att räkna om: en uppgift eller en eurokurs saknas."
        return Condition("de_minimis", source, Result.UNKNOWN, found)
    return Condition("de_minimis", source, _answer(room["fits"]), found)


def _operating_years(years: Any) -> Condition:
    source = "Kommissionens förordning (EU) 651/2014 art. 27.7"
    if not isinstance(years, int):
        found = "Ansökan har inga uppgifter om tidigare driftstöd."
        return Condition("operating_years", source, Result.UNKNOWN, found)
    found = f"Uppgivet: {years} år."
    return Condition("operating_years", source, _answer(years <= OPERATING_AID_YEARS), found)
