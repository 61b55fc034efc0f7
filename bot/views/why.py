"""Why is this here? Each signal's placement in plain sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.parts import Link, Mention, Moment, Piece, Words, bold
from bot.views.words import plural, source_name, title_of, with_refs
from storage.groups import Correction, CorrectionKind, Placement, Route, Weighed
from storage.records import Report, Signal
from storage.status import CLOSED

MOST = 8  # signals that are explained; four blocks each
_RIVALS = 3
_ROUTES = {
    Route.KEY: "by an exact key",
    Route.NAME: "by its name in the signal",
    Route.TEXT: "by its words",
    Route.QUERY_VECTOR: "by the meaning of what I looked for",
    Route.SIGNAL_VECTOR: "by the meaning of the whole",
}


@dataclass(frozen=True)
class Why:
    """A report's signals with their placements; `titles` of the reports that were candidates, as they are now."""

    report: Report
    signals: Sequence[Signal]  # of those that may be shown here the newest, oldest first
    shown: int  # how many may be shown
    placements: Mapping[int, Placement]
    corrections: Sequence[Correction]
    titles: Mapping[int, str]


def why(told: Why) -> list[Block]:
    """Newest first, and only so many: the first ones are in the evidence too."""
    shown = list(reversed(told.signals))[:MOST]
    blocks: list[Block] = [parts.header(f"Why these signals are in {told.report.ref}")]
    for signal in shown:
        blocks += _signal(signal, told)
    if not shown:
        blocks.append(parts.paragraph("There is no signal in it that may be shown here."))
    if (left_out := told.shown - len(shown)) > 0:
        blocks.append(parts.context(f"{plural(left_out, 'older signal')} not explained here."))
    return blocks


def _signal(signal: Signal, told: Why) -> list[Block]:
    head: list[Piece] = [bold(source_name(signal.source), 60), "  ", Link(signal.url, title_of(signal)[:160])]
    blocks: list[Block] = [parts.paragraph(*head)]
    placement = told.placements.get(signal.id or 0)
    moved = _moved(signal, told)
    if moved is not None:
        blocks.append(parts.paragraph(*moved))
    if placement is None:
        if moved is None:
            blocks.append(
                parts.paragraph("How it was placed is not kept: its words are gone, or it is older than that.")
            )
        return blocks
    blocks.append(parts.paragraph(*_decided(placement, moved=moved is not None)))
    if lines := _rivals(placement, signal, told):
        blocks.append(parts.bullets(lines))
    if small := _small(placement):
        blocks.append(parts.context(small))
    return blocks


def _moved(signal: Signal, told: Why) -> list[Piece] | None:
    """The sentence about the person who brought it here."""
    mine = [each for each in told.corrections if signal.id in each.signals and not each.undone_by]
    here = [each for each in mine if each.other_id == told.report.id]
    if not here:
        return None
    last = here[-1]
    how = (
        f" merged SB-{last.report_id} into it, "
        if last.kind is CorrectionKind.MERGE
        else f" split SB-{last.report_id}, "
    )
    return ["It is here because ", Mention(last.by), how, Moment(last.at), "."]


def _decided(placement: Placement, *, moved: bool) -> list[Piece]:
    considered = placement.considered
    refs = {each.subject: f"SB-{each.report_id}" for each in considered.candidates}
    when: list[Piece] = ["Before that, " if moved else "", Moment(placement.at), ": "]
    if placement.opened:
        did = f"it opened SB-{placement.report_id}. " if moved else "it opened this report. "
    else:
        did = f"it joined SB-{placement.report_id}. " if moved else "it joined. "
    candidates = plural(len(considered.candidates), "candidate")
    if considered.refused:
        asked = f"{considered.judge} was asked to compare {candidates}"
        who = f"{asked} and refused, so a rule decided that it stands alone: "
    elif considered.judge:
        were = "was" if len(considered.candidates) == 1 else "were"
        who = f"{candidates} {were} compared by {considered.judge}: "
    elif considered.candidates and not placement.opened:
        who = "Nobody had to judge: "
    else:
        who = ""
    return [*when, did, who, Words(with_refs(placement.reason, refs), italic=True, limit=400)]


def _rivals(placement: Placement, signal: Signal, told: Why) -> list[list[Piece]]:
    """The one it joined, what is named and the likeliest of the others, and how each was found."""
    every = placement.considered.candidates
    ranked = sorted(every, key=lambda each: (each.report_id != placement.report_id, *_behind(each)))
    return [_rival(each, placement, signal, told) for each in ranked[:_RIVALS]]


def _behind(each: Weighed) -> tuple[bool, bool, float, float]:
    return not each.shared_keys, Route.NAME not in each.ranks, -each.likelihood, -each.score


def _verdict(each: Weighed, placement: Placement, signal: Signal) -> Words:
    """A report that was closed may be the same problem and yet not take the signal; nor one that was merged away."""
    taken = [one for one in placement.considered.candidates if one.report_id == placement.report_id]
    if taken and not placement.opened:
        return bold("Chosen: ") if each in taken else Words("Not chosen: ")
    if signal.grouping is None or signal.grouping.candidate != each.subject:
        return Words("Not chosen: ")
    return bold("The same problem, but it was closed: " if each.status in CLOSED else "Chosen, and merged away since: ")


def _rival(each: Weighed, placement: Placement, signal: Signal, told: Why) -> list[Piece]:
    found = [f"{_ROUTES[route]} (place {rank})" for route, rank in sorted(each.ranks.items(), key=lambda one: one[1])]
    name = f"SB-{each.report_id} {told.titles.get(each.report_id, '')}".strip()
    line: list[Piece] = [_verdict(each, placement, signal), Words(name, limit=120)]
    line.append(f", {each.likelihood:.0%} likely by words and labels, similarity {each.similarity:.2f}")
    if found:
        line.append(f"; found {', '.join(found)}")
    return line


def _small(placement: Placement) -> str:
    queries = " · ".join(placement.considered.queries)
    return f"I looked for: {queries}"[:600] if queries else ""
