"""`signalbox runs`: what was done at each stage, with what it cost and why it ended; also summed up."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from agents.errors import BadSettings
from agents.loop import DONE
from bot.commands.tables import Row, Table
from bot.pulling.backfill import moment_of
from bot.settings import read_settings
from bot.views.words import span
from storage.columns import now
from storage.database import open_store
from storage.judgments import Outcome, Stage
from storage.run_rows import ToolUse
from storage.runs import AGENTS, RollUp, RunSeen, Total, totals
from storage.store import Store

_LATELY = dt.timedelta(days=7)
_LISTED = 50
_WORDS = 200  # characters
_REF = re.compile(r"(?:SB-)?(\d{1,9})", re.IGNORECASE)


def runs(
    *,
    report: Annotated[str, typer.Argument(help="Only this report's, such as SB-12.")] = "",
    stage: Annotated[Stage | None, typer.Option(help="Only this stage's.")] = None,
    since: Annotated[str, typer.Option(help="From this day (2026-11-01) or for this long (24h, 7d).")] = "",
    by: Annotated[RollUp | None, typer.Option("--totals", help="Sum them up by this.")] = None,
    steps: Annotated[bool, typer.Option("--steps", help="List what the tools did, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Show every run: turns, tools, tokens, estimated cost, time, and why it stopped. The last 7 days, or --since."""
    if by is not None and steps:
        raise BadSettings("--totals sums runs up and --steps lists what each did: leave out one of them.")
    store = open_store(read_settings().database)
    try:
        found = _found(store, report, stage, since)
        if by is not None:
            _sum_up(totals(found, by), by, as_json=as_json)
        else:
            _list(store, found if report else found[:_LISTED], steps=steps, as_json=as_json)
            if not report and len(found) > _LISTED and not as_json:
                typer.echo(f"{len(found) - _LISTED} older ones are left out; name a report, or a --stage.")
    finally:
        store.close()


def _found(store: Store, report: str, stage: Stage | None, since: str) -> list[RunSeen]:
    moment = moment_of(since, now()) if since else None
    of = stage.value if stage is not None else ""
    if not report:
        return store.runs.all(stage=of, since=moment or now() - _LATELY)
    named = _REF.fullmatch(report.strip())
    if named is None:
        raise BadSettings(f"{report!r} is no report; name one such as SB-12.")
    report_id = store.reports.get(int(named[1])).id or 0
    return store.runs.of_report(report_id, stage=of, since=moment)


def _list(store: Store, found: Sequence[RunSeen], *, steps: bool, as_json: bool) -> None:
    done = [store.runs.uses(run.key) if steps and run.tool_calls else [] for run in found]  # a decision shares a key
    if as_json:
        shown = [
            {
                **run.model_dump(mode="json"),
                "strand": run.strand,
                **({"steps": [use.model_dump(exclude={"id", "run"}) for use in uses]} if steps else {}),
            }
            for run, uses in zip(found, done, strict=True)
        ]
        typer.echo(json.dumps({"runs": shown}, ensure_ascii=False))
        return
    _show(_LISTING, [Row(_listed(run), [_step(use) for use in uses]) for run, uses in zip(found, done, strict=True)])


def _sum_up(sums: Sequence[Total], by: RollUp, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"by": by.value, "totals": [each.model_dump() for each in sums]}, ensure_ascii=False))
        return
    table = Table((by.value, "runs", *_USED), _LEAVING, by.value)
    _show(table, [Row((_plain(each.name or "not known"), str(each.runs), *_used(each))) for each in sums])


_USED = ("turns", "tools", "input", "cached", "output", "cost", "time")
_LEAVING = ("cached", "input", "output", "tools", "time", "turns")
_WHY = "why it stopped"
_LISTING = Table(("began (UTC)", "report", "stage", *_USED, "model", _WHY), ("model", *_LEAVING), _WHY)


def _show(table: Table, rows: Sequence[Row]) -> None:
    """Print it; where no terminal shows it, whole, a line a row."""
    if not rows:
        typer.echo("Nothing was done in that time.")
        return
    for line in table.lines(rows, shutil.get_terminal_size().columns if sys.stdout.isatty() else None):
        typer.echo(line)


def _listed(run: RunSeen) -> tuple[str, ...]:
    began = run.began_at.astimezone(dt.UTC).strftime("%m-%d %H:%M:%S")
    name = f"SB-{run.report_id}" if run.report_id else "—"
    stage = f"  strand {run.strand}" if run.strand else run.stage
    return began, name, stage, *_used(run), _plain(", ".join(run.models)) or "—", _plain(_end(run))


def _end(run: RunSeen) -> str:
    """How it ended; also in its own words, unless it simply came to its end."""
    if run.outcome is None:
        return "goes on" if _is_open(run) else run.why
    outcome = run.outcome.value.replace("_", " ")
    is_plain = not run.why or (run.outcome is Outcome.FINISHED and run.why.endswith(DONE))
    return outcome if is_plain else f"{outcome}: {run.why}"


def _step(use: ToolUse) -> str:
    return _plain(f"  {use.turn}. {use.line or use.tool}{' (it failed)' if use.failed else ''}")


def _used(run: RunSeen | Total) -> list[str]:
    faults = f" ({run.tool_faults} failed)" if run.tool_faults else ""
    tokens = [f"{number:,}" for number in (run.input_tokens, run.cached_tokens, run.output_tokens)]
    return [str(run.turns), f"{run.tool_calls}{faults}", *tokens, _cost(run), span(run.seconds)]


def _cost(run: RunSeen | Total) -> str:
    """What it cost; at most, while something is put aside for a call without an answer yet."""
    return f"{'≤ ' if run.reserved_usd else ''}${run.usd:.4f}"


def _is_open(run: RunSeen) -> bool:
    """Whether it is an agent's run that has not ended."""
    return run.ended_at is None and run.stage in AGENTS


def _plain(text: str) -> str:
    """Foreign words, without anything that a terminal would obey."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= _WORDS else f"{shown[: _WORDS - 1]}…"
