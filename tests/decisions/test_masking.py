"""The masked version: what is secret cannot be got back out of the file, whoever looks and wherever."""

import io
import json

import pikepdf
import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction

from decisions.document import decision_data
from decisions.enums import DecisionKind, DecisionStatus
from decisions.masking import maskable_parts, masked_data, masked_html, masked_text
from decisions.models import (
    BasisDocument,
    Decision,
    DecisionPoint,
    ExtractRecipient,
    MaskedDocument,
    Publication,
)
from decisions.phrase_queries import opening
from decisions.phrases import Source
from decisions.recipe import Recipe, recipe_of
from decisions.secrecy import concerning, fresh_masked, secrecy_of
from decisions.services.masking import make_masked, mark_decision
from decisions.services.proposing import propose_decision
from decisions.services.publishing import publish_decision
from decisions.services.reporting import report_decisions
from decisions.services.signing import sign_decision
from decisions.verifying import Finding, judge_file, judge_number
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen, sha256_hex
from s3portal.common.pdf import check_seal, seal_roots
from s3portal.diary.models import Case
from s3portal.diary.secrecy import Provision
from s3portal.diary.services import lift_mark
from tests import factories
from tests.pdf_validation import assert_valid

pytestmark = pytest.mark.django_db

#: Letters that stand nowhere else in the document, so that a font would tell of them.
SECRET = "Qvæzø Ðynamik"
STANDS = "[Skyddat, OSL 30:27]"
BY = {"provision": Provision.BUSINESS, "reason": "Affärsplaner."}


@pytest.fixture
def whole(officer, delegate, delegate_user):
    """Signed and sealed on the real road, with the secret in every sort of text that a decision has."""
    case = factories.make_case(title=f"Stöd till {SECRET}", counterpart=SECRET)
    made = factories.make_decision(
        user=officer,
        delegate=delegate,
        case=case,
        title=f"Deltagande i {SECRET}",
        background=f"Regionen är partner i **{SECRET}**.\n\n- {SECRET.upper()}s bok (ny)\n- annat",
        reasons=f"Det som {SECRET.replace(' ', chr(10))} planerar, {SECRET}(hemligt), är bra.",
        also_present=f"Ulla Ek, {SECRET}",
    )
    DecisionPoint.objects.create(decision=made, order=3, text=f"Avtal tecknas med {SECRET}.")
    BasisDocument.objects.create(decision=made, order=2, title=f"Plan för {SECRET}")
    ExtractRecipient.objects.create(decision=made, order=2, name=SECRET, email="q@example.org")
    factories.consider(made)
    propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version)
    made.refresh_from_db()
    sign_decision(decision_id=made.pk, actor=delegate_user, expected_version=made.version)
    return Decision.objects.with_parts().get(pk=made.pk)


@pytest.fixture
def plain(officer):
    """Signed without the cost of rendering."""
    made = factories.make_signed_decision(
        user=officer, background="Peak Jämtland har ansökt om stöd.", points=["Beloppet är 150 000 kronor."]
    )
    return Decision.objects.with_parts().get(pk=made.pk)


def content_of(masked):
    return read_frozen(masked.file.storage_name, sha256=masked.file.sha256)


def everything_in(pdf):
    """All bytes of the file, packed and unpacked, with every text string of it decoded."""
    yield pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Stream):
                yield thing.read_raw_bytes()
                try:
                    yield thing.read_bytes()
                except pikepdf.PdfError:
                    continue
            yield from _strings(thing)


def _strings(thing, depth=0):
    if isinstance(thing, pikepdf.String):
        yield bytes(thing)
        yield str(thing).encode()
    elif depth < 6 and isinstance(thing, pikepdf.Array):
        for one in thing:
            yield from _strings(one, depth + 1)
    elif depth < 6 and isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        for one in dict(thing.items()).values():
            yield from _strings(one, depth + 1)


def forms_of(secret):
    """The ways in which bytes may spell it."""
    for text in (secret, secret.lower(), secret.upper(), json.dumps(secret)[1:-1], *secret.split()):
        for encoding in ("utf-8", "utf-16-be", "utf-16-le", "latin-1"):
            encoded = text.encode(encoding)
            yield encoded
            yield encoded.hex().encode()
            yield encoded.hex().upper().encode()


# --- Recovery ---------------------------------------------------------------------------------------------
def test_the_secret_cannot_be_got_back_out_of_the_masked_file(whole, registrar):
    original = content_of(whole.document)
    assert any(SECRET.encode() in piece for piece in everything_in(original)), "else the test tries nothing"
    mark_decision(actor=registrar, decision_id=whole.pk, parts=[], passages=[SECRET], **BY)
    pdf = content_of(make_masked(decision_id=whole.pk, actor=registrar))
    pieces = list(everything_in(pdf))
    for form in forms_of(SECRET):
        assert not any(form in piece for piece in pieces), form
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = "\n".join(page.extract_text() for page in reader.pages)
    for letter in "æøÐ":
        assert letter not in text
        # The map from glyphs to letters that each font carries for copying text.
        code = f"{ord(letter):04x}".encode()
        assert not any(b"begincmap" in piece and code in piece.lower() for piece in pieces)
    assert " ".join(text.split()).count("Skyddat") >= 8
    [attached] = list(reader.attachments.values())
    data = json.loads(attached[0])
    assert data["background"] == f"Regionen är partner i **{STANDS}**.\n\n- {STANDS}s bok (ny)\n- annat"
    assert data["title"] == f"Deltagande i {STANDS}"
    assert data["extract_to"][1] == STANDS
    assert reader.metadata.title == f"{whole.case} Deltagande i {STANDS}"
    assert reader.outline[0].title == f"Deltagande i {STANDS}"


def test_the_masked_file_follows_both_standards_and_its_seal_holds(whole, registrar):
    mark_decision(
        actor=registrar, decision_id=whole.pk, parts=["reasons", "point-1"], passages=[SECRET], **BY
    )
    masked = make_masked(decision_id=whole.pk, actor=registrar)
    pdf = content_of(masked)
    assert_valid(pdf)
    report = check_seal(pdf, roots=seal_roots())
    assert (report.found, report.intact, report.trusted, report.covers_whole_file) == (True, True, True, True)
    assert masked.file.sha256 == sha256_hex(pdf) != whole.document.file.sha256
    assert masked.file.record.title == f"Maskad version av beslut {whole.printed_number}"


def test_parts_that_are_secret_as_a_whole_are_gone_from_text_and_data(whole, registrar):
    mark_decision(
        actor=registrar,
        decision_id=whole.pk,
        parts=[
            "background",
            "reasons",
            "point-3",
            "basis-2",
            "recipient-2",
            "taking_part",
            "amount",
            "period",
        ],
        passages=[],
        **BY,
    )
    recipe = recipe_of(whole, concerning(whole))
    text, data = masked_text(whole, recipe), masked_data(whole, recipe)
    assert text.background == text.reasons == "\\[Skyddat, OSL 30:27\\]"
    assert (text.points[2], text.basis_documents[1], text.recipients[1]) == (STANDS, STANDS, STANDS)
    assert (
        text.points[0]
        == f"Region Jämtland Härjedalen deltar i projektet med arbetstid om {STANDS}\u00a0kronor."
    )
    assert text.taking_part == (STANDS,)
    assert data["background"] == data["reasons"] == STANDS
    assert data["amount"] == {"kind": "in_kind", "kronor": None, "is_ceiling": False}
    assert data["period"] == {"from": None, "to": None}
    assert (data["presenter"], data["also_present"]) == (None, [STANDS])
    assert data["masked"] == ["OSL 30:27"]
    assert "150" not in json.dumps(data["points"])


def test_each_passage_tells_its_own_provision_in_a_length_that_tells_nothing(plain, registrar):
    factories.mark_secret(plain.case, "passage", passage="Peak Jämtland")
    factories.mark_secret(
        plain.case, "passage", passage="ansökt", provision="other", provision_text="OSL 19:3"
    )
    recipe = recipe_of(plain, concerning(plain))
    text = masked_text(plain, recipe)
    assert text.background == "\\[Skyddat, OSL 30:27\\] har \\[Skyddat, OSL 19:3\\] om stöd."
    assert "har [Skyddat, OSL 19:3] om stöd" in masked_html(plain, recipe)
    assert "(OSL 19:3, OSL 30:27)" in text.note


@pytest.mark.parametrize(
    ("passage", "gone"),
    [("150 000 kronor", "amount"), ("150\u00a0000", "amount"), ("150000", "amount"), ("år {year}", "period")],
)
def test_the_data_tell_no_figure_that_is_hidden_in_the_text(plain, passage, gone):
    factories.mark_secret(plain.case, "passage", passage=passage.format(year=plain.ends_on.year))
    data = masked_data(plain, recipe_of(plain, concerning(plain)))
    shown = {"amount": data["amount"]["kronor"] is not None, "period": data["period"]["from"] is not None}
    assert shown == {"amount": gone != "amount", "period": gone != "period"}


@pytest.mark.parametrize(
    "mark",
    [
        {"part": "field", "field": "amount", "field_label": "Beloppet"},
        {"part": "passage", "passage": "högst 150 000 kronor"},
        {"part": "passage", "passage": "150000"},
    ],
    ids=["field", "passage", "figures"],
)
def test_a_hidden_amount_is_hidden_however_it_is_written(officer, mark):
    made = factories.make_signed_decision(
        user=officer,
        background="Bidrag om **150** tkr, SEK 1, eller mellan 0,15 miljoner kronor och 2 mkr.",
        reasons="Som mest 150.000 kr. En miljon kronor är för mycket, 1\u00a0000\u00a0000 kr likaså.",
        points=["Högst 150 000 kronor betalas ut, 40 procent av projektets kostnader.", "Det är 40 % i år."],
    )
    place = {"record": made.document.file.record} if mark["part"] == "field" else {}
    factories.mark_secret(made.case, **mark, **place)
    decision = Decision.objects.with_parts().get(pk=made.pk)
    recipe = recipe_of(decision, concerning(decision))
    text = masked_text(decision, recipe)
    written = f"{text.background} {text.reasons} {text.points}".replace("\u00a0", " ")
    for told in ("150", "0,15", "40 procent", "40 %"):
        assert told not in written, told
    assert "En miljon kronor är för mycket, 1 000 000 kr likaså." in written
    data = json.dumps(masked_data(decision, recipe), ensure_ascii=False)
    assert "150" not in data
    assert "40 " not in data


def test_an_amount_that_no_word_hides_stops_the_masked_version(plain):
    """Such as one that a later reading of amounts knows, and a stored recipe does not."""
    stored = Recipe(words={}, parts={"amount": "OSL 30:27"})
    for masked in (masked_text, masked_data):
        with pytest.raises(Refusal, match="berättar det belopp som är hemligt"):
            masked(plain, stored)


def test_a_protected_party_is_gone_with_its_number(officer, owner, registrar):
    from tests.applications.sending import send

    application = send(factories.make_application(user=owner), owner)
    organisation = application.organisation
    made = factories.make_signed_decision(
        user=officer,
        case=application.case,
        application=application,
        background=f"{organisation.name}, {organisation.org_number}, har ansökt.",
    )
    factories.mark_secret(made.case)
    decision = Decision.objects.with_parts().get(pk=made.pk)
    recipe = recipe_of(decision, concerning(decision))
    data = json.dumps(masked_data(decision, recipe), ensure_ascii=False)
    assert json.loads(data)["applicant"] == {"name": STANDS, "org_number": STANDS}
    for secret in (organisation.name, organisation.org_number, organisation.org_number.replace("-", "")):
        assert secret not in data


def test_a_protected_title_is_gone_wherever_it_stands(plain):
    factories.mark_secret(plain.case, "title")
    recipe = recipe_of(plain, concerning(plain))
    assert masked_text(plain, recipe).title == STANDS
    assert plain.title not in json.dumps(masked_data(plain, recipe), ensure_ascii=False)


def test_a_marked_title_of_its_own_record_hides_the_title(plain):
    """The record is called by the decision's title."""
    record = plain.document.file.record
    factories.mark_secret(plain.case, "record_title", record=record)
    decision = Decision.objects.with_parts().get(pk=plain.pk)
    recipe = recipe_of(decision, concerning(decision))
    assert plain.title not in masked_text(decision, recipe).title


def test_a_word_with_emphasis_within_is_refused_and_not_let_through(officer):
    made = factories.make_signed_decision(user=officer, background="Hos **Kvant**lyft i dag.")
    factories.mark_secret(made.case, "passage", passage="Kvantlyft")
    decision = Decision.objects.with_parts().get(pk=made.pk)
    with pytest.raises(Refusal, match="”Kvantlyft” står med formatering"):
        masked_text(decision, recipe_of(decision, concerning(decision)))


def test_without_marks_the_data_are_the_same(plain):
    empty = Recipe(words={}, parts={})
    assert {**decision_data(plain), "masked": []} == masked_data(plain, empty)


# --- Making it --------------------------------------------------------------------------------------------
def test_it_is_made_once_by_the_marks_that_stand_and_again_by_others(plain, officer):
    factories.mark_secret(plain.case, "passage", passage="Peak Jämtland")
    first = make_masked(decision_id=plain.pk, actor=officer)
    assert make_masked(decision_id=plain.pk, actor=officer) == first
    assert fresh_masked(plain, secrecy_of(plain)) == first
    more = factories.mark_secret(plain.case, "passage", passage="ansökt")
    assert fresh_masked(plain, secrecy_of(plain)) is None
    second = make_masked(decision_id=plain.pk, actor=officer)
    assert second != first
    factories.mark_secret(plain.case, "passage", passage="stöd")
    assert MaskedDocument.objects.count() == 2
    assert Event.objects.filter(action="decision_masked", object_id=plain.pk).count() == 2
    assert more.case_id == plain.case_id


def test_nothing_to_mask_and_nothing_left(plain, officer):
    with pytest.raises(Refusal, match="har inte delen taking_part"):
        mark_decision(actor=officer, decision_id=plain.pk, parts=["taking_part"], passages=[], **BY)
    with pytest.raises(Refusal, match="inget att maska"):
        make_masked(decision_id=plain.pk, actor=officer)
    factories.mark_secret(plain.case, "case")
    with pytest.raises(Refusal, match="inget kvar att visa"):
        make_masked(decision_id=plain.pk, actor=officer)
    with pytest.raises(Refusal, match="inget kvar att visa"):
        publish_decision(decision_id=plain.pk, actor=officer)


@pytest.mark.parametrize("persona", ["delegate_user", "admin_user", "member", "owner"])
def test_who_may_not_mask(request, plain, persona):
    factories.mark_secret(plain.case, "passage", passage="Peak Jämtland")
    with pytest.raises(Refusal, match="Bara en handläggare eller en registrator"):
        make_masked(decision_id=plain.pk, actor=request.getfixturevalue(persona))


def test_a_draft_is_not_masked(officer, draft):
    assert draft.status == DecisionStatus.DRAFT
    factories.mark_secret(draft.case, "passage", passage="Klusterkraft")
    with pytest.raises(Refusal, match="inte undertecknat"):
        make_masked(decision_id=draft.pk, actor=officer)


def test_a_failure_leaves_nothing_behind(plain, officer, monkeypatch):
    from decisions.services import masking

    def fail(*_args, **_kwargs):
        raise masking.Refusal("Sigillet gick inte att nå.")

    factories.mark_secret(plain.case, "passage", passage="Peak Jämtland")
    monkeypatch.setattr(masking, "seal_pdf", fail)
    records = plain.case.records.count()
    with pytest.raises(Refusal, match="Sigillet"):
        publish_decision(decision_id=plain.pk, actor=officer)
    assert not MaskedDocument.objects.exists()
    assert not Publication.objects.exists()
    assert plain.case.records.count() == records


def test_the_database_refuses_to_publish_what_is_marked_and_to_change_a_masked_version(plain, officer):
    factories.mark_secret(plain.case, "passage", passage="Peak Jämtland")
    masked = make_masked(decision_id=plain.pk, actor=officer)
    other = factories.make_signed_decision(user=officer)
    with pytest.raises(IntegrityError, match="marked as secret"), transaction.atomic():
        Publication.objects.create(decision=plain)
    with pytest.raises(IntegrityError, match="another decision"), transaction.atomic():
        Publication.objects.create(decision=other, masked=masked)
    with pytest.raises(InternalError, match="masked_document_stays"), transaction.atomic():
        MaskedDocument.objects.update(title="x")


# --- Who reads it -----------------------------------------------------------------------------------------
@pytest.fixture
def published(plain, officer):
    mark_decision(actor=officer, decision_id=plain.pk, parts=["amount"], passages=["Peak Jämtland"], **BY)
    return publish_decision(decision_id=plain.pk, actor=officer)


def test_the_public_reads_the_masked_version_and_finds_it_by_what_is_left(client, plain, published):
    masked = published.masked
    page = client.get(f"/beslut/{plain.slug}/").content.decode()
    assert "Peak Jämtland" not in page
    assert "150 000" not in page.replace("\u00a0", " ")
    assert "maskad version för allmänheten" in page
    assert masked.file.sha256 in page
    response = client.get(f"/beslut/{plain.slug}/pdf/")
    assert b"".join(response.streaming_content) == content_of(masked)
    for text, found in [("Peak", 0), ("ansökt", 1), (str(plain.case), 1), ("arbetstid", 1)]:
        assert len(client.get("/beslut/", {"q": text}).context["page"]) == found, text
    listed = client.get("/beslut/").content.decode() + client.get("/").content.decode()
    assert "150 000" not in listed.replace("\u00a0", " ")


def test_another_mark_takes_it_down_and_a_lift_leaves_it(client, plain, published, registrar):
    mark = concerning(plain).first()
    lift_mark(actor=registrar, mark_id=mark.pk, reason="Offentligt.")
    assert client.get(f"/beslut/{plain.slug}/").status_code == 200
    mark_decision(actor=registrar, decision_id=plain.pk, parts=["reasons"], passages=[], **BY)
    assert client.get(f"/beslut/{plain.slug}/").status_code == 404
    again = publish_decision(decision_id=plain.pk, actor=registrar)
    assert again.masked != published.masked


def make_change(earlier, officer):
    """Signed, with the earlier one's points in its background as ``draft_change`` writes them."""
    return factories.make_signed_decision(
        user=officer,
        kind="correction",
        relation="corrects",
        case=earlier.case,
        changes=earlier,
        title=f"Rättelse: {earlier.title}"[:300],
        background=opening(DecisionKind.CORRECTION, Source("", "", earlier=earlier)).background,
    )


EARLIER_MARKS = [
    {"part": "field", "field": "point-2", "field_label": "Beslutspunkt 2"},
    {"part": "record"},
    {"part": "content"},
    {"part": "file"},
]


@pytest.mark.parametrize("mark", EARLIER_MARKS, ids=lambda mark: mark["part"])
@pytest.mark.parametrize("steps", [1, 2])
def test_what_is_secret_in_the_decision_that_it_changes_is_masked_in_it_too(plain, officer, mark, steps):
    changed = plain
    for _step in range(steps):
        changed = make_change(changed, officer)
    earlier = plain.document.file
    place = {"record": earlier.record} | ({"file": earlier} if mark["part"] == "file" else {})
    factories.mark_secret(plain.case, **mark, **place)
    with pytest.raises(IntegrityError, match="marked as secret"), transaction.atomic():
        Publication.objects.create(decision=changed)
    whole = Decision.objects.with_parts().get(pk=changed.pk)
    assert not [name for name in ("point-2", "reasons") if recipe_of(whole, concerning(whole)).hides(name)]
    with pytest.raises(Refusal, match="Läs förhandsvisningen"):
        publish_decision(decision_id=changed.pk, actor=officer)
    masked = make_masked(decision_id=changed.pk, actor=officer, preview_read=True)
    assert publish_decision(decision_id=changed.pk, actor=officer).masked == masked
    assert masked.recipe["parts"]["background"] == "OSL 30:27"
    assert "reasons" not in masked.recipe["parts"]
    text = masked_text(whole, Recipe.stored(masked.recipe))
    assert text.background == "\\[Skyddat, OSL 30:27\\]"
    assert (plain.title in f"{text}") == (mark["part"] != "record")


def test_an_earlier_amount_that_is_marked_is_hidden_where_a_later_decision_repeats_it(
    client_for, plain, officer
):
    later = factories.make_signed_decision(
        user=officer,
        kind="amendment",
        relation="amends",
        case=plain.case,
        changes=plain,
        title="Ändring",
        amount=200_000,
        background="Ett ändrat beslut.",
        reasons="Mer arbete än de 150 tkr som beslutades, alltså **0,15** miljoner kronor.",
        points=["Arbetstiden höjs från 150 000 till 200 000 kronor."],
    )
    mark_decision(actor=officer, decision_id=plain.pk, parts=["amount"], passages=[], **BY)
    address, staff = f"/handlaggning/beslut/{later.pk}/maskera/", client_for(officer)
    assert "inget hemligt från det tidigare beslutet står kvar" in response_text(staff.get(address))
    unread = response_text(staff.post(address, {"gor": "1"}, follow=True))
    assert "Läs förhandsvisningen på sidan Maskera" in unread
    made = response_text(staff.post(address, {"gor": "1", "last": "1"}, follow=True))
    assert "Den maskade versionen är gjord" in made
    whole = Decision.objects.with_parts().get(pk=later.pk)
    text = masked_text(whole, Recipe.stored(MaskedDocument.objects.get().recipe))
    assert text.points[2] == f"Arbetstiden höjs från {STANDS} till 200\u00a0000\u00a0kronor."
    assert "150" not in text.reasons
    assert "0,15" not in text.reasons
    data = masked_data(whole, recipe_of(whole, concerning(whole)))
    assert data["amount"]["kronor"] == 200_000


def test_a_mark_on_an_earlier_decision_takes_down_what_tells_of_it_and_nothing_else(plain, officer):
    later = make_change(plain, officer)
    beside = factories.make_signed_decision(user=officer, case=plain.case)
    for one in (plain, later, beside):
        publish_decision(decision_id=one.pk, actor=officer, nothing_is_secret=True)
    mark_decision(actor=officer, decision_id=plain.pk, parts=["point-2"], passages=[], **BY)
    assert [one.decision_id for one in Publication.objects.all()] == [beside.pk]


def test_both_the_whole_and_the_masked_version_are_known_when_shown(client, plain, published):
    masked = published.masked
    verdict = judge_file(content_of(masked))
    assert (verdict.finding, verdict.masked, verdict.seal.trusted) == (Finding.UNCHANGED, True, True)
    assert judge_number(plain.slug, masked.file.sha256).masked
    assert judge_number("RUN-999-1999", masked.file.sha256).finding is Finding.UNKNOWN
    whole = judge_number(plain.slug, plain.document.file.sha256)
    assert (whole.finding, whole.masked) == (Finding.UNCHANGED, False)
    shown = SimpleUploadedFile("b.pdf", content_of(masked), "application/pdf")
    page = client.post("/beslut/verifiera/", {"upload": shown}).content.decode()
    assert "Beslutets maskade version är oförändrad" in page
    assert "Peak Jämtland" not in page
    altered = content_of(masked).replace(b"%%EOF", b"%%eof", 1)
    assert judge_file(altered).finding is not Finding.UNCHANGED


def test_a_member_reads_the_masked_version_and_nothing_before_it_is_made(
    client_for, plain, officer, registrar, member
):
    committee = factories.make_committee(members=[member])
    meeting = factories.make_committee_meeting(committee=committee)
    report_decisions(meeting_id=meeting.pk, decision_ids=[plain.pk], actor=registrar)
    client, report = client_for(member), plain.report
    address = f"/namnd/{meeting.pk}/{report.pk}/pdf/"
    assert client.get(address).status_code == 200
    assert "Peak" in [response_text(client.get(f"/namnd/{meeting.pk}/", {"q": "Peak"}))][0]
    mark_decision(actor=registrar, decision_id=plain.pk, parts=["point-1"], passages=["Peak Jämtland"], **BY)
    refused = client.get(address)
    assert refused.status_code == 403
    assert "Beslutet är inte maskat än" in response_text(refused)
    client.post(f"/namnd/{meeting.pk}/{report.pk}/markera/", {"read": "0"})
    page = response_text(client.get(f"/namnd/{meeting.pk}/"))
    assert "arbetstid om" not in page
    assert "märkt som hemligt" in page
    assert len(client.get(f"/namnd/{meeting.pk}/", {"q": "Peak"}).context["page"]) == 0
    assert len(client.get(f"/namnd/{meeting.pk}/", {"q": str(plain.case)}).context["page"]) == 1
    masked = make_masked(decision_id=plain.pk, actor=officer)
    assert b"".join(client.get(address).streaming_content) == content_of(masked)


def response_text(response):
    return response.content.decode()


def test_an_officer_reads_the_whole_and_it_is_noted(client_for, plain, officer):
    client = client_for(officer)
    client.get(f"/handlaggning/beslut/{plain.pk}/")
    assert not Event.objects.filter(action="protected_read").exists()
    factories.mark_secret(plain.case, "passage", passage="Peak Jämtland")
    assert "Peak Jämtland" in response_text(client.get(f"/handlaggning/beslut/{plain.pk}/"))
    assert client.get(f"/handlaggning/beslut/{plain.pk}/pdf/").status_code == 200
    assert Event.objects.filter(action="protected_read", object_id=plain.case_id).count() == 2


# --- The page ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("persona", "status", "unknown"),
    [
        ("officer", 200, 404),
        ("registrar", 200, 404),
        ("delegate_user", 403, 404),
        ("admin_user", 403, 404),
        ("member", 403, 403),
        ("owner", 403, 403),
    ],
)
def test_who_opens_the_page(request, client_for, plain, persona, status, unknown):
    """``unknown``: at the address of a decision that is not there."""
    client = client_for(request.getfixturevalue(persona))
    assert client.get(f"/handlaggning/beslut/{plain.pk}/maskera/").status_code == status
    assert client.get("/handlaggning/beslut/999999/maskera/").status_code == unknown


def test_a_decision_is_masked_and_published_from_its_pages(client_for, client, plain, officer):
    staff, address = client_for(officer), f"/handlaggning/beslut/{plain.pk}/maskera/"
    assert address in response_text(staff.get(f"/handlaggning/beslut/{plain.pk}/"))
    empty = staff.post(address, {"provision": "30:27", "reason": "Planer"})
    assert empty.status_code == 422
    assert "Välj en del av beslutet" in response_text(empty)
    wrong = staff.post(address, {"parts": ["allt"], "passages": "Peak Jämtland"})
    assert wrong.status_code == 422
    assert "Peak Jämtland</textarea>" in response_text(wrong)
    page = response_text(
        staff.post(
            address,
            {
                "parts": ["reasons"],
                "passages": "Peak Jämtland\n\nansökt",
                "provision": "30:27",
                "reason": "Planer",
            },
            follow=True,
        )
    )
    assert "3 uppgifter är märkta som hemliga." in page
    assert "[Skyddat, OSL 30:27] har [Skyddat, OSL 30:27] om stöd." in page
    assert "Den maskade versionen är gjord" in response_text(staff.post(address, {"gor": "1"}, follow=True))
    staff.post(f"/handlaggning/beslut/{plain.pk}/publicera/")
    assert "i maskad version" in response_text(staff.get(f"/handlaggning/beslut/{plain.pk}/"))
    assert "Peak Jämtland" not in response_text(client.get(f"/beslut/{plain.slug}/"))


def test_an_officer_of_another_case_masks_and_does_not_mark(client_for, plain, officer, second_officer):
    Case.objects.filter(pk=plain.case_id).update(officer=officer)
    client = client_for(second_officer)
    address = f"/handlaggning/beslut/{plain.pk}/maskera/"
    assert client.get(address).context["form"] is None
    assert client.post(address, {"passages": "Peak", "provision": "30:27", "reason": "x"}).status_code == 403


def test_the_parts_that_can_be_hidden(whole):
    assert [key for key, _label in maskable_parts(whole)] == [
        "background", "reasons", "point-1", "point-2", "point-3", "basis-1", "basis-2", "recipient-1",
        "recipient-2", "taking_part", "amount", "period",
    ]  # fmt: skip
