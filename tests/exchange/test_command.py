import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from calls.models import Call
from decisions.models import Decision
from s3portal.common.upsert import Outcome
from s3portal.exchange import format as exchange_format
from s3portal.exchange.services import import_file
from s3portal.exchange.shapes import Group, Many
from tests import factories
from tests.exchange.samples import BASIS, CALL, DATA

pytestmark = pytest.mark.django_db
DOCS = DATA.parents[2] / "docs" / "import.md"


def run(path, *options, **more):
    out = StringIO()
    call_command("import_portal", str(path), *options, stdout=out, **more)
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_it_says_what_it_did(file):
    path = file("grund.yaml", BASIS)
    assert run(path) == (
        "strategier: 1 nya, 0 ändrade, 0 oförändrade\n"
        "rättsliga_grunder: 1 nya, 0 ändrade, 0 oförändrade\n"
        "nämnder: 1 nya, 0 ändrade, 0 oförändrade\n"
        "delegationsordningar: 1 nya, 0 ändrade, 0 oförändrade\n"
        "Klart.\n"
    )
    assert "strategier: 0 nya, 0 ändrade, 1 oförändrade\n" in run(path)
    assert run(path, verbosity=0) == ""


def test_a_dry_run_says_so(file):
    run(file("grund.yaml", BASIS))
    assert run(file("utlysning.yaml", CALL), "--dry-run") == (
        "utlysningar: 1 nya, 0 ändrade, 0 oförändrade\nInget är sparat, det var ett prov.\n"
    )
    assert not Call.objects.exists()


def test_faults_name_the_file(file):
    with pytest.raises(CommandError) as caught:
        run(file("utlysning.yaml", CALL.replace("10 000 000", "-5")))
    assert str(caught.value) == (
        "Inget lästes in. Rätta det här i filen:\n"
        "utlysning.yaml, rad 10, utlysningar 1, ram: Ange ett belopp som är 0 kronor eller mer."
    )


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(
        CommandError, match=r"Filen .*borta\.yaml går inte att läsa: No such file or directory\."
    ):
        run(tmp_path / "borta.yaml")


# --- The documentation ----------------------------------------------------------------------------------
def examples():
    return re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


def test_every_example_in_the_documentation_can_be_taken_in():
    texts = examples()
    assert len(texts) == 8
    for name in ("direktor", "enhetschef"):
        factories.make_staff("delegate", f"{name}@example.se")
    for text in texts:
        assert import_file(text.encode(), actor=None).total(Outcome.CREATED) > 0
    for text in texts:
        summary = import_file(text.encode(), actor=None)
        assert summary.total(Outcome.CREATED) == summary.total(Outcome.UPDATED) == 0
    assert Decision.objects.get().amount == 460_000


def keys(group):
    for field in group.fields:
        yield field.key
        inner = field.shape.of if isinstance(field.shape, Many) else field.shape
        if isinstance(inner, Group):
            yield from keys(inner)


def test_every_field_of_the_format_is_in_an_example():
    shown = "\n".join(examples())
    assert [
        key for key in keys(exchange_format.FILE) if not re.search(rf"(^|[\s-]){key}:", shown, re.MULTILINE)
    ] == []
