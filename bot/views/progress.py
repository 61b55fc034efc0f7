"""What the bot is doing, and what it found out about the cause: one message, edited."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.actions import Action, Choice, Picked
from bot.views import how_far, parts
from bot.views.assessed import urgency
from bot.views.cited import QUOTE, brief, claimed, place_of
from bot.views.drawing import Drawing
from bot.views.parts import Moment, Piece, Sign, Words, bold, code
from bot.views.scene import Scene
from bot.views.words import SIGNS, plural, timeline
from storage.judgments import Confidence, Hypothesis, Research, Standing
from storage.status import Status

_SURE = {
    Confidence.REPRODUCED: "I saw it happen here",
    Confidence.INFERRED: "it follows from the code cited",
    Confidence.GUESSED: "this is a guess",
}
_WAS = {True: "was", False: "were"}
_HYPOTHESES = 4
_DOING = 120  # characters
_NOW = {Status.AWAITING_RESEARCH: "Looking for the cause", Status.AWAITING_FIX: "Writing the fix and proving it"}


def progress(scene: Scene) -> Drawing | None:
    """Nothing before research began."""
    found = scene.report.research
    if found is None and not any(entry.after is Status.AWAITING_RESEARCH for entry in scene.moves):
        return None
    blocks: list[Block] = []
    if scene.report.status in _NOW:
        blocks.append(parts.paragraph(Sign(SIGNS[scene.report.status]), " ", *_now(scene)))
    if found is not None:
        blocks += _found(found, scene)
    if steps := timeline(scene):
        blocks.append(parts.paragraph(bold("So far")))
        blocks.append(parts.bullets(steps))
    blocks.append(parts.buttons(*_buttons(scene)))
    return Drawing("progress", found.headline if found else "Looking for the cause", blocks)


def _now(scene: Scene) -> list[Piece]:
    """What it is at since when, how far that is as of a minute ago or so, and what was done last."""
    doing, since = _NOW[scene.report.status], Moment(scene.report.since)
    if scene.snapshot.in_line and not scene.report.note:
        return [f"Next: {doing[0].lower()}{doing[1:]}. It waits for its turn since ", since, "."]
    if scene.snapshot.paused_by:
        return [f"Paused: {doing[0].lower()}{doing[1:]}, since ", since, "."]
    used, going = how_far.so_far(scene), scene.snapshot.going
    last: list[Piece] = ["; last: ", code(going.doing, _DOING)] if going is not None and going.doing else []
    return [f"{doing}, since ", since, ".", *([f" {used}", *last, "."] if used else [])]


def _buttons(scene: Scene) -> list[ButtonElement]:
    pressed = [parts.button("How I got here", Action.HOW, Picked(report_id=scene.report_id).json_text)]
    if scene.report.status in _NOW:
        pressed.append(parts.button("Stop", Action.STOP, Choice(report_id=scene.report_id).json_text))
    return pressed


def _found(found: Research, scene: Scene) -> list[Block]:
    blocks: list[Block] = [
        parts.paragraph(*parts.prose(found.headline, 300, bold=True)),
        parts.written(found.cause or "The cause is not known yet.", 1_500),
    ]
    if found.findings:
        blocks.append(parts.bullets([claimed(finding, scene) for finding in found.findings[:5]]))
    blocks += _reproduction(found)
    blocks += _others(found, scene)
    blocks.append(
        parts.context(
            f"How sure: {_SURE[found.confidence]}."[:600],
            urgency(found),
            *(
                (f"I would change my mind if: {found.would_change_my_mind}"[:400],)
                if found.would_change_my_mind
                else ()
            ),
        )
    )
    if lost := found.citations_dropped:
        blocks.append(
            parts.context(
                f"{lost} of {plural(found.citations_made, 'citation')} did not hold and {_WAS[lost == 1]} left out."
            )
        )
    return blocks


def _reproduction(found: Research) -> list[Block]:
    """How it was seen to happen, or why it was not."""
    if found.confidence is Confidence.REPRODUCED and found.reproduction:
        return [parts.paragraph(bold("Seen with  "), code(found.reproduction, 400))]
    if found.reproduction_not_because:
        return [parts.context(f"Not reproduced: {found.reproduction_not_because}")]
    return []


def _others(found: Research, scene: Scene) -> list[Block]:
    """The causes that it was not, with what speaks against them, and those that nobody could settle."""
    shown = [each for each in found.hypotheses if each.standing is not Standing.SUPPORTED][:_HYPOTHESES]
    return [parts.bullets([_hypothesis(each, scene) for each in shown])] if shown else []


def _hypothesis(hypothesis: Hypothesis, scene: Scene) -> list[Piece]:
    rejected = hypothesis.standing is Standing.REJECTED
    line: list[Piece] = [bold("Ruled out: " if rejected else "Not settled: "), *parts.prose(hypothesis.statement, 300)]
    if hypothesis.why:
        line += [" ", *parts.prose(hypothesis.why, 300, italic=True)]
    evidence = hypothesis.evidence_against if rejected else (*hypothesis.evidence_for, *hypothesis.evidence_against)
    for one in evidence[:2]:
        line += [" ", place_of(one, scene), " ", Words(f"“{brief(one.quote)}”", limit=QUOTE + 2)]
    return line
