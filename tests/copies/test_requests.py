"""Requests for copies: asked for by anybody, tried, answered, and who asked is forgotten."""

import io
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from importlib import import_module
from types import SimpleNamespace

import pypdf
import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from decisions.copy_refusals import refusals_to_report
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from s3portal.common.swedish import STOCKHOLM
from s3portal.copies import services, tasks
from s3portal.copies.authority import authorities_of
from s3portal.copies.enums import RequestStatus, Step, Way
from s3portal.copies.forms import ReleaseForm
from s3portal.copies.hints import hints_of
from s3portal.copies.models import CopyRequest, ReleasedFile
from s3portal.copies.queries import covering
from s3portal.copies.transitions import ALLOWED
from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.models import Case
from s3portal.diary.secrecy import Part
from s3portal.diary.services import assign_case, merge_case, register_record, store_record_file
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.pdf_validation import assert_valid
from tests.small_files import PDF, small_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return factories.make_case(title="Stöd till ett kluster", counterpart="Peak Jämtland")


@pytest.fixture
def file(case):
    record = register_record(actor=None, case=case, direction=Direction.INCOMING, title="Ansökan")
    return store_record_file(
        record=record, filename="ansokan.pdf", content_type="application/pdf", content=PDF
    )


def ask(case, **fields):
    given = {"record_number": None, "wish": "Budgeten", "way": Way.LINK, "email": "ulla@example.org"} | fields
    return services.request_copy(case_id=case.pk, **given)


def release(actor, made, *files, **fields):
    chosen = [file.pk for file in files]
    return services.release_copy(actor=actor, request_id=made.pk, files=chosen, **fields)


def mask(actor, made, *files, **fields):
    given = {"provision": "OSL 30 kap. 27 §", "reason": "Planerna är affärshemligheter."} | fields
    return services.mask_copy(actor=actor, request_id=made.pk, files=[file.pk for file in files], **given)


def refuse(actor, made, **fields):
    given = {
        "provision": "OSL 30 kap. 27 §",
        "reason": "Planerna är affärshemligheter.",
        "authority": fields.get("authority") or key_of(actor),
    }
    return services.refuse_copy(actor=actor, request_id=made.pk, **(given | fields))


def key_of(actor):
    """Of the clause that lets the person refuse, made the first time."""
    held = authorities_of(actor)
    return held[0].key if held else factories.let_refuse(actor)


def letters():
    return [(message.kind, message.to_email) for message in Message.objects.order_by("pk")]


def titles(case):
    return [record.title for record in case.records.order_by("number")]


# --- Asking -----------------------------------------------------------------------------------------------
def test_who_asks_may_be_nobody_and_it_is_in_the_diary_at_once(case, file, settings):
    made = ask(case, record_number=1, wish="", way=Way.HERE, email="")
    assert (made.record, made.name, made.email, made.is_waiting) == (file.record, "", "", True)
    assert letters() == [("copy_request_waiting", settings.REGION["email"])]
    assert titles(case) == ["Ansökan", f"Begäran om handling, referens {made.reference}"]
    incoming = case.records.get(number=2)
    assert (made.registered, incoming.direction, incoming.dated_at, incoming.counterpart) == (
        incoming, "incoming", made.received_at, "",
    )  # fmt: skip
    event = Event.objects.get(action="copy_requested")
    assert (event.actor_id, event.object_id) == (None, case.pk)


def test_the_letter_to_an_address_holds_nothing_that_was_typed(case, settings):
    made = ask(case, wish="Köp billiga klockor", name="Reklam AB")
    assert letters() == [
        ("copy_request_waiting", settings.REGION["email"]),
        ("copy_request_received", "ulla@example.org"),
    ]
    letter = Message.objects.get(kind="copy_request_received")
    for text in (letter.subject, letter.text_body, letter.html_body):
        assert "klockor" not in text
        assert "Reklam" not in text
    assert f"/diarium/begaran/{made.token}/" in letter.text_body
    assert "Reklam" not in Event.objects.get(action="copy_requested").text


def test_the_same_pressed_twice_is_one_and_another_persons_is_another(case):
    first = ask(case)
    assert ask(case) == first
    assert len(titles(case)) == 1
    assert ask(case, email="annan@example.org") != first
    CopyRequest.objects.filter(pk=first.pk)
    assert first.reference != ask(case, wish="Något annat").reference


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"wish": " "}, "wish"),
        ({"record_number": 7}, "record"),
        ({"email": ""}, "email"),
    ],
)
def test_what_is_missing_is_told_beside_its_field(case, fields, field):
    with pytest.raises(Refusal) as refused:
        ask(case, **fields)
    assert refused.value.field == field
    assert not CopyRequest.objects.exists()


def test_nothing_is_asked_for_in_a_cancelled_case(case):
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.CANCELLED)
    with pytest.raises(Refusal, match="makulerat"):
        ask(case)


# --- Answering --------------------------------------------------------------------------------------------
def test_copies_are_given_whole(case, file, registrar):
    made = release(registrar, ask(case, name="Ulla"), file, message="Här är ansökan.")
    assert (made.status, made.answered_by) == (RequestStatus.RELEASED, registrar)
    assert [given.file for given in made.released.all()] == [file]
    assert titles(case) == [
        "Ansökan",
        f"Begäran om handling, referens {made.reference}",
        f"Kopior utlämnade, referens {made.reference}",
    ]
    incoming = case.records.get(number=2)
    assert (incoming.dated_at, incoming.counterpart) == (made.received_at, "")
    letter = Message.objects.get(kind="copy_request_answered")
    assert letter.to_email == "ulla@example.org"
    assert "Här är ansökan." in letter.text_body
    assert "Filerna är bifogade" in letter.text_body
    assert [one.filename for one in letter.attachments.all()] == ["ansokan.pdf"]
    assert Event.objects.get(action="copy_answered").data["files"] == [file.pk]


def test_what_is_large_is_fetched_and_not_sent(case, file, registrar, monkeypatch):
    monkeypatch.setattr("s3portal.copies.services.steps.MOST_BYTES_BY_MAIL", 10)
    release(registrar, ask(case), file)
    letter = Message.objects.get(kind="copy_request_answered")
    assert not letter.attachments.exists()
    assert "Läs svaret här" in letter.text_body


def test_who_left_no_address_gets_no_letter(case, file, registrar, settings):
    release(registrar, ask(case, way=Way.PICKUP, email=""), file)
    assert letters() == [("copy_request_waiting", settings.REGION["email"])]


@pytest.mark.parametrize("part", Part.values)
def test_what_is_marked_is_given_only_with_a_motive(case, file, registrar, part):
    place = {} if part in Part.of_case() else {"record": file.record}
    place |= {"file": file} if part == "file" else {}
    place |= {"passage": "Planen"} if part == "passage" else {}
    place |= {"field": "amount", "field_label": "Beloppet"} if part == "field" else {}
    factories.mark_secret(case, part, **place)
    assert list(covering(case)) == [file.pk]
    made = ask(case)
    with pytest.raises(Refusal) as refused:
        release(registrar, made, file)
    assert refused.value.field == "motive"
    assert ReleaseForm(case=case, record_id=file.record_id).fields["chosen"].initial == []
    assert release(registrar, made, file, motive="Samtycke finns.").reason == "Samtycke finns."


def test_what_is_marked_is_given_whole_beside_masked_copies_only_with_a_motive(case, file, registrar):
    factories.mark_secret(case, "file", record=file.record, file=file)
    made, masked = ask(case), small_pdf(b"% masked")
    with pytest.raises(Refusal) as refused:
        mask(registrar, made, file, uploads=[SimpleUploadedFile("maskad.pdf", masked)])
    assert refused.value.field == "motive"
    made.refresh_from_db()
    assert (made.is_waiting, made.released.exists()) == (True, False)
    upload = SimpleUploadedFile("maskad.pdf", masked)
    made = mask(registrar, made, file, uploads=[upload], motive="Samtycke finns.")
    assert (made.motive, made.reason) == ("Samtycke finns.", "Planerna är affärshemligheter.")


@pytest.mark.parametrize("place", ["own", "other"])
def test_what_the_requester_reads_does_not_name_a_protected_party(case, registrar, place):
    other = factories.make_case()
    merge_case(actor=registrar, case_id=case.pk, into_id=other.pk, reason="Samma ansökan")
    marked = case if place == "own" else other
    type(case).objects.filter(pk=marked.pk).update(counterpart="Qvanta Holding AB")
    factories.mark_secret(marked, Part.COUNTERPART)
    made = ask(case)
    with pytest.raises(Refusal, match="är märkt som hemligt") as refused:
        refuse(registrar, made, reason="Planerna rör qvanta holding ab.")
    assert refused.value.field == "reason"


def test_a_mark_on_another_record_asks_for_nothing(case, file, registrar):
    other = register_record(actor=None, case=case, direction=Direction.INCOMING, title="Brev")
    factories.mark_secret(case, "record", record=other)
    assert covering(case) == {}
    assert release(registrar, ask(case), file).status == RequestStatus.RELEASED


def test_nothing_chosen_and_a_file_of_another_case(case, file, registrar):
    made = ask(case)
    elsewhere = register_record(
        actor=None, case=factories.make_case(), direction=Direction.INCOMING, title="Brev"
    )
    foreign = store_record_file(
        record=elsewhere, filename="b.pdf", content_type="application/pdf", content=PDF
    )
    for files in ([], [foreign], [file, foreign]):
        with pytest.raises(Refusal) as refused:
            release(registrar, made, *files)
        assert refused.value.field == "chosen"
    assert not ReleasedFile.objects.exists()


def test_copies_are_given_masked_and_the_masked_file_is_kept(case, file, registrar):
    upload = SimpleUploadedFile("maskad.pdf", small_pdf(b"% masked"))
    made = mask(registrar, ask(case), file, uploads=[upload])
    assert (made.status, made.provision) == (RequestStatus.MASKED, "OSL 30 kap. 27 §")
    given = [(one.file.filename, one.masked) for one in made.released.all()]
    assert given == [("ansokan.pdf", False), ("maskad.pdf", True)]
    assert titles(case)[-1] == f"Kopior utlämnade med maskning, referens {made.reference}"
    letter = Message.objects.get(kind="copy_request_answered")
    assert "OSL 30 kap. 27 §" in letter.text_body
    assert "skriftligt beslut" in letter.text_body


@pytest.mark.parametrize(("fields", "field"), [({"provision": " "}, "provision"), ({"reason": ""}, "reason")])
def test_masking_says_why(case, file, registrar, fields, field):
    with pytest.raises(Refusal) as refused:
        mask(registrar, ask(case), file, **fields)
    assert refused.value.field == field


def test_a_refusal_is_a_sealed_decision_with_the_right_court_and_time(case, file, registrar):
    made = refuse(registrar, ask(case, name="Ulla Undrande", record_number=1), message="Hör av dig.")
    assert made.status == RequestStatus.REFUSED
    pdf = read_frozen(made.decision.storage_name, sha256=made.decision.sha256)
    assert_valid(pdf)
    report = check_seal(pdf, roots=seal_roots())
    assert (report.intact, report.trusted, report.signed_by) == (True, True, registrar.full_name)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for told in (
        f"Handling 1 i ärende {case} begärdes ut",
        "Region Jämtland Härjedalen lämnar inte ut det som har begärts.",
        "omfattas av sekretess enligt OSL 30 kap. 27 §",
        "punkt 1.4",
        "Registrator",
        "Kammarrätten i Sundsvall",
        "inom tre veckor från den dag då du fick del av beslutet",
        made.reference,
    ):
        assert told in text, told
    assert "förvaltningsrätten" not in text.lower()
    assert "anslag" not in text.lower()
    [attached] = list(reader.attachments.values())
    data = json.loads(attached[0])
    assert data["reference"] == made.reference
    # Who asked stands nowhere in what is kept for ever.
    assert "Undrande" not in text + json.dumps(data) + " ".join(titles(case))
    assert titles(case)[-1] == f"Beslut att inte lämna ut handling, referens {made.reference}"
    letter = Message.objects.get(kind="copy_request_answered")
    assert [one.sha256 for one in letter.attachments.all()] == [made.decision.sha256]


@pytest.mark.parametrize("field", ["provision", "reason"])
def test_a_refusal_says_by_what_why_and_on_whose_behalf(case, registrar, field):
    made = ask(case)
    with pytest.raises(Refusal) as refused:
        refuse(registrar, made, **{field: " "})
    assert refused.value.field == field
    made.refresh_from_db()
    assert made.is_waiting


def test_what_the_requester_reads_holds_no_leftover_and_nothing_secret(case, file, registrar):
    factories.mark_secret(case, Part.PASSAGE, passage="Projekt Kvantlyft")
    answers = {
        "refuse": lambda made, **texts: refuse(registrar, made, **texts),
        "mask": lambda made, **texts: mask(registrar, made, file, **texts),
        "close": lambda made, **texts: services.close_request(actor=registrar, request_id=made.pk, **texts),
    }
    for name, answer in answers.items():
        made = ask(case)
        for field in ("message",) if name == "close" else ("reason", "message"):
            for text in ("Skriv skälen här.", "Det gäller projekt\nkvantlyft."):
                with pytest.raises(Refusal, match=r"står kvar|är märkt som hemligt") as refused:
                    answer(made, **{field: text})
                assert refused.value.field == field
        made.refresh_from_db()
        assert made.is_waiting, name


def test_who_refuses_holds_a_clause_for_it_today(case, registrar, officer, delegate_user):
    made = ask(case)
    today = timezone.localdate()
    for actor in (registrar, officer):
        with pytest.raises(Refusal, match="den som har en punkt"):
            services.refuse_copy(
                actor=actor, request_id=made.pk, provision="OSL 30:27", reason="Hemligt.", authority="1"
            )
    over = factories.make_delegate(
        user=registrar,
        clause=factories.make_clause(kinds=["other"]),
        valid_to=today - timedelta(days=1),
    )
    grants = factories.make_delegate(user=registrar, clause=factories.make_clause(kinds=["grant"]))
    urgent = factories.make_delegate(
        user=registrar, clause=factories.make_clause(kinds=["other"], urgent=True)
    )
    assert authorities_of(registrar) == []
    key = factories.let_refuse(registrar)
    for wrong in (over, grants, urgent, factories.make_delegate(user=officer)):
        with pytest.raises(Refusal) as refused:
            refuse(registrar, made, authority=str(wrong.pk))
        assert refused.value.field == "authority"
    refused = refuse(registrar, made, authority=key)
    assert {name: refused.authority[name] for name in ("clause", "title", "reportable", "decider")} == {
        "clause": "1.4", "title": "Registrator", "reportable": True, "decider": registrar.full_name,
    }  # fmt: skip
    with pytest.raises(InternalError, match="copy_authority_stays"), transaction.atomic():
        CopyRequest.objects.filter(pk=made.pk).update(authority={"clause": "9.9"})


def test_a_delegate_who_does_not_have_the_case_refuses_and_gives_nothing_out(case, file, delegate_user):
    made = ask(case)
    factories.let_refuse(delegate_user)
    with pytest.raises(Refusal, match="Bara en registrator"):
        release(delegate_user, made, file)
    assert refuse(delegate_user, made).answered_by == delegate_user


def test_the_committee_hears_of_refusals_by_clauses_that_are_reported(case, registrar, client_for):
    order = factories.make_delegation_order()
    committee = order.committee
    before = factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() - timedelta(days=5)
    )
    coming = factories.make_committee_meeting(committee=committee)
    key = factories.let_refuse(registrar, order=order)
    hidden = factories.make_delegate(
        user=registrar, clause=factories.make_clause(order=order, kinds=["other"], reportable=False)
    )
    told, untold, old = (refuse(registrar, ask(case, wish=str(number)), authority=authority)
                         for number, authority in enumerate((key, str(hidden.pk), key)))  # fmt: skip
    CopyRequest.objects.filter(pk=old.pk).update(refused_at=timezone.now() - timedelta(days=6))
    assert [one.request_id for one in refusals_to_report(coming)] == [told.pk]
    assert [one.request_id for one in refusals_to_report(before)] == [old.pk]
    page = client_for(registrar).get(f"/handlaggning/sammantraden/{coming.pk}/").content.decode()
    assert told.reference in page
    assert untold.reference not in page


def test_a_failure_to_seal_leaves_the_request_waiting(case, registrar, monkeypatch):
    def fail(*_args, **_kwargs):
        raise Refusal("Sigillet gick inte att nå.")

    monkeypatch.setattr("s3portal.copies.services.refusing.seal_pdf", fail)
    made = ask(case)
    with pytest.raises(Refusal, match="Sigillet"):
        refuse(registrar, made)
    made.refresh_from_db()
    assert made.is_waiting
    assert titles(case) == [f"Begäran om handling, referens {made.reference}"]


def test_who_got_masked_copies_may_have_a_decision_about_the_rest(case, file, registrar, settings):
    made = mask(registrar, ask(case), file)
    wanted = services.want_decision(token=made.token)
    assert services.want_decision(token=made.token).decision_wanted_at == wanted.decision_wanted_at
    assert letters().count(("copy_decision_wanted", settings.REGION["email"])) == 1
    refused = refuse(registrar, made)
    pdf = read_frozen(refused.decision.storage_name, sha256=refused.decision.sha256)
    text = " ".join(" ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())
    assert "inte ut de uppgifter som är maskade" in text
    assert titles(case).count(f"Begäran om handling, referens {made.reference}") == 1


def at_noon(day):
    return datetime.combine(day, time(12), STOCKHOLM)


@pytest.mark.parametrize(
    ("answered", "last_day"),
    [
        # Lagen (1930:173) 2 §: no time runs out on these.
        (date(2026, 12, 3), date(2026, 12, 28)),  # julafton, juldagen, annandag jul and a Sunday
        (date(2026, 11, 21), date(2026, 12, 14)),  # a Saturday, and so three weeks later
        (date(2027, 6, 4), date(2027, 6, 28)),  # midsommarafton and its weekend
        (date(2026, 11, 27), date(2026, 12, 18)),  # an ordinary Friday
    ],
)
def test_the_time_to_appeal_a_refusal_ends_on_a_working_day(answered, last_day):
    made = CopyRequest(status=RequestStatus.REFUSED, refused_at=at_noon(answered))
    assert made.can_be_final_on == last_day + timedelta(days=1)


def test_a_refusal_is_final_when_a_registrar_says_so_after_the_time_to_appeal(case, registrar, officer):
    made = refuse(registrar, ask(case))
    assert made.can_be_appealed
    with pytest.raises(Refusal, match="Bara en registrator"):
        services.finish_refusal(actor=officer, request_id=made.pk)
    # Three weeks later is julafton; the first working day after that is Monday the 28th.
    CopyRequest.objects.filter(pk=made.pk).update(refused_at=at_noon(date(2026, 12, 3)))
    with (
        time_machine.travel(at_noon(date(2026, 12, 28)), tick=False),
        pytest.raises(Refusal, match=r"kan överklagas minst till och med 28 december 2026\."),
    ):
        services.finish_refusal(actor=registrar, request_id=made.pk)
    with time_machine.travel(at_noon(date(2026, 12, 29)), tick=False):
        final = services.finish_refusal(actor=registrar, request_id=made.pk)
    assert (final.final_by, final.can_be_appealed) == (registrar, False)
    assert Event.objects.get(action="copy_refusal_final").actor_id == registrar.pk
    with pytest.raises(Refusal, match="redan fått laga kraft"):
        services.finish_refusal(actor=registrar, request_id=made.pk)


def test_only_a_refusal_becomes_final(case, registrar, file):
    made = ask(case)
    for step in (lambda: None, lambda: release(registrar, made, file)):
        step()
        with pytest.raises(Refusal, match="inte avslagen"):
            services.finish_refusal(actor=registrar, request_id=made.pk)


def test_who_has_jav_does_not_say_that_a_refusal_is_final(registrar, officer, owner):
    application = send(factories.make_application(user=owner), owner)
    made = refuse(registrar, ask(application.case))
    officer.staff_roles.create(role="registrar")
    declare(application, officer, ground="other", text="Min syster.")
    with pytest.raises(PermissionDenied):
        services.finish_refusal(actor=officer, request_id=made.pk)


def test_there_is_no_decision_to_want_before_something_is_masked(case):
    with pytest.raises(Refusal, match="inget att besluta"):
        services.want_decision(token=ask(case).token)


def test_what_is_no_request_is_closed_and_told_in_the_diary(case, registrar):
    made = ask(case)
    with pytest.raises(Refusal) as refused:
        services.close_request(actor=registrar, request_id=made.pk, message=" ")
    assert refused.value.field == "message"
    closed = services.close_request(actor=registrar, request_id=made.pk, message="Det här är reklam.")
    assert closed.status == RequestStatus.CLOSED
    assert titles(case) == [
        f"Begäran om handling, referens {made.reference}",
        f"Begäran avslutad utan prövning, referens {made.reference}",
    ]
    assert case.records.get(number=2).direction == "outgoing"


def test_one_that_waited_before_they_were_registered_at_once_is_registered_with_its_answer(case, registrar):
    made = CopyRequest.objects.create(case=case, wish="Allt", way=Way.HERE)
    closed = services.close_request(actor=registrar, request_id=made.pk, message="Återtagen.")
    assert closed.registered == case.records.get(number=1)
    assert titles(case)[0] == f"Begäran om handling, referens {made.reference}"
    assert len(titles(case)) == 2


STEPS = {
    Step.RELEASE: release,
    Step.MASK: mask,
    Step.REFUSE: lambda actor, made, file: refuse(actor, made),
    Step.CLOSE: lambda actor, made, file: services.close_request(
        actor=actor, request_id=made.pk, message="Återtagen."
    ),
}


@pytest.mark.parametrize("status", RequestStatus)
@pytest.mark.parametrize("step", Step)
def test_each_step_in_each_status(case, file, registrar, status, step):
    made = ask(case)
    before = {after: first for (first_status, first), after in ALLOWED.items()
              if first_status == RequestStatus.WAITING}  # fmt: skip
    if status != RequestStatus.WAITING:
        STEPS[before[status]](registrar, made, file)
    if (status, step) in ALLOWED:
        assert STEPS[step](registrar, made, file).status == ALLOWED[status, step]
    else:
        with pytest.raises(Refusal, match="redan besvarad"):
            STEPS[step](registrar, made, file)


# --- One matter under two numbers -------------------------------------------------------------------------
@pytest.fixture
def merged(case, file, registrar):
    """The case, merged into one that stays and has a file of its own."""
    stays = factories.make_case(title="Stöd till ett kluster, igen")
    record = register_record(actor=None, case=stays, direction=Direction.INCOMING, title="Bilaga")
    other = store_record_file(
        record=record, filename="bilaga.pdf", content_type="application/pdf", content=PDF
    )
    merge_case(actor=registrar, case_id=case.pk, into_id=stays.pk, reason="Samma ansökan")
    return stays, other


@pytest.mark.parametrize("asked_in", ["stays", "merged"])
def test_the_whole_matter_is_given_out_whichever_number_is_asked_for(case, file, merged, registrar, asked_in):
    stays, other = merged
    asked = {"stays": stays, "merged": case}[asked_in]
    form = ReleaseForm(case=asked)
    names = [str(label) for _pk, label in form.fields["chosen"].choices]
    own, foreign = ("bilaga.pdf", f"{case}, handling 1: ansokan.pdf") if asked == stays else (
        "ansokan.pdf", f"{stays}, handling 1: bilaga.pdf",
    )  # fmt: skip
    assert names == [f"Handling 1: {own}", foreign]
    made = release(registrar, ask(asked), file, other)
    assert {given.file for given in made.released.all()} == {file, other}


def test_what_is_marked_under_the_other_number_is_given_only_with_a_motive(case, file, merged, registrar):
    stays, other = merged
    factories.mark_secret(case, "file", record=file.record, file=file)
    assert list(covering(stays)) == [file.pk]
    made = ask(stays)
    with pytest.raises(Refusal) as refused:
        release(registrar, made, file)
    assert refused.value.field == "motive"
    release(registrar, made, other)


def test_jav_under_the_other_number_stops_too(registrar, officer, owner, client_for):
    application = send(factories.make_application(user=owner), owner)
    other = factories.make_case()
    register_record(actor=None, case=other, direction=Direction.INCOMING, title="Brev")
    merge_case(actor=registrar, case_id=other.pk, into_id=application.case.pk, reason="Samma ansökan")
    made = ask(other)
    declare(application, officer, ground="other", text="Min syster.")
    with pytest.raises(PermissionDenied):
        services.close_request(actor=officer, request_id=made.pk, message="Nej.")
    assert client_for(officer).get(f"/handlaggning/begaran/{made.pk}/").status_code == 403


# --- Who --------------------------------------------------------------------------------------------------
def test_the_registrar_and_the_officer_who_has_the_case_answer(
    case, file, registrar, officer, second_officer
):
    assign_case(actor=registrar, case=case, officer=officer)
    made = ask(case)
    with pytest.raises(Refusal, match="Bara en registrator eller ärendets handläggare"):
        release(second_officer, made, file)
    assert release(officer, made, file).answered_by == officer


@pytest.mark.parametrize("persona", ["delegate_user", "admin_user", "member", "assessor", "owner"])
def test_nobody_else_answers(request, case, file, persona):
    with pytest.raises(Refusal, match="Bara en registrator"):
        release(request.getfixturevalue(persona), ask(case), file)


def test_who_has_jav_does_not_answer(officer, owner):
    application = send(factories.make_application(user=owner), owner)
    made = ask(application.case)
    declare(application, officer, ground="other", text="Min syster.")
    with pytest.raises(PermissionDenied):
        services.close_request(actor=officer, request_id=made.pk, message="Nej.")


def test_the_applicants_own_marks_are_told_to_who_tries(owner, case):
    draft = factories.make_application(user=owner)
    draft.trade_secrets.create(field="risks", reason="Recept.")
    application = send(draft, owner)
    [hint] = hints_of(application.case)
    assert hint.startswith("Sökanden har märkt 1 uppgifter och 0 bilagor")
    assert hints_of(case) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once_give_one_answer(case, file, registrar, officer):
    made = ask(case)

    def take(step):
        try:
            step()
        except Refusal as refusal:
            return refusal.message
        finally:
            connection.close()
        return "done"

    steps = [
        lambda: release(registrar, made, file),
        lambda: mask(officer, made, file),
        lambda: services.close_request(actor=registrar, request_id=made.pk, message="Nej."),
        lambda: release(officer, made, file),
    ]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(take, steps))
    assert answers.count("done") == 1
    assert Event.objects.filter(action="copy_answered").count() == 1
    assert Message.objects.filter(kind="copy_request_answered").count() == 1


# --- Forgetting -------------------------------------------------------------------------------------------
def test_who_asked_is_forgotten_when_the_time_has_passed(case, file, registrar, settings):
    made = release(registrar, ask(case, name="Ulla"), file)
    waiting = ask(case, wish="Mer", name="Ulla")
    limit = made.answered_at + timedelta(days=settings.REQUESTER_DAYS)
    assert services.clear_requesters(now=limit - timedelta(seconds=1)) == 0
    assert services.clear_requesters(now=limit) == 1
    assert services.clear_requesters(now=limit) == 0
    made.refresh_from_db()
    assert (made.name, made.email, made.cleared_at, made.shows_files) == ("", "", limit, False)
    waiting.refresh_from_db()
    assert waiting.name == "Ulla"
    tasks.clear_requesters()


def test_who_waits_for_a_decision_is_not_forgotten_before_it_is_made(case, file, registrar, settings):
    made = mask(registrar, ask(case, name="Ulla"), file)
    services.want_decision(token=made.token)
    later = timezone.now() + timedelta(days=settings.REQUESTER_DAYS)
    assert services.clear_requesters(now=later) == 0
    refused = refuse(registrar, made)
    assert ("copy_request_answered", "ulla@example.org") in letters()[-1:]
    limit = refused.refused_at + timedelta(days=settings.REQUESTER_DAYS)
    assert services.clear_requesters(now=limit - timedelta(seconds=1)) == 0
    assert services.clear_requesters(now=limit) == 1


def test_no_decision_is_asked_for_by_who_is_forgotten(client, case, file, registrar, settings):
    made = mask(registrar, ask(case), file)
    follow = f"/diarium/begaran/{made.token}/"
    assert "Begär ett skriftligt beslut" in client.get(follow).content.decode()
    services.clear_requesters(now=timezone.now() + timedelta(days=settings.REQUESTER_DAYS))
    assert "Begär ett skriftligt beslut" not in client.get(follow).content.decode()
    with pytest.raises(Refusal, match="Gör en ny begäran"):
        services.want_decision(token=made.token)
    made.refresh_from_db()
    assert made.decision_wanted_at is None


def test_days_open_are_counted_to_the_answer(case, file, registrar):
    made = ask(case)
    made.received_at = timezone.now() - timedelta(days=3)
    assert made.days_open() == 3
    made.answered_at = timezone.now() - timedelta(days=1)
    assert made.days_open() == 2


def test_the_first_answer_keeps_its_day_when_the_rest_is_refused(client_for, case, file, registrar, client):
    """Days open end with the first answer; the time to appeal begins with the decision."""
    with time_machine.travel(at_noon(date(2026, 12, 1)), tick=False):
        made = ask(case)
    with time_machine.travel(at_noon(date(2026, 12, 3)), tick=False):
        mask(registrar, made, file)
        services.want_decision(token=made.token)
    with time_machine.travel(at_noon(date(2027, 1, 8)), tick=False):
        refused = refuse(registrar, made)
    refused.refresh_from_db()
    assert (refused.answered_at, refused.refused_at) == (
        at_noon(date(2026, 12, 3)),
        at_noon(date(2027, 1, 8)),
    )
    assert refused.days_open() == 2
    with pytest.raises(IntegrityError, match="copy_refused_has_who_and_when"), transaction.atomic():
        CopyRequest.objects.filter(pk=made.pk).update(refused_at=None, refused_by=None)
    assert refused.can_be_final_on == date(2027, 1, 30)
    page = client_for(registrar).get(f"/handlaggning/begaran/{made.pk}/").content.decode()
    assert "Besvarad första gången 2026-12-03" in page
    assert "Avslagen 2027-01-08" in page
    followed = client.get(f"/diarium/begaran/{made.token}/").content.decode()
    assert "Beslut om det maskade" in followed
    assert "8 januari 2027" in followed


def test_an_answer_that_was_written_over_is_told_by_the_log(case, file, registrar, officer):
    with time_machine.travel(at_noon(date(2026, 11, 20)), tick=False):
        made = mask(officer, ask(case), file)
        services.want_decision(token=made.token)
    refused = refuse(registrar, made)
    CopyRequest.objects.filter(pk=made.pk).update(answered_at=refused.refused_at, answered_by=registrar)
    first_answers = import_module("s3portal.copies.migrations.0005_refused_at").first_answers
    for _time in range(2):
        first_answers(apps, SimpleNamespace(execute=lambda _sql: None))
        made.refresh_from_db()
        assert (made.answered_at, made.answered_by) == (at_noon(date(2026, 11, 20)), officer)
        assert (made.refused_at, made.refused_by) == (refused.refused_at, registrar)


def test_no_day_of_a_refusal_is_lost_when_the_version_before_is_put_back(case, file, registrar, officer):
    with time_machine.travel(at_noon(date(2026, 11, 20)), tick=False):
        late = mask(officer, ask(case), file)
        services.want_decision(token=late.token)
    with time_machine.travel(at_noon(date(2026, 11, 23)), tick=False):
        late, once = refuse(registrar, late), refuse(registrar, ask(case))
    step = import_module("s3portal.copies.migrations.0005_refused_at")
    editor = SimpleNamespace(execute=connection.cursor().execute)
    step.as_they_were_kept(apps, editor)
    for made in (late, once):
        made.refresh_from_db()
        assert (made.answered_at, made.answered_by) == (at_noon(date(2026, 11, 23)), registrar)
    # Then the columns go; they are empty when they are made again.
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    editor.execute("ALTER TABLE copies_copyrequest DROP CONSTRAINT copy_refused_has_who_and_when")
    CopyRequest.objects.update(refused_at=None, refused_by=None)
    step.first_answers(apps, editor)
    for made, first in ((late, (at_noon(date(2026, 11, 20)), officer)),
                        (once, (at_noon(date(2026, 11, 23)), registrar))):  # fmt: skip
        made.refresh_from_db()
        assert (made.answered_at, made.answered_by) == first
        assert (made.refused_at, made.refused_by) == (at_noon(date(2026, 11, 23)), registrar)


# --- What the database refuses ----------------------------------------------------------------------------
def test_a_request_stays_and_what_was_asked_is_fixed(case, file, registrar):
    made = release(registrar, ask(case), file)
    rows = CopyRequest.objects.filter(pk=made.pk)
    for change in ({"wish": "x"}, {"token": uuid.uuid4()}, {"reference": "ABCD-EFGH"}):
        with pytest.raises(InternalError, match="copy_request_fixed"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(InternalError, match="copy_status_in_order"), transaction.atomic():
        rows.update(status="waiting", answered_at=None, answered_by=None)
    with pytest.raises(InternalError, match="released_file_stays"), transaction.atomic():
        ReleasedFile.objects.all().delete()
    with pytest.raises(InternalError, match="copy_request_stays"), transaction.atomic():
        ask(case, wish="Ny").delete()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"way": "brev"}, "copy_way_known"),
        ({"email": ""}, "copy_link_has_address"),
        ({"status": "released"}, "copy_answered_has_who_and_when"),
        ({"status": "refused", "answered": True}, "copy_refusal_is_whole"),
        ({"refused_at": timezone.now()}, "copy_refused_has_who_and_when"),
        ({"status": "masked", "answered": True}, "copy_masked_says_why"),
        ({"cleared_at": timezone.now(), "name": "Ulla"}, "copy_cleared_is_empty"),
        ({"final_at": timezone.now()}, "copy_final_is_refused_by_somebody"),
    ],
)
def test_what_a_request_must_hold(case, registrar, fields, constraint):
    given = {"case": case, "way": "link", "email": "u@example.org"} | fields
    if given.pop("answered", False):
        given |= {"answered_at": timezone.now(), "answered_by": registrar}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CopyRequest.objects.create(**given)
