import logging

import pytest
from django.conf import settings

from calls.services.subscribing import Wish, sign_wish
from s3portal.common.logs import MaskedKeys
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.links import choices_path, one_click_path


def logged(path):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", path), None)
    assert MaskedKeys().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    "path",
    [
        "/anmalan/0b9f3c1e-6f0a-4d3a-9a55-1f2e3d4c5b6a/",
        choices_path("eva@example.org"),
        one_click_path("eva@example.org", MailGroup.CALLS),
        f"/prenumeration/bekrafta/{sign_wish(Wish('eva@example.org', everything=True))}/",
    ],
    # The signatures hold the time, and every worker must call the tests by the same names.
    ids=["registration", "choices", "one click", "subscription"],
)
def test_an_address_that_is_a_key_is_not_logged(path):
    told = logged(path)
    assert "***" in told
    key = max(path.split("/"), key=len)
    assert key not in told
    assert key.rpartition(":")[2] not in told


@pytest.mark.parametrize(
    "path", ["/utlysningar/stod-till-kluster-inom-smart-specialisering-2026/", "/beslut/RUN-138-2024/pdf/"]
)
def test_other_addresses_are(path):
    assert logged(path) == f"Not Found: {path}"


def test_what_is_no_text_is_left():
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Message %s", (7,), None)
    assert MaskedKeys().filter(record)
    assert record.getMessage() == "Message 7"
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Message", None, None)
    assert MaskedKeys().filter(record)


def test_the_log_of_the_portal_is_masked():
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["masked_keys"]
