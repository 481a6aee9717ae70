"""That what the search keeps beside a text follows it: nothing is found by words that stand there no more,
that may not be read, or that somebody has marked."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from applications import services
from applications.checks import Step
from applications.models import Application
from applications.parts import ProjectPart, seen_mark
from decisions.models import Decision, DecisionWords
from decisions.services.drafting import delete_draft
from s3portal.common.found import Found, FoundPaginator, Way
from s3portal.diary.enums import CaseStatus, Confirmation, Direction
from s3portal.diary.merging import CaseMerger, CaseMergerEnd
from s3portal.diary.models import Case
from s3portal.diary.retention.services import approve_list, carry_out, class_records, propose_list
from s3portal.diary.services import (
    change_case,
    close_case,
    lift_mark,
    register_by_hand,
)
from s3portal.home.search.queries import Kind
from tests import factories
from tests.applications.sending import send
from tests.diary.test_retention import later, make_class
from tests.home.test_search import SEARCH, ask

pytestmark = pytest.mark.django_db
EVERY_KIND = (Kind.CASES, Kind.RECORDS, Kind.APPLICATIONS, Kind.DECISIONS)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)
    monkeypatch.setattr("s3portal.outbox.tasks.deliver.delay", lambda *ids: None)


def finds(text, user, *kinds) -> list[int]:
    """How many of each sort."""
    return [len(ask(text, user, kind)) for kind in kinds or EVERY_KIND]


def write(draft, user, **texts) -> Application:
    part = replace(ProjectPart.read(draft), **texts)
    return services.save_draft(
        application_id=draft.pk,
        actor=user,
        part=part,
        seen=seen_mark(draft, ProjectPart.read(draft)),
        arrived_at=timezone.now(),
    )


def kept(application) -> str | None:
    """The words that the database keeps beside the application's texts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT search::text FROM applications_application WHERE id = %s", [application.pk])
        found: str | None = cursor.fetchone()[0]
    return found


# --- Applications -----------------------------------------------------------------------------------------
def test_a_draft_keeps_no_words_however_often_it_is_saved(owner, registrar):
    draft = factories.make_application(user=owner, title="Renskötarnas led")
    assert kept(draft) is None
    draft = write(Application.objects.get(pk=draft.pk), owner, summary="Vi bygger en timmerränna.")
    assert kept(draft) is None
    assert finds("timmerränna", registrar) == [0, 0, 0, 0]


def test_what_is_sent_is_found_as_it_was_sent(owner, registrar):
    draft = factories.make_application(user=owner, title="Renskötarnas led", summary="En timmerränna.")
    write(Application.objects.get(pk=draft.pk), owner, summary="En flottningsdamm.")
    sent = send(draft, owner)
    assert ask("flottningsdamm", registrar, Kind.APPLICATIONS) == [sent]
    assert finds("timmerränna", registrar) == [0, 0, 0, 0]
    assert "flottningsdam" in (kept(sent) or "")


def test_a_supplement_is_found_when_it_is_sent_and_what_it_took_away_no_more(owner, officer, registrar):
    draft = factories.make_application(user=owner, title="Renskötarnas led", summary="En timmerränna.")
    sent = send(draft, owner)
    request = services.ask_for_supplement(
        application_id=sent.pk,
        actor=officer,
        text="Skriv om sammanfattningen.",
        due_on=timezone.localdate() + timedelta(days=14),
        parts={Step.PROJECT: "Skriv om."},
    )
    copy = Application.objects.select_related("call", "answering").get(answering=request)
    copy = write(copy, owner, summary="En flottningsdamm.")
    # What is being written is a draft: only what was sent answers.
    assert kept(copy) is None
    assert finds("flottningsdamm", registrar) == [0, 0, 0, 0]
    assert ask("timmerränna", registrar, Kind.APPLICATIONS) == [sent]
    services.send_supplement(
        application_id=sent.pk, supplement_id=request.pk, actor=owner, arrived_at=timezone.now()
    )
    assert ask("flottningsdamm", registrar, Kind.APPLICATIONS) == [sent]
    assert finds("timmerränna", registrar) == [0, 0, 0, 0]


def test_of_an_application_that_is_sent_anew_the_latest_answers(owner, registrar):
    first = send(factories.make_application(user=owner, title="Led", summary="En timmerränna."), owner)
    draft = services.begin_change(application_id=first.pk, actor=owner, arrived_at=timezone.now())
    factories.make_declarations(application=draft, user=owner)
    write(Application.objects.get(pk=draft.pk), owner, summary="En flottningsdamm.")
    second = send(draft, owner)
    assert ask("flottningsdamm", registrar, Kind.APPLICATIONS) == [second]
    assert finds("timmerränna", registrar) == [0, 0, 0, 0]


@pytest.mark.parametrize("part", ["case", "title", "counterpart", "passage", "content"])
def test_a_mark_hides_at_once_and_a_lifted_one_no_more(owner, officer, registrar, part):
    sent = send(factories.make_application(user=owner, title="Led", summary="En timmerränna."), owner)
    assert finds("timmerränna", registrar, Kind.APPLICATIONS) == [1]
    more = {"passage": "timmerränna"} if part == "passage" else {}
    more |= {"record": sent.record} if part == "content" else {}
    mark = factories.mark_secret(sent.case, part, **more)
    assert finds("timmerränna", registrar) == [0, 0, 0, 0]
    lift_mark(actor=registrar, mark_id=mark.pk, reason="Prövat.")
    assert finds("timmerränna", registrar, Kind.APPLICATIONS) == [1]


# --- Decisions --------------------------------------------------------------------------------------------
def test_a_decision_is_found_by_its_title_as_it_is_now(officer):
    decision = factories.make_decision(user=officer, title="Stöd till timmerrännan")
    assert finds("timmerränna", officer, Kind.DECISIONS) == [1]
    Decision.objects.filter(pk=decision.pk).update(title="Stöd till flottningsdammen")
    assert finds("timmerränna", officer, Kind.DECISIONS) == [0]
    assert finds("flottningsdamm", officer, Kind.DECISIONS) == [1]


def test_a_draft_is_found_by_what_stands_in_it_now(officer):
    draft = factories.make_decision(user=officer, reasons="Timmerrännan är gammal.", bare=True)
    assert finds("timmerränna", officer, Kind.DECISIONS) == [1]
    Decision.objects.filter(pk=draft.pk).update(reasons="Dammen är gammal.")
    assert finds("timmerränna", officer, Kind.DECISIONS) == [0]
    for rows, field in (
        (draft.points, "text"), (draft.basis_documents, "title"), (draft.extract_recipients, "name"),
    ):  # fmt: skip
        row = rows.create(order=1, **{field: "Timmerrännan"})
        assert finds("timmerränna", officer, Kind.DECISIONS) == [1]
        rows.filter(pk=row.pk).update(**{field: "Flottarbron"})
        assert finds("timmerränna", officer, Kind.DECISIONS) == [0]
        assert finds("flottarbro", officer, Kind.DECISIONS) == [1]
        rows.all().delete()
        assert finds("flottarbro", officer, Kind.DECISIONS) == [0]


def test_a_draft_that_is_removed_leaves_no_words(officer):
    draft = factories.make_decision(user=officer, reasons="Timmerrännan är gammal.")
    delete_draft(decision_id=draft.pk, actor=officer)
    assert not DecisionWords.objects.filter(decision=draft.pk).exists()
    assert finds("timmerränna", officer, Kind.DECISIONS) == [0]
    # What the database checks at the end of a transaction holds.
    connection.check_constraints()


def test_a_signed_decision_is_found_by_the_text_that_was_signed(officer):
    factories.make_signed_decision(
        user=officer, background="En timmerränna.", reasons="En flottningsdamm.", full_text="En timmerränna."
    )
    assert finds("timmerränna", officer, Kind.DECISIONS) == [1]
    assert finds("flottningsdamm", officer, Kind.DECISIONS) == [0]


def test_what_was_there_before_the_words_gets_the_same_as_what_came_after(officer):
    factories.make_signed_decision(
        user=officer, full_text="En timmerränna.", presenter_name="Per Ek", recipients=[("Astrid Strand", "")]
    )
    factories.make_decision(user=officer, reasons="En **flottningsdamm**.", also_present="Ulla Ek, jurist")
    secret = factories.make_decision(user=officer, reasons="Hemlig ränna.")
    secret.secrecy_reviews.create(
        outcome="some", parts={"reasons": "Skäl"}, provision="30:27", reason="Affärsplaner.", by=officer,
        text_mark="x",
    )  # fmt: skip
    kept = set(DecisionWords.objects.values_list("decision", "search"))
    assert [bool(words) for _pk, words in sorted(kept)] == [True, True, False]
    DecisionWords.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("decisions.migrations.0034_staff_search_words").FILL)
    assert set(DecisionWords.objects.values_list("decision", "search")) == kept


def test_the_words_of_a_draft_are_never_put_to_the_public(client, client_for, officer, member):
    factories.make_signed_decision(
        user=officer, published=True, title="Bidrag", recipients=[("Astrid Ripkvist", "")]
    )
    factories.make_decision(user=officer, title="Timmerrännan", reasons="Timmerrännan är gammal.")
    for text in ("ripkvist", "timmerrännan"):
        assert "Inga beslut" in client.get("/beslut/", {"q": text}).content.decode(), text


def test_a_title_that_is_marked_in_the_decision_s_own_record_is_not_shown(client_for, registrar, officer):
    decision = factories.make_signed_decision(user=officer, title="Stöd till timmerrännan")
    factories.mark_secret(decision.case, "record_title", record=decision.document.file.record)
    assert finds("timmerränna", registrar, Kind.RECORDS, Kind.DECISIONS) == [0, 0]
    query = {"q": str(decision.case), "flik": Kind.DECISIONS.value}
    (hit,) = client_for(registrar).get(SEARCH, query).context["hits"]
    assert (hit.title, hit.excerpt) == ("[Skyddat]", "")


# --- The diary --------------------------------------------------------------------------------------------
def test_a_case_that_is_called_something_else_is_not_found_by_what_it_was_called(registrar):
    case = factories.make_case(title="Led vid timmerrännan", counterpart="Flottarna")
    change_case(
        actor=registrar,
        case_id=case.pk,
        title="Led vid dammen",
        counterpart="Jägarna",
        reason="Fel.",
        seen_changes=0,
    )
    for text in ("timmerränna", "flottarna"):
        assert ask(text, registrar, Kind.CASES) == [], text
    for text in ("dammen", "jägarna"):
        assert ask(text, registrar, Kind.CASES) == [case], text


def test_a_record_that_is_disposed_of_is_not_found_by_what_it_told(registrar):
    kind = make_class(registrar)
    case = factories.make_case(title="Remiss")
    register_by_hand(
        actor=registrar, case_id=case.pk, direction=Direction.INCOMING, title="Brev från Anna Flottare",
        counterpart="Anna Flottare", dated_on=timezone.localdate(),
    )  # fmt: skip
    close_case(actor=registrar, case_id=case.pk, confirmed=Confirmation.values)
    class_records(actor=registrar, case_id=case.pk, classes={1: kind.pk})
    assert finds("flottare", registrar, Kind.RECORDS) == [1]
    made = propose_list(on=later())
    assert made is not None
    approve_list(actor=registrar, list_id=made.pk, decision="RUN/12/2029")
    carry_out(list_id=made.pk)
    assert finds("flottare", registrar) == [0, 0, 0, 0]


def merge(registrar, case, into) -> CaseMerger:
    """Without the road through the service, which wants both to be done with."""
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.CLOSED)
    return CaseMerger.objects.create(merged=case, into=into, reason="Samma.", by=registrar)


@pytest.fixture
def two(owner, registrar) -> tuple[Case, Case]:
    """The same matter under two numbers, each with an application, a decision and two records of it."""
    cases = []
    for call in (factories.make_call(), factories.make_call()):
        draft = factories.make_application(user=owner, call=call, title="Timmerrännan")
        sent = send(draft, owner)
        factories.make_signed_decision(
            user=factories.make_staff("officer"),
            case=sent.case,
            application=sent,
            title="Stöd till timmerrännan",
            amount=150_000,
        )
        register_by_hand(
            actor=registrar, case_id=sent.case.pk, direction=Direction.INCOMING, title="Om timmerrännan",
            counterpart="", dated_on=timezone.localdate(),
        )  # fmt: skip
        cases.append(Case.objects.get(pk=sent.case.pk))
    return cases[0], cases[1]


@pytest.mark.parametrize("marked", [0, 1])
def test_what_is_marked_in_one_number_of_a_matter_is_found_in_neither(registrar, client_for, two, marked):
    hidden = (Kind.RECORDS, Kind.DECISIONS)
    assert finds("timmerränna", registrar, *hidden, Kind.APPLICATIONS) == [4, 2, 2]
    factories.mark_secret(two[marked], "title")
    assert finds("timmerränna", registrar, *hidden, Kind.APPLICATIONS) == [2, 1, 1]
    merger = merge(registrar, *two)
    assert finds("timmerränna", registrar, *hidden) == [0, 0]
    assert finds("150 000 kr", registrar, Kind.DECISIONS) == [0]
    # By its number what is found tells nothing of what it is about.
    for kind in (Kind.RECORDS, Kind.APPLICATIONS, Kind.DECISIONS):
        for case in two:
            answer = client_for(registrar).get(SEARCH, {"q": str(case), "flik": kind.value})
            assert "[Skyddat]" in "".join(hit.title for hit in answer.context["hits"]), (kind, case)
            assert "immerränna" not in "".join(f"{hit.title}{hit.facts}" for hit in answer.context["hits"])
    CaseMergerEnd.objects.create(merger=merger, reason="Två olika.", by=registrar)
    assert finds("timmerränna", registrar, *hidden, Kind.APPLICATIONS) == [2, 1, 1]


def test_what_is_marked_in_one_of_three_is_found_in_none(registrar, two):
    third = factories.make_case(title="Rännan")
    register_by_hand(
        actor=registrar, case_id=third.pk, direction=Direction.INCOMING, title="Mer om timmerrännan",
        counterpart="", dated_on=timezone.localdate(),
    )  # fmt: skip
    assert finds("timmerränna", registrar, Kind.RECORDS) == [5]
    for case in (two[0], third):
        merge(registrar, case, two[1])
    factories.mark_secret(two[0], "title")
    assert finds("timmerränna", registrar, Kind.RECORDS) == [0]


# --- However many -----------------------------------------------------------------------------------------
def cases_by(*ways: Way) -> Found:
    return Found(Case.objects.all(), ("-year", "-serial", "-pk"), ways)


@pytest.mark.parametrize("few", [1, 10])
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_the_latest_are_found_in_whatever_way_they_are_looked_for(monkeypatch, few, together, most):
    """Also when one way gives more than is put in order and another less, and some answer in both."""
    monkeypatch.setattr("s3portal.common.found.FEW", few)
    cases = [factories.make_case(title=f"Led {number}") for number in range(7)]
    even = Way(Q(serial__in=[one.serial for one in cases[::2]]), together=together)
    early = Way(Q(serial__lte=cases[3].serial), together=together)
    rows = cases_by(even, early)
    expected = [one.pk for one in reversed(cases) if one in cases[::2] or one in cases[:4]]
    assert rows.keys(most) == expected[:most]
    assert [one.pk for one in rows.load(rows.keys(most))] == expected[:most]


def test_a_filter_that_nothing_can_answer_to_finds_nothing():
    factories.make_case()
    nothing = Found(Case.objects.none(), ("-pk",), [Way()])
    assert (nothing.keys(10), nothing.load([])) == ([], [])


def test_what_is_past_the_last_that_is_counted_is_told_in_words(client_for, registrar, monkeypatch):
    monkeypatch.setattr("s3portal.home.search.views.PER_PAGE", 2)
    monkeypatch.setattr("s3portal.home.search.views.MOST_COUNTED", 3)
    for _ in range(3):
        factories.make_case(title="Led")
    page = client_for(registrar).get(SEARCH, {"q": "led"}).content.decode()
    assert "Visar 1–2 av 3, de senaste först." in page
    latest = factories.make_case(title="Led")
    response = client_for(registrar).get(SEARCH, {"q": "led"})
    page = response.content.decode()
    assert "Visar 1–2 av de 3 senaste. Fler än 3 svarar mot sökningen" in page
    assert "över 3" in page
    assert response.context["hits"][0].url == f"/handlaggning/diarium/{latest.pk}/"
    assert response.context["page"].paginator.num_pages == 2
    for name in ("Ledarna", "Ledlösa", "Ledljus", "Ledset"):
        factories.make_organisation(name=f"Led {name}")
    page = client_for(registrar).get(SEARCH, {"q": "led", "flik": "organisationer"}).content.decode()
    assert "av de 3 första i bokstavsordning." in page


def test_pages_end_where_what_is_counted_ends():
    for _ in range(5):
        factories.make_case()
    paginator = FoundPaginator(cases_by(Way()), 2, 3)
    assert (paginator.count, paginator.num_pages, str(paginator.total)) == (3, 2, "3+")
    assert len(paginator.get_page(9).object_list) == 1
