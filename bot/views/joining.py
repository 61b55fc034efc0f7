"""Once somebody has approved a plan that several have to approve: who else may. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.people.quorum import Quorum
from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.parts import Mention, Piece, Sign, bold
from bot.views.scene import Scene
from storage.records import ShownPlan
from storage.status import Status

_NOBODY = "No approval of the plan counts any more."
NAMED = 4  # approvers that are told by name; more would be noise


def another_yes(scene: Scene, shown: ShownPlan) -> Drawing | None:
    """One message after the first yes, so that those who have to join hear of it; later ones are edited in."""
    stands = scene.quorum(shown)
    name = f"another:{shown.revision}"
    if stands.needed <= 1:
        return None
    waits = scene.report.status is Status.AWAITING_APPROVAL and shown.revision == scene.report.plan_revision
    if not stands.given:  # whoever had approved it left the policy, or had done so ahead and that lapsed
        return Drawing(name, _NOBODY, [parts.paragraph(_NOBODY)], past=True) if waits else None
    if not waits or not stands.has_begun:
        line: list[Piece] = [*names(stands.given, " and "), " approved the plan."]
        return Drawing(name, "Who approved the plan", [parts.paragraph(*line)], past=True)
    text = f"{missing_words(stands)} the plan."
    line = [Sign("raised_hand"), " ", *names(stands.given, " and "), " approved the plan. ", bold(f"{text} ")]
    return Drawing(name, text, [parts.paragraph(*line, *_who_may(stands))])


def _who_may(stands: Quorum) -> list[Piece]:
    """The sentence that names them: all of those who are left, where that many are needed."""
    if len(stands.others) <= min(stands.missing, NAMED):
        return ["That is left to ", *names(stands.others, " and "), "."]
    return [*some(stands.others), " may."]


def missing_words(stands: Quorum) -> str:
    """How many more, as the beginning of a sentence."""
    return (
        "One more approver has to approve"
        if stands.missing == 1
        else f"{stands.missing} more approvers have to approve"
    )


def some(people: Sequence[str]) -> list[Piece]:
    """A few of these people by name, and how many more there are."""
    if len(people) <= NAMED:
        return names(people, " or ")
    return [*names(people[: NAMED - 1], ", "), f" or one of {len(people) - NAMED + 1} others"]


def needed(left: Sequence[str], missing: int) -> list[Piece]:
    """So many of these people."""
    if len(left) > NAMED:
        return [f"{'One' if missing == 1 else missing} of {len(left)} approvers"]
    if missing >= len(left):
        return names(left, " and ")
    return names(left, " or ") if missing == 1 else [f"{missing} of these: ", *names(left, ", ")]


def names(people: Iterable[str], between: str) -> list[Piece]:
    """Each is mentioned."""
    pieces: list[Piece] = []
    for user_id in people:
        pieces += [between, Mention(user_id)] if pieces else [Mention(user_id)]
    return pieces
