"""Every address of the portal: which are public, and that all the others ask for a login."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

OWN = ("home", "calls", "applications", "decisions", "diary", "outbox", "organisations", "copies", "archive")
# Exactly these may be read by anyone. A new public view has to be written here too.
PUBLIC = {
    "home:start",
    "home:accessibility",
    "home:privacy",
    "calls:area_calendar",
    "calls:area_detail",
    "calls:area_list",
    "calls:ask",
    "calls:asked",
    "calls:atom",
    "calls:call_calendar",
    "calls:call_detail",
    "calls:call_document",
    "calls:call_list",
    "calls:meeting_calendar",
    "calls:meeting_detail",
    "calls:meeting_list",
    "calls:meetings_calendar",
    "calls:open_json",
    "calls:register",
    "calls:register_series",
    "calls:registered",
    "calls:registration",
    "calls:registration_cancel",
    "calls:seat_answer",
    "calls:series_detail",
    "calls:rss",
    "calls:subscribe",
    "calls:subscribe_sent",
    "calls:subscription",
    "calls:subscription_confirm",
    "calls:unsubscribe",
    "applications:project_detail",
    "applications:project_list",
    "copies:ask",
    "copies:decide",
    "copies:fetch",
    "copies:follow",
    "decisions:board",
    "decisions:board_notice",
    "decisions:public_detail",
    "decisions:public_list",
    "decisions:public_pdf",
    "decisions:verify",
    "diary:public_detail",
    "diary:public_list",
    "outbox:choices",
    "outbox:one_click",
}
SAMPLES = {
    "kind": "prov",
    "series_pk": 1,
    "mark_pk": 1,
    "participation_pk": 1,
    "assessment_pk": 1,
    "assignment_pk": 1,
    "pk": 1,
    "receipt_pk": 1,
    "addressee_pk": 1,
    "decision_pk": 1,
    "clause_pk": 1,
    "delegate_pk": 1,
    "step": "lamna-over",
    "slug": "prov",
    "meeting_pk": 1,
    "report_pk": 1,
    "question_pk": 1,
    "name": "prov",
    "file_pk": 1,
    "version_pk": 1,
    "row_pk": 1,
    "inquiry_pk": 1,
    "member_pk": 1,
    "invitation_pk": 1,
    "person_pk": 1,
    "attachment_pk": 1,
    "note_pk": 1,
    "number": 1,
    "supplement_pk": 1,
    "thread_pk": 1,
    "token": UUID(int=1),
}


def own_patterns(
    resolver: URLResolver | None = None, namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = pattern.namespace or namespace
            if inner in OWN or (not inner and pattern.namespace is None and not str(pattern.pattern)):
                yield from own_patterns(pattern, inner)
        elif namespace in OWN:
            yield f"{namespace}:{pattern.name}", pattern


def test_the_public_addresses_are_exactly_these():
    public = {
        name for name, pattern in own_patterns() if not getattr(pattern.callback, "login_required", True)
    }
    assert public == PUBLIC


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_all_others_ask_for_a_login(client, method):
    asked = 0
    for name, pattern in own_patterns():
        if name in PUBLIC:
            continue
        arguments = {key: SAMPLES[key] for key in pattern.pattern.converters}
        response = getattr(client, method)(reverse(name, kwargs=arguments))
        assert response.status_code == 302, name
        assert response.headers["Location"].startswith("/konto/login/?next="), name
        asked += 1
    assert asked > 20
