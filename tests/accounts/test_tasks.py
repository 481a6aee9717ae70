from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from s3portal.accounts import tasks

pytestmark = pytest.mark.django_db


def test_only_sessions_that_have_ended_are_removed(settings):
    living, ended = SessionStore(), SessionStore()
    for session in (living, ended):
        session["kept_typed_text"] = {"data": "summary=hemligt"}
        session.save()
    now = timezone.now()
    Session.objects.filter(pk=ended.session_key).update(expire_date=now - timedelta(seconds=1))
    tasks.clear_ended_sessions()
    assert [session.pk for session in Session.objects.all()] == [living.session_key]


def test_it_is_done_every_night(settings):
    tasks_planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.clear_ended_sessions.name in tasks_planned
