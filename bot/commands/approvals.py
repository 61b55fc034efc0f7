"""`signalbox approvals`: who decided what, when, on which plan: the record for whoever has to answer for it."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import sys
from typing import Annotated

import typer

from agents.errors import BadSettings
from bot.commands.tables import Row, Table
from bot.pulling.backfill import moment_of
from bot.settings import read_settings
from storage.columns import now
from storage.database import open_store
from storage.decisions.plans import Recorded
from storage.decisions.standing import Listed

_LATELY = dt.timedelta(days=30)
_REF = re.compile(r"(?:SB-)?(\d{1,9})", re.IGNORECASE)
_WORDS, _HASH = 200, 12  # characters
_TABLE = Table(
    ("at (UTC)", "report", "decision", "by", "via", "plan", "pull request", "words"),
    ("via", "pull request", "plan"),
    "words",
)


_STANDING = Table(
    ("standing approval", "repository", "by", "given (UTC)", "until (UTC)", "a day", "used", "ended"),
    ("a day", "given (UTC)"),
    "ended",
)


def approvals(
    *,
    report: Annotated[str, typer.Argument(help="Only this report's, such as SB-12.")] = "",
    since: Annotated[str, typer.Option(help="From this day (2026-11-01) or for this long (24h, 7d).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, with whole hashes and words.")] = False,
) -> None:
    """Show who decided what, when, and on which plan; refused attempts, and what was allowed ahead by whom, too.

    The last 30 days, or --since.
    """
    named = _REF.fullmatch(report.strip()) if report else None
    if report and named is None:
        raise BadSettings(f"{report!r} is no report; name one such as SB-12.")
    first = dt.datetime.fromtimestamp(0, dt.UTC) if report else now() - _LATELY
    store = open_store(read_settings().database)
    try:
        moment = moment_of(since, now()) if since else first
        found = store.plans.recorded(moment, store.reports.get(int(named[1])).id if named else None)
        wanted = {each.standing_id for each in found} if named else None
        standing = [each for each in store.standing.listed(moment) if wanted is None or each.standing.id in wanted]
    finally:
        store.close()
    if as_json:
        shown = [each.model_dump(mode="json") for each in found]
        ahead = [{**each.standing.model_dump(mode="json", exclude={"key"}), "used": each.used} for each in standing]
        typer.echo(json.dumps({"approvals": shown, "standing": ahead}, ensure_ascii=False))
        return
    if not found and not standing:
        about = f" about SB-{int(named[1])}" if named else ""
        typer.echo(f"Nobody decided anything{about}{' in that time' if since or not named else ''}.")
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in _TABLE.lines([Row(_cells(each)) for each in found], width) if found else ():
        typer.echo(line)
    for line in _STANDING.lines([Row(_standing(each)) for each in standing], width) if standing else ():
        typer.echo(line)


def _cells(record: Recorded) -> tuple[str, ...]:
    plan = f"{record.plan_revision} {record.plan_hash[:_HASH]}".strip() if record.plan_revision else "—"
    return (
        _moment(record.at),
        f"SB-{record.report_id}",
        record.decision.value.replace("_", " "),
        record.by,
        f"standing approval {record.standing_id}" if record.standing_id is not None else record.via,
        plan,
        record.pull_request or "—",
        _plain(f"{record.words}; it lapsed: {record.lapsed_because}" if record.lapsed_because else record.words),
    )


def _standing(each: Listed) -> tuple[str, ...]:
    given = each.standing
    by = f" by {given.ended_by}" if given.ended_by else ""
    return (
        str(given.id),
        given.repository,
        given.by,
        _moment(given.given_at),
        _moment(given.until),
        str(given.per_day),
        str(each.used),
        f"{_moment(given.ended_at)}{by}: {given.ended_because}" if given.ended_at is not None else "—",
    )


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def _plain(text: str) -> str:
    """A person's words, without anything that a terminal would obey."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= _WORDS else f"{shown[: _WORDS - 1]}…"
