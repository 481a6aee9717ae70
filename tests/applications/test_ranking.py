"""Ranking: order, amounts, the line, the lock, and who may."""

from datetime import timedelta
from fractions import Fraction

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applications import services
from applications.checks import Step
from applications.enums import ApplicationStatus
from applications.models import Application, Ranking, RankingRow
from applications.ranking import departing, shown_of
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories
from tests.applications.judging import assign, declare, hand_in
from tests.applications.ranking import (
    applications,
    call,
    change,
    line,
    lock,
    ranking,
    row_of,
    unlock,
    version,
)
from tests.applications.sending import send
from tests.applications.test_services_submitting import at_once

__all__ = ["applications", "call", "ranking"]


def order(ranking):
    return [row.application_id for row in ranking.rows.order_by("position")]


# --- Order ------------------------------------------------------------------------------------------------
def test_the_highest_first_and_those_nobody_has_assessed_last(ranking, applications):
    low, high, none = applications
    assert order(ranking) == [high.pk, low.pk, none.pk]
    assert Event.objects.filter(action="ranking_started").count() == 1


def test_once_and_only_when_there_is_something(ranking, call, officer):
    with pytest.raises(Conflict, match="redan påbörjad"):
        services.start_ranking(call_id=call.pk, actor=officer)
    with pytest.raises(Refusal, match="inga ansökningar"):
        services.start_ranking(call_id=factories.make_call().pk, actor=officer)


def test_another_place_than_the_points_give_wants_a_reason(ranking, applications, officer):
    low, high, none = applications
    with pytest.raises(Refusal) as refused:
        change(ranking, low, officer, position=1)
    assert refused.value.field == "reason"
    assert order(ranking) == [high.pk, low.pk, none.pk]
    change(ranking, low, officer, position=1, reason="Störst nytta i fjällen.")
    assert order(ranking) == [low.pk, high.pk, none.pk]
    assert row_of(ranking, low).reason == "Störst nytta i fjällen."
    change(ranking, low, officer, position=2)
    assert row_of(ranking, low).reason == ""


def test_a_place_outside_the_list(ranking, applications, officer):
    for position in (0, 4):
        with pytest.raises(Refusal, match="mellan 1 och 3"):
            change(ranking, applications[0], officer, position=position, reason="Skäl.")


@given(st.lists(st.integers(0, 5), max_size=7))
def test_departing_is_any_pair_out_of_order(values):
    expected = [
        any(other < value for other in values[:here]) or any(other > value for other in values[here + 1 :])
        for here, value in enumerate(values)
    ]
    assert departing([Fraction(value) for value in values]) == expected


# --- Amounts ----------------------------------------------------------------------------------------------
def test_an_amount_proposes_a_grant_and_nothing_takes_it_away(ranking, applications, officer):
    row = change(ranking, applications[1], officer, amount=200_000)
    assert (row.proposal, row.proposed_amount) == ("grant", 200_000)
    row = change(ranking, applications[1], officer, amount=0)
    assert (row.proposal, row.proposed_amount) == ("reserve", 0)
    row = change(ranking, applications[1], officer, proposal="grant")
    assert (row.proposal, row.proposed_amount) == ("grant", 300_000)
    row = change(ranking, applications[1], officer, proposal="reject")
    assert (row.proposal, row.proposed_amount) == ("reject", 0)


def test_amounts_that_are_refused(ranking, applications, officer):
    for fields in (
        {"amount": 300_001},
        {"amount": -1},
        {"amount": 5, "proposal": "reject"},
        {"amount": 0, "proposal": "grant"},
    ):
        with pytest.raises(Refusal) as refused:
            change(ranking, applications[1], officer, **fields)
        assert refused.value.field == "amount"


def test_the_line(ranking, applications, officer):
    low, high, _none = applications
    assert line(ranking, officer) == 1
    assert row_of(ranking, high).proposed_amount == 300_000
    with pytest.raises(Refusal, match="räcker till de 1 första"):
        line(ranking, officer, 2)
    change(ranking, low, officer, amount=200_000)
    assert line(ranking, officer, 2) == 2
    assert line(ranking, officer, 0) == 0
    assert [row.proposal for row in ranking.rows.all()] == ["reserve", "reserve", "reject"]
    with pytest.raises(Refusal, match="mellan 0 och 3"):
        line(ranking, officer, 4)


# --- The lock ---------------------------------------------------------------------------------------------
def test_locked_stands_until_it_is_unlocked_with_a_reason(ranking, applications, officer):
    change(ranking, applications[1], officer, amount=250_000)
    locked = lock(ranking, officer)
    assert (locked.locked_total, locked.locked_left, locked.locked_by) == (250_000, 500_000, officer)
    with pytest.raises(Refusal, match="låst"):
        change(ranking, applications[1], officer, amount=1)
    with pytest.raises(Refusal, match="Skriv varför"):
        unlock(ranking, officer, reason=" ")
    assert unlock(ranking, officer).is_open
    with pytest.raises(Refusal, match="inte låst"):
        unlock(ranking, officer)


def test_not_above_the_frame(ranking, applications, officer):
    for application in applications[:2]:
        change(ranking, application, officer, amount=300_000)
    with pytest.raises(Refusal, match="kvar av ramen"):
        lock(ranking, officer)


def test_not_without_reasons_when_points_have_changed(
    ranking, applications, officer, assessor, second_officer
):
    low = applications[0]
    assign(low, officer, second_officer)
    hand_in(applications[2], second_officer, 5, 5) if assign(
        applications[2], officer, second_officer
    ) else None
    with pytest.raises(Refusal, match="Skriv skäl"):
        lock(ranking, officer)
    for application in (low, applications[1]):
        change(ranking, application, officer, reason="Först i tiden.")
    assert not lock(ranking, officer).is_open


def test_what_comes_and_goes(ranking, applications, call, owner, officer):
    low, high, none = applications
    services.withdraw_application(application_id=high.pk, actor=owner, reason="Vi hinner inte.")
    new = send(factories.make_application(user=owner, call=call), owner)
    with pytest.raises(Refusal, match="Uppdatera listan"):
        lock(ranking, officer)
    services.update_ranking(ranking_id=ranking.pk, actor=officer, expected_version=version(ranking))
    assert order(ranking) == [low.pk, none.pk, new.pk]
    assert [row.position for row in ranking.rows.all()] == [1, 2, 3]


def test_nothing_is_locked_while_what_it_rests_on_may_change(ranking, applications, officer):
    low = applications[0]
    ask = {
        "application_id": low.pk,
        "actor": officer,
        "text": "Sänk budgeten.",
        "due_on": timezone.localdate() + timedelta(days=7),
        "parts": {Step.BUDGET: ""},
    }
    services.ask_for_supplement(**ask)
    with pytest.raises(Refusal, match=rf"^{low.case} kompletteras\."):
        lock(ranking, officer)
    services.stop_asking(application_id=low.pk, actor=officer, reason="Behövs inte.")
    lock(ranking, officer)
    with pytest.raises(Refusal, match="ingår i en låst rangordning"):
        services.ask_for_supplement(**ask)
    services.ask_for_supplement(**ask | {"parts": {}})


def test_no_more_is_locked_than_a_supplement_has_left(ranking, applications, officer):
    high = applications[1]
    change(ranking, high, officer, amount=300_000)
    # As the taking in of a supplement leaves it.
    with pgtrigger.ignore("applications.Application:sent_content_fixed"):
        Application.objects.filter(pk=high.pk).update(applied_amount=200_000)
    with pytest.raises(Refusal) as refused:
        lock(ranking, officer)
    assert str(refused.value).replace("\xa0", " ") == (
        f"{high.case}: föreslaget är 300 000 kr, men det sökta är 200 000 kr. Ändra beloppet först."
    )


def test_a_signed_decision_keeps_it_locked(ranking, applications, officer):
    lock(ranking, officer)
    Application.objects.filter(pk=applications[0].pk).update(status=ApplicationStatus.REJECTED)
    with pytest.raises(Refusal, match="redan undertecknade"):
        unlock(ranking, officer)


def test_two_officers_at_once(ranking, applications, officer, second_officer):
    seen = version(ranking)
    change(ranking, applications[1], officer, amount=1000, expected_version=seen)
    with pytest.raises(Conflict):
        change(ranking, applications[1], second_officer, amount=2000, expected_version=seen)


@pytest.mark.django_db(transaction=True)
def test_threads_on_the_same_version(ranking, applications, officer, second_officer):
    seen = version(ranking)
    answers = at_once(
        [
            lambda: change(ranking, applications[1], officer, amount=1000, expected_version=seen),
            lambda: change(ranking, applications[0], second_officer, amount=2000, expected_version=seen),
            lambda: services.lock_ranking(ranking_id=ranking.pk, actor=officer, expected_version=seen),
        ]
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 2
    assert version(ranking) == seen + 1


def steps(ranking, application, actor):
    """Every step of a ranking."""
    return {
        "start": lambda: services.start_ranking(call_id=ranking.call_id, actor=actor),
        "change": lambda: change(ranking, application, actor, amount=1),
        "line": lambda: line(ranking, actor),
        "update": lambda: services.update_ranking(
            ranking_id=ranking.pk, actor=actor, expected_version=version(ranking)
        ),
        "lock": lambda: lock(ranking, actor),
        "unlock": lambda: unlock(ranking, actor),
    }


#: (status, step) → the refusal that an officer gets; None when it is done.
EXPECTED = {
    ("open", "start"): "redan påbörjad",
    ("open", "change"): None,
    ("open", "line"): None,
    ("open", "update"): None,
    ("open", "lock"): None,
    ("open", "unlock"): "inte låst",
    ("locked", "start"): "redan påbörjad",
    ("locked", "change"): "är låst",
    ("locked", "line"): "är låst",
    ("locked", "update"): "är låst",
    ("locked", "lock"): "är låst",
    ("locked", "unlock"): None,
}


def answer_of(work):
    """What was refused, with nothing left of what was done."""
    with transaction.atomic():
        try:
            work()
        except Refusal as refusal:
            return refusal.message
        finally:
            transaction.set_rollback(True)
    return None


def test_every_status_step_and_role(ranking, applications, officer, second_officer, request):
    declare(applications[2], second_officer, ground="relative")
    others = {
        name: request.getfixturevalue(name) for name in ("registrar", "delegate_user", "assessor", "owner")
    }
    for status in ("open", "locked"):
        if status == "locked":
            lock(ranking, officer)
        for step, work in steps(ranking, applications[0], officer).items():
            expected, answer = EXPECTED[status, step], answer_of(work)
            assert answer is None if expected is None else expected in (answer or ""), (status, step, answer)
        for step, work in steps(ranking, applications[0], second_officer).items():
            assert "anmält jäv" in (answer_of(work) or ""), (status, step)
        for name, other in others.items():
            for step, work in steps(ranking, applications[0], other).items():
                assert "Bara en handläggare" in (answer_of(work) or ""), (status, step, name)


def test_who_may_start(applications, call, second_officer, registrar):
    declare(applications[2], second_officer, ground="relative")
    with pytest.raises(Refusal, match="anmält jäv"):
        services.start_ranking(call_id=call.pk, actor=second_officer)
    with pytest.raises(Refusal, match="Bara en handläggare"):
        services.start_ranking(call_id=call.pk, actor=registrar)


def test_a_call_that_does_not_exist_is_not_started(db, officer, client_for):
    assert client_for(officer).post(url("_start", 999_999)).status_code == 404


# --- The database -----------------------------------------------------------------------------------------
def test_rows_the_database_refuses(ranking, applications):
    for values in (
        {"position": 0},
        {"proposal": "grant"},
        {"proposed_amount": 1},
        {"proposed_amount": -1},
        {"proposal": "x"},
        {"conditions": "Med ett skäl."},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RankingRow.objects.filter(pk=row_of(ranking, applications[0]).pk).update(**values)


def test_one_place_one_row(ranking):
    from django.db import connection

    with pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012 - asked at the end
        ranking.rows.update(position=1)
        connection.check_constraints()


def test_locked_rows_stand_in_the_database(ranking, applications, officer):
    lock(ranking, officer)
    for spoil in (
        lambda: ranking.rows.update(reason="x"),
        ranking.rows.all()[0].delete,
        lambda: Ranking.objects.filter(pk=ranking.pk).update(started_by=None),
        lambda: Ranking.objects.filter(pk=ranking.pk).update(locked_total=1),
        lambda: Ranking.objects.filter(pk=ranking.pk).update(locked_left=-1),
        lambda: Ranking.objects.filter(pk=ranking.pk).update(locked_by=None),
        lambda: Ranking.objects.filter(pk=ranking.pk).update(status="open"),
        lambda: Ranking.objects.filter(pk=ranking.pk).delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            spoil()


def test_more_than_applied_for_cannot_be_locked(ranking, applications, officer, monkeypatch):
    """By the database either, should a service forget to ask."""
    monkeypatch.setattr("applications.services.ranking_lock._require_within_applied", lambda rows: None)
    ranking.rows.filter(application=applications[0]).update(proposal="grant", proposed_amount=300_001)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        lock(ranking, officer)


# --- Pages ------------------------------------------------------------------------------------------------
def url(name, *args):
    return reverse(f"applications:ranking{name}", args=args)


def test_who_reads(ranking, call, client_for, request):
    expected = {"officer": 200, "registrar": 200, "delegate_user": 200, "assessor": 403, "owner": 403}
    for who, status in expected.items():
        client = client_for(request.getfixturevalue(who))
        for name in ("", "_csv", "_xlsx"):
            response = client.get(url(name, call.pk))
            assert response.status_code == status, (who, name)
            if response.streaming:
                b"".join(response.streaming_content)
        assert client.get(url("", 999_999)).status_code == (404 if status == 200 else 403)
    taken = Event.objects.filter(action="ranking_exported").order_by("pk").values_list("text", flat=True)
    assert list(taken) == ["Rangordningen hämtad som csv", "Rangordningen hämtad som Excel"] * 3


def test_from_start_to_lock_on_the_pages(applications, call, officer, client_for):
    client = client_for(officer)
    assert "Börja rangordna" in client.get(url("", call.pk)).content.decode()
    assert client.post(url("_start", call.pk)).status_code == 302
    ranking = Ranking.objects.get()
    low, high = (row_of(ranking, one) for one in applications[:2])

    def post(name, *args, **data):
        return client.post(url(name, call.pk, *args), {"version": version(ranking)} | data)

    answer = post("_move", low.pk, steg="upp")
    assert answer.url == f"{url('_row', call.pk, low.pk)}?plats=1"
    assert 'value="1"' in client.get(answer.url).content.decode()
    assert post("_row", low.pk, position="1", proposal="reject", amount="", reason="").status_code == 422
    wanted = {"position": "1", "amount": "150 000", "reason": "Nytta.", "conditions": "Med plan."}
    answer = post("_row", low.pk, proposal="grant", **wanted)
    page = client.get(answer.url).content.decode()
    assert "Särskilda villkor: Med plan." in page
    assert "Skäl: Nytta." in page
    assert "350\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}kr" in page
    answer = post("_amount", high.pk, amount="många")
    assert answer.status_code == 422
    assert 'value="många"' in answer.content.decode()
    assert post("_amount", high.pk, amount="400 000").status_code == 422
    assert post("_amount", high.pk, amount="350 000").status_code == 422
    answer = post("_move", low.pk, steg="ner")
    assert 'id="upp-' in client.get(answer.url).content.decode()
    assert post("_line", count="3").status_code == 422
    assert post("_line", count="x").status_code == 422
    assert post("_line", count="").status_code == 302
    assert post("_lock", version="1").status_code == 409
    assert post("_update").status_code == 302
    assert post("_lock").status_code == 302
    assert post("_amount", high.pk, amount="1").status_code == 422
    assert "är låst" in client.get(url("_row", call.pk, high.pk)).content.decode()
    csv = b"".join(client.get(url("_csv", call.pk)).streaming_content).decode()
    assert sum(int(row.split(";")[10]) for row in csv.splitlines()[1:]) == Ranking.objects.get().locked_total
    assert post("_unlock", reason="").status_code == 422
    assert post("_unlock", reason="Fel.").status_code == 302


def test_who_has_jav_sees_the_row_but_not_its_points(ranking, applications, call, second_officer, client_for):
    declare(applications[1], second_officer, ground="relative")
    page = client_for(second_officer).get(url("", call.pk)).content.decode()
    assert str(applications[1].case) in page
    assert "100,0" not in page
    assert "deltar inte i rangordningen" in page
    assert "Flytta strecket" not in page


def test_the_same_number_of_queries_at_one_and_three(call, owner, officer, assessor, client_for):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = client_for(officer), []
    ranking = None
    for number in range(3):
        application = send(factories.make_application(user=owner, call=call), owner)
        assign(application, officer, assessor)
        hand_in(application, assessor, 3, 3)
        if ranking is None:
            ranking = services.start_ranking(call_id=call.pk, actor=officer)
        else:
            services.update_ranking(ranking_id=ranking.pk, actor=officer, expected_version=version(ranking))
        if number != 1:
            client.get(url("", call.pk))
            with CaptureQueriesContext(connection) as captured:
                client.get(url("", call.pk))
            counts.append(len(captured))
    assert counts[0] == counts[1]


def test_sums_agree_whatever_is_proposed(ranking, applications, officer, call):
    """Amounts in every order: what is locked is the sum of the rows, and within the frame."""
    for amounts in ((0, 1, 300_000), (250_000, 250_000, 0), (300_000, 200_000, 1), (1, 1, 1)):
        for application, amount in zip(applications, amounts, strict=True):
            change(ranking, application, officer, amount=amount)
        total = sum(amounts)
        assert shown_of(ranking).allocation.total == total
        if total > call.frame:
            with pytest.raises(Refusal):
                lock(ranking, officer)
        else:
            assert lock(ranking, officer).locked_total == total <= call.frame
            ranking = unlock(ranking, officer)


def test_the_decision_draft_shows_place_and_proposal(ranking, applications, call, officer, client_for):
    change(ranking, applications[1], officer, amount=250_000)
    declare(applications[1], officer)
    decision = factories.make_decision(user=officer, case=applications[1].case, application=applications[1])
    address = reverse("decisions:officer_detail", args=[decision.pk])
    page = client_for(officer).get(address).content.decode()
    assert "Plats 1. Förslag: bevilja, 250\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}kr." in page
    assert "inte låst än" in page
    assert url("", call.pk) in page
    lock(ranking, officer)
    assert "inte låst än" not in client_for(officer).get(address).content.decode()
