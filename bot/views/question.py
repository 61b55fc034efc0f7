"""A question to the humans, with its options while it is open."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.actions import Action, Choice
from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.parts import Mention, Sign, Words
from bot.views.scene import Scene
from storage.records import AskedQuestion
from storage.status import Status


def question(scene: Scene, asked: AskedQuestion) -> Drawing:
    """What is asked, why, and who answered what."""
    blocks: list[Block] = [parts.paragraph(Sign("question"), " ", *parts.prose(asked.body.text, 300, bold=True))]
    if asked.body.why:
        blocks.append(parts.context(asked.body.why))
    blocks += _state(scene, asked)
    return Drawing(f"question:{asked.id}", f"A question: {asked.body.text}", blocks)


def _state(scene: Scene, asked: AskedQuestion) -> list[Block]:
    if asked.answered_at is not None:
        answer = Words(asked.answer or "(no words)", limit=500)
        return [parts.paragraph(Mention(asked.answered_by), " answered: ", answer)]
    if scene.report.status is not Status.AWAITING_ANSWER or asked.id != _open_id(scene):
        return [parts.paragraph(Words("This needs no answer any more.", italic=True))]
    options = [
        parts.button(option, Action.ANSWER, _value(scene, asked, number), number=number)
        for number, option in enumerate(asked.body.options)
    ]
    hint = "Press one, or answer in your own words here." if options else "Answer in your own words here."
    return [*([parts.buttons(*options)] if options else []), parts.context(f"{hint} An approver's answer counts.")]


def _value(scene: Scene, asked: AskedQuestion, option: int) -> str:
    return Choice(report_id=scene.report_id, question_id=asked.id or 0, option=option).json_text


def _open_id(scene: Scene) -> int | None:
    return scene.snapshot.question.id if scene.snapshot.question is not None else None
