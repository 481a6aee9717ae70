"""What a locked ranking freezes, its appendix, and that page, frozen row and appendix say the same."""

import io
import json
import re
from dataclasses import asdict
from datetime import timedelta
from fractions import Fraction

import pypdf
import pytest
from django.conf import settings as portal
from django.db import IntegrityError, InternalError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications import services, tasks
from applications.models import Assessment, Ranking, RankingLock, Score
from applications.ranking import by_area, by_municipality, shown_of
from applications.ranking.appendix import (
    TEMPLATE,
    appendix_context,
    appendix_file,
    data_file,
    locks_without_appendix,
    store_appendix,
)
from applications.ranking.shown import read_lock
from applications.snapshot import canonical_json
from calls.models import Call, Criterion
from decisions.enums import DecisionKind
from decisions.services.drafting import draft_from_application
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from s3portal.common.swedish import format_amount, format_tenths
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case, RecordFile
from s3portal.diary.services import assign_case, register_record
from tests import factories
from tests.applications.judging import assign, declare, hand_in
from tests.applications.ranking import (
    applications,
    call,
    change,
    lock,
    locked,
    ranking,
    unlock,
)
from tests.applications.sending import send
from tests.pdf_validation import assert_valid

__all__ = ["applications", "call", "ranking"]


def url(name, *args):
    return reverse(f"applications:ranking{name}", args=args)


def bytes_of(file):
    return read_frozen(file.storage_name, sha256=file.sha256)


@pytest.fixture
def judged(ranking, applications, officer, second_officer):
    """Of the three: the lowest moved first with a reason and conditions; one barred, one who abstains, and
    one who has not handed in, each in the third."""
    low, high, none = applications
    change(ranking, low, officer, position=1, reason="Störst nytta i fjällen.")
    change(ranking, low, officer, amount=200_000, conditions="Startar först när avtalet är klart.")
    change(ranking, high, officer, amount=300_000)
    barred, abstains, late = (factories.make_staff("assessor", full_name=name) for name in ("Jo", "Mi", "Lo"))
    assign(none, officer, barred, abstains, late)
    declare(none, barred, ground="relative", text="Min syster arbetar där.")
    declare(none, second_officer, ground="party")
    declare(none, abstains)
    services.abstain(application_id=none.pk, actor=abstains, reason="Jag hinner inte.")
    return ranking


# --- What is frozen ---------------------------------------------------------------------------------------
def test_everything_is_frozen_and_registered(judged, applications, call, officer):
    low, high, none = applications
    frozen = locked(judged, officer)
    content = frozen.content
    assert content["call"]["title"] == call.title
    assert content["frame"] == {
        "whole": 500_000, "taken": 0, "left": 500_000, "proposed": 500_000, "rest": 0,
    }  # fmt: skip
    assert [(one["title"], one["weight"], one["highest"]) for one in content["criteria"]] == [
        ("Kriterium 1", 40, 5), ("Kriterium 2", 60, 5),
    ]  # fmt: skip
    first, second, third = content["rows"]
    assert (first["place"], first["scored_place"], first["reason"]) == (1, 2, "Störst nytta i fjällen.")
    assert (first["diary_number"], first["proposed"], first["conditions"]) == (
        str(low.case), 200_000, "Startar först när avtalet är klart.",
    )  # fmt: skip
    assert first["municipalities"] == [{"code": "2380", "name": "Östersund"}]
    said = first["assessments"][0]
    assert (said["person"], said["external"], said["points"], said["total"]) == (
        "Bo Bedömare", True, [2, 2], "40",
    )  # fmt: skip
    assert (second["application"], second["points"]["mean"], second["points"]["count"]) == (high.pk, "100", 1)
    assert (third["application"], third["points"], third["assessments"]) == (none.pk, None, [])
    assert third["barred"] == [
        {"person": "Anders Andersson", "external": False, "ground": "7 kap. 4 § kommunallagen"},
        {"person": "Jo", "external": True, "ground": "6 kap. 28 § kommunallagen"},
    ]
    assert [one["person"] for one in third["abstained"] + third["waiting"]] == ["Mi", "Lo"]
    assert "syster" not in json.dumps(content)
    case = Ranking.objects.get().case
    assert (case.title, case.officer) == (f"Rangordning och fördelning: {call.title}", officer)
    assert (frozen.record.case, frozen.record.direction) == (case, "drawn_up")
    assert content["locked"]["diary_number"] == str(case)
    assert bytes_of(data_file(frozen)) == canonical_json(RankingLock.objects.get().content)


def test_what_is_locked_stays_when_points_change(judged, applications, officer, second_officer, client_for):
    frozen = locked(judged, officer)
    before = read_lock(frozen)
    other = factories.make_staff("assessor", full_name="Ny Bedömare")
    assign(applications[0], officer, other)
    hand_in(applications[0], other, 5, 5)
    after = shown_of(Ranking.objects.get())
    assert (after.lines, after.allocation) == (before.lines, before.allocation)
    page = client_for(officer).get(url("", judged.call_id)).content.decode()
    assert "40,0" in page
    assert "70,0" not in page


def test_unlocked_and_locked_again_both_stand(judged, applications, officer, client_for):
    first = locked(judged, officer)
    store_appendix(lock_id=first.pk)
    unlock(judged, officer, reason="Fel belopp för den ena.")
    change(judged, applications[1], officer, amount=100_000)
    second = locked(judged, officer)
    first.refresh_from_db()
    assert (first.holds, first.unlock_reason, first.unlocked_by) == (
        False, "Fel belopp för den ena.", officer,
    )  # fmt: skip
    assert (first.total, second.total, second.number) == (500_000, 300_000, 2)
    assert second.record.case == first.record.case
    assert Case.objects.filter(title__startswith="Rangordning").count() == 1
    page = client_for(officer).get(url("", judged.call_id)).content.decode()
    assert "Skäl: Fel belopp för den ena." in page
    assert url("_appendix", judged.call_id, 1) in page


def test_a_ranking_locked_before_locks_were_kept_is_read_live(ranking, applications, officer, client_for):
    change(ranking, applications[1], officer, amount=250_000)
    frozen = locked(ranking, officer)
    RankingLock.objects.filter(pk=frozen.pk).update(
        unlocked_at=timezone.now(), unlocked_by=officer, unlock_reason="Fanns inte då."
    )
    shown = shown_of(Ranking.objects.get())
    assert (shown.lock, shown.allocation.total, shown.allocation.left) == (None, 250_000, 500_000)
    assert client_for(officer).get(url("", ranking.call_id)).status_code == 200
    assert unlock(ranking, officer).is_open


def test_the_database_keeps_what_is_frozen(judged, officer):
    frozen = locked(judged, officer)
    ranking, one = Ranking.objects.filter(pk=judged.pk), RankingLock.objects.filter(pk=frozen.pk)
    whole = {
        name: getattr(frozen, name)
        for name in ("ranking", "locked_by", "locked_at", "frame", "frame_left", "total", "content")
    }

    def another(**changes):
        record = register_record(
            actor=officer, case=frozen.record.case, direction=Direction.DRAWN_UP, title="En till"
        )
        RankingLock.objects.create(**(whole | {"number": 2, "record": record} | changes))

    def after_unlocking(**changes):
        one.update(unlocked_at=timezone.now(), unlocked_by=officer, unlock_reason="Prov.")
        another(**changes)

    for spoil in (
        lambda: one.update(content={}),
        lambda: one.update(total=1),
        lambda: one.update(locked_by=None),
        lambda: one.update(unlocked_at=timezone.now()),
        one.delete,
        another,
        lambda: after_unlocking(total=1),
        lambda: after_unlocking(frame=400_000, content=changed(frozen.content, "whole", 400_000)),
        lambda: after_unlocking(content=frozen.content | {"rows": frozen.content["rows"][:1]}),
        lambda: after_unlocking(number=1),
        lambda: ranking.update(status="open", locked_by=None, locked_at=None, locked_left=None,
                               locked_total=None),
    ):  # fmt: skip
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            spoil()
    one.update(unlocked_at=timezone.now(), unlocked_by=officer, unlock_reason="Prov.")
    for spoil in (lambda: one.update(unlock_reason="Ett annat."), lambda: ranking.update(version=99)):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            spoil()


def changed(content, name, value):
    return content | {"frame": content["frame"] | {name: value}}


# --- The appendix -----------------------------------------------------------------------------------------
def test_the_appendix_is_sealed_and_says_what_was_frozen(
    judged, applications, officer, django_capture_on_commit_callbacks, monkeypatch
):
    asked = []
    monkeypatch.setattr(tasks.render_ranking_appendix, "delay", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        frozen = locked(judged, officer)
    assert asked == [frozen.pk]
    tasks.render_ranking_appendix(frozen.pk)
    pdf = bytes_of(appendix_file(frozen))
    assert_valid(pdf)
    seal = check_seal(pdf, roots=seal_roots())
    assert (seal.intact, seal.trusted, seal.covers_whole_file, seal.signed_by) == (
        True, True, True, "Hanna Handläggare",
    )  # fmt: skip
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert {name: found[0] for name, found in reader.attachments.items()} == {
        "rangordning.json": bytes_of(data_file(frozen))
    }
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for expected in (
        "Plats efter poängen: 2. Skäl för platsen: Störst nytta i fjällen.",
        "Särskilda villkor: Startar först när avtalet är klart.",
        "Bo Bedömare, extern bedömare,",
        "Har avstått: Mi (extern bedömare).",
        "Har inte deltagit på grund av jäv: Anders Andersson, 7 kap. 4 § kommunallagen;",
        "Jo (extern bedömare), 6 kap. 28 § kommunallagen.",
        "Kvar efter förslaget 0",
        "Östersund 3 900 000 500 000",
    ):
        assert expected in text, (expected, text)
    assert "syster" not in text
    assert store_appendix(lock_id=frozen.pk) is None


def test_what_a_killed_worker_left_is_made_once(judged, officer, monkeypatch):
    frozen, asked = locked(judged, officer), []
    monkeypatch.setattr(tasks.render_ranking_appendix, "delay", asked.append)
    assert locks_without_appendix(older_than=timedelta(minutes=1), most=9) == []
    monkeypatch.setattr(tasks, "WAIT_BEFORE_RETRY", timedelta(0))
    tasks.render_missing_pdfs()
    assert asked == [frozen.pk]
    store_appendix(lock_id=frozen.pk)
    tasks.render_missing_pdfs()
    assert asked == [frozen.pk]
    # A second worker finds out only when it stores.
    monkeypatch.setattr("applications.ranking.appendix.appendix_file", lambda lock: None)
    assert store_appendix(lock_id=frozen.pk) is None
    assert RecordFile.objects.filter(record=frozen.record, content_type="application/pdf").count() == 1


def test_who_may_open_the_appendix(judged, applications, officer, second_officer, client_for, request):
    frozen = locked(judged, officer)
    address, state = (url(name, judged.call_id, 1) for name in ("_appendix", "_appendix_state"))
    client = client_for(officer)
    assert client.get(address).status_code == 404, "not made yet"
    assert "Bilagan skapas" in client.get(state).content.decode()
    assert "inte klar än" in client.get(f"{state}?n=60").content.decode()
    store_appendix(lock_id=frozen.pk)
    assert "rangordning-" in client.get(state).content.decode()
    response = client.get(address)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    assert b"".join(response.streaming_content) == bytes_of(appendix_file(frozen))
    assert Event.objects.filter(action="file_opened").count() == 1
    for who, status in {"registrar": 200, "delegate_user": 200, "assessor": 403, "owner": 403}.items():
        assert client_for(request.getfixturevalue(who)).get(address).status_code == status, who
    barred = client_for(second_officer)
    assert barred.get(address).status_code == 403
    assert "Bilagan visas inte för dig" in barred.get(state).content.decode()
    file = appendix_file(frozen)
    in_diary = reverse("diary:staff_file", args=[frozen.record.case_id, file.pk])
    assert barred.get(in_diary).status_code == 403
    assert client.get(in_diary).status_code == 200


def test_not_before_ones_own_assessment_is_in(ranking, applications, officer, second_officer, client_for):
    assign(applications[0], officer, second_officer)
    frozen = locked(ranking, officer)
    store_appendix(lock_id=frozen.pk)
    response = client_for(second_officer).get(url("_appendix", ranking.call_id, 1))
    assert response.status_code == 403


def test_the_case_of_a_ranking_is_not_given_to_who_has_jav(judged, officer, second_officer):
    case = locked(judged, officer).record.case
    with pytest.raises(Refusal, match="anmält jäv"):
        assign_case(actor=officer, case=case, officer=second_officer)
    assert assign_case(actor=officer, case=case, officer=factories.make_staff("officer")).pk == case.pk


# --- The decisions ----------------------------------------------------------------------------------------
def test_a_decision_begins_with_what_is_proposed(judged, applications, officer, client_for):
    frozen, low = locked(judged, officer), applications[0]
    declare(low, officer)
    draft = draft_from_application(application_id=low.pk, actor=officer, kind=DecisionKind.GRANT)
    assert draft.amount == 200_000
    points = list(draft.points.values_list("text", flat=True))
    assert "dock högst 200\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}kronor" in points[0]
    assert points[-1] == "Startar först när avtalet är klart."
    basis = draft.basis_documents.latest("order")
    assert basis.title == f"Rangordning och fördelning, {frozen.record.case} handling 1"
    page = client_for(officer).get(reverse("decisions:officer_detail", args=[draft.pk])).content.decode()
    assert "Särskilda villkor: Startar först när avtalet är klart." in page
    declare(applications[1], officer)
    rejection = draft_from_application(
        application_id=applications[1].pk, actor=officer, kind=DecisionKind.REJECTION
    )
    assert rejection.points.count() == 1


def test_the_proposed_decision_shows_its_place(ranking, applications, officer, delegate_user, client_for):
    change(ranking, applications[1], officer, amount=250_000)
    lock(ranking, officer)
    declare(applications[1], officer, delegate_user)
    decision = factories.make_decision(
        user=officer,
        case=applications[1].case,
        application=applications[1],
    )
    address = reverse("decisions:officer_detail", args=[decision.pk])
    # The delegate reads the draft on the page that proposed and signed decisions have.
    page = client_for(delegate_user).get(address).content.decode()
    assert "Plats 1. Förslag: bevilja, 250\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}kr." in page
    assert "handling 1." in page


# --- The same everywhere ----------------------------------------------------------------------------------
@pytest.fixture
def scene(call, owner, officer, client_for):
    """Four applications in different places with drafts of assessments by two, to be filled in."""
    people = [factories.make_staff("assessor", full_name=name) for name in ("Anna", "Bo")]
    places = (["2380"], ["2321", "2380"], ["annan"], [])
    sent = []
    for place in places:
        draft = factories.make_application(user=owner, call=call, municipalities=place or ["2326"])
        sent.append(send(draft, owner))
    for application in sent:
        assign(application, officer, *people)
    return sent, people, client_for(officer)


numbers = st.tuples(st.integers(1, 5), st.integers(1, 5))
cases = st.fixed_dictionaries(
    {
        "weights": st.one_of(st.none(), st.tuples(st.integers(1, 99), st.integers(1, 99))),
        "scores": st.lists(st.lists(numbers, max_size=2), min_size=4, max_size=4),
        "amounts": st.lists(st.integers(0, 300_000), min_size=4, max_size=4),
        "frame": st.integers(1, 1_200_000),
    }
)


def set_up(call, sent, people, case):
    received = Call.objects.get(pk=call.pk).first_received_at
    # Criteria stand once an application has come in; here the world is another each time.
    Call.objects.filter(pk=call.pk).update(first_received_at=None, frame=case["frame"])
    for number, criterion in enumerate(call.criteria.order_by("order")):
        weight = None if case["weights"] is None else case["weights"][number]
        Criterion.objects.filter(pk=criterion.pk).update(weight=weight)
    Call.objects.filter(pk=call.pk).update(first_received_at=received)
    criteria = list(call.criteria.order_by("order"))
    for application, given_points in zip(sent, case["scores"], strict=True):
        for person, points in zip(people, given_points, strict=False):
            assessment = Assessment.objects.create(application=application, assessor=person)
            for criterion, one in zip(criteria, points, strict=True):
                Score.objects.create(
                    assessment=assessment, criterion=criterion, points=one, rationale="Därför."
                )
            Assessment.objects.filter(pk=assessment.pk).update(
                status="submitted", submitted_at=timezone.now()
            )


def expected_mean(weights, given_points):
    first, second = weights or (1, 1)
    totals = [Fraction(one * first * 20 + other * second * 20, first + second) for one, other in given_points]
    return sum(totals, Fraction(0)) / len(totals) if totals else None


def plain(html):
    text = re.sub(r"<[^>]+>", " ", html)
    return re.sub(r"[ \n]+", " ", text)


@given(case=cases)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_shares_and_what_is_left_agree(scene, call, officer, case):
    sent, people, client = scene
    with transaction.atomic():
        try:
            one_world(call, sent, people, client, officer, case)
        finally:
            transaction.set_rollback(True)


def one_world(call, sent, people, client, officer, case):
    set_up(call, sent, people, case)
    ranking = services.start_ranking(call_id=call.pk, actor=officer)
    for application, amount in zip(sent, case["amounts"], strict=True):
        ranking.rows.filter(application=application).update(
            proposal="grant" if amount else "reject", proposed_amount=amount
        )
    total = sum(case["amounts"])
    live = shown_of(Ranking.objects.select_related("call").get(pk=ranking.pk))
    assert (live.allocation.total, live.allocation.rest) == (total, case["frame"] - total)
    if total > case["frame"]:
        with pytest.raises(Refusal, match="kvar av ramen"):
            lock(ranking, officer)
        return
    frozen = locked(ranking, officer)
    read = read_lock(RankingLock.objects.get(pk=frozen.pk))
    assert (read.lines, read.allocation) == (live.lines, live.allocation)
    means = {line.application_id: line.points.mean for line in read.lines}
    assert means == {
        one.pk: expected_mean(case["weights"], points)
        for one, points in zip(sent, case["scores"], strict=True)
    }
    embedded = json.loads(bytes_of(data_file(frozen)))
    assert embedded == frozen.content
    assert embedded["frame"]["rest"] == case["frame"] - total
    for shares, name in ((by_area(live.lines), "areas"), (by_municipality(live.lines), "municipalities")):
        told = [{key: said for key, said in asdict(one).items() if key != "only"} for one in shares]
        assert told == embedded[name]
    places = dict(zip(("Berg", "Åre", "Annan kommun, utanför länet"), (3, 1, 2), strict=True))
    for name, index in places.items():
        found = next(one for one in embedded["municipalities"] if one["name"] == name)
        assert found["proposed"] == case["amounts"][index]
    page = plain(client.get(url("", call.pk)).content.decode())
    document = plain(
        render_to_string(TEMPLATE, {"region": portal.REGION, "title": ""} | appendix_context(embedded))
    )
    rest = format_amount(case["frame"] - total)
    assert f"Kvar efter förslaget {rest}\N{NO-BREAK SPACE}kr" in page
    assert f"Kvar efter förslaget {rest} " in document
    for line in read.lines:
        mean = "Inte bedömd" if line.points.mean is None else format_tenths(line.points.mean)
        assert mean in page
        assert mean.replace("Inte bedömd", "–") in document
        assert f" {format_amount(line.proposed)} " in page
        assert f" {format_amount(line.proposed)} " in document
