from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def open_path() -> Iterator[Path]:
    """Like ``tmp_path``, which pytest keeps closed to the account that PostgreSQL runs as."""
    with TemporaryDirectory(prefix="s3-trial-", ignore_cleanup_errors=True) as name:
        yield Path(name)
