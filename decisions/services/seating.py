"""Who sits in the nämnd, from when to when. Nothing is deleted: a seat ends, or is cancelled as a mistake."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from decisions.enums import SeatOffice
from decisions.models import Committee, CommitteeMember, Delegate
from decisions.rules import may_seat
from decisions.services.holding import tell_of_waiting
from s3portal.accounts.enums import Role
from s3portal.accounts.models import StaffRole, User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_day

UNKNOWN: Final = (
    "Ingen i portalen har den adressen. Be en administratör lägga upp personen först, eller rätta adressen."
)


@dataclass(frozen=True)
class SeatData:
    """Both days inclusive; ``valid_to`` None: until further notice. ``email`` is the person's in the portal,
    in any case of letters."""

    email: str
    office: SeatOffice
    valid_from: date
    valid_to: date | None = None


@transaction.atomic
def create_committee(*, actor: User, name: str) -> Committee:
    """``name`` as it is printed in running text. Raises Refusal when there is one of that name."""
    _require_keeper(actor)
    if Committee.objects.filter(name__iexact=name).exists():
        raise Refusal("Det finns redan en nämnd med det namnet.", field="name")
    committee = Committee.objects.create(name=name, slug=_free_slug(name))
    record_event(actor=actor, action="committee_created", obj=committee, text=f"Nämnd inlagd: {committee}")
    return committee


@transaction.atomic
def add_member(*, actor: User, committee_id: int, data: SeatData) -> CommitteeMember:
    """Note that somebody sits in the nämnd; she gets the portal's role of member, which opens nothing on days
    without a seat.

    Raises Refusal for an unknown person, one who has a seat on any of the days, and a second chair."""
    _require_keeper(actor)
    committee = _locked(committee_id)
    user = User.objects.filter(email__iexact=data.email, is_active=True).first()
    if user is None:
        raise Refusal(UNKNOWN, field="email")
    if data.valid_to is not None and data.valid_to < data.valid_from:
        raise Refusal("Slutdatumet ligger före startdatumet.", field="valid_to")
    seat = CommitteeMember(
        committee=committee,
        user=user,
        office=data.office,
        valid_from=data.valid_from,
        valid_to=data.valid_to,
    )
    _require_free(seat, field="email")
    seat.save(force_insert=True)
    StaffRole.objects.get_or_create(user=user, role=Role.COMMITTEE_MEMBER)
    record_event(
        actor=actor,
        action="member_seated",
        obj=committee,
        text=f"{user}, {seat.get_office_display().lower()}, {_period(seat)}",
        data={"seat": seat.pk, "person": user.pk, "office": seat.office},
    )
    return seat


@transaction.atomic
def end_member(*, actor: User, member_id: int, last_day: date) -> CommitteeMember:
    """Set the last day (inclusive) of a seat, earlier or later than it was. The day after, the person reads
    no lists and decides nothing urgent; those whose decisions wait for that get a mail. Raises Refusal for a
    seat that is over or cancelled, and where the days would collide."""
    _require_keeper(actor)
    seat = _locked_seat(member_id)
    if seat.is_over:
        raise Refusal("Uppdraget är över. Lägg in ett nytt om personen väljs igen.", field="last_day")
    if last_day < seat.valid_from:
        raise Refusal(f"Ange {format_day(seat.valid_from)} eller en senare dag.", field="last_day")
    seat.valid_to = last_day
    _require_free(seat, field="last_day")
    seat.save(update_fields=["valid_to"])
    _tell_of_urgent(seat, last_day)
    record_event(
        actor=actor,
        action="member_ended",
        obj=seat.committee,
        text=f"{seat.user}, {seat.get_office_display().lower()}, till och med {format_day(last_day)}",
        data={"seat": seat.pk, "person": seat.user_id},
    )
    return seat


@transaction.atomic
def cancel_member(*, actor: User, member_id: int, reason: str) -> CommitteeMember:
    """Say that a seat was entered by mistake. It gives nothing any more and stays readable with the reason.

    Raises Refusal without a reason, and for a seat that is over: that is history."""
    _require_keeper(actor)
    seat = _locked_seat(member_id)
    if seat.is_over:
        raise Refusal("Uppdraget är över och står kvar som det är.", field="reason")
    if not reason.strip():
        raise Refusal("Ange varför uppdraget makuleras.", field="reason")
    seat.cancelled_at, seat.cancelled_by, seat.cancel_reason = timezone.now(), actor, reason.strip()
    seat.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    record_event(
        actor=actor,
        action="member_cancelled",
        obj=seat.committee,
        text=f"{seat.user}, {seat.get_office_display().lower()}, makulerat: {seat.cancel_reason}",
        data={"seat": seat.pk, "person": seat.user_id},
    )
    return seat


@transaction.atomic
def withdraw_roles() -> int:
    """Take the role of member from those whose seats are all over, none to come. Returns how many.

    One who has the role and never had a seat keeps it: it was given by hand, and opens nothing."""
    today = timezone.localdate()
    holders = StaffRole.objects.filter(role=Role.COMMITTEE_MEMBER, user__committee_seats__isnull=False)
    still = CommitteeMember.objects.standing().exclude(valid_to__lt=today)
    over = holders.exclude(user__in=still.values("user")).distinct().select_related("user")
    found = list(over.order_by("pk"))
    for held in found:
        record_event(
            actor=None,
            action="member_role_ended",
            obj=held.user,
            text="Rollen ledamot togs bort: uppdraget i nämnden är över",
        )
    StaffRole.objects.filter(pk__in=[held.pk for held in found]).delete()
    return len(found)


def _require_keeper(actor: User) -> None:
    if not may_seat(actor):
        raise Refusal("Bara en registrator eller en administratör kan ändra vilka som sitter i nämnden.")


def _locked(committee_id: int) -> Committee:
    """Two who write of the same nämnd at once wait for each other (see OneSeatAtATime)."""
    return Committee.objects.select_for_update(of=("self",), no_key=True).get(pk=committee_id)


def _locked_seat(member_id: int) -> CommitteeMember:
    committee_id = CommitteeMember.objects.values_list("committee_id", flat=True).get(pk=member_id)
    _locked(committee_id)
    seat = CommitteeMember.objects.select_for_update(of=("self",)).select_related("user", "committee")
    found = seat.get(pk=member_id)
    if found.is_cancelled:
        raise Conflict("Uppdraget är redan makulerat.")
    return found


def _require_free(seat: CommitteeMember, *, field: str) -> None:
    """One seat for each person on each day, and one chair."""
    others = CommitteeMember.objects.standing().filter(committee=seat.committee).exclude(pk=seat.pk)
    others = others.exclude(valid_to__lt=seat.valid_from)
    if seat.valid_to is not None:
        others = others.filter(valid_from__lte=seat.valid_to)
    own = others.filter(user=seat.user).first()
    if own is not None:
        raise Refusal(
            f"{seat.user} sitter redan i nämnden {_period(own)}. Avsluta det uppdraget först.", field=field
        )
    chair = others.filter(office=SeatOffice.CHAIR).select_related("user").first()
    if seat.office == SeatOffice.CHAIR and chair is not None:
        field = "office" if field == "email" else field
        raise Refusal(f"{chair.user} är ordförande {_period(chair)}.", field=field)


def _tell_of_urgent(seat: CommitteeMember, last_day: date) -> None:
    """What is urgent is decided by who sits there (KL 6:39): after the day she signs no such thing."""
    held = Delegate.objects.filter(
        user=seat.user, clause__urgent=True, clause__order__committee=seat.committee
    )
    for delegate in held.exclude(valid_to__lte=last_day).select_related("user").order_by("pk"):
        tell_of_waiting(delegate, last_day)


def _period(seat: CommitteeMember) -> str:
    if seat.valid_to is None:
        return f"från {format_day(seat.valid_from)}"
    return f"{format_day(seat.valid_from)} – {format_day(seat.valid_to)}"


def _free_slug(name: str) -> str:
    base = slugify(name)[:40] or "namnd"
    taken = set(Committee.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug
