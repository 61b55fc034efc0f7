"""How I got here: what was done for a report, run by run, in plain sentences, with what it cost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.parts import Moment, Piece, Words, bold
from bot.views.words import money, plural, span
from storage.judgments import Outcome
from storage.records import Report
from storage.run_rows import ToolUse
from storage.runs import RunSeen

RUNS = 5  # the newest
_FIRST, _LAST = 15, 30  # lines of a run; what is between them is left out
_DOING = {"research": "Looking for the cause", "fix": "Writing the fix"}
_BROKEN = frozenset({Outcome.FAILED})


@dataclass(frozen=True)
class Told:
    """An agent's run and what its tools did, in order."""

    run: RunSeen
    uses: Sequence[ToolUse]


def how(report: Report, told: Sequence[Told]) -> list[Block]:
    """Newest first."""
    blocks: list[Block] = [parts.paragraph(bold(f"{report.ref} "), Words(report.title, limit=200))]
    if not told:
        blocks.append(parts.paragraph("Nothing was looked into yet, or it is older than these notes."))
    for each in told[:RUNS]:
        blocks += _run(each)
    if (left_out := len(told) - RUNS) > 0:
        blocks.append(parts.context(f"{plural(left_out, 'earlier run')} not shown."))
    return blocks


def _run(told: Told) -> list[Block]:
    run = told.run
    head: list[Piece] = [bold(_DOING.get(run.stage, run.stage)), ", ", Moment(run.began_at)]
    blocks: list[Block] = [parts.paragraph(*head), parts.context(_used(run))]
    lines = [_line(use) for use in told.uses]
    if len(lines) > _FIRST + _LAST:
        middle: list[Piece] = [f"… {len(lines) - _FIRST - _LAST} more …"]
        lines = [*lines[:_FIRST], middle, *lines[-_LAST:]]
    blocks += [parts.bullets(lines)] if lines else []
    return [*blocks, parts.paragraph(*_end(run))]


def _used(run: RunSeen) -> str:
    models = ", ".join(run.models)
    looks = f", {plural(run.tool_calls, 'step')}" if run.tool_calls else ""
    read = run.input_tokens + run.cached_tokens
    tokens = f"{read:,} tokens read ({run.cached_tokens:,} of them from the cache), {run.output_tokens:,} written"
    asked = f" by {models}" if models else ""
    return f"{plural(run.turns, 'turn')}{asked}{looks} · {span(run.seconds)} · about {money(run.usd)} · {tokens}"


def _line(use: ToolUse) -> list[Piece]:
    said = use.line[:1].upper() + use.line[1:] if use.line else "What this was asked is erased"
    return [Words(said, limit=200), " — that did not work" if use.failed else ""]


def _end(run: RunSeen) -> list[Piece]:
    if run.outcome is None:
        return ["It goes on."]
    how_it_ended = "It broke off: " if run.outcome in _BROKEN else "Then it stopped: "
    return [how_it_ended, Words(run.why or run.outcome.value.replace("_", " "), italic=True, limit=500)]
