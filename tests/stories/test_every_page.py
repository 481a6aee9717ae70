"""axe-core on every page in every role, at a desk and on a phone.

Which pages there are is read from the address table, so a new page is tried without being written here. Each
must be seen by somebody, or be named in the last test with its reason.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from tests import factories
from tests.applications.judging import assign, declare, go_through, hand_in
from tests.decisions.batches import declare_in_all, make_batch
from tests.decisions.reworked import make_reworked
from tests.small_files import PDF
from tests.test_addresses import PUBLIC, own_patterns

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ["handlaggare", "direktor", "registrator", "ledamot", "bedomare", "admin"]
APPLICANTS = ["sokande", "kollega"]
# The pages on a draft that has a history.
REWORKED = ["versions", "compare", "restore", "comment"]
# allauth's own pages, as somebody who is logged in and as nobody.
ACCOUNT_PAGES = [
    "/konto/email/",
    "/konto/password/change/",
    "/konto/2fa/",
    "/konto/2fa/totp/activate/",
    "/konto/logout/",
]
ANONYMOUS_PAGES = ["/konto/login/", "/konto/signup/", "/konto/password/reset/", "/finns-inte/"]


@pytest.fixture
def world(demo: None) -> dict[str, list[dict[str, Any]]]:
    """An example of everything that an address can name: a draft, a sent and a granted application, decisions
    in every status, a meeting with a list. Values for the parameters of each address, by its name's space."""
    from applications.models import Project, RankingLock
    from applications.ranking.appendix import store_appendix
    from applications.services import start_ranking, submit_application
    from applications.tasks import render_missing_pdfs
    from calls.models import Call, LegalBasis, Meeting, StrengthArea
    from calls.services.asking import answer_inquiry
    from calls.services.subscribing import Wish, sign_wish
    from decisions.annex import store_annex
    from decisions.models import CommitteeMeeting, Decision, Delegate
    from decisions.report_list import list_mark
    from decisions.services.confirming import confirm_list
    from decisions.services.proposing import propose_decision
    from decisions.services.reporting import report_decisions
    from decisions.services.signing import sign_decision
    from decisions.tasks import render_missing_documents
    from s3portal.accounts.models import User
    from s3portal.outbox.enums import MailGroup
    from s3portal.outbox.links import choices_path, one_click_path
    from s3portal.outbox.models import Message
    from s3portal.outbox.reminders import KINDS
    from s3portal.trial.ranked import load_ranked

    def person(name: str) -> User:
        return User.objects.get(email=f"{name}@example.se")

    applicant, officer, director = person("sokande"), person("handlaggare"), person("direktor")
    call = Call.objects.get(slug="kluster-for-hallbar-omstallning")
    factories.make_question(call=call, label="Söker ni annat stöd?", kind="yes_no", required=False)
    drafts = [factories.make_application(user=applicant, call=call) for _ in range(5)]
    for draft in drafts:
        # The call adds 15 % of the salaries to the costs.
        draft.financing.filter(kind="cash").update(amount=290_000)
    sent = [
        submit_application(application_id=draft.pk, actor=applicant, arrived_at=timezone.now())
        for draft in drafts[1:]
    ]
    go_through(sent[1], officer)
    asked, in_words = sent.pop(), sent.pop()
    supplements = supplemented(asked, in_words, officer=officer, applicant=applicant)
    for application in sent:
        declare(application, officer, director, person("admin"))
    declare(asked, person("handlaggare2"), ground="other", text="Vi är grannar.")
    assignments = assign(sent[0], officer, person("bedomare"), officer, person("handlaggare2"))
    declare(sent[0], person("bedomare"), person("handlaggare2"))
    judged = hand_in(sent[0], officer, 4, 3, 5, 2)
    hand_in(sent[0], person("handlaggare2"), 1, 3, 1, 1)
    render_missing_pdfs()
    delegate = Delegate.objects.valid_on(timezone.localdate()).filter(user=director).first()
    assert delegate is not None
    own_money = LegalBasis.objects.valid_on(timezone.localdate()).get(code="regionens-egna-medel")
    ready = [
        factories.make_decision(user=officer, delegate=delegate, legal_basis=own_money) for _ in range(2)
    ]
    for decision in ready:
        propose_decision(decision_id=decision.pk, actor=officer, expected_version=decision.version)
    signed = sign_decision(
        decision_id=ready[1].pk, actor=director, expected_version=Decision.objects.get(pk=ready[1].pk).version
    )
    open_draft = factories.make_decision(user=officer)
    reworked = make_reworked(officer=officer, delegate=delegate, legal_basis=own_money, words=LONG_WORD)
    one = {"pk": reworked.pk, "number": 1, "thread_pk": reworked.threads.first().pk, "step": "klar"}
    render_missing_documents()
    meeting = CommitteeMeeting.objects.filter(starts_at__gt=timezone.now()).earliest("starts_at")
    report_decisions(meeting_id=meeting.pk, decision_ids=[signed.pk], actor=person("registrator"))
    annex = confirm_list(meeting_id=meeting.pk, seen=list_mark(meeting), actor=person("registrator"))
    store_annex(annex_id=annex.pk)
    report = signed.report if hasattr(signed, "report") else Decision.objects.get(pk=signed.pk).report
    Message.objects.create(
        key="x",
        kind="x",
        to_email="a@example.se",
        subject="Hej",
        text_body="Hej",
        status="failed",
        last_error="550 Nej",
    )
    past = CommitteeMeeting.objects.exclude(pk=meeting.pk).first()
    out = sent_out(sent[0], officer=officer)
    subscription = factories.make_subscription(areas=list(StrengthArea.objects.all()[:2]))
    ranking = start_ranking(call_id=call.pk, actor=officer)
    load_ranked()
    locked = RankingLock.objects.select_related("ranking").get()
    store_appendix(lock_id=locked.pk)
    inquiries = [factories.make_inquiry(call=call, asker_email=email) for email in ("", "ulla@example.se")]
    answer_inquiry(
        inquiry_id=inquiries[0].pk,
        actor=officer,
        expected_version=1,
        published_question="Får kommuner söka?",
        answer="Ja, om de **samordnar** ett kluster.",
    )
    return {
        "applications:project_detail": [{"slug": Project.objects.get().slug}],
        "applications:start": [{"slug": call.slug}],
        **talk_about(sent[0], officer=officer, other=person("handlaggare2")),
        "applications:officer": [{"pk": application.pk} for application in sent],
        "applications:eligibility": [{"pk": application.pk} for application in sent],
        "applications:review_again": [{"pk": application.pk} for application in sent],
        "applications:impartiality": [{"pk": asked.pk}, {"pk": sent[0].pk}],
        "applications:lift_recusal": [{"pk": sent[0].pk}],
        "applications:assess": [{"pk": sent[0].pk}],
        "applications:assessment": [{"pk": application.pk} for application in sent],
        "applications:assessors_of_call": [{"pk": call.pk}],
        "applications:assignment": [{"pk": sent[0].pk, "assignment_pk": assignments[0].pk}],
        "applications:reopen": [{"pk": sent[0].pk, "assessment_pk": judged.pk}],
        "applications:abstain": [{"pk": sent[0].pk}],
        "applications:officer_supplement": [{"pk": sent[0].pk}, {"pk": asked.pk}],
        **supplements,
        "applications:receipt": [{"pk": sent[0].pk}],
        "applications:withdraw": [{"pk": sent[0].pk}],
        "applications:my_detail": [{"pk": sent[0].pk}],
        **written_in(drafts[0], applicant),
        "applications:ranking": [
            {"pk": one.call_id, "row_pk": one.rows.earliest("position").pk, "number": 1}
            for one in (ranking, locked.ranking)
        ],
        "applications:": [{"pk": drafts[0].pk}],
        "calls:call_detail": [{"slug": call.slug} for call in Call.objects.all()],
        "calls:area_": [{"slug": StrengthArea.objects.first().slug}],
        "calls:call_calendar": [{"slug": call.slug}],
        "calls:ask": [{"slug": call.slug}],
        "calls:subscription": [
            {"token": subscription.token, "signed": sign_wish(Wish("ny@example.se", True))}
        ],
        "calls:unsubscribe": [{"token": subscription.token}],
        "calls:officer_inquir": [{"pk": call.pk, "inquiry_pk": inquiry.pk} for inquiry in inquiries],
        **contents_of_a_draft(officer, area=StrengthArea.objects.first()),
        **meetings_of_an_officer(),
        **meetings_of_a_visitor(),
        "calls:": [
            {"pk": Meeting.objects.first().pk},
            {"pk": Meeting.objects.filter(room_full=True).first().pk},
        ],
        **masked(officer, person("registrator")),
        **retained(person("registrator")),
        **asked_for(person("registrator")),
        "decisions:draft_from_application": [{"pk": sent[1].pk}],
        **decided_together(applicant, officer, director),
        "decisions:batch_start": [{"pk": locked.ranking.call_id}],
        "decisions:sign": [{"pk": ready[0].pk}, {"pk": reworked.pk}],
        **{f"decisions:draft_{page}": [one] for page in REWORKED},
        "decisions:impartiality": [{"pk": open_draft.pk}, {"pk": ready[0].pk}],
        "decisions:return": [{"pk": ready[0].pk}],
        "decisions:draft_return": [{"pk": ready[0].pk}],
        "decisions:officer_pdf": [{"pk": signed.pk}],
        "decisions:officer_detail": [
            {"pk": open_draft.pk},
            {"pk": ready[0].pk},
            {"pk": signed.pk},
            *out["decisions:decision_"],
        ],
        "decisions:committee_meeting_detail": [{"pk": meeting.pk}, {"pk": past.pk}]
        if past
        else [{"pk": meeting.pk}],
        "decisions:committee_meeting_annex": [{"pk": meeting.pk, "number": 1}],
        "decisions:committee": [{"pk": meeting.pk, "report_pk": report.pk}],
        **asked_in_the_committee(report, person("ledamot"), officer),
        **out,
        **on_the_board(officer, person("registrator")),
        **in_the_committee(meeting.committee, person("registrator")),
        **delegated(delegate, person("registrator")),
        **phrased(person("registrator")),
        "decisions:": [{"pk": open_draft.pk}],
        **kept_by_hand(officer, person("registrator"), also=sent[0].case),
        "diary:": [{"pk": sent[0].case.pk}],
        "outbox:reminder": [{"kind": kind} for kind in KINDS] or [{"kind": "ingen"}],
        "outbox:choices": [{"token": choices_path("sokande@example.se").split("/")[-2]}],
        "outbox:one_click": [
            {"token": one_click_path("a@example.se", MailGroup.NEWS).split("/")[-3], "group": "news"}
        ],
        "outbox:": [{"pk": Message.objects.get(key="x").pk}],
        **organisation_of(applicant),
        "home:": [{}],
    }


def sent_out(application: Any, *, officer: Any) -> dict[str, list[dict[str, Any]]]:
    """A decision whose recipients are in every state: sent and read, refused, undone, by post, come back, and
    not sent at all."""
    from decisions.services.addressing import add_addressee
    from decisions.services.dispatch_steps import note_opened, note_returned, undo_dispatch
    from decisions.services.expediting import note_sent, send_to
    from s3portal.outbox.models import Message

    today = timezone.localdate()
    party = (application.organisation.name, "sokande@example.se")
    others = [(f"{LONG_WORD} {number}", f"m{number}@example.se") for number in range(4)]
    decision = factories.make_signed_decision(
        user=officer, application=application, case=application.case, kind="other",
        recipients=[party, *others, ("Arkivet", "")],
    )  # fmt: skip
    read, refused, undone, back, _unsent, archive = decision.addressees.all()
    made = {one.pk: send_to(addressee_id=one.pk, actor=officer) for one in (read, refused, undone, back)}
    undo_dispatch(addressee_id=undone.pk, after=made[undone.pk].pk, actor=officer)
    now = timezone.now()
    left = [made[one.pk].message_id for one in (read, back)]
    Message.objects.filter(pk__in=left).update(status="sent", sent_at=now)
    Message.objects.filter(pk=made[refused.pk].message_id).update(status="failed", last_error=LONG_WORD)
    note_opened(decision=decision, user=application.submitted_by)
    note_returned(
        addressee_id=back.pk, after=made[back.pk].pk, actor=officer, on=today, text=LONG_WORD
    )  # fmt: skip
    note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=today, postal_address=LONG_WORD)
    added = add_addressee(
        decision_id=decision.pk, actor=officer, name="Tillagd", kind="other", way="hand", text=LONG_WORD
    )
    people = [{"pk": decision.pk, "addressee_pk": one.pk} for one in (refused, archive, added)]
    return {
        "decisions:addressee_returned": [{"pk": decision.pk, "addressee_pk": archive.pk}],
        "decisions:addressee": people,
        "decisions:party_decision": [{"pk": application.pk, "decision_pk": decision.pk}],
        "decisions:decision_": [{"pk": decision.pk}],
    }


def in_the_committee(committee: Any, registrar: Any) -> dict[str, list[dict[str, Any]]]:
    """Somebody who sits, one who has left, one who will come, and a mistake."""
    from decisions.enums import SeatOffice
    from decisions.services.seating import SeatData, add_member, cancel_member

    today, seats = timezone.localdate(), []
    for first, last in [(-9, None), (-99, -9), (9, None), (0, None)]:
        email = factories.make_user(full_name=LONG_WORD).email
        until = None if last is None else today + timedelta(days=last)
        data = SeatData(email, SeatOffice.SUBSTITUTE, today + timedelta(days=first), until)
        seats.append(add_member(actor=registrar, committee_id=committee.pk, data=data))
    cancel_member(actor=registrar, member_id=seats[3].pk, reason=f"Fel person {LONG_WORD}")
    return {
        "decisions:committee_detail": [{"pk": committee.pk}],
        "decisions:member_": [{"pk": committee.pk, "member_pk": seats[0].pk}],
    }


def asked_in_the_committee(report: Any, member: Any, officer: Any) -> dict[str, list[dict[str, Any]]]:
    """A question that waits, and one that is answered twice."""
    from decisions.services.asking import answer_member, ask_about_decision

    answered, waiting = (
        ask_about_decision(report_id=report.pk, actor=member, text=f"{LONG_WORD} {number}?")
        for number in range(2)
    )
    for number in range(2):
        answer_member(question_id=answered.pk, actor=officer, text=LONG_WORD, seen=number)
    return {
        "decisions:committee_question": [{"question_pk": answered.pk}],
        "decisions:member_answer": [
            {"pk": report.decision_id, "question_pk": one.pk} for one in (answered, waiting)
        ],
    }


def phrased(registrar: Any) -> dict[str, list[dict[str, Any]]]:
    """A phrase with two wordings, and one that is retired."""
    from dataclasses import replace

    from decisions.models import StandardPhrase
    from decisions.services.phrasing import change_phrase, data_of, retire_phrase

    changed, retired = StandardPhrase.objects.filter(kind="grant", section="point").order_by("place")[:2]
    data = replace(
        data_of(changed, changed.versions.get()), text=f"{{region}} beviljar {LONG_WORD} {{belopp}}."
    )
    change_phrase(actor=registrar, phrase_id=changed.pk, expected_revision=changed.revision, data=data)
    retire_phrase(actor=registrar, phrase_id=retired.pk)
    return {"decisions:phrase": [{"pk": changed.pk}, {"pk": retired.pk}]}


def decided_together(applicant: Any, officer: Any, director: Any) -> dict[str, list[dict[str, Any]]]:
    """Decisions of two locked rankings: in one the delegate has not answered whether there is jäv, in the
    other all but one wait to be read and signed."""
    from decisions.services.proposing import return_decision

    delegate = factories.make_delegate(user=director)
    unanswered, answered = (
        make_batch(owner=applicant, officer=officer, delegate=delegate, titles=[LONG_WORD, "Kluster"])
        for _ in range(2)
    )
    declare_in_all(answered, director)
    first = answered.items.earliest("place").decision
    return_decision(decision_id=first.pk, actor=director, expected_version=first.version, reason=LONG_WORD)
    return {
        "decisions:batch": [{"pk": answered.pk}, {"pk": unanswered.pk}],
        "decisions:batch_impartiality": [{"pk": unanswered.pk}],
    }


def kept_by_hand(officer: Any, registrar: Any, *, also: Any) -> dict[str, list[dict[str, Any]]]:
    """A case opened by hand with a record of each sort, one that is closed and one that is cancelled."""
    from s3portal.archive.services import make_package, order_package
    from s3portal.diary.enums import Confirmation, Direction
    from s3portal.diary.services import (
        cancel_case,
        cancel_record,
        change_case,
        close_case,
        lift_mark,
        merge_case,
        open_by_hand,
        register_by_hand,
    )

    case, closed, cancelled = (
        open_by_hand(actor=registrar, title=f"{LONG_WORD} {number}", counterpart=LONG_WORD, officer=officer)
        for number in range(3)
    )
    records = [
        register_by_hand(
            actor=registrar,
            case_id=case.pk,
            direction=direction,
            title=LONG_WORD,
            counterpart=LONG_WORD,
            dated_on=timezone.localdate(),
        )
        for direction in Direction
    ]
    cancel_record(actor=registrar, record_id=records[0].pk, reason=LONG_WORD)
    change_case(
        actor=registrar, case_id=case.pk, title="Kort", counterpart="", reason=LONG_WORD, seen_changes=0
    )
    marks = [
        factories.mark_secret(case, "passage", passage=LONG_WORD, marked_by=registrar),
        factories.mark_secret(
            case, "record", record=records[1], until=timezone.localdate() - timedelta(days=1)
        ),
    ]
    lift_mark(actor=registrar, mark_id=factories.mark_secret(case, "title").pk, reason=LONG_WORD)
    close_case(actor=registrar, case_id=closed.pk, confirmed=Confirmation.values)
    cancel_case(actor=registrar, case_id=cancelled.pk, reason=LONG_WORD)
    package = order_package(actor=registrar, case=case)
    make_package(package_id=package.pk)
    doubled = open_by_hand(actor=registrar, title=f"{LONG_WORD} igen")
    merge_case(actor=registrar, case_id=doubled.pk, into_id=case.pk, reason=LONG_WORD)
    return {
        "diary:staff_detail": [{"pk": one.pk} for one in (case, closed, cancelled, doubled, also)],
        "diary:staff_record_cancel": [{"pk": case.pk, "number": 2}],
        "diary:staff_secrecy_lift": [{"pk": case.pk, "mark_pk": marks[0].pk}],
        "archive:": [{"pk": package.pk}],
        "diary:staff_unmerge": [{"pk": doubled.pk}],
        "diary:public_detail": [{"slug": case.slug}, {"slug": doubled.slug}],
        "diary:staff_": [{"pk": case.pk}],
    }


def retained(registrar: Any) -> dict[str, list[dict[str, Any]]]:
    """A list that waits, with a record that is struck out, and one that is carried out."""
    from s3portal.diary.enums import Confirmation, Direction
    from s3portal.diary.retention.enums import Handling, StartsFrom
    from s3portal.diary.retention.services import (
        approve_list,
        carry_out,
        class_records,
        propose_list,
        save_class,
        strike_item,
    )
    from s3portal.diary.services import close_case, open_by_hand, register_by_hand

    kind = save_class(
        actor=registrar,
        class_id=None,
        name=LONG_WORD,
        handling=Handling.DISPOSE,
        years=0,
        starts_from=StartsFrom.RECORD_DATED,
        source=LONG_WORD,
    )
    case = open_by_hand(actor=registrar, title=f"{LONG_WORD} gallras")
    day, lists = timezone.localdate(), []
    for number in range(1, 4):
        register_by_hand(
            actor=registrar,
            case_id=case.pk,
            direction=Direction.INCOMING,
            title=f"{LONG_WORD} {number}",
            dated_on=day - timedelta(days=400),
        )
    close_case(actor=registrar, case_id=case.pk, confirmed=Confirmation.values)
    for classes in ({1: kind.pk}, {2: kind.pk, 3: kind.pk}):
        class_records(actor=registrar, case_id=case.pk, classes=classes)
        made = propose_list(on=day)
        assert made is not None
        lists.append(made)
        if len(lists) == 1:
            approve_list(actor=registrar, list_id=made.pk, decision=LONG_WORD)
            carry_out(list_id=made.pk)
    first, second = lists[1].items.order_by("pk")
    strike_item(actor=registrar, item_id=first.pk, reason=LONG_WORD)
    return {
        "diary:retention_list": [{"pk": one.pk} for one in lists],
        "diary:retention_strike": [{"pk": lists[1].pk, "row_pk": second.pk}],
        "diary:retention_class": [{"pk": kind.pk}],
        "diary:staff_retention": [{"pk": case.pk}],
    }


def masked(officer: Any, registrar: Any) -> dict[str, list[dict[str, Any]]]:
    """A published decision where something is secret, and one where all of it is."""
    from decisions.services.masking import mark_decision
    from decisions.services.publishing import publish_decision

    shown, hidden = (
        factories.make_signed_decision(user=officer, title=f"{LONG_WORD} {number}") for number in range(2)
    )
    mark_decision(
        actor=registrar,
        decision_id=shown.pk,
        parts=["reasons"],
        passages=[LONG_WORD],
        provision="30:27",
        reason=LONG_WORD,
    )
    publish_decision(decision_id=shown.pk, actor=registrar)
    factories.mark_secret(hidden.case, "case")
    return {
        "decisions:public": [{"slug": "RUN-664-2021"}, {"slug": shown.slug}],
        "decisions:mask": [{"pk": shown.pk}, {"pk": hidden.pk}],
    }


def asked_for(registrar: Any) -> dict[str, list[dict[str, Any]]]:
    """Requests for copies that wait, are answered in each way, and are forgotten."""
    from s3portal.copies.services import mask_copy, refuse_copy, release_copy, request_copy
    from s3portal.diary.enums import Direction
    from s3portal.diary.services import register_record, store_record_file

    case = factories.make_case(title=LONG_WORD, counterpart=LONG_WORD)
    record = register_record(actor=None, case=case, direction=Direction.INCOMING, title=LONG_WORD)
    file = store_record_file(
        record=record, filename=f"{LONG_WORD}.pdf", content_type="application/pdf", content=PDF
    )
    waiting, whole, masked, refused = (
        request_copy(
            case_id=case.pk,
            record_number=1,
            wish=LONG_WORD,
            way="link",
            email="a@example.se",
            name=str(number),
        )
        for number in range(4)
    )
    factories.mark_secret(case, "passage", passage=LONG_WORD[:30])
    why = {"actor": registrar, "provision": "OSL 30 kap. 27 §", "reason": LONG_WORD[30:]}
    release_copy(actor=registrar, request_id=whole.pk, files=[file.pk], motive=LONG_WORD, message=LONG_WORD)
    mask_copy(request_id=masked.pk, files=[file.pk], motive=LONG_WORD[30:], **why)
    refuse_copy(request_id=refused.pk, authority=factories.let_refuse(registrar), **why)
    every = (waiting, whole, masked, refused)
    return {
        "copies:ask": [{"slug": case.slug}],
        "copies:": [{"token": one.token, "pk": one.pk} for one in every],
        "copies:staff_answer": [
            {"pk": waiting.pk, "step": step} for step in ("lamna-ut", "maskera", "avsla", "avsluta")
        ],
    }


def on_the_board(officer: Any, registrar: Any) -> dict[str, list[dict[str, Any]]]:
    """The demo's two notices, one to post of each sort, and a decision that somebody has appealed against."""
    from decisions.models import BoardNotice
    from decisions.services.appeals import register_appeal
    from decisions.services.receipts import register_receipt

    today = timezone.localdate()
    meeting = factories.make_committee_meeting(
        starts_at=timezone.now() - timedelta(days=20), approved_on=today - timedelta(days=6)
    )
    own = factories.make_signed_decision(user=officer, title=LONG_WORD, reportable=False)
    basis = factories.make_legal_basis(appeal_rule="stop_and_recovery_only")
    recovery = factories.make_signed_decision(user=officer, kind="other", legal_basis=basis)
    receipt = register_receipt(
        decision_id=recovery.pk, party=LONG_WORD, received_on=today, proved_by=LONG_WORD, actor=registrar
    )
    appeal = register_appeal(decision_id=recovery.pk, received_on=today, appellant=LONG_WORD, actor=registrar)
    notices = [{"pk": notice.pk} for notice in BoardNotice.objects.order_by("pk")]
    return {
        "decisions:board_notice": notices,
        "decisions:notice_detail": notices,
        "decisions:notice_take_down": notices[-1:],
        "decisions:notice_proof": notices[:1],
        "decisions:notice_post_minutes": [{"pk": meeting.pk}],
        "decisions:notice_post_decision": [{"pk": own.pk}],
        "decisions:receipt": [{"pk": recovery.pk, "receipt_pk": receipt.pk}],
        "decisions:appeal_register": [{"pk": recovery.pk}],
        "decisions:appeal_detail": [{"pk": appeal.pk}],
        "decisions:appeal_step": [
            {"pk": appeal.pk, "step": step}
            for step in ("lamna-over", "malnummer", "avvisa", "avgorande", "laga-kraft", "makulera")
        ],
    }


def delegated(delegate: Any, registrar: Any) -> dict[str, list[dict[str, Any]]]:
    """The order in force, and a draft of the next with a clause that is new and one that may be given on."""
    from decisions.models import Delegate
    from decisions.services.delegating import ClauseData, OrderFacts, copy_order, save_clause

    order = delegate.clause.order
    first = order.valid_to + timedelta(days=1)
    facts = OrderFacts(f"Ordning om {LONG_WORD}", "2035–2038", first, first + timedelta(days=1400))
    draft = copy_order(actor=registrar, order_id=order.pk, facts=facts)
    clause = save_clause(
        actor=registrar,
        order_id=draft.pk,
        expected_version=draft.version,
        data=ClauseData("9.1", LONG_WORD, ["other"], own_budget=True, sub_delegation=True),
    )
    copied = Delegate.objects.filter(clause__order=draft).first()
    return {
        "decisions:delegation": [
            {"pk": draft.pk, "clause_pk": clause.pk, "delegate_pk": copied.pk},
            {"pk": order.pk, "clause_pk": delegate.clause_id, "delegate_pk": delegate.pk},
        ]
    }


def talk_about(application: Any, *, officer: Any, other: Any) -> dict[str, list[dict[str, Any]]]:
    """A case that is shared, with a note and letters both ways."""
    from applications import services

    services.add_co_handler(application_id=application.pk, actor=officer, officer=other)
    note = services.write_note(application_id=application.pk, actor=officer, text="Ring dem.")
    services.write_to_applicant(
        application_id=application.pk, actor=officer, subject="En fråga", text="Vilka är med?"
    )
    services.save_view(actor=officer, name="Mina nya", query="urval=mina")
    keys = {"pk": application.pk, "note_pk": note.pk, "person_pk": other.pk}
    return {
        "applications:note": [keys],
        "applications:unshare": [keys],
        "applications:officer_letters": [keys],
        "applications:letters": [keys],
    }


def supplemented(
    asked: Any, in_words: Any, *, officer: Any, applicant: Any
) -> dict[str, list[dict[str, Any]]]:
    """``asked`` has sent one supplement by parts and writes another; ``in_words`` shall answer in words."""
    from applications.checks import Step
    from applications.models import Application
    from applications.parts import ApplicantPart, seen_mark
    from applications.services import ask_for_supplement, save_draft, send_supplement

    def ask(application: Any, parts: dict[Step, str]) -> tuple[Any, Any]:
        request = ask_for_supplement(
            application_id=application.pk,
            actor=officer,
            text="Vilka företag är med?",
            due_on=timezone.localdate() + timedelta(days=14),
            parts=parts,
        )
        return request, Application.objects.filter(answering=request).first()

    def change(copy: Any, name: str) -> None:
        part = ApplicantPart(name, "karin@example.se", "063-10 00 01")
        seen = seen_mark(copy, ApplicantPart.read(copy))
        save_draft(application_id=copy.pk, actor=applicant, part=part, seen=seen, arrived_at=timezone.now())

    ask(in_words, {})
    parts = {Step.APPLICANT: "Vem svarar vi?", Step.BUDGET: "", Step.ATTACHMENTS: ""}
    answered, copy = ask(asked, parts)
    change(copy, "Karin Ny")
    send_supplement(
        application_id=asked.pk,
        supplement_id=answered.pk,
        actor=applicant,
        arrived_at=timezone.now(),
        answer="Karin svarar.",
    )
    _waiting, copy = ask(asked, parts)
    change(copy, "Karin Nyare")
    return {
        "applications:officer_supplement_changes": [{"pk": asked.pk, "supplement_pk": answered.pk}],
        "applications:supplement": [{"pk": asked.pk}, {"pk": in_words.pk}],
        "applications:step_applicant": [{"pk": copy.pk}],
        "applications:step_attachments": [{"pk": copy.pk}],
    }


def written_in(draft: Any, applicant: Any) -> dict[str, list[dict[str, Any]]]:
    """A draft with a file, and an older text that can be put back."""
    from applications.parts import ApplicantPart, seen_mark
    from applications.services import save_draft

    part = ApplicantPart("Karin Ny", "karin@example.se", "063-10 00 01")
    seen = seen_mark(draft, ApplicantPart.read(draft))
    save_draft(application_id=draft.pk, actor=applicant, part=part, seen=seen, arrived_at=timezone.now())
    keys = {
        "pk": draft.pk,
        "attachment_pk": factories.make_attachment(application=draft).pk,
        "version_pk": draft.versions.first().pk,
    }
    return {"applications:attachment": [keys], "applications:restore_text": [keys]}


def organisation_of(applicant: Any) -> dict[str, list[dict[str, Any]]]:
    """An organisation with an invitation that waits and somebody whom nobody has confirmed."""
    from s3portal.accounts.models import Organisation
    from s3portal.organisations.services import invite_member

    organisation = Organisation.objects.of(applicant).first()
    other = factories.make_membership(user=factories.make_user(), organisation=factories.make_organisation())

    def invite(to: str, by: Any, to_act_for: Any) -> Any:
        return invite_member(
            organisation_id=to_act_for.pk, actor=by, email=to, role="editor", is_signatory=False
        )

    sent = invite("ny@example.se", applicant, organisation)
    received = invite(applicant.email, other.user, other.organisation)
    unsure = factories.make_membership(
        user=factories.make_user(), organisation=organisation, role="editor", confirmed_at=None
    )
    return {
        "organisations:officer": [{"pk": unsure.pk}],
        "organisations:invitation": [{"token": received.token}],
        "organisations:": [{"pk": organisation.pk, "member_pk": unsure.pk, "invitation_pk": sent.pk}],
    }


def meetings_of_a_visitor() -> dict[str, list[dict[str, Any]]]:
    """A series that is open for registration, and somebody who is offered a seat there."""
    series = factories.make_meeting_series(title=f"Möten om {LONG_WORD}", text="Välkomna till **två** möten.")
    slots = [
        factories.make_meeting(
            series=series,
            attendance="both",
            place="Hus U",
            registration="open",
            capacity=capacity,
            asks_meal_wishes=True,
            starts_at=timezone.now() + timedelta(days=days),
        )
        for days, capacity in ((20, 1), (21, 40))
    ]
    asked_at = timezone.now()
    offered = factories.make_participation(
        meeting=slots[0],
        place="link",
        wants_room_since=asked_at,
        offered_until=asked_at + timedelta(hours=24),
    )
    factories.make_participation(meeting=slots[1], registration=offered.registration)
    alone = factories.make_meeting(
        title=LONG_WORD, attendance="both", place=LONG_WORD, registration="open", capacity=40,
        video_address=f"12345@{LONG_WORD.lower()}.exempel.se",
    )  # fmt: skip
    token = offered.registration.token
    return {
        "calls:register": [{"pk": alone.pk, "slug": series.slug}],
        "calls:series_detail": [{"slug": series.slug}],
        "calls:registration": [{"token": token}],
        "calls:seat_answer": [{"token": token, "pk": slots[0].pk}],
    }


def meetings_of_an_officer() -> dict[str, list[dict[str, Any]]]:
    """A draft with much missing, a meeting going on with a full room and a queue, and their series."""
    now = timezone.now()
    series = factories.make_meeting_series(text="Välkomna till **fyra** möten.")
    draft = factories.make_meeting(
        title="Utkast till möte", status="draft", series=series, attendance="both", link="", text="TBD"
    )
    coming = factories.make_meeting(
        title=f"Möte som går att flytta, {LONG_WORD}",
        series=series,
        attendance="both",
        place="Hus U",
        registration="open",
    )
    today = factories.make_meeting(
        title="Möte som pågår",
        starts_at=now,
        ends_at=now + timedelta(hours=2),
        attendance="both",
        place="Hus U",
        registration="open",
        capacity=1,
        room_full=True,
        asks_meal_wishes=True,
    )
    seated = factories.make_participation(meeting=today, organisation=LONG_WORD, meal_wishes=LONG_WORD)
    factories.make_participation(meeting=today, place="link", wants_room_since=now)
    cancelled = factories.make_meeting(
        title="Inställt möte", status="cancelled", cancelled_at=now, cancel_reason="Snöstorm"
    )
    return {
        "calls:officer_meeting": [{"pk": each.pk} for each in (draft, coming, today, cancelled)],
        "calls:officer_series": [{"series_pk": series.pk}],
        "calls:officer_registration": [{"pk": today.pk, "participation_pk": seated.pk}],
    }


def contents_of_a_draft(officer: Any, *, area: Any) -> dict[str, list[dict[str, Any]]]:
    """Two of each that belongs to a call, in a draft where all of it can be changed."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from calls.services.contents.documents import save_document

    draft = factories.make_call(status="draft", title=f"Utkast med {LONG_WORD}", areas=[area])
    first = factories.make_question(call=draft, kind="choice", choices=["Röd", "Blå"], label="Färg?")
    for kind in ("short", "long", "number", "amount", "date", "yes_no", "file"):
        factories.make_question(call=draft, kind=kind, shown_if=first, shown_if_answer="Röd")
    criteria = [factories.make_criterion(call=draft, weight=weight) for weight in (40, 50)]
    attachments = [draft.requested_attachments.create(order=order, name="Bokslut") for order in (1, 2)]
    milestone = draft.milestones.create(kind="payment", title="Utbetalning", text="Varje kvartal.")
    documents = [
        save_document(
            actor=officer,
            call_id=draft.pk,
            title=f"Mall {number}",
            upload=SimpleUploadedFile("mall.pdf", PDF),
        )
        for number in (1, 2)
    ]
    published = factories.make_call(title=f"Publicerad om {LONG_WORD}", areas=[area])
    published.changes.create(field="text", text="Texten är ändrad.")
    return {
        f"calls:officer_{page}": [{"pk": draft.pk}, {"pk": published.pk}]
        for page in ("call", "edit", "preview", "publish", "conclude", "copy", "delete")
    } | {
        prefix: [{"pk": draft.pk, "row_pk": row.pk}]
        for prefix, row in (
            ("calls:question", first),
            ("calls:criteri", criteria[0]),
            ("calls:requested_attachment", attachments[0]),
            ("calls:milestone", milestone),
            ("calls:document", documents[0]),
        )
    }


def addresses(world: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str]]:
    """Every address of our own that can be asked for, with real parameters; files are left out."""
    for name, pattern in own_patterns():
        wanted = set(pattern.pattern.converters)
        values = next(world[key] for key in sorted(world, key=len, reverse=True) if name.startswith(key))
        if "file_pk" in wanted:
            continue
        for value in values if wanted else [{}]:
            yield name, reverse(name, kwargs={key: value[key] for key in wanted})


def pages_of(
    client: Client, world: dict[str, list[dict[str, Any]]], *, also: list[str], but: set[str] = frozenset()
) -> list[str]:
    """Those that answer this person with a page (not a file, a redirect or a refusal), without ``but``."""
    found = []
    for address in dict.fromkeys([*(path for _name, path in addresses(world)), *also]):
        if address in but:
            continue
        response = client.get(address)
        assert response.status_code < 500, address
        if response.status_code in {200, 404} and response.headers["Content-Type"].startswith("text/html"):
            whole = b"</html>" in response.content
            if whole and (response.status_code == 200 or address in also):
                found.append(address)
        response.close()
    return found


# No page may become wider than the window by it.
LONG_WORD = "Näringslivsutvecklingssamverkansorganisationsavtalsförhandlingsprotokoll"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}


def look(page: Page, base: str, paths: list[str], axe: Callable[[Page], None]) -> None:
    """Each page is fetched once and looked at in two sizes: none of our scripts goes by the window's."""
    for path in paths:
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        page.goto(f"{base}{path}")
        if not path.startswith("/konto/"):
            assert page.title().endswith("S3-portalen"), path
        for size in (DESK, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            axe(page)
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{path} is {overflow} px wider than the window of {size['width']} px"


def test_pages_for_everybody_and_for_applicants(world, live_server, new_page, come_in, client_for, axe):
    from s3portal.accounts.models import User

    look(new_page(), live_server.url, pages_of(Client(), world, also=ANONYMOUS_PAGES), axe)
    seen = {path for name, path in addresses(world) if name in PUBLIC}
    for name in APPLICANTS:
        client = client_for(User.objects.get(email=f"{name}@example.se"))
        paths = pages_of(client, world, also=ACCOUNT_PAGES, but=seen)
        look(come_in(name), live_server.url, paths or ACCOUNT_PAGES[:1], axe)
        seen |= set(paths)


def test_pages_for_those_who_work_for_the_region(world, live_server, come_in, client_for, axe):
    from s3portal.accounts.models import User

    public = {path for name, path in addresses(world) if name in PUBLIC}
    seen: set[str] = set()
    for name in STAFF:
        # A page that is the same for several roles is looked at once, but the start page in each role.
        paths = pages_of(
            client_for(User.objects.get(email=f"{name}@example.se")), world, also=[], but=public | seen
        )
        look(come_in(name), live_server.url, ["/", *paths], axe)
        seen |= set(paths)
    assert len(seen) > 25, sorted(seen)


def test_every_page_is_seen_by_somebody(world, client_for):
    """Otherwise the tests above would pass over a page in silence."""
    from s3portal.accounts.models import User

    clients = {
        name: client_for(User.objects.get(email=f"{name}@example.se"), fresh=True)
        for name in [*APPLICANTS, *STAFF]
    }
    unseen = {name for name, _path in addresses(world)}
    for name, path in addresses(world):
        # 405: an address that only takes what a page's button sends.
        if name in unseen and any(_status(client, path) in {200, 405} for client in likely(path, clients)):
            unseen.discard(name)
    only_send_on = {
        "home:after_login",
        "applications:submit",
        "applications:supplement_send",
        "decisions:committee_question",
    }
    assert unseen == only_send_on


def likely(path: str, clients: dict[str, Client]) -> list[Client]:
    """Everyone, those whom the address is meant for first."""
    first = {
        "/mina-ansokningar/": "sokande",
        "/organisationer/": "sokande",
        "/handlaggning/": "handlaggare",
        "/namnd/": "ledamot",
    }
    meant = next((name for prefix, name in first.items() if path.startswith(prefix)), None)
    return [*([clients[meant]] if meant else []), Client(), *clients.values()]


def _status(client: Client, path: str) -> int:
    response = client.get(path)
    response.close()
    return response.status_code
