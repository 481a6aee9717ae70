"""The standard phrases that the migrations write, for the tests that commit and so empty every table."""

from importlib import import_module
from typing import Any

STEPS = (
    ("0018_first_phrases", "first"),
    ("0031_phrases_by_code", "by_code"),
    ("0033_phrases_of_changes", "of_changes"),
)


def plant_again(sender: Any, **_signal: Any) -> None:
    """When the tables have been emptied, or are just made; where the phrases are, nothing happens."""
    from django.apps import apps
    from django.db import connection

    if sender.name != "decisions" or "decisions_standardphrase" not in connection.introspection.table_names():
        return
    for name, step in STEPS:
        getattr(import_module(f"decisions.migrations.{name}"), step)(apps, None)
