"""The tools that other tests lean on: the mail server, the worker, the browser, axe."""

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from django.core.mail import send_mail

from tests import factories
from tests.conftest import SmtpSink, WorkerProcess

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from s3portal.accounts.models import User


def test_mail_reaches_the_sink(smtp_sink: SmtpSink) -> None:
    assert send_mail("Ämne", "Text", None, ["asa@example.org"]) == 1
    (message,) = smtp_sink.wait_for(1)
    assert (message["subject"], smtp_sink.recipients) == ("Ämne", ["asa@example.org"])


@pytest.mark.parametrize(("how", "code"), [("temporary", 451), ("permanent", 550)])
def test_the_sink_can_refuse(smtp_sink: SmtpSink, how: Any, code: int) -> None:
    smtp_sink.refuse(how)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send_mail("Ämne", "Text", None, ["asa@example.org"])
    assert refused.value.recipients["asa@example.org"][0] == code
    smtp_sink.accept()
    assert send_mail("Ämne", "Text", None, ["asa@example.org"]) == 1


def test_waiting_for_mail_that_does_not_come_fails() -> None:
    sink = SmtpSink(messages=[EmailMessage()])
    with pytest.raises(pytest.fail.Exception, match=r"1 of 2 messages came within 0\.1 s"):
        sink.wait_for(2, seconds=0.1)


@pytest.mark.slow
def test_a_worker_answers_and_can_be_killed_and_started_again(celery_worker_process: WorkerProcess) -> None:
    from s3portal.celery import app

    assert len(app.control.ping(timeout=30, limit=1)) == 1
    celery_worker_process.kill()
    assert app.control.ping(timeout=1) == []
    celery_worker_process.start()
    assert len(app.control.ping(timeout=30, limit=1)) == 1


@pytest.mark.browser
def test_axe_finds_a_picture_without_text(page: "Page", axe: "Callable[[Page], None]") -> None:
    whole = '<html lang="sv"><title>Sida</title><main><h1>Rubrik</h1>{}</main></html>'
    page.set_content(whole.format('<img src="data:," alt="En bock">'))
    axe(page)
    page.set_content(whole.format('<img src="data:,">'))
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}])
def test_the_page_has_the_size_asked_for(page: "Page", viewport: dict[str, int]) -> None:
    assert page.evaluate("window.innerWidth") == 390


@pytest.mark.django_db
def test_a_fresh_login_is_one_with_the_password_just_given(client_for: Any, officer: "User") -> None:
    assert "account_authentication_methods" not in client_for(officer).session
    (method,) = client_for(officer, fresh=True).session["account_authentication_methods"]
    assert method["method"] == "password"


@pytest.mark.django_db
def test_factories_make_numbers_with_the_right_check_digit() -> None:
    from stdnum.se import orgnr

    for serial in (1, 99, 123456):
        assert orgnr.is_valid(factories.make_org_number(serial))
