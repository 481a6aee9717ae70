from pathlib import Path

import pytest

DOCUMENTS = Path(__file__).parent / "documents"


@pytest.fixture
def document():
    """Reads one of the region's own public texts by its short name."""
    return lambda name: (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8")
