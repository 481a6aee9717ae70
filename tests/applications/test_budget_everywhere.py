"""What is typed is what is shown, stored, sent and printed, for any budget and any financing."""

import io
import json
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pypdf import PdfReader

from applications import services
from applications.budget import BudgetRow, BudgetSummary, FinancingRow
from applications.documents import read_sent, sent_file, store_application_pdf
from applications.enums import CostCategory, FinancingSource
from applications.forms import BudgetForm, FinancingForm
from applications.inbox_columns import Column, text_of
from applications.listed import listed_of
from applications.models import Application
from applications.parts import BudgetPart, FinancingPart, seen_mark, summary_of
from applications.services import submitting
from applications.snapshot import canonical_json, content_of
from applications.views.budget import sums_context
from s3portal.accounts.models import User
from s3portal.common.files import read_frozen
from s3portal.common.swedish import format_amount, format_kr
from tests import factories

pytestmark = pytest.mark.django_db


def printed_of(content: dict[str, Any]) -> str:
    """The page that becomes the PDF."""
    sent = {"submission": {"diary_number": "RUN/1/2026", "by": "Olga"}}
    context = {"content": content | sent, "sent_at": timezone.now(), "title": "Ansökan"}
    return render_to_string("documents/application.html", context | {"region": settings.REGION})


def lines(years: tuple[int, ...], partners: tuple[str, ...]) -> st.SearchStrategy[list[BudgetRow]]:
    owner = st.sampled_from(["", *partners])
    amounts = st.tuples(*(st.integers(0, 10**7) for _ in years))
    hours = st.tuples(*(st.integers(0, 2000) for _ in years))
    cells = amounts.map(lambda found: tuple(zip(years, found, strict=True)))
    typed = st.builds(BudgetRow, category=st.sampled_from(CostCategory.values), partner=owner, cells=cells)
    counted = st.builds(
        BudgetRow,
        category=st.just("personnel"),
        partner=owner,
        by_hours=st.just(True),
        hourly_rate=st.none() | st.integers(0, 900),
        cells=hours.map(lambda found: tuple(zip(years, found, strict=True))),
    )
    return st.lists(typed | counted, min_size=1, max_size=5)


sources = st.sampled_from(FinancingSource.values)
financiers = st.lists(
    st.builds(
        FinancingRow,
        st.just("Kommunen"),
        st.sampled_from(["cash", "other_in_kind"]),
        sources,
        amount=st.none() | st.integers(0, 10**7),
        confirmed=st.booleans(),
    )
    | st.builds(
        FinancingRow,
        st.just(""),
        st.just("in_kind"),
        sources,
        hours=st.none() | st.integers(0, 10**4),
        hourly_rate=st.none() | st.integers(0, 900),
        own=st.just(True),
    ),
    max_size=4,
)


def posted_of(form: BudgetForm | FinancingForm) -> QueryDict:
    posted = QueryDict(mutable=True)
    for field in form:
        value = field.value()
        if value not in (None, False):
            posted[field.html_name] = "on" if value is True else str(value)
    return posted


@pytest.fixture
def draft(owner):
    made = factories.make_application(user=owner, call=factories.make_call(overhead_percent=15))
    for _ in range(2):
        factories.make_partner(application=made)
    return made


@trying(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_shown_stored_and_printed_agree(draft, owner, data):
    year = draft.starts_on.year
    keys = tuple(draft.partners.values_list("key", flat=True))
    rows = data.draw(lines((year, year + 1), keys))
    budget = BudgetPart(
        tuple(BudgetRow(**(row.__dict__ | {"key": f"{n:010x}"})) for n, row in enumerate(rows))
    )
    financing = FinancingPart(tuple(data.draw(financiers)), data.draw(st.none() | st.integers(0, 10**7)))
    wanted = summary_of(draft, budget, financing)
    for part in (budget, financing):
        fresh = Application.objects.get(pk=draft.pk)
        services.save_draft(
            application_id=draft.pk,
            actor=owner,
            part=part,
            seen=seen_mark(fresh, type(part).read(fresh)),
            arrived_at=timezone.now(),
        )
    stored = Application.objects.select_related("call__legal_basis", "organisation").get(pk=draft.pk)
    assert summary_of(stored) == wanted

    # The page as it is typed: what a browser sends back is read as the same numbers.
    form = BudgetForm(
        posted_of(BudgetForm(application=stored, part=BudgetPart.read(stored))),
        application=stored,
        part=BudgetPart.read(stored),
    )
    assert form.summary() == wanted
    page = render_to_string("applications/_budget_live.html", sums_context(stored, form))
    other = FinancingForm(
        posted_of(FinancingForm(application=stored, part=FinancingPart.read(stored))),
        application=stored,
        part=FinancingPart.read(stored),
    )
    assert other.summary() == wanted
    plan = render_to_string("applications/_financing_live.html", sums_context(stored, other))

    content = json.loads(canonical_json(content_of(stored)))
    assert content["totals"]["total_cost"] == content["budget"]["total_cost"] == wanted.total_cost
    assert content["totals"]["financing"] == wanted.financing
    assert [line["total"] for line in content["budget"]["lines"]] == [line.total for line in wanted.lines]
    assert [one["total"] for one in content["budget"]["partners"]] == [one.total for one in wanted.partners]
    shown = render_to_string("applications/_content.html", {"content": content})
    printed = printed_of(content)
    for text in (shown, printed):
        for number in (wanted.total_cost, wanted.indirect_total, wanted.financing):
            assert format_amount(number) in text
        for line in wanted.lines:
            assert format_amount(line.total) in text
        assert wanted.share_text in text
        assert wanted.cap_text in text
        assert wanted.public_share_text in text
    assert f'<output id="totalt">{format_amount(wanted.total_cost)}</output>' in page
    for place, line in enumerate(wanted.lines):
        assert f'<output id="rad-{place}" hx-swap-oob="true">{format_amount(line.total)}</output>' in page
    for number in (wanted.applied, wanted.cash, wanted.in_kind, wanted.financing, wanted.total_cost):
        assert f"<dd>{format_kr(number)}</dd>" in plan
    assert wanted.share_text in plan
    assert wanted.public_share_text in plan
    if financing.applied_amount is not None:
        sent_as_it_was(stored, owner, wanted)


def totals_of(wanted: BudgetSummary) -> dict[str, Any]:
    return {
        "applied": wanted.applied,
        "cash": wanted.cash,
        "in_kind": wanted.in_kind,
        "other_in_kind": wanted.other_in_kind,
        "own": wanted.own,
        "public": wanted.public,
        "public_share": wanted.public_share_text,
        "financing": wanted.financing,
        "total_cost": wanted.total_cost,
        "aid_share": wanted.share_text,
        "aid_cap": wanted.cap_text,
    }


def sent_as_it_was(stored: Application, owner: User, wanted: BudgetSummary) -> None:
    """The row, what is frozen and the officers' file say the same. Also what could not be sent is tried:
    what is asked here is that the numbers agree, not that they are allowed."""
    with transaction.atomic(), mock.patch.object(submitting, "submission_problems", return_value=[]):
        sent = services.submit_application(application_id=stored.pk, actor=owner, arrived_at=timezone.now())
        row = Application.objects.select_related("case", "organisation").get(pk=sent.pk)
        assert (row.total_cost, row.applied_amount) == (wanted.total_cost, wanted.applied)
        assert read_sent(sent_file(row))["totals"] == totals_of(wanted)
        listed = listed_of([row])[row.pk]
        assert text_of(Column.COST, listed) == wanted.total_cost
        assert text_of(Column.AMOUNT, listed) == wanted.applied
        transaction.set_rollback(True)


def test_the_pdf_prints_what_was_sent_and_carries_it(draft, owner):
    """Awkward on purpose: a flat rate that rounds, hours times a rate, an income, and kinds of all sorts."""
    year = draft.starts_on.year
    draft.budget_lines.all().delete()
    draft.financing.all().delete()
    factories.make_budget_line(application=draft, amounts={year: 333_333, year + 1: 111_111})
    factories.make_budget_line(application=draft, category="income", amounts={year: 12_345})
    make = factories.make_financing
    make(application=draft, kind="in_kind", hours=137, hourly_rate=421, amount=137 * 421)
    make(application=draft, kind="cash", amount=190_905 - 137 * 421, source="municipal", confirmed=True)
    Application.objects.filter(pk=draft.pk).update(applied_amount=307_860)
    fresh = Application.objects.select_related("call__legal_basis", "organisation").get(pk=draft.pk)
    wanted = summary_of(fresh)
    with mock.patch.object(submitting, "submission_problems", return_value=[]):
        sent = services.submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
    file = store_application_pdf(application_id=sent.pk)
    assert file is not None
    reader = PdfReader(io.BytesIO(read_frozen(file.storage_name, sha256=file.sha256)))
    printed = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    for number in (
        wanted.total_cost,
        wanted.indirect_total,
        wanted.financing,
        wanted.applied,
        wanted.in_kind,
    ):
        assert " ".join(format_amount(number).split()) in printed
    for words in (wanted.share_text, wanted.cap_text, wanted.public_share_text):
        assert " ".join(words.split()) in printed
    [data] = reader.attachments["ansokan.json"]
    frozen = sent_file(sent)
    assert data == read_frozen(frozen.storage_name, sha256=frozen.sha256)
    assert json.loads(data)["totals"] == totals_of(wanted)


def test_what_was_sent_in_the_first_format_is_still_shown(draft):
    """Version 1 had neither lines nor partners, nor who a financier was."""
    content = content_of(draft)
    for key in ("lines", "partners"):
        del content["budget"][key]
    del content["budget"]["indirect"]["base"]
    for row in content["financing"]:
        del row["own"], row["confirmed"]
    for key in ("other_in_kind", "own", "public", "public_share"):
        del content["totals"][key]
    shown = render_to_string("applications/_content.html", {"content": content})
    assert format_kr(content["totals"]["total_cost"]) in shown
    printed = printed_of(content)
    assert format_amount(content["totals"]["total_cost"]) in printed
