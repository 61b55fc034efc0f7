"""Somebody else, or another report of ours, may be at it by now: what was met, and what an approver may do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.parts import Link, Markup, Piece, Sign, bold, code
from bot.views.scene import Scene
from storage.assessment import Doing, Sibling
from storage.calling import called
from storage.in_the_way import InTheWay
from storage.reports.snapshot import After
from storage.status import CLOSED

_LISTED = 5


def what_is_in_the_way(scene: Scene, way: InTheWay) -> list[Block]:
    """The pull requests with their addresses, the other reports, and the ways on."""
    others, blocks = scene.snapshot.siblings, list[Block]()
    for one in way.pull_requests[:_LISTED]:
        blocks += [parts.paragraph(bold("Open  "), Link(one.url, one.what[:150]))]
    blocks += siblings(way.siblings, others)
    said = (
        "An approver presses “Go on”, or replies so: the fix goes on beside what is named here. Once that is closed or "
        "merged, “Look again” sees what is left to do. Dismiss leaves it to them."
    )
    blocks.append(parts.context(said))
    if heir := next((each.report for each in others if _takes(scene, way, each)), None):
        merged = f"If it is one fault: `/signalbox merge {scene.report.ref} into {heir.ref}` leaves it to {heir.ref}."
        blocks.append(parts.context(Markup(merged)))
    return blocks


def siblings(told: Sequence[Sibling], others: Iterable[After]) -> list[Block]:
    """Other reports that change the same lines, by the names that they have now; none that may not be told of here."""
    known = {each.report.id: each for each in others}
    blocks: list[Block] = []
    for one in [each for each in told if each.report_id in known][:_LISTED]:
        there = known[one.report_id]
        if one.doing is Doing.PLANS and there.report.status in CLOSED:
            continue
        name = f"{one.ref}: {called(there.report)}"[:150]
        lead: list[Piece] = [Sign("construction"), " ", bold("It may be the same fault. "), Link(there.address, name)]
        at: Piece = Link(one.url, " has a pull request open on") if one.url else f" {one.doing}"
        blocks.append(parts.paragraph(*lead, at, " the same lines of ", code(", ".join(one.files)), "."))
    return blocks


def _takes(scene: Scene, way: InTheWay, other: After) -> bool:
    """Whether the report may be merged into it: both are seen by the same people."""
    alike = other.report.visibility is scene.report.visibility and other.report.status not in CLOSED
    return alike and any(one.report_id == other.report.id for one in way.siblings)
