"""Somebody else may be at it by now: what was met, and what an approver may do about it."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.parts import Link, bold
from storage.in_the_way import InTheWay

_LISTED = 5


def what_is_in_the_way(way: InTheWay) -> list[Block]:
    """The pull requests with their addresses, and the ways on."""
    blocks: list[Block] = []
    for one in way.pull_requests[:_LISTED]:
        blocks += [parts.paragraph(bold("Open  "), Link(one.url, one.what[:150]))]
    said = (
        "An approver presses “Go on”, or replies so: the fix goes on beside what is named here. Once that is closed or "
        "merged, “Look again” sees what is left to do. Dismiss leaves it to them."
    )
    return [*blocks, parts.context(said)]
