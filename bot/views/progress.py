"""What the bot is doing, and what it found out about the cause: one message, edited."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.actions import Action, Choice, Picked
from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.parts import Moment, Piece, Sign, Words, bold, code
from bot.views.scene import Scene
from bot.views.words import SIGNS, timeline
from storage.judgments import Confidence, Evidence, Finding, Research, Standing
from storage.status import Status

_SURE = {
    Confidence.REPRODUCED: "I saw it happen here",
    Confidence.INFERRED: "it follows from the code cited",
    Confidence.GUESSED: "this is a guess",
}
_NOW = {Status.AWAITING_RESEARCH: "Looking for the cause", Status.AWAITING_FIX: "Writing the fix and proving it"}


def progress(scene: Scene) -> Drawing | None:
    """Nothing before research began."""
    found = scene.report.research
    if found is None and not any(entry.after is Status.AWAITING_RESEARCH for entry in scene.moves):
        return None
    blocks: list[Block] = []
    if scene.report.status in _NOW:
        doing = _NOW[scene.report.status]
        blocks.append(
            parts.paragraph(Sign(SIGNS[scene.report.status]), f" {doing}, since ", Moment(scene.report.since), ".")
        )
    if found is not None:
        blocks += _found(found)
    if steps := timeline(scene):
        blocks.append(parts.paragraph(bold("So far")))
        blocks.append(parts.bullets(steps))
    blocks.append(parts.buttons(*_buttons(scene)))
    return Drawing("progress", found.headline if found else "Looking for the cause", blocks)


def _buttons(scene: Scene) -> list[ButtonElement]:
    pressed = [parts.button("How I got here", Action.HOW, Picked(report_id=scene.report_id).json_text)]
    if scene.report.status in _NOW:
        pressed.append(parts.button("Stop", Action.STOP, Choice(report_id=scene.report_id).json_text))
    return pressed


def _found(found: Research) -> list[Block]:
    blocks: list[Block] = [
        parts.paragraph(bold(found.headline, 300)),
        parts.paragraph(Words(found.cause or "The cause is not known yet.", limit=1_500)),
    ]
    if found.findings:
        blocks.append(parts.bullets([_claim(finding) for finding in found.findings[:5]]))
    rejected = [each for each in found.hypotheses if each.standing is Standing.REJECTED]
    blocks += [parts.context(f"Ruled out: {each.statement} {each.why}"[:600]) for each in rejected[:3]]
    blocks.append(
        parts.context(
            f"How sure: {_SURE[found.confidence]}. {found.priority.value}: {found.priority_reason}"[:600],
            *(
                (f"I would change my mind if: {found.would_change_my_mind}"[:400],)
                if found.would_change_my_mind
                else ()
            ),
        )
    )
    return blocks


def _claim(finding: Finding) -> list[Piece]:
    line: list[Piece] = [Words(finding.claim, limit=300)]
    for place in dict.fromkeys(_where(evidence) for evidence in finding.evidence[:3]):
        line += [" ", code(place)]
    return line


def _where(evidence: Evidence) -> str:
    return f"{evidence.where}:{evidence.line}" if evidence.line is not None else evidence.where
