import pytest
from django.core.cache import cache
from redis.exceptions import RedisError

from applications import services
from applications.frames import FrameUse, frame_use
from applications.models import Application
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from tests import factories
from tests.applications.judging import go_through
from tests.applications.sending import assessed, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def sent(owner):
    return send(factories.make_application(user=owner), owner)


def test_assign(sent, officer, second_officer):
    services.assign_officer(application_id=sent.pk, actor=officer, officer=second_officer)
    sent.case.refresh_from_db()
    assert sent.case.officer == second_officer


@pytest.mark.parametrize("who", ["registrar", "owner"])
def test_assign_only_officers(sent, officer, who, request):
    with pytest.raises(Refusal, match="Välj en handläggare"):
        services.assign_officer(application_id=sent.pk, actor=officer, officer=request.getfixturevalue(who))


@pytest.mark.parametrize("who", ["owner", "registrar", "delegate_user", "assessor", "admin_user"])
def test_only_officers_handle(sent, officer, who, request):
    actor = request.getfixturevalue(who)
    for step in (
        lambda: services.assign_officer(application_id=sent.pk, actor=actor, officer=officer),
        lambda: services.mark_assessed(application_id=sent.pk, actor=actor),
    ):
        with pytest.raises(Refusal, match=r"^Bara en handläggare kan göra det här med ansökan\.$"):
            step()
    sent.refresh_from_db()
    assert (sent.status, sent.case.officer) == ("submitted", None)


def test_nobody_handles_a_draft(owner, officer):
    draft = factories.make_application(user=owner)
    for step in (
        lambda: services.assign_officer(application_id=draft.pk, actor=officer, officer=officer),
        lambda: services.mark_assessed(application_id=draft.pk, actor=officer),
        lambda: services.grant_application(application_id=draft.pk, actor=officer, amount=1),
        lambda: services.reject_application(application_id=draft.pk, actor=officer),
    ):
        with pytest.raises(Application.DoesNotExist):
            step()


def test_assess_once(sent, officer):
    assert go_through(sent, officer).status == "assessed"
    with pytest.raises(Refusal, match="Bara en inkommen ansökan"):
        services.mark_assessed(application_id=sent.pk, actor=officer)


def test_grant(owner, officer, delegate_user):
    sent = assessed(factories.make_application(user=owner), owner, officer)
    services.grant_application(
        application_id=sent.pk, actor=delegate_user, amount=250_000, decision="RUN/1/2026"
    )
    sent.refresh_from_db()
    assert (sent.status, sent.granted_amount, sent.updated_by) == ("granted", 250_000, delegate_user)
    event = Event.objects.get(action="application_granted")
    assert event.text == "Beviljad 250\xa0000\xa0kronor. RUN/1/2026"
    assert event.data == {"amount": 250_000, "decision": "RUN/1/2026"}


def test_the_frame_is_never_exceeded(owner, officer):
    call = factories.make_call(frame=500_000)
    drafts = [factories.make_application(user=owner, call=call) for _ in range(2)]
    first, second = (assessed(draft, owner, officer) for draft in drafts)
    services.grant_application(application_id=first.pk, actor=officer, amount=250_001)
    with pytest.raises(Refusal) as refused:
        services.grant_application(application_id=second.pk, actor=officer, amount=250_000)
    assert refused.value.message == (
        "Utlysningens ram räcker inte: beloppet är 250\xa0000\xa0kr, och 249\xa0999\xa0kr är kvar av "
        "500\xa0000\xa0kr."
    )
    second.refresh_from_db()
    assert (second.status, second.granted_amount) == ("assessed", None)
    services.grant_application(application_id=second.pk, actor=officer, amount=249_999)
    # The frame is lowered afterwards: nothing more can be granted, but something given back.
    type(call).objects.filter(pk=call.pk).update(frame=400_000)
    with pytest.raises(Refusal, match="Utlysningens ram räcker inte"):
        services.change_grant(application_id=second.pk, actor=officer, amount=250_000)
    assert (
        services.change_grant(application_id=second.pk, actor=officer, amount=200_000).granted_amount
        == 200_000
    )


def test_reject_without_an_actor(owner, officer):
    sent = assessed(factories.make_application(user=owner), owner, officer)
    services.reject_application(application_id=sent.pk, actor=None)
    sent.refresh_from_db()
    assert (sent.status, sent.granted_amount, sent.updated_by) == ("rejected", None, officer)
    assert Event.objects.get(action="application_rejected").text == "Avslagen."


def test_only_what_is_assessed_is_decided(sent, officer):
    with pytest.raises(Refusal, match="Bara en granskad ansökan kan beviljas"):
        services.grant_application(application_id=sent.pk, actor=officer, amount=1)
    with pytest.raises(Refusal, match="Bara en granskad ansökan kan avslås"):
        services.reject_application(application_id=sent.pk, actor=officer)
    sent.refresh_from_db()
    assert (sent.status, sent.granted_amount) == ("submitted", None)


def test_the_frame_follows(owner, officer, django_capture_on_commit_callbacks):
    call = factories.make_call(frame=500_000)
    drafts = [factories.make_application(user=owner, call=call) for _ in range(3)]
    assert frame_use(call) == FrameUse(500_000, 0, 0), "drafts count for nothing"
    with django_capture_on_commit_callbacks(execute=True):
        first = assessed(drafts[0], owner, officer)
        send(drafts[1], owner)
    found = frame_use(call)
    assert (found.granted, found.waiting, found.left) == (0, 600_000, 500_000)
    assert found.waiting_is_more
    assert (found.granted_percent, found.waiting_percent) == (0, 100)
    with django_capture_on_commit_callbacks(execute=True):
        services.grant_application(application_id=first.pk, actor=officer, amount=250_000)
        services.withdraw_application(application_id=drafts[1].pk, actor=owner, reason="Nej")
    found = frame_use(call)
    assert (found.granted, found.waiting, found.left) == (250_000, 0, 250_000)
    assert (found.granted_percent, found.waiting_percent) == (50, 0)


def test_sums_are_kept(django_assert_num_queries):
    call = factories.make_call()
    frame_use(call)
    with django_assert_num_queries(0):
        frame_use(call)


def test_openings_are_noted(sent, officer):
    services.note_opening(application=sent, actor=officer)
    event = Event.objects.get(action="application_opened")
    assert (event.actor_label, event.object_id) == ("Hanna Handläggare", sent.pk)


def test_the_frame_is_added_up_when_redis_is_away(sent, monkeypatch):
    def away(*args, **kwargs):
        raise RedisError("nobody at home")

    kept = frame_use(sent.call)
    monkeypatch.setattr("applications.frames.cache.get", away)
    monkeypatch.setattr("applications.frames.cache.set", away)
    assert frame_use(sent.call) == kept
