"""`signalbox outcomes`: what came of the reports, of each source or repository too."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from bot.commands.tables import Row, Table
from bot.pulling.backfill import moment_of
from bot.settings import read_settings
from storage.columns import now
from storage.database import open_store
from storage.reports.balance import Balance, Grouped

_LATELY = dt.timedelta(days=30)
_HEADINGS = (
    "opened", "returned", "planned", "approved", "ahead", "pull requests", "merged", "came back", "resolved", "proven",
    "dismissed", "stuck", "cost",
)  # fmt: skip
_LEAVING = ("returned", "proven", "stuck", "planned", "ahead", "cost", "dismissed", "approved")


def outcomes(
    *,
    since: Annotated[str, typer.Option(help="From this day (2026-11-01) or for this long (24h, 7d).")] = "",
    by: Annotated[Grouped | None, typer.Option(help="Tell them apart by this.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Show what came of the reports: opened, planned, approved (ahead: by a standing approval), merged, came back,
    resolved (proven: something would have told). 30 days, or --since.
    """
    moment = moment_of(since, now()) if since else now() - _LATELY
    store = open_store(read_settings().database)
    try:
        found = {"all": store.balances.since(moment)} if by is None else store.balances.by(moment, by)
    finally:
        store.close()
    if as_json:
        told = {name: balance.model_dump() for name, balance in found.items()}
        typer.echo(json.dumps({"since": moment.isoformat(), "outcomes": told}, ensure_ascii=False))
        return
    if not found:
        typer.echo("Nothing came of any report in that time; a longer `--since`, such as 90d, looks further back.")
        return
    for line in _lines(found, by.value if by else "reports"):
        typer.echo(line)


def _lines(found: Mapping[str, Balance], what: str) -> list[str]:
    table = Table((what, *_HEADINGS), _LEAVING, what)
    rows = [Row((_plain(name) or "not known", *_cells(balance))) for name, balance in found.items()]
    return table.lines(rows, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)


def _cells(balance: Balance) -> tuple[str, ...]:
    return (*(str(count) for count in balance.model_dump(exclude={"usd"}).values()), f"${balance.usd:.2f}")


def _plain(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name)
