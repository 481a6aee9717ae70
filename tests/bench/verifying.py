"""A decision shown to /beslut/verifiera/ as a file, and as a number with its hash: against bare pyHanko on
the same file, and in a small and a large archive."""

import io
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from decisions.models import DecisionDocument
from decisions.verifying import judge_file
from s3portal.common.files import read_frozen
from s3portal.common.pdf import seal_roots
from s3portal.common.pdf.certificates import load_roots
from tests.bench.measure import Pairs, aim, fastest, heading, number, pairs, say, timed
from tests.bench.pages import thousands
from tests.bench.world import FEW, MANY, Scene

ROUNDS = 20
FASTEST_OF = 3
LIMIT = 1.3
GROWTH_LIMIT = 1.3

# One to each record of the applications: what a decision's hash is looked for among.
FILES = """
    INSERT INTO diary_recordfile (
        record_id, filename, content_type, storage_name, size, sha256, created_at)
    SELECT r.id, 'ansokan.json', 'application/json', 'bench/' || r.id, 5000,
           encode(sha256(r.id::text::bytea), 'hex'), r.dated_at
    FROM diary_record AS r WHERE NOT EXISTS (SELECT 1 FROM diary_recordfile AS f WHERE f.record_id = r.id)
"""


def measure(scene: Scene) -> None:
    heading("Verifiering av ett beslut")
    document = DecisionDocument.objects.select_related("file", "decision__case").get(decision=scene.decision)
    content = read_frozen(document.file.storage_name, sha256=document.file.sha256)
    for name in ("few", "many"):
        with scene.on(name), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FILES)
        with scene.on(name), connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE diary_recordfile")
    drop = _poster("upload", lambda: {"upload": SimpleUploadedFile("beslut.pdf", content, "application/pdf")})
    ask = _poster("number", lambda: {"number": str(document.decision.case), "sha256": document.file.sha256})
    say("A: kontrollsumman, dokumentet med den i databasen och sigillet. B: bar pyHanko, som bara prövar")
    say("sigillet: validate_pdf_signature på samma fil mot samma rotcertifikat.")
    judged = _against_bare("A", lambda: judge_file(content), content)
    say(aim(judged.ratio <= LIMIT, f"högst {number(LIMIT)}"))
    say("C: filen genom hela portalen: mellanlager, kontroll av filen och svarssidan också. Inget mål.")
    _against_bare("C", drop, content)
    for label, call in (("Filen", drop), ("Nummer och kontrollsumma", ask)):
        _compare(scene, label, call)


def _against_bare(name: str, work: Callable[[], object], content: bytes) -> Pairs:
    found = pairs(lambda: timed(work), lambda: timed(lambda: _bare(content)), ROUNDS)
    say(f"    {name} {number(found.a_median)} ms, B {number(found.b_median)} ms, {name}/B "
        f"{number(found.ratio)} ({found.spread}), filen är {len(content) / 1024:.0f} kB")  # fmt: skip
    return found


def _compare(scene: Scene, label: str, call: Callable[[], None]) -> None:
    def on(name: str) -> float:
        with scene.on(name):
            return fastest(call, FASTEST_OF)

    grown = pairs(lambda: on("many"), lambda: on("few"), ROUNDS)
    say(f"{label}, bland {thousands(MANY)} filer mot {thousands(FEW)}: {number(grown.a_median)} ms mot "
        f"{number(grown.b_median)} ms, kvot {number(grown.ratio)} ({grown.spread})")  # fmt: skip
    say(aim(grown.ratio <= GROWTH_LIMIT, f"högst {number(GROWTH_LIMIT)} gånger tiden"))


def _poster(name: str, fields: Callable[[], dict[str, object]]) -> Callable[[], None]:
    client, address = Client(headers={"host": "127.0.0.1:8000"}), reverse("decisions:verify")

    def post() -> None:
        response = client.post(address, fields())
        if response.status_code != 200 or "oförändrat" not in response.content.decode():
            raise RuntimeError(f"{name}: {response.status_code}")

    return post


def _bare(content: bytes) -> None:
    signature = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures[0]
    context = ValidationContext(trust_roots=list(load_roots(seal_roots())), allow_fetching=False)
    status = validate_pdf_signature(signature, signer_validation_context=context)
    if not (status.intact and status.trusted):
        raise RuntimeError("pyHanko does not trust the file.")
