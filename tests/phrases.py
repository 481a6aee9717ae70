"""The standard phrases that the migrations write, for the tests that commit and so empty every table."""

from importlib import import_module
from typing import Any

MIGRATIONS = ("0018_first_phrases",)


def plant_again(sender: Any, **_signal: Any) -> None:
    """When the tables have been emptied, or are just made; where the phrases are, nothing happens."""
    from django.apps import apps
    from django.db import connection

    if sender.name != "decisions" or "decisions_standardphrase" not in connection.introspection.table_names():
        return
    for name in MIGRATIONS:
        import_module(f"decisions.migrations.{name}").first(apps, None)
