"""What became of the problem before: the report that was dismissed, or resolved, and how to have it looked at again."""

from __future__ import annotations

from bot.views.parts import Mention, Piece, Sign, Words
from bot.views.scene import Scene
from bot.views.words import why_dismissed
from storage.records import Entry, Report
from storage.status import Dismissal, Mover, Status

_NOT_PEOPLE = frozenset({Mover.MACHINE, Mover.WORLD, ""})


def came_before(scene: Scene, before: Report) -> list[Piece]:
    """What became of the report that this one follows."""
    if before.status is not Status.DISMISSED:
        return [f"{before.ref} was resolved; this may be the same coming back."]
    first = scene.snapshot.gathered.first
    was = [f"{before.ref} was dismissed", *_by_and_why(before, scene.snapshot.dismissing_move), ". "]
    if first is None or not first.asked_by:
        if before.dismissal is Dismissal.NOT_NOW:
            return [*was, "It was put off until it weighs twice as much, and now it does."]
        if before.dismissal is Dismissal.UNCLEAR:
            return [*was, "More of it came since, so that it weighs twice as much."]
        if before.dismissal is Dismissal.ANALYSIS_WRONG:
            return [*was, "It is still there, so I look for another cause."]
        return [*was, "This may be the same coming back."]
    return [*was, Mention(first.asked_by), " asked to have it looked at again."]


def was_dismissed(scene: Scene) -> list[Piece]:
    """That this report was dismissed, by whom and why, and what to do against it."""
    was = ["It was dismissed", *_by_and_why(scene.report, scene.dismissing_move)]
    return [*was, ". To have it looked at again, ", *_how(scene), "."]


def _how(scene: Scene) -> list[Piece]:
    command: list[Piece] = ["type ", Words("/investigate", code=True), " and what is wrong"]
    emoji = scene.policy.ask_emoji
    return ["react to the message with ", Sign(emoji), ", or ", *command] if emoji else command


def _by_and_why(report: Report, move: Entry | None) -> list[Piece]:
    by: list[Piece] = [] if move is None or move.who in _NOT_PEOPLE else [" by ", Mention(move.who)]
    why = why_dismissed(report) or (move.text if move is not None else "")
    return [*by, ": ", Words(why, italic=True, limit=300)] if why else by
