from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from calls.changes import changes_between
from calls.content import ContactData, content_of
from calls.enums import DecisionTiming
from calls.models import Call, CallChange
from calls.planned import PlannedDecision
from calls.services.copying import copy_call
from calls.services.editing import (
    CallConflict,
    create_call,
    delete_draft,
    lock_call,
    require_unreceived,
    save_call,
)
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import in_stockholm
from s3portal.common.swedish.clock import moment_on
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


def at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment_on(moment.date(), moment.time())


@pytest.fixture
def draft() -> Call:
    return factories.make_call(status="draft", title="Kluster för trä")


@pytest.fixture
def published() -> Call:
    """Opened ten days ago, closes in thirty."""
    return factories.make_call(title="Kluster för trä")


@pytest.fixture
def coming() -> Call:
    now = timezone.now()
    return factories.make_call(opens_at=now + timedelta(days=5), closes_at=now + timedelta(days=30))


def save(call: Call, actor=None, **changed) -> Call:
    call = Call.objects.get(pk=call.pk)
    content = replace(content_of(call), **changed)
    return save_call(call_id=call.pk, actor=actor, expected_version=call.version, content=content)


# --- Drafts -----------------------------------------------------------------------------------------------
def test_a_new_call_is_a_draft_at_an_address_made_of_its_title(draft, officer):
    content = replace(content_of(draft), slug="", title="Utlysning för hållbar omställning")
    first = create_call(actor=officer, content=content)
    second = create_call(actor=officer, content=content)
    assert (first.slug, second.slug) == (
        "utlysning-for-hallbar-omstallning",
        "utlysning-for-hallbar-omstallning-2",
    )
    assert (first.status, first.version, first.published_at) == ("draft", 1, None)
    assert content_of(first) == replace(content, slug=first.slug)
    assert [event.action for event in Event.objects.about("calls.call", first.pk)] == ["call_created"]


def test_a_draft_changes_unseen_and_is_noted(draft, officer):
    saved = save(draft, officer, frame=12_000_000)
    assert (saved.frame, saved.version) == (12_000_000, 2)
    assert not CallChange.objects.exists()
    event = Event.objects.about("calls.call", draft.pk).get()
    assert event.data == {
        "changes": [f"Ramen är ändrad från 10{NBSP}000{NBSP}000{NBSP}kr till 12{NBSP}000{NBSP}000{NBSP}kr."],
        "fields": ["frame"],
    }


def test_saving_what_is_there_changes_nothing(draft, officer):
    assert save(draft, officer).version == 1
    assert not Event.objects.exists()


def test_a_page_opened_before_the_latest_save_is_refused_with_who_and_when(draft, officer, second_officer):
    content = content_of(draft)
    with time_machine.travel(at("2026-03-02T14:32:10"), tick=False):
        save(draft, officer, frame=12_000_000)
    with pytest.raises(CallConflict) as conflict:
        save_call(
            call_id=draft.pk,
            actor=second_officer,
            expected_version=1,
            content=replace(content, title="Min rubrik"),
        )
    assert conflict.value.message == (
        "Hanna Handläggare ändrade utlysningen den 2 mars 2026 kl. 14.32.10, efter att du öppnade sidan."
    )
    assert [change.field for change in conflict.value.changes] == ["title", "frame"]
    draft.refresh_from_db()
    assert (draft.title, draft.frame) == ("Kluster för trä", 12_000_000)


def test_the_address_is_free_while_draft_and_fixed_after(draft, published):
    assert save(draft, slug="ny-adress").slug == "ny-adress"
    with pytest.raises(Refusal, match="har den adressen") as refused:
        save(draft, slug=published.slug)
    assert refused.value.field == "slug"
    assert save(published, slug="ny-adress-3", title="Ny rubrik").slug == published.slug


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        (lambda call: {"closes_at": call.opens_at}, "closes_at", "Utlysningen stänger innan den öppnar."),
        (
            lambda call: {"min_amount": 2, "max_amount": 1},
            "max_amount",
            "Det högsta beloppet är lägre än det lägsta.",
        ),
        (
            lambda call: {"earliest_start": date(2030, 2, 1), "latest_end": date(2030, 1, 1)},
            "latest_end",
            "Slutdatumet ligger före startdatumet.",
        ),
        (
            lambda call: {
                "legal_basis": factories.make_legal_basis(name="Förordningen", max_aid_percent=Decimal(40))
            },
            "max_aid_percent",
            f"Förordningen tillåter högst 40{NBSP}%.",
        ),
        (
            lambda call: {
                "areas": (
                    factories.make_area(strategy=factories.make_strategy()),
                    factories.make_area(strategy=factories.make_strategy()),
                )
            },
            "areas",
            "Styrkeområdena hör till olika strategier. Välj ur en av dem.",
        ),
        (
            lambda call: {"contacts": (ContactData(),)},
            "contacts",
            "Ange namn, e-post eller telefon för varje kontakt.",
        ),
    ],
)
def test_what_does_not_agree_is_refused_beside_its_field(draft, changed, field, sentence):
    with pytest.raises(Refusal) as refused:
        save(draft, **changed(draft))
    assert (refused.value.field, refused.value.message) == (field, sentence)
    assert Call.objects.get(pk=draft.pk).version == 1


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2021, 11, 2), None, "gäller först från 2 november 2021. Utlysningen öppnar 1 november 2021."),
        (
            date(2015, 1, 1),
            date(2021, 10, 31),
            "gäller till och med 31 oktober 2021. Utlysningen öppnar 1 november 2021.",
        ),
        (date(2021, 11, 1), date(2021, 11, 1), ""),
    ],
)
def test_the_basis_is_in_force_on_the_day_the_call_opens(draft, first, last, words):
    basis = factories.make_legal_basis(valid_from=first, valid_to=last)
    wanted = {
        "legal_basis": basis,
        # Half past midnight in Sweden is still October in Greenwich.
        "opens_at": datetime(2021, 10, 31, 23, 30, tzinfo=UTC),
    }
    if not words:
        assert save(draft, **wanted).legal_basis == basis
        return
    with pytest.raises(Refusal) as refused:
        save(draft, **wanted)
    assert words in refused.value.message
    assert refused.value.field == "legal_basis"


def test_a_draft_is_removed_with_what_belongs_to_it(draft, officer):
    first = factories.make_question(call=draft, kind="yes_no")
    factories.make_question(call=draft, shown_if=first, shown_if_answer="ja")
    factories.make_criterion(call=draft)
    assert delete_draft(call_id=draft.pk, actor=officer) == "Kluster för trä"
    assert not Call.objects.exists()
    assert Event.objects.latest("at").action == "call_deleted"


def test_a_draft_with_a_meeting_and_a_published_call_stay(draft, published, officer):
    factories.make_meeting(call=draft)
    with pytest.raises(Refusal, match="Det finns möten om utlysningen"):
        delete_draft(call_id=draft.pk, actor=officer)
    with pytest.raises(Refusal, match="kan inte tas bort"):
        delete_draft(call_id=published.pk, actor=officer)


# --- Published calls --------------------------------------------------------------------------------------
def test_a_later_deadline_is_told_with_before_and_after(officer):
    with time_machine.travel(at("2021-11-20T09:00:00"), tick=False):
        call = factories.make_call(opens_at=at("2021-11-01T08:00:00"), closes_at=at("2021-11-29T23:59:59"))
        save(call, officer, closes_at=at("2021-12-06T23:59:59"))
    change = CallChange.objects.get()
    assert (change.field, change.at) == ("closes_at", at("2021-11-20T09:00:00"))
    assert change.text == (
        "Sista ansökningsdag är ändrad från 29 november 2021 kl. 23.59 till 6 december 2021 kl. 23.59."
    )


def test_a_moved_deadline_stops_the_reminders_of_the_old_one(published):
    waiting = Message.objects.create(
        key="a",
        kind="call_closing",
        to_email="a@example.org",
        subject="Snart",
        text_body="Snart",
        object_type="calls.call",
        object_id=published.pk,
    )
    save(published, title="Ny rubrik")
    waiting.refresh_from_db()
    assert waiting.status == MessageStatus.QUEUED
    save(published, closes_at=published.closes_at + timedelta(days=1))
    waiting.refresh_from_db()
    assert waiting.status == MessageStatus.CANCELLED


@pytest.mark.parametrize("which", ["published", "coming"])
def test_the_deadline_never_moves_earlier(which, request):
    call = request.getfixturevalue(which)
    with pytest.raises(Refusal, match="kan inte flyttas till en tidigare tid") as refused:
        save(call, closes_at=call.closes_at - timedelta(minutes=1))
    assert refused.value.field == "closes_at"


def test_a_passed_deadline_moves_only_into_the_future():
    now = timezone.now()
    call = factories.make_call(opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=2))
    with pytest.raises(Refusal, match="har redan passerat"):
        save(call, closes_at=now - timedelta(days=1))
    assert save(call, closes_at=now + timedelta(days=1)).takes_applications(now=timezone.now())


def test_the_opening_moves_until_it_has_been(coming, published):
    later = coming.opens_at + timedelta(days=1)
    assert save(coming, opens_at=later).opens_at == later
    assert CallChange.objects.get().field == "opens_at"
    for moved in (timedelta(days=1), -timedelta(days=1)):
        with pytest.raises(Refusal, match="Öppningsdagen går inte att ändra"):
            save(published, opens_at=published.opens_at + moved)


NARROWER = {
    "max_amount": 400_000,
    "min_amount": 200_000,
    "max_aid_percent": Decimal(40),
    "overhead_percent": 0,
    "areas": (),
    "earliest_start": date(2030, 2, 1),
    "latest_end": date(2031, 11, 30),
    "grant_months": 6,
    "extension_possible": False,
}
WIDER = {
    "max_amount": None,
    "min_amount": 50_000,
    "max_aid_percent": Decimal(60),
    "earliest_start": None,
    "latest_end": date(2032, 12, 31),
    "grant_months": 24,
    "frame": 9_000_000,
}


@pytest.fixture
def terms() -> dict:
    return {
        "max_amount": 500_000,
        "min_amount": 100_000,
        "max_aid_percent": Decimal(50),
        "overhead_percent": 15,
        "earliest_start": date(2030, 1, 1),
        "latest_end": date(2031, 12, 31),
        "grant_months": 12,
        "extension_possible": True,
    }


@pytest.mark.parametrize("field", NARROWER)
def test_the_terms_of_an_open_call_do_not_become_narrower(terms, field):
    call = factories.make_call(**terms)
    with pytest.raises(Refusal) as refused:
        save(call, **{field: NARROWER[field]})
    assert refused.value.field == field
    assert not CallChange.objects.exists()


@pytest.mark.parametrize("field", sorted(NARROWER.keys() - {"areas"}))
def test_before_opening_they_may_and_it_is_told(coming, terms, field):
    Call.objects.filter(pk=coming.pk).update(**terms)
    save(coming, **{field: NARROWER[field]})
    assert CallChange.objects.get().field == field


@pytest.mark.parametrize("field", WIDER)
def test_they_may_become_wider_until_an_application_has_come_in(terms, field):
    call = factories.make_call(**terms)
    save(call, **{field: WIDER[field]})
    assert CallChange.objects.get().field == field


def test_after_the_first_application_the_terms_stand_still(terms):
    call = factories.make_call(**terms, first_received_at=at("2026-03-02T10:00:00"))
    for field in ("max_amount", "min_amount", "max_aid_percent", "earliest_start", "latest_end"):
        with pytest.raises(Refusal, match=r"första ansökan 2 mars 2026 kl\. 10\.00") as refused:
            save(call, **{field: WIDER[field]})
        assert refused.value.field == field
    with pytest.raises(Refusal, match="frågorna, bilagorna och kriterierna inte att ändra"):
        require_unreceived(Call.objects.get(pk=call.pk))
    assert save(call, closes_at=call.closes_at + timedelta(days=7)).version == 2


def test_a_published_text_is_changed_but_not_taken_away(published):
    for field in ("summary", "text", "who_may_apply"):
        with pytest.raises(Refusal, match="inte tas bort"):
            save(published, **{field: ""})
    save(published, text="Nytt.")
    assert CallChange.objects.get().text == "Texten är ändrad."


def test_a_moved_decision_is_told_under_the_name_that_others_read(published):
    save(published, planned=PlannedDecision(DecisionTiming.MONTH, date(2021, 12, 1)))
    save(published, planned=PlannedDecision(DecisionTiming.DAY, date(2022, 1, 15)))
    assert [(change.field, change.text) for change in CallChange.objects.order_by("pk")] == [
        ("decision_planned", "Planerat beslut är tillagt: december 2021."),
        ("decision_planned", "Planerat beslut är ändrat från december 2021 till 15 januari 2022."),
    ]


def test_inner_notes_are_not_told(published, officer):
    save(published, officer, internal_notes="Ring Anna.")
    assert not CallChange.objects.exists()
    assert Event.objects.get().data["changes"] == ["De interna anteckningarna är ändrade."]


def test_a_concluded_call_changes_no_more(published):
    Call.objects.filter(pk=published.pk).update(status="concluded")
    with pytest.raises(Refusal, match="Utlysningen är avslutad och kan inte ändras"):
        save(published, title="Ny")


def test_two_who_save_at_once_do_not_overwrite_each_other(transactional_db, draft):
    content, results, start = content_of(draft), [], Barrier(2)

    def write(title: str) -> None:
        start.wait()
        try:
            save_call(call_id=draft.pk, actor=None, expected_version=1, content=replace(content, title=title))
            results.append(title)
        except CallConflict:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=write, args=[title]) for title in ("Den ena", "Den andra")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    draft.refresh_from_db()
    assert sorted(results) == sorted(["refused", draft.title])
    assert draft.version == 2


def test_a_call_is_locked_by_its_key(draft):
    assert lock_call(draft.pk) == draft
    with pytest.raises(Call.DoesNotExist):
        lock_call(draft.pk + 1)


# --- Sentences --------------------------------------------------------------------------------------------
def test_every_change_is_a_whole_sentence(published):
    before = content_of(published)
    after = replace(
        before,
        title="Nytt",
        summary="Ny ingress.",
        areas=(*before.areas, factories.make_area(name="Fjäll")),
        min_amount=100_000,
        max_aid_percent=Decimal("47.5"),
        who_may_apply="x" * 600,
        extension_possible=True,
        contacts=(ContactData("Anna", "anna@example.org"),),
    )
    texts = {change.field: change.text for change in changes_between(before, after)}
    assert texts == {
        "title": "Rubriken är ändrad från ”Kluster för trä” till ”Nytt”.",
        "summary": "Ingressen är ändrad.",
        "who_may_apply": "Vem som kan söka är ändrat.",
        "areas": f"Styrkeområdena är ändrade från {before.areas[0]} till {before.areas[0]}, Fjäll.",
        "min_amount": f"Lägsta belopp är tillagt: 100{NBSP}000{NBSP}kr.",
        "max_aid_percent": f"Högsta stödnivå är ändrad från 50{NBSP}% till 47,5{NBSP}%.",
        "contacts": "Kontakterna är ändrade från Hanna Handläggare till Anna.",
        "extension_possible": "Stödet kan förlängas efter utvärdering.",
    }
    back = {change.field: change.text for change in changes_between(after, before)}
    assert back["min_amount"] == f"Lägsta belopp är borttaget. Tidigare: 100{NBSP}000{NBSP}kr."
    assert back["extension_possible"] == "Stödet kan inte längre förlängas efter utvärdering."
    assert changes_between(before, before) == []


# --- Copies -----------------------------------------------------------------------------------------------
def test_a_copy_is_a_draft_with_all_but_the_times(published, officer):
    first = factories.make_question(call=published, kind="yes_no", label="Har ni annat stöd?")
    factories.make_question(call=published, shown_if=first, shown_if_answer="ja", label="Vilket?")
    factories.make_criterion(call=published, weight=100)
    published.requested_attachments.create(order=1, name="Årsredovisning")
    published.milestones.create(kind="payment", title="Första utbetalningen", day=date(2026, 6, 1))
    document = published.documents.create(order=1, title="Anvisning")
    for number in (1, 2):
        document.versions.create(
            number=number,
            filename=f"anvisning-{number}.pdf",
            content_type="application/pdf",
            storage_name=f"x{number}",
            sha256="0" * 64,
            size=10,
            uploaded_by=officer,
        )
    gone = published.documents.create(order=2, title="Gammalt", withdrawn_at=timezone.now())
    Call.objects.filter(pk=published.pk).update(
        first_received_at=timezone.now(), decision_timing="running", internal_notes="Bara vi."
    )
    copy = copy_call(call_id=published.pk, actor=officer)
    assert (copy.status, copy.version, copy.published_at, copy.first_received_at) == ("draft", 1, None, None)
    assert copy.slug == "kluster-for-tra"
    assert copy.title == "Kluster för trä (kopia)"
    assert copy.decision_planned == copy.internal_notes == ""
    assert timezone.localdate(copy.opens_at) == timezone.localdate() + timedelta(days=30)
    assert copy.closes_at - copy.opens_at > timedelta(days=39)
    assert list(copy.areas.all()) == list(published.areas.all())
    assert [contact.name for contact in copy.contacts.all()] == ["Hanna Handläggare"]
    questions = list(copy.questions.all())
    assert [question.label for question in questions] == ["Har ni annat stöd?", "Vilket?"]
    assert questions[1].shown_if == questions[0]
    assert [criterion.weight for criterion in copy.criteria.all()] == [100]
    assert [attachment.name for attachment in copy.requested_attachments.all()] == ["Årsredovisning"]
    assert [(m.title, m.day) for m in copy.milestones.all()] == [("Första utbetalningen", None)]
    [copied] = copy.documents.all()
    assert [(v.number, v.filename) for v in copied.versions.all()] == [(1, "anvisning-2.pdf")]
    assert gone.title not in [document.title for document in copy.documents.all()]
    assert copy_call(call_id=published.pk, actor=officer).slug == "kluster-for-tra-2"


def test_a_copy_rests_on_the_row_in_force_when_it_opens(officer):
    today = timezone.localdate()
    old = factories.make_legal_basis(code="f", valid_to=today)
    new = factories.make_legal_basis(code="f", valid_from=today + timedelta(days=1))
    call = factories.make_call(legal_basis=old)
    assert copy_call(call_id=call.pk, actor=officer).legal_basis == new


def test_a_published_deadline_stays_within_the_legal_basis(published, officer):
    last = in_stockholm(published.closes_at).date()
    basis = factories.make_legal_basis(name="Förordningen", valid_to=last)
    Call.objects.filter(pk=published.pk).update(legal_basis=basis)
    later = published.closes_at + timedelta(days=2)
    with pytest.raises(Refusal, match=r"Förordningen gäller till och med .* ingen får bevilja") as refused:
        save(published, officer, closes_at=later)
    assert refused.value.field == "closes_at"
    assert Call.objects.get().closes_at == published.closes_at
    # One that was so from before (from a file) can still be written in.
    basis.valid_to = last - timedelta(days=1)
    basis.save(update_fields=["valid_to"])
    assert save(published, officer, summary="Nytt stöd").summary == "Nytt stöd"
