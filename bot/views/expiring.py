"""A plan that is about to expire: how long it still waits, and for whom. Pure."""

from __future__ import annotations

import datetime as dt

from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.joining import NAMED, needed
from bot.views.parts import Mention, Moment, Piece, Sign, Words, bold
from bot.views.scene import Scene
from bot.views.words import span
from storage.records import ShownPlan
from storage.status import Status


def expiring(scene: Scene, shown: ShownPlan) -> Drawing | None:
    """One message that mentions who may decide, in the last quarter of the plan's time."""
    told, until = scene.snapshot.reminded_at, shown.expires_at
    if told is None or until is None or shown.revision != scene.report.plan_revision:
        return None
    name = f"expiring:{shown.revision}"
    if scene.report.status is not Status.AWAITING_APPROVAL or not scene.approvers:
        past = "The plan was about to expire."
        return Drawing(name, past, [parts.paragraph(Words(past, italic=True))], past=True)
    text = f"The plan expires in {span((until - told).total_seconds())}."
    blocks = [
        parts.paragraph(Sign("hourglass_flowing_sand"), " ", bold(text), " ", *_who(scene, shown), *_until(until)),
        parts.context('Reply "approve" or "not now" here. What expired can be asked again on the card.'),
    ]
    return Drawing(name, text, blocks)


def _who(scene: Scene, shown: ShownPlan) -> list[Piece]:
    """Those who may; of many only who approved one of this repository last, if they still may."""
    stands = scene.quorum(shown)
    pieces = needed(stands.others, stands.missing)
    pieces.append(" has to decide" if stands.missing == 1 else " have to approve it")
    if len(stands.others) > NAMED and scene.snapshot.last_approver in stands.others:
        pieces += ["; ", Mention(scene.snapshot.last_approver), " was the last to approve one here"]
    return pieces


def _until(moment: dt.datetime) -> list[Piece]:
    return [", until ", Moment(moment), "."]
