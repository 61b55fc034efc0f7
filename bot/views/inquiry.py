"""What people ask about a report, and what they are answered. Pure.

That a question is taken is said by a sign on it; the answer is a message of its own, since people hear of no edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from slack_sdk.models.blocks import Block

from agents.mentions import legible
from bot.views import parts
from bot.views.cited import claimed, with_people
from bot.views.drawing import Drawing, Effect, Reaction
from bot.views.parts import Mention, Piece, Words, bold
from bot.views.scene import Scene, spot_of
from bot.views.words import plural
from storage.inquiries import Inquiry, InquiryStatus, Reply
from storage.status import CLOSED, Status

_TAKEN = "eyes"
_LEFT = "What I had to say to the question itself rested on what does not hold, so it is left out. What else I found:"
_NOTHING_LEFT = "What I had to say rested on citations that do not hold, so it is left out."
_ASKED = 160  # characters of a question that are repeated
_CHANGED_NOTHING = {
    Status.AWAITING_APPROVAL: "to change the plan, an approver says how, without a question mark.",
    Status.AWAITING_ANSWER: "my own question is still open, for an approver to answer without a question mark.",
    **dict.fromkeys(
        (Status.AWAITING_RESEARCH, Status.AWAITING_FIX, Status.STUCK),
        "what an approver says without a question mark is kept for the next try.",
    ),
}  # where an approver's words guide


def inquiries(scene: Scene) -> Iterator[Effect]:
    """The signs that questions are taken, and the answers."""
    for asked in scene.snapshot.inquiries:
        if (on := spot_of(asked.message)) is not None and asked.status is not InquiryStatus.WITHDRAWN:
            yield Reaction(f"asked:{asked.id}", on, _TAKEN)
        yield _waits(asked)
        if (told := _told(scene, asked)) is not None:
            yield told


def _told(scene: Scene, asked: Inquiry) -> Drawing | None:
    name = f"inquiry:{asked.id}"
    match asked.status:
        case InquiryStatus.WITHDRAWN:
            gone = parts.paragraph(Words("This answered a question that was deleted.", italic=True))
            return Drawing(name, "A deleted question", [gone], past=True)
        case InquiryStatus.WAITING:
            return None
        case _ if asked.reply is None:
            why = Words(asked.sentence or "The words of this are forgotten.", limit=600)
            return Drawing(name, "A question without an answer", [parts.paragraph(*_lead(asked), why)])
        case _:
            return Drawing(name, _said(asked.reply), [*_answer(scene, asked, asked.reply), *_small(scene, asked.reply)])


def _waits(asked: Inquiry) -> Drawing:
    """That it cannot be answered yet; the answer is no edit of that."""
    name = f"inquiry:{asked.id}:waits"
    if asked.status is not InquiryStatus.WAITING or not asked.trouble:
        gone = asked.status is InquiryStatus.WITHDRAWN
        what = "was deleted." if gone else "could not be looked up at once. What became of it stands below."
        over = parts.paragraph(Words(f"A question {what}", italic=True))
        return Drawing(name, "A question waited", [over], past=True)
    why = Words(asked.trouble, limit=500)
    waits = parts.paragraph(*_lead(asked), "I cannot look it up yet, and try again by myself: ", why)
    return Drawing(name, "A question waits", [waits])


def _lead(asked: Inquiry) -> list[Piece]:
    """To whom this is said, and to which question."""
    words = " ".join(legible(asked.words).split())
    words = words if len(words) <= _ASKED else f"{words[: _ASKED - 1]}…"
    quote: list[Piece] = [Words(f"“{words}”", italic=True, limit=_ASKED + 2), " "] if words else []
    return [Mention(asked.asked_by), " ", *quote]


def _answer(scene: Scene, asked: Inquiry, reply: Reply) -> list[Block]:
    blocks: list[Block] = [parts.paragraph(*_lead(asked))]
    first, others = (reply.claims[:1], reply.claims[1:]) if not reply.lead_dropped else ((), reply.claims)
    blocks += [parts.paragraph(*claimed(each, scene)) for each in first]
    if reply.lead_dropped:
        blocks.append(parts.paragraph(Words(_LEFT if others else _NOTHING_LEFT, italic=True)))
    if others:
        blocks.append(parts.bullets([claimed(each, scene) for each in others]))
    if reply.unknown.strip():
        lead = bold("Not known  ") if reply.claims or reply.lead_dropped else bold("I do not know.  ")
        blocks.append(parts.written(reply.unknown, 600, lead, said=partial(with_people, scene=scene)))
    return blocks


def _small(scene: Scene, reply: Reply) -> list[Block]:
    lines = []
    if lost := reply.citations_dropped:
        was = "was" if lost == 1 else "were"
        lines.append(f"{lost} of {plural(reply.citations_made, 'citation')} did not hold and {was} left out.")
    if (how := _CHANGED_NOTHING.get(scene.report.status)) is not None:
        lines.append(f"This changed nothing: {how}")
    elif scene.report.status in CLOSED:
        lines.append(
            f"{scene.report.ref} is {scene.report.status.value}. Did it come back? /investigate looks at it again."
        )
    return [parts.context(*lines)] if lines else []


def _said(reply: Reply) -> str:
    return reply.claims[0].claim if reply.claims and not reply.lead_dropped else reply.unknown or _LEFT
