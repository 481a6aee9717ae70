from pathlib import Path

import hypothesis
import pytest

# Busy machines are slow now and then, which is no fault; and a red run must be red again when repeated.
hypothesis.settings.register_profile("s3", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("s3")

DOCUMENTS = Path(__file__).parent / "documents"


@pytest.fixture
def document():
    """Reads one of the region's own public texts by its short name."""
    return lambda name: (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8")
