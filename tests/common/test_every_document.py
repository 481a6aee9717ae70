"""Every kind of PDF that the portal makes is tried against both standards, also the next to be written."""

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("applications", "calls", "decisions", "s3portal")
#: The modules that render a document, each with the test that makes one on the real road and validates it.
CASES = {
    "applications/documents.py": "tests/applications/test_documents.py::test_the_pdf_follows_the_standards",
    "applications/ranking/appendix.py": (
        "tests/applications/test_ranking_lock.py::test_the_appendix_is_sealed_and_says_what_was_frozen"
    ),
    "decisions/annex.py": (
        "tests/decisions/test_confirming.py::test_the_annex_is_sealed_archivable_and_says_what_was_frozen"
    ),
    "decisions/document.py": "tests/decisions/test_kinds.py::test_the_file_follows_both_standards",
    "decisions/masking.py": (
        "tests/decisions/test_masking.py::test_the_masked_file_follows_both_standards_and_its_seal_holds"
    ),
    "decisions/proof.py": (
        "tests/decisions/test_notices.py::test_the_proof_is_sealed_archivable_and_in_the_diary"
    ),
    "s3portal/copies/refusal.py": (
        "tests/copies/test_requests.py::test_a_refusal_is_a_sealed_decision_with_the_right_court_and_time"
    ),
}


def calls_in(tree: ast.AST, name: str) -> int:
    """How often the function is called, by its own name or as part of a module."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sum(
        name == (one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")) for one in called
    )


def parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def test_every_call_that_renders_a_document_has_its_case():
    found = Counter[str]()
    for path in (one for app in APPS for one in (ROOT / app).rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        found[where] += calls_in(parsed(where), "render_document")
    assert +found == Counter(dict.fromkeys(CASES, 1))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_case_validates(case):
    path, _colons, name = case.partition("::")
    tests = [one for one in parsed(path).body if isinstance(one, ast.FunctionDef) and one.name == name]
    assert [calls_in(one, "assert_valid") for one in tests] == [1]


def test_every_template_of_a_document_is_one_of_theirs():
    """``base`` and parts, which begin with a line below, are no documents."""
    folder = ROOT / "templates" / "documents"
    there = {f"documents/{one.name}" for one in folder.glob("[!_]*.html")} - {"documents/base.html"}
    named = {
        node.value
        for module in CASES
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in there
    }
    assert named == there
