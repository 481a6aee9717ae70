"""The trial's people and what depends on today: accounts, an open call, delegates, meetings of the nämnd.

``load_demo`` can be run again and again: what is there stays as it is, what time has run out for is followed
by something new, so that there is always an open call and a delegation order in force.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from applications.models import Application
from applications.models.rows import new_row_key
from applications.parts import (
    ActivityRow,
    IndicatorRow,
    PartnerRow,
    PartnersPart,
    ProjectPart,
    seen_mark,
)
from applications.services import save_draft, start_application
from calls.enums import CallPhase
from calls.models import Call
from decisions.models import (
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    Decision,
)
from decisions.services.meetings import create_meeting, record_minutes
from decisions.services.notices import post_minutes_notice, take_down_notice
from decisions.services.reporting import report_decisions
from s3portal.accounts.enums import MembershipRole, Role
from s3portal.accounts.models import Membership, Organisation, StaffRole, User
from s3portal.common.context_processors import TRIAL_PASSWORD
from s3portal.common.swedish import (
    STOCKHOLM,
    format_isodate,
    format_month,
    next_working_day,
    parse_org_number,
)
from s3portal.exchange.services import import_file
from s3portal.organisations.services import create_organisation
from s3portal.trial.by_hand import load_by_hand
from s3portal.trial.demo_delegation import load_delegation
from s3portal.trial.judged import RELATIVE_CALL, load_judged

RELATIVE_CALLS: Final = Path(__file__).parent / "data" / "relativt" / "utlysningar.yaml"
OPEN_CALL: Final = "kluster-for-hallbar-omstallning"
COMMITTEE: Final = "regionala-utvecklingsnamnden"
UNIT: Final = "Samhällsutveckling"
KEPT_AT: Final = "Regionens hus, Kyrkgatan 12, Östersund"


# --- Dates that follow today --------------------------------------------------------------------------------
_RELATIVE = re.compile(r"(vardag |månad )?([+-][0-9]+) dagar")


def fill_in(text: str, *, today: date, number: int) -> str:
    """The trial's own notation made into real dates, so that the rest is the ordinary exchange format.

    "+30 dagar" → the date, "vardag +7 dagar" → that day or the next working day, "månad +75 dagar" →
    "Februari 2027". "-LÖPNUMMER" is nothing in the first round and "-2" in the second.
    """

    def replace(match: re.Match[str]) -> str:
        day = today + timedelta(days=int(match[2]))
        if match[1] == "månad ":
            return format_month(day).capitalize()
        return format_isodate(next_working_day(day) if match[1] else day)

    return _RELATIVE.sub(replace, text).replace("-LÖPNUMMER", "" if number == 1 else f"-{number}")


def _load_calls(today: date) -> None:
    """A new round of the made-up calls when none of them is open."""
    for number in count(1):
        slug = OPEN_CALL if number == 1 else f"{OPEN_CALL}-{number}"
        call = Call.objects.filter(slug=slug).first()
        if call is None:
            text = RELATIVE_CALLS.read_text(encoding="utf-8")
            import_file(fill_in(text, today=today, number=number).encode(), actor=None)
            return
        if call.phase() == CallPhase.OPEN:
            return


# --- People -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Person:
    """A made-up person. Telephone numbers are among those that are kept for fiction."""

    name: str
    title: str = ""
    roles: tuple[Role, ...] = ()
    phone: str = ""
    superuser: bool = False


PEOPLE: Final[dict[str, Person]] = {
    "sokande@example.se": Person("Karin Lund", phone="070-174 06 05"),
    "kollega@example.se": Person("Jonas Berg", phone="070-174 06 06"),
    "annan.sokande@example.se": Person("Maria Sjölund", phone="070-174 06 07"),
    "handlaggare@example.se": Person("Sara Lindqvist", "Regionutvecklare", (Role.OFFICER,), "063-14 75 00"),
    "handlaggare2@example.se": Person("Erik Nordin", "Regionutvecklare", (Role.OFFICER,), "063-14 75 00"),
    "direktor@example.se": Person(
        "Anders Holm", "Regional utvecklingsdirektör", (Role.DELEGATE,), "063-14 75 00"
    ),
    "enhetschef@example.se": Person("Ulrika Strand", "Enhetschef", (Role.DELEGATE,), "063-14 75 00"),
    "registrator@example.se": Person("Lena Åslund", "Registrator", (Role.REGISTRAR,), "063-14 75 00"),
    "ledamot@example.se": Person("Eva Norberg", "Ledamot", (Role.COMMITTEE_MEMBER,)),
    "bedomare@example.se": Person("Per Wikström", "Bedömare", (Role.ASSESSOR,)),
    "admin@example.se": Person("Admin Adminsson", "Administratör", (Role.ADMIN,), superuser=True),
}


def _load_person(email: str, person: Person) -> User:
    """The account, as it is if it is there: a changed password stays changed."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(
            email,
            TRIAL_PASSWORD,
            full_name=person.name,
            title=person.title,
            unit=UNIT if person.roles and Role.COMMITTEE_MEMBER not in person.roles else "",
            phone=person.phone,
            is_staff=person.superuser,
            is_superuser=person.superuser,
        )
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    for role in person.roles:
        StaffRole.objects.get_or_create(user=user, role=role)
    return user


def _load_organisations(people: dict[str, User]) -> None:
    """Numbers with a right check digit in a range that no register uses."""
    peak = made_up_organisation(
        "Peak Jämtland ekonomisk förening",
        "799901-0015",
        people["sokande@example.se"],
        "Storgatan 1, 831 30 Östersund",
    )
    Membership.objects.get_or_create(
        organisation=peak, user=people["kollega@example.se"], defaults={"role": MembershipRole.EDITOR}
    )
    # The other organisation's owner is left for an officer to confirm.
    Membership.objects.filter(organisation=peak, confirmed_at__isnull=True).update(
        confirmed_at=timezone.now(), confirmed_by=people["handlaggare@example.se"]
    )
    made_up_organisation(
        "Fjällbygdens digitala nav ekonomisk förening",
        "799902-0014",
        people["annan.sokande@example.se"],
        "Byvägen 2, 840 90 Bruksvallarna",
    )


def made_up_organisation(name: str, org_number: str, owner: User, postal_address: str) -> Organisation:
    """As it is if it is there."""
    number = parse_org_number(org_number)
    found = Organisation.objects.filter(org_number=str(number)).first()
    if found is not None:
        return found
    return create_organisation(
        actor=owner,
        org_number=number,
        name=name,
        postal_address=postal_address,
        email=owner.email,
        phone=owner.phone,
        is_signatory=True,
    )


# --- The nämnd ----------------------------------------------------------------------------------------------
def _load_meetings(committee: Committee, registrar: User, today: date) -> None:
    """One meeting to come and two that have been: at the first the two decisions signed elsewhere were
    reported, and its notice has been taken down; the notice about the second stands on the board."""
    meetings = committee.meetings
    if not meetings.filter(starts_at__gt=timezone.now()).exists():
        create_meeting(
            committee=committee,
            starts_at=_morning(next_working_day(today + timedelta(days=25))),
            place="Regionens hus, Östersund",
            actor=registrar,
        )
    if not meetings.filter(starts_at__lte=timezone.now()).exists():
        held = create_meeting(
            committee=committee,
            starts_at=_morning(next_working_day(today - timedelta(days=40))),
            place="Regionens hus, Östersund",
            actor=registrar,
        )
        elsewhere = Decision.objects.unreported().filter(signed_elsewhere=True).values_list("pk", flat=True)
        if elsewhere:
            report_decisions(meeting_id=held.pk, decision_ids=list(elsewhere), actor=registrar)
        _load_past_notice(held, registrar)
        recent = create_meeting(
            committee=committee,
            starts_at=_morning(next_working_day(today - timedelta(days=9))),
            place="Regionens hus, Östersund",
            actor=registrar,
        )
        record_minutes(
            meeting_id=recent.pk,
            report_paragraph="§ 72",
            approved_on=today - timedelta(days=1),
            actor=registrar,
        )
        post_minutes_notice(meeting_id=recent.pk, kept_at=KEPT_AT, actor=registrar)


def _load_past_notice(held: CommitteeMeeting, registrar: User) -> None:
    """On the board before the portal's: it stood its time and came down the day after."""
    approved_on = next_working_day(held.day + timedelta(days=1))
    record_minutes(meeting_id=held.pk, report_paragraph="§ 60", approved_on=approved_on, actor=registrar)
    notice = post_minutes_notice(
        meeting_id=held.pk, kept_at=KEPT_AT, posted_elsewhere_on=approved_on, actor=registrar
    )
    take_down_notice(notice_id=notice.pk, taken_down_on=notice.kept_from, actor=registrar)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9, 30), tzinfo=STOCKHOLM)


# --- A draft ------------------------------------------------------------------------------------------------
def _load_draft(people: dict[str, User]) -> None:
    """Something half done on the colleague's desk, the first time only."""
    colleague, now = people["kollega@example.se"], timezone.now()
    organisation = Organisation.objects.of(colleague).order_by("pk").first()
    call = Call.objects.in_phase(CallPhase.OPEN, now=now).filter(slug__startswith=OPEN_CALL).first()
    if organisation is None or call is None or organisation.applications.exists():
        return
    draft = start_application(actor=colleague, call=call, organisation=organisation, arrived_at=now)
    opened = ProjectPart.read(draft)
    part = replace(
        opened,
        title="Peak Innovation Norr",
        summary="Vi samlar företag inom sport, uteliv och besöksnäring i ett kluster som utvecklar hållbara "
        "produkter och upplevelser i fjällen.",
        background="Företagen i fjällen är små och har sällan kontakt med forskare.",
        areas=tuple(call.areas.filter(slug="upplevelser")),
        municipalities=("2321", "2380"),
        activity_rows=(
            ActivityRow(new_row_key(), "Starta en styrgrupp", None, None, "Peak Jämtland"),
            ActivityRow(new_row_key(), "Bygga en testbädd för uteprodukter", None, None, ""),
        ),
        indicators=(IndicatorRow(new_row_key(), "Företag i klustret", "företag", "25"),),
    )
    seen = seen_mark(draft, opened)
    save_draft(application_id=draft.pk, actor=colleague, part=part, seen=seen, arrived_at=now)
    _load_partner(draft, colleague, now)


def _load_partner(draft: Application, colleague: User, now: datetime) -> None:
    opened = PartnersPart.read(draft)
    partner = PartnerRow(
        key=new_row_key(),
        name="Mittuniversitetet",
        org_number="202100-4524",
        contact_name="Petra Partner",
        contact_email="petra.partner@example.se",
        role="Forskar om hållbara material och handleder testbädden.",
        receives_aid=True,
    )
    save_draft(
        application_id=draft.pk,
        actor=colleague,
        part=PartnersPart((partner,)),
        seen=seen_mark(draft, opened),
        arrived_at=now,
    )


@transaction.atomic
def load_demo() -> None:
    """Everything that the trial has beside its data files, which must have been imported."""
    today = timezone.localdate()
    people = {email: _load_person(email, person) for email, person in PEOPLE.items()}
    _load_organisations(people)
    committee = Committee.objects.get(slug=COMMITTEE)
    CommitteeMember.objects.get_or_create(
        committee=committee, user=people["ledamot@example.se"], defaults={"valid_from": date(2023, 1, 1)}
    )
    registrar = people["registrator@example.se"]
    load_delegation(
        committee,
        director=people["direktor@example.se"],
        deputy=people["enhetschef@example.se"],
        registrar=registrar,
        today=today,
    )
    _load_meetings(committee, registrar, today)
    _load_calls(today)
    _load_draft(people)
    load_judged(
        call_text=fill_in(RELATIVE_CALL.read_text(encoding="utf-8"), today=today, number=1),
        applicant=people["annan.sokande@example.se"],
        officer=people["handlaggare@example.se"],
        assessors=[people["bedomare@example.se"], people["handlaggare2@example.se"]],
    )
    load_by_hand(registrar=registrar, officer=people["handlaggare@example.se"], today=today)
