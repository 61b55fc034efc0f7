"""The signals of a report: one message that grows as they join."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.actions import Action, Picked
from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.parts import Link, Moment, Piece, Room, Words, bold
from bot.views.scene import Scene
from bot.views.words import as_written, plural, source_name, title_of, with_refs
from storage.groups import CorrectionKind
from storage.records import Signal
from storage.status import CLOSED

_LISTED = 12
_QUOTED = 5  # the first, and the latest ones
_QUOTE = 600
_REASON = 280


def evidence(scene: Scene) -> Drawing:
    """Every signal with its link, some of them quoted."""
    signals = scene.signals
    listed = signals if len(signals) <= _LISTED else (signals[0], *signals[1 - _LISTED :])
    quoted = {signal.id for signal in (*listed[:1], *listed[1 - _QUOTED :])}
    blocks: list[Block] = [parts.paragraph(bold("What was reported"))]
    for signal in listed:
        blocks.append(parts.paragraph(*_line(signal)))
        if signal.id in quoted:
            blocks.append(parts.preformatted(as_written(signal.body or signal.title, signal), _QUOTE))
            blocks += _why_here(scene, signal)
    if left_out := scene.snapshot.gathered.total - len(listed):
        blocks.append(
            parts.context(
                f"{plural(left_out, 'more signal')} not shown: older, deleted, held, or from a private channel."
            )
        )
    if erased := scene.snapshot.gathered.erased:
        blocks.append(parts.context(_erased(scene, erased)))
    if not signals:
        blocks.append(parts.context(_nothing(scene)))
    elif scene.report.status not in CLOSED:
        blocks.append(_asked(scene))
    return Drawing("evidence", f"What was reported: {plural(scene.shown, 'signal')}", blocks)


def _erased(scene: Scene, many: int) -> str:
    """Why words are gone. A closed report's go by themselves when they are old."""
    old = ", or are older than words are kept" if scene.report.status in CLOSED else ""
    deleted = "it was deleted where it was reported" if many == 1 else "they were deleted where they were reported"
    return f"The words of {plural(many, 'signal')} are gone, because {deleted}{old}."


def _asked(scene: Scene) -> Block:
    """Why is this here, and what if it should not be?"""
    value = Picked(report_id=scene.report_id).json_text
    asked = [parts.button("Why are these here?", Action.WHY, value)]
    if scene.shown > 1:
        asked.append(parts.button("Split…", Action.SPLIT, value))
    return parts.buttons(*asked)


def _nothing(scene: Scene) -> str:
    heir = scene.snapshot.heir
    return "No signal of it may be shown." if heir is None else f"Its signals are in {heir.ref} now."


def _line(signal: Signal) -> list[Piece]:
    line: list[Piece] = [bold(source_name(signal.source), 60), "  ", Link(signal.url, title_of(signal)[:180])]
    if signal.source == "slack":
        line += ["  in ", Room(signal.channel)]
    elif signal.author:
        line += ["  by ", Words(signal.author, limit=80)]
    line += [", ", Moment(signal.happened_at)]
    if signal.reach > 1:
        line.append(f", met by {signal.reach:,}")
    return line


def _why_here(scene: Scene, signal: Signal) -> list[Block]:
    """What brought it to a report that was there before: people, or a judgment."""
    brought = [each for each in scene.snapshot.corrections if signal.id in each.signals and not each.undone_by]
    last = next((each for each in reversed(brought) if each.other_id == scene.report_id), None)
    if last is not None:
        merged = last.kind is CorrectionKind.MERGE
        how = f"merged SB-{last.report_id} into this" if merged else f"split this off SB-{last.report_id}"
        return [parts.context(f"Here because a person {how}.")]
    grouping = signal.grouping
    if grouping is None or grouping.candidate is None:
        return []
    near = [scene.report, *([scene.snapshot.regression_of] if scene.snapshot.regression_of else [])]
    reason = with_refs(grouping.reason, {each.subject: each.ref for each in reversed(near)})
    return [parts.context(f"Here because: {reason[:_REASON]}")]
