"""A call's whole life, day by day, with every mail that leaves the portal: when, of which kind and to whom.

Beat runs at night, when the quiet hours end, in the morning, at noon and late in the evening of every day.
The clocks change on 25 October. What is not in the list at the end must not be sent, and nothing twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from applications import services
from applications.models import SupplementRequest
from calls.content import content_of
from calls.enums import DecisionTiming, Place
from calls.models import Call
from calls.planned import PlannedDecision
from calls.services.editing import save_call
from calls.services.publishing import publish_call
from calls.services.registering import register
from decisions.models import Decision
from decisions.services.reporting import report_decisions
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.models import Message, OptOut
from s3portal.outbox.services.reminding import create_reminders
from s3portal.outbox.tasks import deliver_due
from tests import factories
from tests.applications.judging import go_through

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Step = Callable[[], None]
BEATS = (time(0, 30), time(2, 30), time(7), time(8), time(12), time(20, 59, 59))
FIRST, LAST = date(2026, 9, 14), date(2026, 12, 16)


def at(text: str) -> datetime:
    """On Swedish clocks: "2026-10-26 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


class Life:
    """The people, the call and its steps, each at its moment."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.people = people
        self.area = factories.make_area(name="Natur och turism")
        self.call = factories.make_call(
            areas=[self.area],
            title="Kluster för fjällen",
            status="draft",
            opens_at=at("2026-09-21 08:00"),
            closes_at=at("2026-10-26 23:59:59"),
            decision_timing=DecisionTiming.MONTH,
            decision_on=date(2026, 12, 1),
        )
        self.follow()

    def follow(self) -> None:
        """Followers from before: of the area, of another one, of everything, and one who wants none."""
        since = {"confirmed_at": at("2026-09-01 12:00")}
        factories.make_subscription(email="omradet@example.org", areas=[self.area], **since)
        factories.make_subscription(email="annat@example.org", areas=[factories.make_area()], **since)
        factories.make_subscription(email="Owner@Example.org", **since)
        factories.make_subscription(email="avbojt@example.org", **since)
        OptOut.objects.create(email="Avbojt@example.org", group="news")

    # --- The call and its meeting -------------------------------------------------------------------------
    def publish(self) -> None:
        publish_call(call_id=self.call.pk, actor=self.people["officer"], expected_revision=self.call.revision)

    def invite(self) -> None:
        """In the evening: the news waits for the morning."""
        self.meeting = factories.make_meeting(
            title="Möte om utlysningen",
            call=self.call,
            starts_at=at("2026-10-26 09:00"),
            published_at=timezone.now(),
            registration="open",
            capacity=1,
            place="Regionens hus",
            link_public=False,
        )

    def register(self) -> None:
        for email, place in (("rummet", Place.ROOM), ("lanken", Place.LINK), ("vill-inte", Place.LINK)):
            choices = {self.meeting.pk: place}
            register(event=self.meeting, name="Rut Rask", email=f"{email}@example.org", choices=choices)
        OptOut.objects.create(email="vill-inte@example.org", group="meetings")

    def move_deadline(self) -> None:
        self._save(closes_at=at("2026-11-09 23:59:59"))

    def move_decision(self) -> None:
        self._save(planned=PlannedDecision(DecisionTiming.MONTH, date(2027, 1, 1)))

    def _save(self, **changes: Any) -> None:
        call = Call.objects.get(pk=self.call.pk)
        content = replace(content_of(call), **changes)
        save_call(
            call_id=call.pk, actor=self.people["officer"], expected_version=call.version, content=content
        )

    # --- The applicants -----------------------------------------------------------------------------------
    def begin(self) -> None:
        self.draft = factories.make_application(
            user=self.people["owner"], call=self.call, title="Fjällkluster", created_at=timezone.now()
        )
        self.draft.call = Call.objects.get(pk=self.call.pk)
        organisation = self.draft.organisation
        for email in ("slutar", "tyst"):
            user = factories.make_user(f"{email}@example.org")
            factories.make_membership(user=user, organisation=organisation, role="editor")
        OptOut.objects.create(email="tyst@example.org", group="calls")

    def leave(self) -> None:
        self.draft.organisation.memberships.get(user__email="slutar@example.org").delete()

    def another_begins(self) -> None:
        factories.make_application(user=self.people["stranger"], call=self.call, title="Sent utkast")

    def submit(self) -> None:
        services.submit_application(
            application_id=self.draft.pk, actor=self.people["owner"], arrived_at=timezone.now()
        )

    def ask(self) -> None:
        services.ask_for_supplement(
            application_id=self.draft.pk,
            actor=self.people["officer"],
            text="Vilka är med?",
            due_on=date(2026, 11, 20),
        )

    def answer(self) -> None:
        services.answer_supplement(
            application_id=self.draft.pk,
            supplement_id=SupplementRequest.objects.get().pk,
            actor=self.people["colleague"],
            answer="Sju företag.",
            arrived_at=timezone.now(),
        )

    # --- The decision. Checks and seals have tests of their own -------------------------------------------
    def propose(self) -> None:
        go_through(self.draft, self.people["officer"])
        self.draft.refresh_from_db()
        delegate = factories.make_delegate(user=self.people["delegate"])
        self.decision = factories.make_decision(
            user=self.people["officer"],
            delegate=delegate,
            case=self.draft.case,
            title="Stöd till Fjällkluster",
        )
        self.meeting_of_committee = factories.make_committee_meeting(
            committee=delegate.clause.order.committee,
            starts_at=at("2026-12-15 09:00"),
            agenda_closes_on=date(2026, 12, 10),
        )
        self._set(status="proposed", proposed_at=timezone.now(), proposed_by=self.people["officer"])

    def sign(self) -> None:
        self._set(
            status="signed",
            slug="RUN-1-2026",
            decided_on=timezone.localdate(),
            signed_at=timezone.now(),
            signed_by=self.people["delegate"],
            signatory_name="Doris Direktör",
            signatory_title="Regional utvecklingsdirektör",
            order_title="Delegationsordning",
            clause_number="8.2",
        )

    def report(self) -> None:
        report_decisions(
            meeting_id=self.meeting_of_committee.pk,
            decision_ids=[self.decision.pk],
            actor=self.people["registrar"],
        )

    def _set(self, **fields: Any) -> None:
        Decision.objects.filter(pk=self.decision.pk).update(**fields)

    @property
    def steps(self) -> dict[datetime, Step]:
        return {
            at("2026-09-15 10:00"): self.publish,
            at("2026-09-15 22:00"): self.invite,
            at("2026-09-22 13:00"): self.begin,
            at("2026-10-01 13:00"): self.register,
            at("2026-10-14 13:00"): self.leave,
            at("2026-10-21 13:00"): self.move_deadline,
            at("2026-11-03 13:00"): self.another_begins,
            at("2026-11-09 15:00"): self.submit,
            at("2026-11-12 10:00"): self.ask,
            at("2026-11-19 13:00"): self.answer,
            at("2026-11-23 21:30"): self.move_decision,
            at("2026-11-26 10:00"): self.propose,
            at("2026-12-01 14:00"): self.sign,
            at("2026-12-09 13:00"): self.report,
        }


def beats() -> Iterator[datetime]:
    """Every day's rounds; the hour that comes twice has one in each, and the meeting one before it begins."""
    for days in range((LAST - FIRST).days + 1):
        for clock in BEATS:
            yield datetime.combine(FIRST + timedelta(days=days), clock, STOCKHOLM)
    yield datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM, fold=1)
    yield at("2026-10-26 08:45")
    yield at("2026-10-26 08:50")


def run(life: Life, traveller: Any) -> None:
    steps = life.steps
    for moment in sorted({*steps, *beats()}, key=lambda one: one.timestamp()):
        traveller.move_to(moment)
        if moment in steps:
            steps[moment]()
        # Twice: two beats at once, or one that was run again, change nothing.
        create_reminders()
        create_reminders()
        deliver_due()


def sent() -> list[str]:
    rows = Message.objects.order_by("sent_at", "kind", "to_email")
    return [
        f"{timezone.localtime(row.sent_at):%m-%d %H:%M} {row.kind} {row.to_email}"
        if row.sent_at
        else str(row)
        for row in rows
    ]


def subjects(kind: str, moment: str) -> set[str]:
    return set(Message.objects.filter(kind=kind, sent_at=at(moment)).values_list("subject", flat=True))


def test_every_mail_of_a_calls_whole_life(
    owner, colleague, stranger, officer, delegate_user, registrar, monkeypatch
):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)
    factories.make_staff("registrar", "slutat@example.org", is_active=False)
    people = {
        "owner": owner, "colleague": colleague, "stranger": stranger, "officer": officer,
        "delegate": delegate_user, "registrar": registrar,
    }  # fmt: skip
    with time_machine.travel(at("2026-09-14 00:00"), tick=False) as traveller:
        for membership in owner.memberships.all() | colleague.memberships.all() | stranger.memberships.all():
            membership.created_at = at("2026-01-01 12:00")
            membership.save(update_fields=["created_at"])
        run(Life(people), traveller)
        assert sent() == EXPECTED
        assert subjects("draft_closing", "2026-10-26 08:00") == {
            "Utkastet är inte inskickat: Kluster för fjällen stänger 9 november 2026 kl. 23.59"
        }, "the new day"
        assert subjects("decision_unreported", "2026-12-09 08:00") == {
            "1 beslut ska anmälas till nämnden senast 10 december 2026"
        }


EXPECTED = [
    # A call is published, and in the evening a meeting about it.
    "09-15 10:00 call_published Owner@Example.org",
    "09-15 10:00 call_published omradet@example.org",
    "09-16 07:00 meeting_published Owner@Example.org",
    "09-16 07:00 meeting_published omradet@example.org",
    "10-01 13:00 meeting_registered lanken@example.org",
    "10-01 13:00 meeting_registered rummet@example.org",
    "10-01 13:00 meeting_registered vill-inte@example.org",
    # 14 days; the owner follows the call too and gets one mail. Then one of them leaves.
    "10-12 08:00 call_closing_subscriber omradet@example.org",
    "10-12 08:00 draft_closing colleague@example.org",
    "10-12 08:00 draft_closing owner@example.org",
    "10-12 08:00 draft_closing slutar@example.org",
    # 7 days, and 7 days and 1 day before the meeting. The clocks change in between.
    "10-19 08:00 draft_closing colleague@example.org",
    "10-19 08:00 draft_closing owner@example.org",
    "10-19 08:00 meeting_coming lanken@example.org",
    "10-19 08:00 meeting_coming rummet@example.org",
    "10-25 08:00 meeting_coming lanken@example.org",
    "10-25 08:00 meeting_coming rummet@example.org",
    # The deadline was moved: nothing of the old one. Subscribers were told once, those with drafts again.
    "10-26 08:00 draft_closing colleague@example.org",
    "10-26 08:00 draft_closing owner@example.org",
    "10-26 08:45 meeting_starts lanken@example.org",
    "11-02 08:00 draft_closing colleague@example.org",
    "11-02 08:00 draft_closing owner@example.org",
    "11-08 08:00 draft_closing colleague@example.org",
    "11-08 08:00 draft_closing owner@example.org",
    "11-08 08:00 draft_closing stranger@example.org",
    # The last evening only who has not sent is reminded, in the quiet hours too.
    "11-09 15:00 application_received owner@example.org",
    "11-09 20:59 draft_closing stranger@example.org",
    # A supplement, which comes to all who may write: it is official.
    "11-12 10:00 supplement_requested colleague@example.org",
    "11-12 10:00 supplement_requested owner@example.org",
    "11-12 10:00 supplement_requested tyst@example.org",
    "11-17 08:00 supplement_due colleague@example.org",
    "11-17 08:00 supplement_due owner@example.org",
    "11-17 08:00 supplement_due tyst@example.org",
    "11-19 08:00 supplement_due colleague@example.org",
    "11-19 08:00 supplement_due owner@example.org",
    "11-19 08:00 supplement_due tyst@example.org",
    "11-19 13:00 supplement_answered officer@example.org",
    "11-19 13:00 supplement_received colleague@example.org",
    "11-19 13:00 supplement_received owner@example.org",
    "11-19 13:00 supplement_received tyst@example.org",
    # The decision is moved in the evening and told in the morning.
    "11-24 07:00 decision_moved colleague@example.org",
    "11-24 07:00 decision_moved owner@example.org",
    "11-24 07:00 decision_moved tyst@example.org",
    # It waits for its signature, and then for the nämnd's list.
    "11-28 08:00 decision_waiting delegate@example.org",
    "12-01 08:00 decision_waiting delegate@example.org",
    "12-03 08:00 decision_unreported registrar@example.org",
    "12-09 08:00 decision_unreported registrar@example.org",
]
