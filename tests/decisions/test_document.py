"""The document: the region's own two decisions come out as they were written, in a file that holds."""

import io
import json
import re
from datetime import date

import pikepdf
import pypdf
import pytest

from decisions import appeal
from decisions.document import (
    DRAFT_NOTE,
    SCHEMA,
    decision_context,
    decision_data,
    decision_html,
    decision_text,
    full_text,
    has_financing_point,
    render_decision,
    with_hard_spaces,
)
from decisions.models import Decision
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from tests import factories
from tests.decisions.seeded import HEADINGS, REASONS, make_seeded, read_seed, split_at_headings
from tests.pdf_validation import assert_valid

NEW_HEADINGS = ("Skäl för beslutet", appeal.HEADING)
pytestmark = pytest.mark.django_db


def plain(text):
    return " ".join(text.replace("\u00a0", " ").split())


def printed(pdf):
    """The text of the pages without letterhead, running heads, footers and list numbers."""
    lines = []
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(pdf)).pages):
        found = [plain(line) for line in page.extract_text().splitlines()]
        end = next(i for i, line in enumerate(found) if line.startswith("Region Jämtland Härjedalen Box 654"))
        found = [line for line in found[:end] if not re.fullmatch(r"\d{1,2}\.", line)]
        if number:
            found = [
                line
                for line in found
                if line != "Region Jämtland Härjedalen" and not re.fullmatch(r"[A-Z]+/\d+/\d{4}", line)
            ]
        lines += found
    assert lines[0] == "Region Jämtland Härjedalen"
    return [line for line in lines[1:] if line not in ("Datum", "Diarienummer")]


def sections(lines):
    """Head and sections, each section as one running text."""
    found = split_at_headings(lines, HEADINGS + NEW_HEADINGS)
    return found.head, {heading: plain(" ".join(body)) for heading, body in found.sections.items()}


@pytest.fixture(params=["002", "004"])
def seeded(request):
    decision = make_seeded(request.param)
    file = decision.document.file
    return request.param, decision, read_frozen(file.storage_name, sha256=file.sha256)


def test_the_seeds_come_out_word_for_word(seeded):
    number, _decision, pdf = seeded
    seed = read_seed(number)
    head, body = sections(printed(pdf))
    assert plain(" ".join(head)) == plain(" ".join(seed.head))
    assert list(body) == [
        "Ärendebeskrivning",
        "Beslutsunderlag",
        "Delegationsbestämmelse och delegation",
        "Skäl för beslutet",
        "Beslut",
        "Anmälan",
        "Utdrag till",
        appeal.HEADING,
    ]
    for heading in HEADINGS:
        assert body[heading] == plain(" ".join(seed.sections[heading])), heading
    assert body["Skäl för beslutet"] == REASONS
    assert body[appeal.HEADING].startswith("Den som är medlem i Region Jämtland Härjedalen kan överklaga")


def test_the_sealed_file_follows_both_standards_and_holds(seeded):
    _number, decision, pdf = seeded
    assert_valid(pdf)
    report = check_seal(pdf, roots=seal_roots())
    assert (report.found, report.intact, report.trusted, report.covers_whole_file) == (True, True, True, True)
    assert report.signed_by == decision.signatory_name


@pytest.mark.parametrize("place", [0.3, 0.6])
def test_a_changed_byte_is_found(seeded, place):
    _number, _decision, pdf = seeded
    changed = bytearray(pdf)
    changed[int(len(pdf) * place)] ^= 1
    assert check_seal(bytes(changed), roots=seal_roots()).intact is False


def test_title_language_bookmarks_fonts_and_page_numbers(seeded):
    number, decision, pdf = seeded
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    title = {
        "002": "RUN/664/2021 Deltagande i projekt: Designdrivna Innovationskluster",
        "004": "RUN/138/2024 Projekt: Stärka samarbeten med regioner i EU utifrån S3",
    }[number]
    assert reader.metadata.title == title
    assert reader.trailer["/Root"]["/Lang"] == "sv"
    heading, under = reader.outline
    assert heading.title == decision.title
    assert [mark.title for mark in under] == [
        *HEADINGS[:3],
        "Skäl för beslutet",
        *HEADINGS[3:],
        appeal.HEADING,
    ]
    pages = [page.extract_text() for page in reader.pages]
    assert [f"Sida {n}({len(pages)})" in text for n, text in enumerate(pages, start=1)] == [True] * len(pages)
    assert len(pages) == 2
    with pikepdf.open(io.BytesIO(pdf)) as document:
        fonts = [
            obj
            for obj in document.objects
            if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/FontDescriptor"
        ]
        assert len(fonts) >= 2
        assert all("Source" in str(font.FontName) for font in fonts)
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_the_data_travel_in_the_file(seeded):
    number, decision, pdf = seeded
    attached = pypdf.PdfReader(io.BytesIO(pdf)).attachments
    (name,) = attached
    assert name == f"beslut-{decision.case.slug}.json"
    data = json.loads(attached[name][0])
    assert data == decision_data(decision)
    assert data["schema"] == SCHEMA == "s3-portalen/beslut/1"
    assert data["points"] == read_seed(number).points
    assert (
        data["amount"]
        == {
            "002": {"kind": "in_kind", "kronor": 150_000, "is_ceiling": False},
            "004": {"kind": "in_kind", "kronor": 460_000, "is_ceiling": True},
        }[number]
    )
    assert (
        data["period"]
        == {
            "002": {"from": "2022-04-01", "to": "2024-06-30"},
            "004": {"from": "2024-03-01", "to": "2024-11-30"},
        }[number]
    )
    assert data["extract_to"] == [read_seed(number).sections["Utdrag till"][0]]
    assert "mottagare@example.org" not in json.dumps(data)
    assert data["applicant"] is None


def test_the_same_decision_is_rendered_to_the_same_bytes(seeded):
    _number, decision, _pdf = seeded
    assert render_decision(decision, preview=False) == render_decision(decision, preview=False)


# --- The text ---------------------------------------------------------------------------------------------
@pytest.fixture
def draft(officer, delegate_user):
    return factories.make_decision(user=officer, delegate=factories.make_delegate(user=delegate_user))


def test_an_empty_draft_shows_what_is_missing(officer):
    names = ("title", "unit", "case_officer_name", "case_officer_phone", "case_officer_email", "background")
    draft = factories.make_decision(user=officer, bare=True, reasons="", **dict.fromkeys(names, ""))
    html = decision_html(draft)
    missing = re.findall(r'<span class="dok-saknas">([^<]+)</span>', html)
    assert missing == [
        "Enhet saknas",
        "Handläggare saknas",
        "E-post saknas",
        "Rubrik saknas",
        "Ärendebeskrivning saknas",
        "Beslutsunderlag saknas",
        "Delegationspunkt saknas",
        "Skäl saknas",
        "Beslutspunkter saknas",
        "Undertecknare saknas",
        "Mottagare saknas",
    ]
    assert "Tfn:<br>" in plain(html).replace(" <br>", "<br>")
    assert DRAFT_NOTE in html
    assert "<h3" in html
    assert "<h1" not in html


@pytest.mark.parametrize(
    ("first", "gap"),
    [("Regionen deltar.", "Finansiering saknas"), ("Finansiering sker inom ram.", "Text saknas")],
)
def test_an_empty_point_says_what_it_waits_for(draft, first, gap):
    draft.points.all().delete()
    draft.points.create(order=1, text=first)
    draft.points.create(order=2, text="")
    assert f'<li><span class="dok-saknas">{gap}</span></li>' in decision_html(draft)


def test_a_signed_decision_has_no_gaps_and_no_empty_sections(officer):
    signed = factories.make_signed_decision(user=officer, reasons="", reportable=False, recipients=[])
    html = decision_html(signed, level=2)
    assert "dok-saknas" not in html
    assert "Skäl för beslutet" not in html
    assert "Anmälan" not in html
    assert "Utdrag till" not in html
    assert appeal.HEADING not in html
    assert "Utkast" not in html
    assert '<h2 class="dok-titel">' in html


def test_what_was_signed_elsewhere_says_so_and_is_never_sealed(officer):
    decision = factories.make_signed_decision(
        user=officer, signed_elsewhere=True, decided_on=date(2022, 3, 10), signatory_name="Anna Halvarsson",
        signatory_title="Tf. regional utvecklingsdirektör",
    )  # fmt: skip
    assert decision_text(decision).note == (
        "Avskrift. Beslutet undertecknades den 10 mars 2022 av Anna Halvarsson, tf. regional "
        "utvecklingsdirektör, utanför S3-portalen. Det här är en återgivning av texten."
    )
    pdf = render_decision(decision, preview=False)
    assert check_seal(pdf, roots=seal_roots()).found is False
    assert_valid(pdf)
    assert "Avskrift." in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_the_preview_pdf_says_that_it_is_a_draft(draft):
    pdf = render_decision(draft, preview=True)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert DRAFT_NOTE in plain(reader.pages[0].extract_text())
    assert dict(reader.attachments) == {}
    assert_valid(pdf)


def test_hostile_text_is_text(draft):
    evil = "<script>alert(1)</script> {{ 7*7 }} {% now 'Y' %}"
    Decision.objects.filter(pk=draft.pk).update(title=evil, background=evil, reasons=evil, unit=evil)
    draft.points.update(text=evil)
    html = decision_html(Decision.objects.with_parts().get(pk=draft.pk))
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}") == 6


def test_the_context_serves_any_heading_level(draft):
    context = decision_context(draft, level=2)
    assert (context["title_tag"], context["heading_tag"]) == ("h2", "h3")
    assert context["title"] == f"{draft.case} Deltagande i projektet Klusterkraft"


def test_the_search_text_has_no_markup_and_no_recipients(draft):
    Decision.objects.filter(pk=draft.pk).update(background="**Viktigt** om kluster\n\n- ett\n- två")
    text = full_text(Decision.objects.with_parts().get(pk=draft.pk))
    assert "Viktigt om kluster" in text
    assert "*" not in text
    assert "Projektägaren" not in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("om 150 000 kronor och", "om 150_000_kronor och"),
        ("1 552 566,50 kr", "1_552_566,50_kr"),
        ("år 2024 150 000 kr", "år 2024 150_000_kr"),
        ("50 % enligt § 60 och 14 §", "50_% enligt §_60 och 14_§"),
        ("063-14 75 00", "063-14 75 00"),
        ("20220401-20240630", "20220401-20240630"),
        ("3 kluster", "3 kluster"),
    ],
)
def test_hard_spaces(typed, shown):
    assert with_hard_spaces(typed) == shown.replace("_", "\u00a0")


@pytest.mark.parametrize(
    ("point", "financing"),
    [
        ("Finansiering sker inom ram för område Kultur och bildning.", True),
        ("Finansieringen sker inom befintlig budgetram.", True),
        ("Bidraget finansieras inom anslag 1:1.", True),
        ("Medlen tas från regionens egna medel.", True),
        ("Kostnaden belastar ansvar 4711.", True),
        ("Regionen medfinansierar projektet med arbetstid.", False),
        ("Ansökan om medfinansiering skickas till Tillväxtverket.", False),
        ("", False),
    ],
)
def test_a_point_on_financing(point, financing):
    assert has_financing_point((point,)) is financing
