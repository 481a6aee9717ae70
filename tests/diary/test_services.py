from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from s3portal.audit.models import Event
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.common.files import AlteredFile, read_frozen
from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.models import Case, Record, RecordFile, Series
from s3portal.diary.services import assign_case, import_case, open_case, register_record, store_record_file
from tests import factories


def open_one(**fields):
    return open_case(
        **({"actor": None, "prefix": "RUN", "title": "Prov", "opened_on": date(2026, 3, 1)} | fields)
    )


@pytest.mark.django_db
def test_numbers_follow_each_other_and_start_again_each_year_and_prefix():
    numbers = [
        open_one().diary_number,
        open_one().diary_number,
        open_one(prefix="RS").diary_number,
        open_one(opened_on=date(2027, 1, 1)).diary_number,
        open_one().diary_number,
    ]
    assert numbers == ["RUN/1/2026", "RUN/2/2026", "RS/1/2026", "RUN/1/2027", "RUN/3/2026"]
    assert Event.objects.filter(action="case_opened").count() == 5
    assert str(Series.objects.get(prefix="RS")) == "RS/…/2026"


@pytest.mark.django_db
def test_a_number_whose_transaction_fails_is_given_to_the_next():
    open_one()

    @transaction.atomic
    def open_and_fail():
        assert open_one().serial == 2
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        open_and_fail()
    assert open_one().serial == 2


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_get_fifty_numbers_without_a_gap():
    def take(_):
        try:
            return open_one().serial
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        serials = sorted(pool.map(take, range(50)))
    assert serials == list(range(1, 51))


@pytest.mark.django_db
def test_a_case_from_elsewhere_keeps_its_number_and_the_series_goes_on_after_it():
    case = import_case(
        actor=None, prefix="RUN", serial=664, year=2021, title="Deltagande", opened_on=date(2021, 11, 1)
    )
    assert (case.diary_number, case.slug, case.status) == ("RUN/664/2021", "RUN-664-2021", CaseStatus.CLOSED)
    assert open_one(opened_on=date(2021, 12, 1)).serial == 665
    import_case(actor=None, prefix="RUN", serial=3, year=2021, title="Äldre", opened_on=date(2021, 1, 1))
    assert open_one(opened_on=date(2021, 12, 1)).serial == 666
    with pytest.raises(Refusal, match=r"^Diarienumret RUN/664/2021 är redan taget\.$"):
        import_case(
            actor=None, prefix="RUN", serial=664, year=2021, title="En till", opened_on=date(2021, 1, 1)
        )


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"serial": 99}, {"year": 1999}, {"prefix": "XX"}])
def test_the_database_refuses_to_change_a_number(change):
    case = open_one()
    with pytest.raises(InternalError, match="number_fixed"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**change)


@pytest.mark.django_db
def test_the_database_refuses_to_delete_a_case_and_to_double_a_number():
    case = open_one()
    with pytest.raises(InternalError, match="never_deleted"), transaction.atomic():
        case.delete()
    with pytest.raises(IntegrityError, match="diary_number_once"), transaction.atomic():
        Case.objects.create(prefix="RUN", serial=1, year=2026, title="x", opened_on=date(2026, 1, 1))


@pytest.mark.django_db
def test_records_are_numbered_within_their_case_and_never_change():
    case, other = open_one(), open_one()
    first = register_record(actor=None, case=case, direction=Direction.INCOMING, title="Ansökan")
    second = register_record(actor=None, case=case, direction=Direction.OUTGOING, title="Svar")
    assert [first.number, second.number] == [1, 2]
    assert register_record(actor=None, case=other, direction=Direction.DRAWN_UP, title="Beslut").number == 1
    assert str(second) == f"{case} nr 2: Svar"
    for change in (lambda rows: rows.update(title="x"), lambda rows: rows.delete()):
        with pytest.raises(InternalError, match="record_stays"), transaction.atomic():
            change(Record.objects.filter(pk=first.pk))


@pytest.mark.django_db
def test_a_frozen_file_is_read_back_only_unchanged():
    record = register_record(actor=None, case=open_one(), direction=Direction.INCOMING, title="Ansökan")
    file = store_record_file(record=record, filename="a.json", content_type="application/json", content=b"{}")
    assert (file.size, str(file)) == (2, "a.json")
    assert file.sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert read_frozen(file.storage_name, sha256=file.sha256) == b"{}"
    response = frozen_response(file, as_attachment=True)
    assert b"".join(response.streaming_content) == b"{}"
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.json"'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert response.headers["Content-Security-Policy"] == f"{policy}; sandbox"
    pdf = store_record_file(record=record, filename="a.pdf", content_type="application/pdf", content=b"%PDF")
    assert frozen_response(pdf).headers["Content-Security-Policy"] == policy
    with pytest.raises(AlteredFile):
        read_frozen(file.storage_name, sha256="0" * 64)
    with pytest.raises(InternalError, match="file_stays"), transaction.atomic():
        RecordFile.objects.update(sha256="0" * 64)


@pytest.mark.django_db
def test_two_files_of_one_name_in_a_record_are_refused():
    record = register_record(actor=None, case=open_one(), direction=Direction.INCOMING, title="Ansökan")
    store_record_file(record=record, filename="a.json", content_type="application/json", content=b"{}")
    with pytest.raises(IntegrityError, match="record_file_name_once"), transaction.atomic():
        store_record_file(record=record, filename="a.json", content_type="application/json", content=b"[]")


@pytest.mark.django_db
def test_a_case_is_given_to_an_officer(officer):
    case = assign_case(actor=officer, case=open_one(), officer=officer)
    case.refresh_from_db()
    assert case.officer == officer
    assert Event.objects.filter(action="case_assigned").get().text == f"Ärendet tilldelat {officer}"


@pytest.mark.django_db
def test_only_officers_and_registrars_give_cases_and_only_officers_get_them(owner, officer, registrar):
    case = open_one()
    with pytest.raises(Refusal, match="Bara en handläggare eller en registrator"):
        assign_case(actor=owner, case=case, officer=officer)
    with pytest.raises(Refusal, match="Välj en handläggare"):
        assign_case(actor=registrar, case=case, officer=registrar)
    assert assign_case(actor=registrar, case=case, officer=officer).officer == officer


@pytest.mark.django_db
def test_a_protected_counterpart_is_neither_shown_nor_found():
    open_one(title="Stöd till utlysning", counterpart="Hemliga bolaget")
    protected = open_one(title="Stöd till utlysning", counterpart="Hemliga bolaget")
    factories.mark_secret(protected)
    protected.refresh_from_db()
    assert protected.public_counterpart == "[Skyddat]"
    assert Case.objects.search("utlysningarna").count() == 2, "Swedish stemming"
    assert Case.objects.search("hemliga").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["RUN/1/2026", "run 1-2026", " Run-1-2026 ", "run/1 2026"])
def test_a_case_is_found_by_its_number_however_it_is_typed(typed):
    case = open_one()
    open_one()
    assert list(Case.objects.search(typed)) == [case]


@pytest.mark.django_db
@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_no_text_breaks_the_search(typed):
    list(Case.objects.search(typed))


@pytest.mark.django_db
def test_an_absurd_number_finds_nothing():
    assert not Case.objects.search("RUN/99999999999999999999/9999")
