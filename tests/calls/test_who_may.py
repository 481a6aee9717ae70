"""The services ask who acts, whatever the view before them has asked."""

import pytest

from calls.services import (
    asking,
    attending,
    copying,
    editing,
    meetings,
    publishing,
    registering,
    series,
)
from s3portal.common.errors import Refusal
from tests import factories

pytestmark = pytest.mark.django_db

CALL_STEPS = {
    "create": lambda call, who: editing.create_call(actor=who, content=None),
    "save": lambda call, who: editing.save_call(
        call_id=call.pk, actor=who, expected_version=call.version, content=None
    ),
    "delete": lambda call, who: editing.delete_draft(call_id=call.pk, actor=who),
    "publish": lambda call, who: publishing.publish_call(
        call_id=call.pk, actor=who, expected_revision=call.revision
    ),
    "conclude": lambda call, who: publishing.conclude_call(
        call_id=call.pk, actor=who, expected_revision=call.revision
    ),
    "copy": lambda call, who: copying.copy_call(call_id=call.pk, actor=who),
    "answer": lambda call, who: asking.answer_inquiry(
        inquiry_id=0, actor=who, expected_version=1, published_question="Får vi?", answer="Ja."
    ),
    "decline": lambda call, who: asking.decline_inquiry(
        inquiry_id=0, actor=who, expected_version=1, reason="Nej."
    ),
}
MEETING_STEPS = {
    "create": lambda meeting, who: meetings.create_meeting(content=None, actor=who),
    "change": lambda meeting, who: meetings.change_meeting(
        meeting_id=meeting.pk, content=None, expected_version=meeting.version, actor=who
    ),
    "move": lambda meeting, who: meetings.move_meeting(
        meeting_id=meeting.pk, starts_at=meeting.starts_at, ends_at=meeting.ends_at, place="Hus U", note="",
        expected_version=meeting.version, actor=who,
    ),
    "publish": lambda meeting, who: meetings.publish_meeting(
        meeting_id=meeting.pk, expected_version=meeting.version, actor=who
    ),
    "cancel": lambda meeting, who: meetings.cancel_meeting(
        meeting_id=meeting.pk, reason="Snö", expected_version=meeting.version, actor=who
    ),
    "copy": lambda meeting, who: meetings.copy_meeting(meeting_id=meeting.pk, actor=who),
    "delete": lambda meeting, who: meetings.delete_meeting(meeting_id=meeting.pk, actor=who),
    "create series": lambda meeting, who: series.create_series(title="T", text="", slots=[], actor=who),
    "change series": lambda meeting, who: series.change_series(
        series_id=0, title="T", text="", seen=("", ""), actor=who
    ),
    "publish series": lambda meeting, who: series.publish_series(series_id=0, actor=who),
    "delete series": lambda meeting, who: series.delete_series(series_id=0, actor=who),
    "tick": lambda meeting, who: attending.mark_attendance(meeting_id=meeting.pk, came={}, actor=who),
    "tick all": lambda meeting, who: attending.mark_all_attended(meeting_id=meeting.pk, actor=who),
    "write": lambda meeting, who: attending.write_to_participants(
        meeting_id=meeting.pk, audience="alla", subject="Hej", text="Hej", once="1", actor=who
    ),
    "register": lambda meeting, who: registering.register(
        event=meeting, name="Eva", email="eva@example.org", choices={}, actor=who
    ),
    "change registration": lambda meeting, who: registering.change_registration(
        registration_id=0, name="Eva", organisation="", choices={}, meal_wishes="", actor=who
    ),
    "cancel participation": lambda meeting, who: registering.cancel_participation(
        participation_id=0, actor=who
    ),
}  # fmt: skip


@pytest.mark.parametrize("step", CALL_STEPS)
def test_only_officers_work_with_calls(owner, step):
    with pytest.raises(Refusal, match="Bara handläggare får ändra i en utlysning"):
        CALL_STEPS[step](factories.make_call(), owner)


@pytest.mark.parametrize("step", MEETING_STEPS)
def test_only_officers_arrange_meetings(owner, step):
    with pytest.raises(Refusal, match="Bara handläggare får ordna möten"):
        MEETING_STEPS[step](factories.make_meeting(), owner)
