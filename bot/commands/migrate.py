"""`signalbox migrate`."""

from __future__ import annotations

import typer

from bot.settings import read_settings
from storage import database


def migrate() -> None:
    """Bring the database's tables up to date. `run` and `worker` do it too."""
    database.migrate(read_settings().database)
    typer.echo("The database is up to date.")
