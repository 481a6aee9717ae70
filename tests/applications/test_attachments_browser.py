"""Uploading in a browser: dropped and chosen, each on its own, kept when the network is lost, and scanned."""

from base64 import b64encode

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.models import Attachment
from s3portal.common import quarantine
from s3portal.common.models import HeldFile
from tests import factories
from tests.fake_clamd import EICAR
from tests.small_files import PDF

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
DROP = """(place, [name, content]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0))], name));
  for (const kind of ["dragover", "drop"])
    place.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
}"""


def chosen(name, content=PDF):
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def test_files_are_dropped_lost_by_the_network_and_sent_again(
    live_server, page, axe, log_in, owner, clamd, settings
):
    settings.CLAMD_URL = clamd().url
    draft = factories.make_application(user=owner)
    log_in(page, live_server, owner)
    page.goto(live_server.url + reverse("applications:step_attachments", args=[draft.pk]))
    form = page.locator("form[data-slot=ovriga]")
    files, queue = page.locator("#filer-ovriga > li"), form.locator("[data-queue] > li")
    form.locator(".s3-drop").evaluate(DROP, ["släppt.pdf", b64encode(PDF).decode()])
    form.locator("input[type=file]").set_input_files(
        [chosen("vald.pdf", PDF + EICAR), chosen("program.pdf", b"MZ")]
    )
    form.locator("input[type=text]").fill("Priser.")
    expect(queue).to_have_count(3)

    page.context.set_offline(True)
    form.get_by_role("button", name="Ladda upp").press("Enter")
    expect(queue.locator("[data-fault]:not([hidden])")).to_have_count(3)
    expect(queue.first).to_contain_text("Filen kom inte fram. Den finns kvar här på sidan.")
    expect(form.locator("input[type=text]")).to_have_value("Priser.")
    axe(page)
    page.context.set_offline(False)
    form.get_by_role("button", name="Försök igen släppt.pdf").press("Enter")
    expect(files).to_have_count(1)
    expect(files.first).to_contain_text("Genomsöks efter virus")
    form.get_by_role("button", name="Ladda upp").click()
    expect(files).to_have_count(2)
    expect(queue).to_have_count(1)
    expect(queue).to_contain_text("Filtypen kan inte tas emot.")
    expect(form.locator("[data-upload-status]")).to_have_text(
        "En fil är uppladdad. En fil är inte uppladdad."
    )
    assert {one.trade_secret_reason for one in Attachment.objects.all()} == {"Priser."}

    # The open page follows the scan, and stops asking.
    for held in HeldFile.objects.order_by("pk"):
        quarantine.scan(held_id=held.pk)
    expect(files.first.get_by_role("link", name="släppt.pdf", exact=True)).to_be_visible()
    expect(files.last).to_contain_text("Filen innehöll skadlig kod.")
    expect(page.locator("#genomsokt")).to_have_text("Alla filer är genomsökta.")
    assert page.locator("#genomsoker").get_attribute("hx-get") is None
    axe(page)
    form.get_by_role("button", name="Ta bort program.pdf").press("Enter")
    expect(queue).to_have_count(0)
