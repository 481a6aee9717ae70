"""axe-core on every page in every role, at a desk and on a phone.

Which pages there are is read from the address table, so a new page is tried without being written here. Each
must be seen by somebody, or be named in the last test with its reason.
"""

import re
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
from tests.test_addresses import PUBLIC, own_patterns

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = ["handlaggare", "direktor", "registrator", "ledamot", "bedomare", "admin"]
APPLICANTS = ["sokande", "kollega"]
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
    from applications.models import Project
    from applications.services import ask_for_supplement, start_ranking, submit_application
    from applications.tasks import render_missing_pdfs
    from calls.models import Call, LegalBasis, Meeting, StrengthArea
    from calls.services.asking import answer_inquiry
    from calls.services.subscribing import Wish, sign_wish
    from decisions.models import CommitteeMeeting, Decision, Delegate
    from decisions.services.proposing import propose_decision
    from decisions.services.reporting import report_decisions
    from decisions.services.signing import sign_decision
    from decisions.tasks import render_missing_documents
    from s3portal.accounts.models import User
    from s3portal.outbox.enums import MailGroup
    from s3portal.outbox.links import choices_path, one_click_path
    from s3portal.outbox.models import Message
    from s3portal.outbox.reminders import KINDS

    def person(name: str) -> User:
        return User.objects.get(email=f"{name}@example.se")

    applicant, officer, director = person("sokande"), person("handlaggare"), person("direktor")
    call = Call.objects.get(slug="kluster-for-hallbar-omstallning")
    factories.make_question(call=call, label="Söker ni annat stöd?", kind="yes_no", required=False)
    drafts = [factories.make_application(user=applicant, call=call) for _ in range(4)]
    for draft in drafts:
        # The call adds 15 % of the salaries to the costs.
        draft.financing.filter(kind="cash").update(amount=290_000)
    sent = [
        submit_application(application_id=draft.pk, actor=applicant, arrived_at=timezone.now())
        for draft in drafts[1:]
    ]
    go_through(sent[1], officer)
    asked = sent.pop()
    ask_for_supplement(
        application_id=asked.pk,
        actor=officer,
        text="Vilka företag är med?",
        due_on=timezone.localdate() + timedelta(days=14),
    )
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
    render_missing_documents()
    meeting = CommitteeMeeting.objects.filter(starts_at__gt=timezone.now()).earliest("starts_at")
    report_decisions(meeting_id=meeting.pk, decision_ids=[signed.pk], actor=person("registrator"))
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
    subscription = factories.make_subscription(areas=list(StrengthArea.objects.all()[:2]))
    ranking = start_ranking(call_id=call.pk, actor=officer)
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
        "applications:impartiality": [{"pk": asked.pk}, {"pk": sent[0].pk}],
        "applications:lift_recusal": [{"pk": sent[0].pk}],
        "applications:assess": [{"pk": sent[0].pk}],
        "applications:assessment": [{"pk": application.pk} for application in sent],
        "applications:assessors_of_call": [{"pk": call.pk}],
        "applications:assignment": [{"pk": sent[0].pk, "assignment_pk": assignments[0].pk}],
        "applications:reopen": [{"pk": sent[0].pk, "assessment_pk": judged.pk}],
        "applications:abstain": [{"pk": sent[0].pk}],
        "applications:officer_supplement": [{"pk": sent[0].pk}, {"pk": asked.pk}],
        "applications:supplement": [{"pk": asked.pk}],
        "applications:receipt": [{"pk": sent[0].pk}],
        "applications:withdraw": [{"pk": sent[0].pk}],
        "applications:my_detail": [{"pk": sent[0].pk}],
        **written_in(drafts[0], applicant),
        "applications:ranking": [{"pk": call.pk, "row_pk": ranking.rows.earliest("position").pk}],
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
        "decisions:public": [{"slug": "RUN-664-2021"}],
        "decisions:draft_from_application": [{"pk": sent[1].pk}],
        "decisions:sign": [{"pk": ready[0].pk}],
        "decisions:return": [{"pk": ready[0].pk}],
        "decisions:draft_return": [{"pk": ready[0].pk}],
        "decisions:officer_pdf": [{"pk": signed.pk}],
        "decisions:officer_detail": [{"pk": open_draft.pk}, {"pk": ready[0].pk}, {"pk": signed.pk}],
        "decisions:committee_meeting_detail": [{"pk": meeting.pk}, {"pk": past.pk}]
        if past
        else [{"pk": meeting.pk}],
        "decisions:committee": [{"pk": meeting.pk, "report_pk": report.pk}],
        "decisions:": [{"pk": open_draft.pk}],
        "diary:public_detail": [{"slug": signed.case.slug}],
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
            upload=SimpleUploadedFile("mall.pdf", b"%PDF-1.7 mall"),
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


def pages_of(client: Client, world: dict[str, list[dict[str, Any]]], *, also: list[str]) -> list[str]:
    """Those that answer this person with a page (not a file, a redirect or a refusal)."""
    found = []
    for address in dict.fromkeys([*(path for _name, path in addresses(world)), *also]):
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
        page = come_in(name)
        paths = pages_of(client_for(User.objects.get(email=f"{name}@example.se")), world, also=ACCOUNT_PAGES)
        look(page, live_server.url, [path for path in paths if path not in seen] or paths[-1:], axe)
        seen |= set(paths)


def test_pages_for_those_who_work_for_the_region(world, live_server, come_in, client_for, axe):
    from s3portal.accounts.models import User

    seen: set[str] = set()
    public = {path for name, path in addresses(world) if name in PUBLIC}
    for name in STAFF:
        paths = pages_of(client_for(User.objects.get(email=f"{name}@example.se")), world, also=[])
        # A page that is the same for several roles is looked at once, but the first in each role always.
        inner = [path for path in paths if path not in public]
        look(come_in(name), live_server.url, [path for path in inner if path not in seen] or inner[:1], axe)
        seen |= set(inner)
    assert len(seen) > 25, sorted(seen)


def test_every_page_is_seen_by_somebody_and_has_a_title(world, client_for):
    """Otherwise the tests above would pass over a page in silence."""
    from s3portal.accounts.models import User

    clients = [Client()] + [
        client_for(User.objects.get(email=f"{name}@example.se"), fresh=True) for name in [*APPLICANTS, *STAFF]
    ]
    unseen = {name for name, _path in addresses(world)}
    for name, path in addresses(world):
        # 405: an address that only takes what a page's button sends.
        if any(_status(client, path) in {200, 405} for client in clients):
            unseen.discard(name)
    assert unseen == {"home:after_login", "applications:submit"}, "these only send on to another page"
    officer = client_for(User.objects.get(email="handlaggare@example.se"))
    for path in pages_of(officer, world, also=[]):
        match = re.search(r"<title>\s*(.*?)\s*</title>", officer.get(path).content.decode(), re.DOTALL)
        assert match, path
        assert match[1].endswith("S3-portalen"), path


def _status(client: Client, path: str) -> int:
    response = client.get(path)
    response.close()
    return response.status_code
