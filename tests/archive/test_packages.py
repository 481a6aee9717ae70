"""Packages for the archive: what is in them, that standard tools can check them, and who gets them."""

import io
import subprocess
import zipfile
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from lxml import etree

from decisions.models import DecisionDeclaration
from s3portal.archive import services, tasks
from s3portal.archive.bag import Bag, safe_name
from s3portal.archive.contents import write_package
from s3portal.archive.metadata import NAMESPACE, SCHEMA_PATH
from s3portal.archive.models import ArchivePackage, PackageStatus
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.models import HeldFile, ScanStatus
from s3portal.diary.enums import Confirmation
from s3portal.diary.guards import barred_cases
from s3portal.diary.models import Case
from s3portal.diary.retention.enums import Handling, StartsFrom
from s3portal.diary.retention.services import (
    approve_list,
    carry_out,
    class_records,
    propose_list,
    save_class,
)
from s3portal.diary.services import (
    cancel_record,
    close_case,
    import_case,
    merge_case,
    open_by_hand,
    register_by_hand,
)
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.small_files import PDF

ARCHIVE = "/handlaggning/arkiv/"
X = {"x": NAMESPACE}


@pytest.fixture
def case(registrar, officer):
    case = open_by_hand(
        actor=registrar, title="Remiss om vägnätet", counterpart="Trafikverket", officer=officer
    )
    register(registrar, case, "Remiss", [pdf("remiss.pdf"), pdf("remiss.pdf", b"x")])
    return case


def pdf(name, after=b""):
    return SimpleUploadedFile(name, PDF + after)


def register(actor, case, title, files=()):
    return register_by_hand(
        actor=actor,
        case_id=case.pk,
        direction="incoming",
        title=title,
        counterpart="Trafikverket",
        dated_on=timezone.localdate(),
        files=files,
    )


def make(registrar, **order) -> ArchivePackage:
    package = services.order_package(actor=registrar, **order)
    services.make_package(package_id=package.pk)
    package.refresh_from_db()
    return package


def unpacked(package: ArchivePackage, folder: Path) -> Path:
    with default_storage.open(package.storage_name) as stored, zipfile.ZipFile(stored) as source:
        source.extractall(folder)
    return folder / package.name


def metadata(package: ArchivePackage) -> etree._Element:
    """Read, and tried against the schema that lies in the package itself."""
    with default_storage.open(package.storage_name) as stored, zipfile.ZipFile(stored) as source:
        schema = etree.XMLSchema(etree.fromstring(source.read(f"{package.name}/data/arkivpaket-1.xsd")))
        root = etree.fromstring(source.read(f"{package.name}/data/arkivpaket.xml"))
    schema.assertValid(root)
    return root


# --- The package ------------------------------------------------------------------------------------------
def test_a_case_is_packed_and_checked_with_sha256sum(registrar, case, tmp_path):
    package = make(registrar, case=case)
    assert (package.status, package.done, package.total) == (PackageStatus.MADE, 1, 1)
    folder = unpacked(package, tmp_path)
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "data/arkivpaket.xml",
        "data/arkivpaket-1.xsd",
        f"data/{case.slug}/0001/remiss.pdf",
        f"data/{case.slug}/0001/remiss (2).pdf",
    }
    for manifest, lines in (("manifest-sha256.txt", 4), ("tagmanifest-sha256.txt", 3)):
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", manifest], cwd=folder, capture_output=True, check=False
        )
        assert (done.returncode, len(done.stdout.splitlines())) == (0, lines), done.stderr
    (folder / f"data/{case.slug}/0001/remiss.pdf").write_bytes(b"something else")
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "manifest-sha256.txt"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, "a changed document is found"


def test_the_bag_says_what_it_is(registrar, case, tmp_path):
    folder = unpacked(make(registrar, case=case), tmp_path)
    assert (folder / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    info = dict(line.split(": ", 1) for line in (folder / "bag-info.txt").read_text("utf-8").splitlines())
    files = [path for path in (folder / "data").rglob("*") if path.is_file()]
    octets = sum(path.stat().st_size for path in files)
    assert info["Payload-Oxum"] == f"{octets}.{len(files)}"
    assert info["External-Description"] == f"Diariet, {case}: 1 ärenden, 1 handlingar, 2 filer"
    assert info["Bagging-Date"] == f"{timezone.localdate()}"


def test_the_checksum_on_the_page_is_of_the_file_that_is_fetched(registrar, case, client_for):
    package = make(registrar, case=case)
    response = client_for(registrar).get(f"{ARCHIVE}{package.pk}/paket/")
    content = b"".join(response.streaming_content)
    done = subprocess.run(["sha256sum"], input=content, capture_output=True, check=True)
    assert done.stdout.split()[0].decode() == package.sha256
    assert len(content) == package.size
    assert response.headers["Content-Disposition"] == f'attachment; filename="{package.name}.zip"'
    assert Event.objects.get(action="archive_package_fetched").actor_id == registrar.pk


def test_the_metadata_tell_all_of_a_case_but_not_the_secret_words(registrar, officer, case):
    cancelled = register(registrar, case, "Fel handling")
    cancel_record(actor=registrar, record_id=cancelled.pk, reason="Hör till ett annat ärende")
    factories.mark_secret(
        case, "passage", passage="kvantfysik", reason="Uppfinning.", until=date(2030, 1, 31)
    )
    record = case.records.get(number=1)
    factories.mark_secret(case, "content", record=record)
    root = metadata(make(registrar, case=case))
    (told,) = root.findall("x:Arende", X)
    assert told.get("diarienummer") == str(case)
    assert told.findtext("x:Arendemening", namespaces=X) == "Remiss om vägnätet"
    assert told.findtext("x:Handlaggare", namespaces=X) == str(officer)
    assert [one.get("slag") for one in told.findall("x:Handelse", X)] == ["Öppnat för hand"]
    secret = told.find("x:Sekretess", X)
    assert (secret.get("bestammelse"), secret.get("tom"), secret.text) == (
        "OSL 30:27",
        "2030-01-31",
        "Uppfinning.",
    )
    assert "kvantfysik" not in etree.tostring(root, encoding="unicode")
    first, second = told.findall("x:Handling", X)
    assert first.find("x:Sekretess", X).get("avser") == "Handlingens innehåll"
    assert second.findtext("x:Makulerad", namespaces=X) == "Hör till ett annat ärende"
    files = first.findall("x:Fil", X)
    assert [one.get("sha256") for one in files] == list(
        record.files.order_by("pk").values_list("sha256", flat=True)
    )
    assert files[1].get("plats") == f"data/{case.slug}/0001/remiss (2).pdf"
    summed = root.find("x:Summering", X)
    assert dict(summed.attrib) == {
        "arenden": "1",
        "handlingar": "2",
        "filer": "2",
        "utan_arkivformat": "2",
    }


def test_the_trail_counts_cases_in_swedish(registrar, case):
    make(registrar, case=case)
    told = Event.objects.get(action="archive_package_ordered").text
    assert told.endswith(" beställt, 1 ärende")


def test_a_year_holds_every_case_of_its_series_and_no_other(registrar, case):
    other = open_by_hand(actor=registrar, title="Ett till")
    open_by_hand(actor=registrar, title="I en annan serie", prefix="HSN")
    import_case(
        actor=None, prefix="RUN", serial=7, year=2021, title="Ett annat år", opened_on=date(2021, 3, 1)
    )
    merge_case(actor=registrar, case_id=other.pk, into_id=case.pk, reason="Samma remiss")
    with mock.patch("s3portal.archive.contents.BATCH", 1):
        package = make(registrar, prefix=case.prefix, year=case.year)
    assert (package.done, package.total) == (2, 2)
    root = metadata(package)
    assert [one.get("diarienummer") for one in root.findall("x:Arende", X)] == [str(case), str(other)]
    merged = {
        one.getparent().get("diarienummer"): (one.get("roll"), one.text)
        for one in root.iter(f"{{{NAMESPACE}}}Sammanfort")
    }
    assert merged == {str(case): ("innefattar", str(other)), str(other): ("fortsatter_i", str(case))}


def test_the_number_of_queries_does_not_follow_the_number_of_cases(registrar, case):
    from tests.counting import count_asked

    def ask() -> int:
        package = services.order_package(actor=registrar, prefix=case.prefix, year=case.year)
        return count_asked(lambda: services.make_package(package_id=package.pk))

    few = ask()
    for number in range(4):
        register(registrar, open_by_hand(actor=registrar, title=f"Ärende {number}"), "Remiss", [pdf("a.pdf")])
    # Each file that is read is asked for its quarantine; nothing else is asked for each.
    assert ask() == few + 4


def test_what_cannot_stand_in_xml_stands_as_a_sign_of_its_own(registrar, case):
    Case.objects.filter(pk=case.pk).update(title="Remiss \x0b <om> & \ufffe vägnätet")
    root = metadata(make(registrar, case=case))
    assert root.findtext("x:Arende/x:Arendemening", namespaces=X) == "Remiss \ufffd <om> & \ufffd vägnätet"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("remiss.pdf", "remiss.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\nb\r%.pdf", "a_b__.pdf"),
        ("C:\\x.pdf", "C__x.pdf"),
        ("...", "fil"),
        ("årsredovisning (1).pdf", "årsredovisning (1).pdf"),
    ],
)
def test_a_name_leads_nowhere_and_breaks_no_line(name, safe):
    assert safe_name(name) == safe


def test_an_empty_bag_is_a_bag():
    target = io.BytesIO()
    with Bag(target, name="tom", at=timezone.now()) as bag:
        bag.finish({})
    with zipfile.ZipFile(target) as source:
        assert source.read("tom/manifest-sha256.txt") == b""
        assert b"Payload-Oxum: 0.0" in source.read("tom/bag-info.txt")


def test_the_schema_is_itself_valid():
    etree.XMLSchema(etree.parse(str(SCHEMA_PATH)))


# --- What goes wrong --------------------------------------------------------------------------------------
def test_a_file_that_waits_for_its_scan_stops_the_package(registrar, case):
    file = case.records.get().files.earliest("pk")
    HeldFile.objects.create(name=file.storage_name)
    package = make(registrar, case=case)
    assert (package.status, package.storage_name) == (PackageStatus.FAILED, "")
    assert package.problem == "En fil genomsöks fortfarande efter virus. Beställ igen om en stund."


@pytest.mark.parametrize(
    ("status", "told"), [(ScanStatus.INFECTED, "skadlig kod"), (ScanStatus.DISPOSED, "gallrad")]
)
def test_a_file_that_is_gone_is_told_of_and_not_packed(registrar, case, status, told):
    file = case.records.get().files.earliest("pk")
    HeldFile.objects.create(name=file.storage_name, status=status, checked_at=timezone.now())
    root = metadata(make(registrar, case=case))
    gone, there = root.iter(f"{{{NAMESPACE}}}Fil")
    assert (gone.get("borttagen"), gone.get("plats")) == (told, None)
    assert there.get("plats") is not None


def test_a_file_that_is_not_the_same_stops_the_package(registrar, case):
    file = case.records.get().files.earliest("pk")
    with default_storage.open(file.storage_name, "wb") as stored:
        stored.write(b"something else")
    package = make(registrar, case=case)
    assert package.status == PackageStatus.FAILED
    assert "stämmer inte med sin kontrollsumma" in package.problem


def test_a_package_is_made_once(registrar, case):
    package = make(registrar, case=case)
    services.make_package(package_id=package.pk)
    again = ArchivePackage.objects.get(pk=package.pk)
    assert (again.attempt, again.storage_name) == (1, package.storage_name)
    assert services.packages_left() == []


def test_a_worker_that_dies_is_replaced_and_comes_too_late(registrar, case):
    package = services.order_package(actor=registrar, case=case)

    def dies(*_args, **_kwargs):
        raise KeyboardInterrupt

    with mock.patch("s3portal.archive.services.write_package", dies), pytest.raises(KeyboardInterrupt):
        services.make_package(package_id=package.pk)
    services.make_package(package_id=package.pk)
    assert ArchivePackage.objects.get(pk=package.pk).status == PackageStatus.RUNNING, "somebody may be at it"
    silent = timezone.now() - services.SILENCE - timedelta(seconds=1)
    ArchivePackage.objects.filter(pk=package.pk).update(touched_at=silent)
    late = ArchivePackage.objects.get(pk=package.pk)
    assert services.packages_left() == [package.pk]
    services.make_package(package_id=package.pk)
    made = ArchivePackage.objects.get(pk=package.pk)
    assert (made.status, made.attempt) == (PackageStatus.MADE, 2)
    name = default_storage.save("archive/late.zip", io.BytesIO(b"late"))
    services._finish(late, stored=name, sha256="0" * 64, size=4, as_they_came=0)
    assert ArchivePackage.objects.get(pk=package.pk).sha256 == made.sha256
    assert not default_storage.exists(name)


def test_a_package_that_workers_die_over_is_given_up(registrar, case):
    package = services.order_package(actor=registrar, case=case)
    ArchivePackage.objects.filter(pk=package.pk).update(attempt=services.MOST_ATTEMPTS)
    services.make_package(package_id=package.pk)
    package.refresh_from_db()
    assert package.status == PackageStatus.FAILED


def test_old_packages_are_taken_away_and_their_rows_stay(
    registrar, case, settings, django_capture_on_commit_callbacks
):
    package, young = make(registrar, case=case), make(registrar, prefix=case.prefix, year=case.year)
    before = timezone.now() - timedelta(days=settings.ARCHIVE_DAYS, seconds=1)
    ArchivePackage.objects.filter(pk=package.pk).update(made_at=before)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.clear_packages() == 1
    assert not default_storage.exists(package.storage_name)
    assert default_storage.exists(young.storage_name)
    package.refresh_from_db()
    assert (package.status, package.storage_name, len(package.sha256)) == (PackageStatus.REMOVED, "", 64)
    assert services.clear_packages() == 0


def test_a_worker_is_heard_of_after_each_file_however_large_the_case(registrar, case):
    told = []
    with TemporaryFile() as target:
        package = services.order_package(actor=registrar, case=case)
        write_package(package, target, told=told.append)
    assert told == [0, 0, 1], "two files and the case"


def test_a_worker_says_that_it_lives_now_and_then(registrar, case, monkeypatch):
    package = services.order_package(actor=registrar, case=case)
    ArchivePackage.objects.filter(pk=package.pk).update(status="running", total=9)
    clock = iter([10.0, 10.0, 12.0, 15.0, 15.0])
    monkeypatch.setattr(services, "monotonic", lambda: next(clock))
    tell, seen = services._teller(package), []
    for done in (1, 2, 3):
        tell(done)
        seen.append(ArchivePackage.objects.get(pk=package.pk).done)
    assert seen == [1, 1, 3]


def test_a_large_year_has_the_time_it_needs(settings):
    """Longer than other work; the worker is heard of much more often than it is taken for dead."""
    assert tasks.make_package.time_limit > 10 * settings.CELERY_TASK_TIME_LIMIT
    assert timedelta(seconds=services.PULSE) * 10 < services.SILENCE


# --- Jäv and secrets --------------------------------------------------------------------------------------
@pytest.fixture
def barred(owner, officer):
    """A registrar who is an officer too, with jäv in the case of an application."""
    application = send(factories.make_application(user=owner), owner)
    officer.staff_roles.create(role="registrar")
    declare(application, officer, ground="other", text="Min syster.")
    return officer, application.case


def test_who_has_jav_takes_out_nothing_of_the_case(barred, registrar, client_for):
    person, barred_case = barred
    with pytest.raises(PermissionDenied):
        services.order_package(actor=person, case=barred_case)
    year = {"prefix": barred_case.prefix, "year": barred_case.year}
    with pytest.raises(Refusal, match=f"Du har anmält jäv i {barred_case}"):
        services.order_package(actor=person, **year)
    assert not ArchivePackage.objects.exists()
    client = client_for(person)
    of_case, of_year = make(registrar, case=barred_case), make(registrar, **year)
    assert client.get(f"{ARCHIVE}{of_case.pk}/paket/").status_code == 403
    assert "Du har anmält jäv" in client.get(f"{ARCHIVE}{of_year.pk}/paket/", follow=True).content.decode()
    assert (
        "Du har anmält jäv"
        in client.post(ARCHIVE, {"series": f"{barred_case.prefix}-{barred_case.year}"}).content.decode()
    )
    assert not Event.objects.filter(action="archive_package_fetched").exists()
    with services.open_package(actor=registrar, package=of_year) as stored:
        assert stored.read(2) == b"PK"


def test_jav_in_a_decision_and_in_a_ranking_bars_from_the_year_too(barred, officer, owner, registrar):
    person, _case = barred
    draft = factories.make_decision(user=registrar)
    DecisionDeclaration.objects.create(
        case=draft.case, person=person, declared_by=person, ground="other", text="Vän."
    )
    cases = Case.objects.filter(barred_cases(person))
    assert set(cases) == {_case, draft.case}
    assert not Case.objects.filter(barred_cases(registrar)).exists()


def test_who_has_not_answered_answers_first(owner, officer, registrar, client_for):
    application = send(factories.make_application(user=owner), owner)
    officer.staff_roles.create(role="registrar")
    with pytest.raises(Refusal, match="Svara först"):
        services.order_package(actor=officer, case=application.case)
    package = make(registrar, case=application.case)
    response = client_for(officer).get(f"{ARCHIVE}{package.pk}/paket/")
    assert response.status_code == 302
    assert "jav" in response.url


def test_each_marked_case_in_a_package_tells_who_read_it(registrar, case):
    other = open_by_hand(actor=registrar, title="Ett till")
    factories.mark_secret(case, "title")
    package = make(registrar, prefix=case.prefix, year=case.year)
    services.open_package(actor=registrar, package=package).close()
    read = Event.objects.filter(action="protected_read")
    assert list(read.values_list("object_id", flat=True)) == [case.pk]
    assert other.pk in set(services.cases_of(package).values_list("pk", flat=True))


def test_bytes_that_are_gone_are_not_noted_as_fetched(registrar, case, client_for):
    package = make(registrar, case=case)
    default_storage.delete(package.storage_name)
    assert client_for(registrar).get(f"{ARCHIVE}{package.pk}/paket/").status_code == 404
    assert not Event.objects.filter(action="archive_package_fetched").exists()


# --- Disposal ---------------------------------------------------------------------------------------------
def test_what_is_disposed_of_leaves_no_copy_in_a_package(registrar, case, django_capture_on_commit_callbacks):
    of_case, of_year = make(registrar, case=case), make(registrar, prefix=case.prefix, year=case.year)
    running = services.order_package(actor=registrar, case=case)
    ArchivePackage.objects.filter(pk=running.pk).update(status="running", attempt=1)
    other = make(registrar, case=open_by_hand(actor=registrar, title="Ett till", prefix="HSN"))
    with django_capture_on_commit_callbacks(execute=True):
        dispose_of(registrar, case)
    for package in (of_case, of_year):
        assert not default_storage.exists(package.storage_name)
        assert ArchivePackage.objects.get(pk=package.pk).status == PackageStatus.REMOVED
    running.refresh_from_db()
    assert (running.status, "gallrades" in running.problem) == (PackageStatus.FAILED, True)
    assert default_storage.exists(other.storage_name)
    again = make(registrar, case=case)
    (told,) = {one.get("borttagen") for one in metadata(again).iter(f"{{{NAMESPACE}}}Fil")}
    assert told == "gallrad"


def dispose_of(registrar, case):
    kind = save_class(
        actor=registrar, class_id=None, name="Remiss", handling=Handling.DISPOSE, years=2,
        starts_from=StartsFrom.CASE_CLOSED, source="Plan 1",
    )  # fmt: skip
    class_records(actor=registrar, case_id=case.pk, classes={1: kind.pk})
    close_case(actor=registrar, case_id=case.pk, confirmed=Confirmation.values)
    made = propose_list(on=date(timezone.localdate().year + 3, 1, 1))
    approve_list(actor=registrar, list_id=made.pk, decision="RUN/1/2029")
    carry_out(list_id=made.pk)


# --- Ordering ---------------------------------------------------------------------------------------------
def test_the_same_is_ordered_once_until_it_is_made(registrar, case):
    first = services.order_package(actor=registrar, case=case)
    assert services.order_package(actor=registrar, case=case) == first
    assert services.order_package(actor=registrar, prefix=case.prefix, year=case.year) != first
    services.make_package(package_id=first.pk)
    assert services.order_package(actor=registrar, case=case) != first
    assert Event.objects.filter(action="archive_package_ordered", actor_id=registrar.pk).count() == 3


def test_who_and_what_is_refused(registrar, officer, case):
    with pytest.raises(Refusal, match="Bara en registrator"):
        services.order_package(actor=officer, case=case)
    with pytest.raises(Refusal, match="Det finns inga ärenden i RUN 1999"):
        services.order_package(actor=registrar, prefix="RUN", year=1999)
    assert not ArchivePackage.objects.exists()


def test_the_database_holds_what_a_package_is(registrar, case):
    fields = {"ordered_by": registrar, "case": case}
    for wrong in (
        {"case": None},
        {"year": 2026, "prefix": "RUN"},
        {"status": "made"},
        {"status": "failed"},
        {"status": "lost"},
        {"done": 1},
        {"storage_name": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ArchivePackage.objects.create(**(fields | wrong))
    package = make(registrar, case=case)
    for change in ({"status": "waiting", "storage_name": ""}, {"case": None, "prefix": "RUN", "year": 2026}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ArchivePackage.objects.filter(pk=package.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ArchivePackage.objects.filter(pk=package.pk).delete()


# --- The page ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("registrar", 200),
        ("officer", 403),
        ("delegate_user", 403),
        ("admin_user", 403),
        ("member", 403),
        ("owner", 403),
    ],
)
def test_only_the_registrar_comes_in(request, client_for, registrar, case, persona, status):
    package = make(registrar, case=case)
    client = client_for(request.getfixturevalue(persona))
    assert client.get(ARCHIVE).status_code == status
    response = client.get(f"{ARCHIVE}{package.pk}/paket/")
    assert response.status_code == status
    if status == 200:
        assert len(b"".join(response.streaming_content)) == package.size
    assert ("Arkivpaket" in client.get("/handlaggning/diarium/").content.decode()) == (status == 200)


def test_the_registrar_orders_in_the_page_and_follows_it(
    client_for, registrar, case, django_capture_on_commit_callbacks
):
    client = client_for(registrar)
    for typed, told in (
        ({"number": "", "series": ""}, "Skriv ett diarienummer eller välj ett år."),
        ({"number": "remiss"}, "Skriv diarienumret som RUN/664/2021."),
        ({"number": "RUN/999/1999"}, "Inget ärende har just det numret."),
        (
            {"number": str(case), "series": f"{case.prefix}-{case.year}"},
            "Välj antingen ett ärende eller ett år.",
        ),
    ):
        response = client.post(ARCHIVE, typed)
        assert (response.status_code, told in response.content.decode()) == (422, True), typed
    response = client.post(ARCHIVE, {"series": f"{case.prefix}-{case.year}"}, follow=True)
    page = response.content.decode()
    assert f"Arkivpaket {case.prefix} {case.year} är beställt." in page
    assert "0 av 1 klara" in page
    package = ArchivePackage.objects.get()
    assert client.get(f"{ARCHIVE}{package.pk}/paket/").status_code == 404
    services.make_package(package_id=package.pk)
    assert f"Hämta {package.what}" in client.get(ARCHIVE).content.decode()


def test_the_list_costs_the_same_however_long(client_for, registrar, case):
    from tests.counting import count_queries

    client = client_for(registrar)
    make(registrar, case=case)
    few = count_queries(lambda: client.get(ARCHIVE))
    for _ in range(3):
        make(registrar, case=case)
    assert count_queries(lambda: client.get(ARCHIVE)) == few
