"""`signalbox copy`: from SQLite to PostgreSQL, when one machine is not enough any more."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import inspect

from bot.durable.place import engine_url
from bot.settings import read_settings
from storage.copying import copy_rows
from storage.database import open_store, reaching
from storage.due import MACHINE
from storage.engine import make_engine, masked, parsed
from storage.errors import CannotCopy


def copy(
    target: Annotated[str, typer.Argument(help="The address of an empty database: postgresql://… or sqlite:///path.")],
) -> None:
    """Copy the database that DATABASE_URL names into an empty one, while no bot runs; it stays as it is."""
    source = read_settings().database
    if has_been_run_on(target):
        raise CannotCopy(f"A bot has run on {masked(target)} already. Name a new database. Nothing was copied.")
    console = Console(highlight=False, soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn())
    copying, rows = copy_rows(source, target), 0
    begun = list(itertools.islice(copying, 1))  # what is refused is refused before there is a bar
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("copying", total=None, said="")
        for copied in itertools.chain(begun, copying):
            rows = copied.rows
            bar.update(task, completed=rows, total=copied.of, said=f"{rows} of {copied.of} rows, {copied.table}")
    console.print(f"{rows} rows were copied into {masked(target)}; {masked(source)} is as it was.", markup=False)
    console.print("Name the new database in DATABASE_URL on every machine, then start.", markup=False)
    if begun_anew := _at_work(target):
        console.print(
            f"Research or a fix was under way, or due, for {', '.join(begun_anew)}: it begins anew there, and the "
            "model is paid for it again.",
            markup=False,
        )


def has_been_run_on(database_url: str) -> bool:
    """Whether the job engine has its tables there. Makes nothing. Raises DatabaseDown when it does not answer."""
    if parsed(database_url, called="The target").get_backend_name() == "sqlite":
        return Path(engine_url(database_url).removeprefix("sqlite:///")).exists()
    engine = make_engine(database_url)
    with reaching(engine, database_url, check="the server, and the address"):
        found = inspect(engine).has_table("workflow_status", schema="dbos")
    engine.dispose()
    return found


def _at_work(target: str) -> list[str]:
    store = open_store(target)
    found = [report.ref for report in store.reports.waiting(*MACHINE)]
    store.close()
    return found
