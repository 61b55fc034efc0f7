"""What was done for one report or for several, run by run, in plain sentences, with what it cost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.parts import Moment, Piece, Words, bold
from bot.views.words import money, plural, span
from storage.calling import called
from storage.judgments import Outcome
from storage.records import Report
from storage.run_rows import ToolUse
from storage.runs import RunSeen

RUNS = 5  # the newest
_FIRST, _LAST = 15, 30  # lines of a run; what is between them is left out
_STRANDS = 8  # of all runs together
_FIRST_OF_STRAND, _LAST_OF_STRAND = 4, 8
_DOING = {"research": "Looking for the cause", "fix": "Writing the fix", "inquire": "Answering a question"}
_BROKEN = frozenset({Outcome.FAILED})


@dataclass(frozen=True)
class Told:
    """An agent's run and what its tools did, in order; with the strands in which it had causes looked into."""

    run: RunSeen
    uses: Sequence[ToolUse]
    strands: Sequence[Told] = ()


def how(report: Report, told: Sequence[Told]) -> list[Block]:
    """The first ones, in the order given."""
    blocks: list[Block] = [parts.paragraph(bold(f"{report.ref} "), Words(called(report), limit=200))]
    if not told:
        blocks.append(parts.paragraph("Nothing was looked into yet, or it is older than these notes."))
    room = _STRANDS
    for each in told[:RUNS]:
        blocks += _run(each, each.strands[:room])
        room = max(0, room - len(each.strands))
    if (left_out := len(told) - RUNS) > 0:
        blocks.append(parts.context(f"{plural(left_out, 'earlier run')} not shown."))
    return blocks


def lately(found: Sequence[tuple[Report, RunSeen]]) -> list[Block]:
    """The runs of any reports, in the order given, without their steps; where the rest is."""
    blocks: list[Block] = []
    for report, run in found:
        head: list[Piece] = [bold(f"{report.ref} "), Words(called(report), limit=200)]
        doing: list[Piece] = [_DOING.get(run.stage, run.stage), ", ", Moment(run.began_at), ". ", *_end(run)]
        blocks += [parts.paragraph(*head), parts.paragraph(*doing), parts.context(_used(run))]
    return [
        *blocks,
        parts.context("“How I got here” in a report's thread shows the steps; `signalbox runs` in a shell, all runs."),
    ]


def _run(told: Told, strands: Sequence[Told]) -> list[Block]:
    run = told.run
    head: list[Piece] = [bold(_DOING.get(run.stage, run.stage)), ", ", Moment(run.began_at)]
    blocks: list[Block] = [parts.paragraph(*head), parts.context(_used(run))]
    blocks += _lines(told.uses, _FIRST, _LAST)
    for strand in strands:
        blocks += _strand(strand)
    if left_out := len(told.strands) - len(strands):
        blocks.append(parts.context(f"{plural(left_out, 'possible cause')} that it had looked into not shown."))
    return [*blocks, parts.paragraph(*_end(run))]


def _strand(told: Told) -> list[Block]:
    """One possible cause that was looked into beside others."""
    head: list[Piece] = [bold(f"Possible cause {told.run.strand}"), " — ", *_end(told.run)]
    shown = _lines(told.uses, _FIRST_OF_STRAND, _LAST_OF_STRAND)
    return [parts.paragraph(*head), *shown, parts.context(_used(told.run))]


def _lines(uses: Sequence[ToolUse], first: int, last: int) -> list[Block]:
    lines = [_line(use) for use in uses]
    if len(lines) > first + last:
        middle: list[Piece] = [f"… {len(lines) - first - last} more …"]
        lines = [*lines[:first], middle, *lines[-last:]]
    return [parts.bullets(lines)] if lines else []


def _used(run: RunSeen) -> str:
    models = ", ".join(run.models)
    looks = f", {plural(run.tool_calls, 'step')}" if run.tool_calls else ""
    read = run.input_tokens + run.cached_tokens
    tokens = f"{read:,} tokens read ({run.cached_tokens:,} of them from the cache), {run.output_tokens:,} written"
    asked = f" by {models}" if models else ""
    cost = f"{'at most' if run.reserved_usd else 'about'} {money(run.usd)}"
    return f"{plural(run.turns, 'turn')}{asked}{looks} · {span(run.seconds)} · {cost} · {tokens}"


def _line(use: ToolUse) -> list[Piece]:
    said = use.line[:1].upper() + use.line[1:] if use.line else "What this was asked is erased"
    return [Words(said, limit=200), " — that did not work" if use.failed else ""]


def _end(run: RunSeen) -> list[Piece]:
    if run.outcome is None:
        return ["It goes on."]
    how_it_ended = "It broke off: " if run.outcome in _BROKEN else "Then it stopped: "
    return [how_it_ended, Words(run.why or run.outcome.value.replace("_", " "), italic=True, limit=500)]
