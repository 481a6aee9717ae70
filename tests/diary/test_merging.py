"""A case that was opened twice: the services, what the database holds them to, and the pages."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.diary.enums import CaseStatus, CaseStepKind, Confirmation
from s3portal.diary.merging import CaseMerger, CaseMergerEnd, merger_of, mergers_into
from s3portal.diary.models import Case
from s3portal.diary.services import (
    cancel_case,
    close_case,
    merge_case,
    open_by_hand,
    register_by_hand,
    register_record,
    reopen_case,
    undo_merger,
)
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_queries

DIARY = "/handlaggning/diarium"


def make(registrar, title="Remiss om vägnätet") -> Case:
    case = open_by_hand(actor=registrar, title=title)
    register_by_hand(
        actor=registrar, case_id=case.pk, direction="incoming", title=f"Handling om {title}",
        counterpart="Trafikverket", dated_on=timezone.localdate(),
    )  # fmt: skip
    return case


@pytest.fixture
def twice(registrar):
    return make(registrar, "Remiss om vägnätet"), make(registrar, "Vägnätet, remiss")


def merge(registrar, case, into, reason="Samma remiss."):
    return merge_case(actor=registrar, case_id=case.pk, into_id=into.pk, reason=reason)


# --- What happens -----------------------------------------------------------------------------------------
def test_one_is_closed_with_a_reference_and_nothing_moves(registrar, twice):
    case, into = twice
    before = [(record.pk, record.case_id, record.number) for record in case.records.all()]
    merger = merge(registrar, case, into)
    case.refresh_from_db()
    into.refresh_from_db()
    assert (case.status, into.status) == (CaseStatus.CLOSED, CaseStatus.OPEN)
    assert [(record.pk, record.case_id, record.number) for record in case.records.all()] == before
    assert (merger_of(case), merger_of(into), mergers_into(into)) == (merger, None, [merger])
    step = case.steps.get(kind=CaseStepKind.MERGED)
    assert (step.by, step.reason) == (registrar, f"Samma remiss. ({into})")
    logged = Event.objects.filter(action="case_merged").values_list("object_id", flat=True)
    assert set(logged) == {case.pk, into.pk}
    assert open_by_hand(actor=registrar, title="Nästa").serial == into.serial + 1


def test_it_is_undone_and_can_be_done_again(registrar, twice):
    case, into = twice
    merger = merge(registrar, case, into)
    undo_merger(actor=registrar, merger_id=merger.pk, reason="Två olika remisser.")
    case.refresh_from_db()
    assert (case.status, merger_of(case)) == (CaseStatus.OPEN, None)
    assert case.steps.get(kind=CaseStepKind.UNMERGED).reason == "Två olika remisser."
    assert Event.objects.filter(action="case_merger_undone").count() == 2
    with pytest.raises(Refusal, match="redan upphävd"):
        undo_merger(actor=registrar, merger_id=merger.pk, reason="Igen")
    assert merge(registrar, case, into) == merger_of(case)
    assert CaseMerger.objects.count() == 2


def test_what_is_refused(registrar, officer, twice):
    case, into = twice
    third = make(registrar, "Tredje")
    with pytest.raises(Refusal, match="Bara en registrator"):
        merge(officer, case, into)
    with pytest.raises(Refusal, match="med sig självt"):
        merge(registrar, case, case)
    with pytest.raises(Refusal, match="Skriv varför"):
        merge(registrar, case, into, reason=" ")
    close_case(actor=registrar, case_id=third.pk, confirmed=Confirmation.values)
    with pytest.raises(Refusal, match="måste vara öppet"):
        merge(registrar, case, third)
    with pytest.raises(Refusal, match="avslutat och kan inte sammanföras"):
        merge(registrar, third, into)
    assert not CaseMerger.objects.exists()
    assert Case.objects.get(pk=case.pk).is_open


def test_there_are_no_chains(registrar, twice):
    case, into = twice
    third = make(registrar, "Tredje")
    merger = merge(registrar, case, into)
    with pytest.raises(Refusal, match="Behåll det här i stället"):
        merge(registrar, into, third)
    with pytest.raises(Refusal, match="måste vara öppet"):
        merge(registrar, third, case)
    with pytest.raises(Refusal, match="Bara en registrator"):
        undo_merger(actor=factories.make_staff("officer"), merger_id=merger.pk, reason="Nej")
    with pytest.raises(Refusal, match="Skriv varför sammanföringen upphävs"):
        undo_merger(actor=registrar, merger_id=merger.pk, reason="")
    assert merge(registrar, third, into).into == into, "several may be the same as one"


def test_what_is_merged_is_not_opened_registered_in_or_left_without_the_other(registrar, twice):
    case, into = twice
    merge(registrar, case, into)
    with pytest.raises(Refusal, match=f"sammanfört med {into}"):
        reopen_case(actor=registrar, case_id=case.pk, reason="Nej")
    with pytest.raises(Refusal, match=f"sammanfört med {into}. Registrera handlingen där"):
        register_by_hand(
            actor=registrar,
            case_id=case.pk,
            direction="incoming",
            title="Svar",
            dated_on=timezone.localdate(),
        )
    with pytest.raises(Refusal, match="Upphäv sammanföringen först"):
        cancel_case(actor=registrar, case_id=into.pk, reason="Nej")
    # What the portal registers itself follows what it is about: a court's answer to a decision in the case.
    assert register_record(actor=None, case=case, direction="incoming", title="Överklagande").number == 2
    close_case(actor=registrar, case_id=into.pk, confirmed=Confirmation.values)
    assert merger_of(case) is not None


def test_an_application_is_decided_or_withdrawn_first(registrar, officer, owner):
    application = send(factories.make_application(user=owner), owner)
    into = make(registrar)
    with pytest.raises(Refusal, match="Ansökan i ärendet är inte avgjord"):
        merge(registrar, application.case, into)
    # Into it goes: the application stays the only one of its case.
    assert merge(registrar, into, application.case).into == application.case


def test_who_has_jav_merges_nothing(registrar, owner, twice):
    application = send(factories.make_application(user=owner), owner)
    person = factories.make_staff("registrar")
    person.staff_roles.create(role="officer")
    declare(application, person, ground="party")
    with pytest.raises(PermissionDenied):
        merge(person, twice[0], application.case)


# --- The database -----------------------------------------------------------------------------------------
def raw(registrar, case, into, **fields):
    with transaction.atomic():
        return CaseMerger.objects.create(merged=case, into=into, by=registrar, **({"reason": "x"} | fields))


def test_the_database_refuses_what_the_service_does(registrar, twice):
    case, into = twice
    third = make(registrar, "Tredje")
    for merged, stays, fields in ((case, into, {}), (case, case, {}), (case, into, {"reason": ""})):
        with pytest.raises(IntegrityError):
            raw(registrar, merged, stays, **fields)
    merger = merge(registrar, case, into)
    Case.objects.filter(pk=third.pk).update(status="closed")
    for merged, stays in ((case, third), (third, case), (into, third), (case, into)):
        with pytest.raises(IntegrityError):
            raw(registrar, merged, stays)
    for change in (
        lambda: Case.objects.filter(pk=case.pk).update(status="open"),
        lambda: Case.objects.filter(pk=into.pk).update(status="cancelled"),
        lambda: CaseMerger.objects.filter(pk=merger.pk).update(reason="y"),
        lambda: CaseMerger.objects.filter(pk=merger.pk).delete(),
        lambda: case.records.create(
            number=9, direction="incoming", title="x", dated_at=timezone.now(), registered_by=registrar
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    end = CaseMergerEnd.objects.create(merger=merger, by=registrar, reason="x")
    for change in (
        lambda: CaseMergerEnd.objects.create(merger=merger, by=registrar, reason="x"),
        lambda: CaseMergerEnd.objects.filter(pk=end.pk).update(reason="y"),
        lambda: CaseMergerEnd.objects.filter(pk=end.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def at_once(*steps):
    """Each in its own thread and connection; a refusal is an outcome."""

    def one(step):
        try:
            return step()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(one, steps))


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_each_into_the_other_leave_one_open(registrar):
    for number in range(4):
        one, other = make(registrar, f"Ett {number}"), make(registrar, f"Två {number}")
        outcomes = at_once(
            lambda a=one, b=other: merge(registrar, a, b), lambda a=one, b=other: merge(registrar, b, a)
        )
        assert sum(isinstance(outcome, CaseMerger) for outcome in outcomes) == 1
        statuses = {Case.objects.get(pk=one.pk).status, Case.objects.get(pk=other.pk).status}
        assert statuses == {CaseStatus.OPEN, CaseStatus.CLOSED}


@pytest.mark.django_db(transaction=True)
def test_who_merges_into_a_case_that_is_closed_meanwhile_is_refused_or_first(registrar):
    for number in range(4):
        case, into = make(registrar, f"Ett {number}"), make(registrar, f"Två {number}")
        merged, closed = at_once(
            lambda a=case, b=into: merge(registrar, a, b),
            lambda b=into: close_case(actor=registrar, case_id=b.pk, confirmed=Confirmation.values),
        )
        assert isinstance(closed, Case)
        assert isinstance(merged, CaseMerger) == (not Case.objects.get(pk=case.pk).is_open)


# --- The pages --------------------------------------------------------------------------------------------
def test_the_registrar_merges_and_undoes_in_the_pages(client_for, registrar, twice):
    case, into = twice
    client = client_for(registrar)
    assert "Sammanför med ett annat ärende" in client.get(f"{DIARY}/{case.pk}/").content.decode()
    address = f"{DIARY}/{case.pk}/sammanfor/"
    for other, told in (("", "Fyll i det här fältet."), ("remiss", "Skriv diarienumret som RUN/664/2021."),
                        ("RUN/9999/1999", "Det finns inget ärende med det numret.")):  # fmt: skip
        response = client.post(address, {"other": other, "reason": "Samma remiss."})
        assert (response.status_code, told in response.content.decode()) == (422, True)
        assert "Samma remiss." in response.content.decode()
    typed = f"{into.prefix.lower()} {into.serial}-{into.year}"
    response = client.post(address, {"other": typed, "reason": "Samma remiss."})
    assert response.headers["Location"] == f"{DIARY}/{into.pk}/"
    page = client.get(f"{DIARY}/{into.pk}/").content.decode()
    assert f"är avslutat och sammanfört med {into}." in page
    assert "Handling om Remiss om vägnätet" in page
    page = client.get(f"{DIARY}/{case.pk}/").content.decode()
    assert "fortsätter i" in page
    assert "Öppna ärendet igen" not in page
    assert client.get(f"{DIARY}/{into.pk}/sammanfor/upphav/").status_code == 404
    response = client.post(f"{DIARY}/{case.pk}/sammanfor/upphav/", {"reason": "Två olika."}, follow=True)
    assert f"{case} är öppet igen och står för sig självt." in response.content.decode()


def test_a_case_may_not_be_named_by_a_number_of_two_series(client_for, registrar, twice):
    case, into = twice
    factories.make_case(prefix="HSN")
    first = Case.objects.filter(prefix="RUN").order_by("pk")[0]
    assert first.serial == 1
    response = client_for(registrar).post(
        f"{DIARY}/{into.pk}/sammanfor/", {"other": f"1/{case.year}", "reason": "Samma."}
    )
    assert "Flera serier har numret." in response.content.decode()


def test_the_public_finds_both_and_reads_all_records_in_one(client, registrar, twice):
    case, into = twice
    merge(registrar, case, into)
    assert set(client.get("/diarium/", {"q": "remiss"}).context["page"]) == {case.pk, into.pk}
    page = client.get(f"/diarium/{into.slug}/").content.decode()
    assert "Handling om Remiss om vägnätet" in page
    assert "Handling om Vägnätet, remiss" in page
    page = client.get(f"/diarium/{case.slug}/").content.decode()
    assert f'fortsätter i <a class="ds-link" href="/diarium/{into.slug}/">{into}</a>' in page


def test_what_is_marked_in_the_one_is_not_shown_in_the_other(client, client_for, registrar, twice):
    case, into = twice
    merge(registrar, case, into)
    factories.mark_secret(case, "title")
    page = client.get(f"/diarium/{into.slug}/").content.decode()
    assert "Handling om Remiss om vägnätet" not in page
    assert "[Skyddat]" in page
    client_for(registrar).get(f"{DIARY}/{into.pk}/")
    assert Event.objects.filter(action="protected_read", object_id=case.pk).count() == 1


@pytest.mark.parametrize("marked", [0, 1])
@pytest.mark.parametrize(
    ("part", "secret"),
    [
        ({"part": "title"}, "Handling om"),
        ({"part": "counterpart"}, "Trafikverket"),
        ({"part": "passage", "passage": "Trafikverket"}, "Trafikverket"),
    ],
)
def test_what_is_marked_in_one_of_the_two_is_hidden_in_the_records_of_both(
    client, registrar, twice, marked, part, secret
):
    case, into = twice
    merge(registrar, case, into)
    assert secret in client.get(f"/diarium/{into.slug}/").content.decode()
    factories.mark_secret(twice[marked], **part)
    for one in twice:
        records = client.get(f"/diarium/{one.slug}/").content.decode().partition('id="handlingar"')[2]
        assert "[Skyddat]" in records
        assert secret not in records


def test_the_pages_cost_the_same_however_many_are_merged(client, client_for, registrar, twice):
    case, into = twice
    merge(registrar, case, into)
    mine = client_for(registrar)
    addresses = (lambda: client.get(f"/diarium/{into.slug}/"), lambda: mine.get(f"{DIARY}/{into.pk}/"))
    few = [count_queries(address) for address in addresses]
    for number in range(3):
        merge(registrar, make(registrar, f"Fler {number}"), into)
    assert [count_queries(address) for address in addresses] == few
