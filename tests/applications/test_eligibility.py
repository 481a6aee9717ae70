"""The conditions: what the portal answers, what only a person judges, and that all is on record."""

import copy
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from applications import services
from applications.aid import Rate, headroom
from applications.aid_content import room_content
from applications.checks.eligibility import conditions
from applications.documents import read_sent, sent_file
from applications.models import Application, EligibilityCheck
from applications.parts import DeMinimisRow
from applications.services import Judged
from applications.services.judging import NOT_ALL, condition_states
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from tests import factories
from tests.applications.judging import declare, go_through
from tests.applications.sending import send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(owner, officer):
    made = send(factories.make_application(user=owner, call=factories.make_call(max_amount=500_000)), owner)
    declare(made, officer)
    return Application.objects.select_related("call__legal_basis", "case").get(pk=made.pk)


@pytest.fixture
def content(sent):
    return read_sent(sent_file(sent))


def found(application, content):
    return {one.code: one.result for one in conditions(application, content)}


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


OTHER = {"giver": "Tillväxtverket", "purpose": "Löner", "amount": 50_000}


# --- What the portal answers ------------------------------------------------------------------------------
def test_one_in_order(sent, content):
    assert found(sent, content) == {
        "in_time": "yes",
        "signatory": "yes",
        "org_number": "yes",
        "who_may_apply": "unknown",
        "start": "yes",
        "balance": "yes",
        "share": "yes",
        "amounts": "yes",
        "state_aid": "unknown",
        "other_aid": "yes",
        "state_aid_flag": "unknown",
        "frame": "yes",
    }
    for one in conditions(sent, content):
        assert one.source, one.code
        assert one.label, one.code


@pytest.mark.parametrize(
    ("code", "change", "result"),
    [
        ("signatory", {"submission": {"by": "Kim", "authority": "Fullmakt"}}, "unknown"),
        ("org_number", {"organisation": {"org_number": "232100-0215"}}, "no"),
        ("start", {"project": {"starts_on": "2020-01-01", "ends_on": "2028-01-01"}}, "no"),
        ("start", {"project": {"starts_on": None, "ends_on": None}}, "unknown"),
        ("balance", {"totals": {"total_cost": 600_001}}, "no"),
        ("balance", {"totals": {"total_cost": 0, "financing": 0}}, "no"),
        ("share", {"totals": {"total_cost": 0}}, "no"),
        ("share", {"totals": {"applied": 300_001}}, "no"),
        ("amounts", {"totals": {"applied": 500_001}}, "no"),
        ("other_aid", {"state_aid": {"has_other_aid": None}}, "unknown"),
        ("other_aid", {"state_aid": {"has_other_aid": True, "other_aid": [OTHER]}}, "unknown"),
        ("state_aid_flag", {"state_aid": {"is_state_aid": True}}, "no"),
        ("state_aid_flag", {"state_aid": {"is_state_aid": False}}, "yes"),
    ],
)
def test_each_answer(sent, content, code, change, result):
    for key, value in change.items():
        content[key] = content.get(key, {}) | value
    assert found(sent, content)[code] == result


def test_late(sent, content):
    sent.call.closes_at = sent.submitted_at - timedelta(seconds=1)
    assert found(sent, content)["in_time"] == "no"
    sent.call.closes_at = sent.submitted_at.replace(microsecond=0)
    assert found(sent, content)["in_time"] == "yes", "the closing second is in time to its end"


@pytest.mark.parametrize(
    ("limits", "result"),
    [
        ({"earliest_start": date(2020, 1, 1)}, "yes"),
        ({"earliest_start": date(2090, 1, 1)}, "no"),
        ({"latest_end": date(2090, 1, 1)}, "yes"),
        ({"latest_end": date(2020, 1, 1)}, "no"),
    ],
)
def test_the_calls_period(sent, content, limits, result):
    for name, value in limits.items():
        setattr(sent.call, name, value)
    assert found(sent, content)["period"] == result


def test_the_flat_rate(sent, content):
    sent.call.overhead_percent = 15
    assert found(sent, content)["overhead"] == "no"
    content["budget"]["indirect"] |= {"percent": 15, "total": 90_000}
    assert found(sent, content)["overhead"] == "yes"
    content["budget"]["indirect"]["total"] = 90_003
    assert found(sent, content)["overhead"] == "no"


def test_the_frame(sent, content):
    sent.call.frame = 299_999
    assert found(sent, content)["frame"] == "no"


def test_a_basis_for_state_aid(sent, content):
    basis = sent.call.legal_basis
    basis.state_aid_allowed = basis.publication_consent_required = True
    basis.max_aid_percent = 40
    first = found(sent, content)
    assert (first["share"], first["consent"]) == ("no", "yes")
    assert first["operating_years"] == "unknown"
    assert not {"state_aid_flag", "de_minimis"} & set(first)
    data = copy.deepcopy(content) | {"publication_consent": False}
    assert found(sent, data)["consent"] == "no"
    for years, expected in ((10, "yes"), (11, "no")):
        content["state_aid"]["operating_aid_years"] = years
        assert found(sent, content)["operating_years"] == expected


@pytest.mark.parametrize(
    ("earlier", "result", "words"),
    [
        ([], "yes", "Uppgivet 0,00 euro av 300 000 euro"),
        ([(1, 2_999_999)], "yes", "Utrymme 300 001 kr. Sökt 27 272,73 euro."),
        ([(1, 3_000_012)], "no", "Utrymme 299 988 kr."),
        ([(1, None)], "unknown", "en uppgift eller en eurokurs saknas"),
    ],
)
def test_the_room_for_small_aid(sent, content, earlier, result, words):
    today = date(2026, 11, 26)
    rows = [DeMinimisRow("0" * 10, today - timedelta(days=days), "Almi", amount) for days, amount in earlier]
    room = headroom(
        on=today,
        ceiling=300_000,
        earlier=[(row.granted_on, row.amount) for row in rows],
        rates=[Rate(date(2021, 1, 1), Decimal(11))],
        applied=300_000,
    )
    sent.call.legal_basis.de_minimis_ceiling_eur = 300_000
    assert found(sent, content)["de_minimis"] == "unknown", "it was not asked"
    content["state_aid"]["de_minimis"] = room_content(room, rows)
    (one,) = (one for one in conditions(sent, content) if one.code == "de_minimis")
    assert one.result == result
    assert words in one.found.replace("\xa0", " ")


# --- The officer's judgement ------------------------------------------------------------------------------
def judge(application, actor, **judged):
    return services.judge_conditions(application_id=application.pk, actor=actor, judged=judged)


def test_all_before_it_is_gone_through(sent, officer):
    with pytest.raises(Refusal) as refused:
        services.mark_assessed(application_id=sent.pk, actor=officer)
    assert refused.value.message == NOT_ALL
    judge(sent, officer, state_aid=Judged("not_applicable", "Ingen konkurrenspåverkan."))
    assert sum(not state.is_settled for state in condition_states(sent)) == 2
    assert go_through(sent, officer).status == "assessed"
    checks = {check.item: check for check in EligibilityCheck.objects.all()}
    assert len(checks) == 12, "the portal's own answers are on record too"
    assert (checks["balance"].result, checks["balance"].judgement) == ("yes", "")
    assert checks["state_aid"].reason == "Ingen konkurrenspåverkan."
    assert Event.objects.filter(action="eligibility_judged").exists()
    with pytest.raises(Refusal, match="redan granskad"):
        judge(sent, officer, state_aid=Judged("ok", "Ändrat."))


def test_a_wrong_judgement_is_put_right_by_going_through_it_again(sent, officer, second_officer):
    judge(sent, officer, balance=Judged("not_ok", "Fel rad lästes."))
    go_through(sent, officer)
    with pytest.raises(Refusal, match="Öppna granskningen igen"):
        judge(sent, officer, balance=Judged("ok", "Det går ihop."))
    with pytest.raises(Refusal, match="Skriv varför") as refused:
        services.review_again(application_id=sent.pk, actor=officer, reason="  ")
    assert refused.value.field == "reason"
    opened = services.review_again(application_id=sent.pk, actor=officer, reason="Fel rad lästes.")
    assert opened.status == "submitted"
    assert Event.objects.get(action="application_reviewed_again").text.endswith("Fel rad lästes.")
    judge(sent, officer, balance=Judged("ok", "Det går ihop."))
    assert services.mark_assessed(application_id=sent.pk, actor=officer).status == "assessed"
    assert EligibilityCheck.objects.get(item="balance").judgement == "ok"


def test_a_no_is_judged_anew_when_what_it_was_said_of_has_changed(sent, officer):
    judge(sent, officer, balance=Judged("not_ok", "Fel rad lästes."))
    EligibilityCheck.objects.filter(item="balance").update(result="no")
    assert not next(one for one in condition_states(sent) if one.condition.code == "balance").is_settled
    judge(sent, officer, balance=Judged("not_ok", "Fel rad lästes."))
    assert next(one for one in condition_states(sent) if one.condition.code == "balance").is_settled


def test_a_condition_that_the_call_has_dropped_leaves_nothing(sent, officer):
    EligibilityCheck.objects.create(
        application=sent, item="dropped", result="no", judgement="not_ok", reason="Nej.", judged_by=officer
    )
    go_through(sent, officer)
    assert not EligibilityCheck.objects.filter(item="dropped").exists()


def test_what_is_decided_is_not_gone_through_again(sent, officer, delegate_user):
    go_through(sent, officer)
    with pytest.raises(Refusal, match="Bara en handläggare"):
        services.review_again(application_id=sent.pk, actor=delegate_user, reason="Fel.")
    Application.objects.update(status="rejected")
    with pytest.raises(Refusal, match="som väntar på beslut"):
        services.review_again(application_id=sent.pk, actor=officer, reason="Fel.")
    with pytest.raises(Refusal, match="står fast"):
        judge(sent, officer, state_aid=Judged("ok", "Ändrat."))


def test_a_yes_may_be_judged_otherwise_and_a_judgement_changed(sent, officer, second_officer):
    judge(sent, officer, share=Judged("not_ok", "Kostnaderna är för höga."))
    declare(sent, second_officer)
    judge(sent, second_officer, share=Judged("ok", "De är rimliga."))
    check = EligibilityCheck.objects.get()
    assert (check.judgement, check.judged_by) == ("ok", second_officer)
    count = Event.objects.filter(action="eligibility_judged").count()
    judge(sent, officer, share=Judged("ok", "De är rimliga."))
    assert Event.objects.filter(action="eligibility_judged").count() == count, "nothing was changed"


@pytest.mark.parametrize(
    ("judged", "sentence"),
    [
        (Judged("ok", " "), "skriv skälen"),
        (Judged("", "Skäl"), "välj en bedömning"),
        (Judged("kanske", "Skäl"), "Välj en av bedömningarna"),
    ],
)
def test_what_is_refused(sent, officer, judged, sentence):
    with pytest.raises(Refusal, match=sentence):
        judge(sent, officer, state_aid=judged)
    assert not EligibilityCheck.objects.exists()


@pytest.mark.parametrize("who", ["delegate_user", "registrar", "admin_user", "assessor", "owner"])
def test_only_officers_judge(request, sent, who):
    with pytest.raises(Refusal, match="Bara en handläggare"):
        judge(sent, request.getfixturevalue(who), state_aid=Judged("ok", "Ja"))


# --- What the database refuses ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"result": "kanske"}, "eligibility_"),
        ({"result": "no"}, "eligibility_judged_with_reason"),
        ({"result": "no", "judgement": "ok"}, "eligibility_judged_with_reason"),
        ({"result": "yes", "reason": "Jo"}, "eligibility_judged_with_reason"),
    ],
)
def test_constraints(sent, officer, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        EligibilityCheck.objects.create(application=sent, item="x", judged_by=officer, **fields)


def test_one_row_for_each(sent, officer):
    arguments = {"application": sent, "item": "x", "result": "yes", "judged_by": officer}
    EligibilityCheck.objects.create(**arguments)
    with pytest.raises(IntegrityError, match="eligibility_once"):
        EligibilityCheck.objects.create(**arguments)


def test_it_stands_once_gone_through(sent, officer):
    go_through(sent, officer)
    for work in (
        lambda: EligibilityCheck.objects.update(reason="Nytt"),
        EligibilityCheck.objects.all().delete,
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            work()


# --- The page ---------------------------------------------------------------------------------------------
def url(name, application):
    return reverse(f"applications:{name}", args=[application.pk])


def test_the_page(client_for, sent, officer):
    client = client_for(officer)
    page = client.get(url("eligibility", sent))
    assert "3 av 12 villkor väntar på din bedömning." in text(page)
    assert "Regel: Artikel 107.1 i EUF-fördraget" in text(page)
    response = client.post(url("assess", sent), follow=True)
    assert response.request["PATH_INFO"] == url("eligibility", sent)
    assert NOT_ALL in text(response)
    nothing = client.post(url("eligibility", sent), {})
    assert (nothing.status_code, "bedöm minst ett villkor" in text(nothing)) == (422, True)
    bad = client.post(
        url("eligibility", sent), {"state_aid-judgement": "ok", "who_may_apply-reason": "Kluster."}
    )
    assert bad.status_code == 422
    assert "Skriv skälen för bedömningen." in text(bad)
    assert "Välj en bedömning." in text(bad)
    assert "Kluster." in text(bad), "nothing typed is lost"
    assert "Skäl: Om stödet är statligt stöd är bedömt: Skriv skälen för bedömningen." in text(bad)
    assert "&lt;span" not in bad.content.decode()
    assert not EligibilityCheck.objects.exists()
    typed = {}
    for code in ("state_aid", "state_aid_flag", "who_may_apply"):
        typed |= {f"{code}-judgement": "ok", f"{code}-reason": "Prövat."}
    done = client.post(url("eligibility", sent), typed, follow=True)
    assert "Alla 12 villkor är genomgångna." in text(done)
    assert "Bedömt av Hanna Handläggare" in text(done)
    assert done.content.decode().count("Ändra bedömningen") == 3, "what is judged is folded"
    client.post(url("assess", sent))
    after = text(client.get(url("eligibility", sent)))
    assert "Uppfyllt. Prövat." in after
    assert "Spara bedömningen" not in after
    again = client.post(url("eligibility", sent), typed | {"state_aid-reason": "Nytt."})
    assert (again.status_code, again.content.count(b"redan granskad")) != (302, 0)


@pytest.mark.parametrize(
    ("who", "get", "post"),
    [("registrar", 200, 403), ("delegate_user", 200, 403), ("assessor", 404, 404), ("owner", 403, 403)],
)
def test_who_reads_and_who_writes(request, client_for, sent, who, get, post):
    person = request.getfixturevalue(who)
    if who == "delegate_user":
        declare(sent, person)
    client = client_for(person)
    assert client.get(url("eligibility", sent)).status_code == get
    assert client.post(url("eligibility", sent), {}).status_code == post


def test_constant_queries(client_for, sent, officer):
    client = client_for(officer)
    client.get(url("eligibility", sent))
    one = count_queries(lambda: client.get(url("eligibility", sent)))
    judge(sent, officer, state_aid=Judged("ok", "Ja"), who_may_apply=Judged("ok", "Ja"))
    assert count_queries(lambda: client.get(url("eligibility", sent))) == one


def test_the_page_opens_the_review_again(client_for, sent, officer, registrar):
    address, page = url("review_again", sent), url("eligibility", sent)
    client = client_for(officer)
    assert "Öppna granskningen igen" not in text(client.get(page))
    early = client.post(address, {"reason": "För tidigt."})
    assert (early.status_code, "kan granskas igen" in text(early)) == (422, True)
    assert "För tidigt." in text(early)
    go_through(sent, officer)
    assert "Öppna granskningen igen" in text(client.get(page))
    assert "Öppna granskningen igen" not in text(client_for(registrar).get(page))
    assert client_for(registrar).post(address, {"reason": "Fel."}).status_code == 403
    client = client_for(officer)
    refused = client.post(address, {"reason": " "})
    assert (refused.status_code, "Skriv varför ansökan granskas igen." in text(refused)) == (422, True)
    done = client.post(address, {"reason": "Fel rad lästes."}, follow=True)
    assert "Granskningen är öppnad igen." in text(done)
    assert "Spara bedömningen" in text(done)
