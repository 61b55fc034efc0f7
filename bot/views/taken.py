"""Who works on a report: on its card, in its thread, and beside what it waits for. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement

from bot.actions import Action, Choice
from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.parts import Mention, Moment, Piece, Sign, bold
from bot.views.scene import Scene
from storage.records import Entry
from storage.status import Status
from storage.taking import LetGo, Taking

SIGN = "bust_in_silhouette"
_FREE = frozenset({Status.GATHERING, Status.AWAITING_RESEARCH, Status.AWAITING_ANSWER, Status.AWAITING_APPROVAL,
                   Status.STUCK})  # fmt: skip
_BEGUN = (Status.AWAITING_APPROVAL, Status.AWAITING_FIX)


def has_it(scene: Scene) -> Taking | None:
    """Who works on it."""
    latest = scene.snapshot.takings[-1] if scene.snapshot.takings else None
    return latest if latest is not None and latest.ended_at is None else None


def on_card(scene: Scene) -> list[Block]:
    """Who works on it, and since when."""
    taking = has_it(scene)
    return [parts.paragraph(Sign(SIGN), " ", *_has(taking), ", since ", Moment(taking.since), ".")] if taking else []


def button(scene: Scene) -> list[ButtonElement]:
    """To take it, where a person may still be quicker than we are; to let it go."""
    value = Choice(report_id=scene.report_id).json_text
    if has_it(scene) is not None:
        return [parts.button("Let go", Action.RELEASE, value)]
    return [parts.button("I take this", Action.TAKE, value)] if scene.report.status in _FREE else []


def taken(scene: Scene) -> Iterator[Drawing]:
    """A message for each time that somebody had it, and one for them when a fix begins all the same."""
    for taking in scene.snapshot.takings:
        yield _taken(taking)
        if (begun := _begun_beside(scene, taking)) is not None:
            yield _beside(taking, begun)


def _taken(taking: Taking) -> Drawing:
    if taking.ended_at is not None:
        line: list[Piece] = [Sign(SIGN), " ", Mention(taking.by), " had this from ", Moment(taking.since), " until ",
                             Moment(taking.ended_at), *_why(taking)]  # fmt: skip
        return Drawing(f"taken:{taking.id}", "Somebody had this.", [parts.paragraph(*line)], past=True)
    given: list[Piece] = [", given by ", Mention(taking.given_by)] if taking.given_by else []
    blocks = [
        parts.paragraph(Sign(SIGN), " ", *_has(taking), *given, "."),
        parts.context(
            "Nobody else is reminded of it, and no standing approval begins a fix. An approver may still approve a "
            "plan. “release this” to me here, or Let go on the card, ends it."
        ),
    ]
    return Drawing(f"taken:{taking.id}", "Somebody works on this by hand.", blocks)


def _has(taking: Taking) -> list[Piece]:
    return [Mention(taking.by), bold(" works on this by hand")]


def _why(taking: Taking) -> list[Piece]:
    if taking.ended_because is LetGo.RELEASED and taking.ended_by != taking.by:
        return [": ", Mention(taking.ended_by), " let it go for them."]
    return [": ", Mention(taking.ended_by), " gave it on."] if taking.ended_because is LetGo.GIVEN else ["."]


def _begun_beside(scene: Scene, taking: Taking) -> Entry | None:
    """The approval of a plan by somebody else while they had it."""
    until = taking.ended_at
    return next(
        (
            move
            for move in scene.moves
            if (move.before, move.after) == _BEGUN
            and move.at >= taking.since
            and (until is None or move.at < until)
            and move.who != taking.by
        ),
        None,
    )


def _beside(taking: Taking, begun: Entry) -> Drawing:
    words: list[Piece] = [
        Mention(taking.by),
        ", you have this, and ",
        Mention(begun.who),
        " approved the plan: I write ",
    ]
    blocks = [
        parts.paragraph(Sign("warning"), " ", *words, "the fix. “stop” of an approver, or Stop above, ends that.")
    ]
    return Drawing(
        f"beside:{begun.id}", "A fix begins beside who works on this.", blocks, past=taking.ended_at is not None
    )
