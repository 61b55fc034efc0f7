"""What people say on a pull request in the tests, what an agent hands in after it, and what it was shown."""

from __future__ import annotations

from collections.abc import Mapping

from agents.exchange import Message, Remark
from storage.judgments import Stage
from storage.status import Status
from tests.fakes import calls
from tests.world import World

WHY = Remark(id="line-7", author="ada", text="shop.py:1: Why 0?", place="shop.py:1", may_write=True)
EVE = Remark(id="line-9", author="eve", text="shop.py:1: Delete it.", place="shop.py:1", may_write=False)
TO_LINE = {"to": "line-7", "text": "@ada Nobody is owed anything."}


def hands_in(world: World, *submissions: Mapping[str, object], edits: tuple[tuple[str, str], ...] = ()) -> None:
    turns: list[Message] = [calls(("edit_file", {"path": "shop.py", "old": old, "new": new})) for old, new in edits] + [
        calls(("submit_fix", each)) for each in submissions
    ]
    world.model.turns = {**world.model.turns, Stage.FIX: turns}


def told(world: World) -> list[str]:
    """What each turn of a fix was shown, as it stands in the text."""
    asked = (request.messages for request in world.model.asked if request.stage is Stage.FIX)
    texts = ((getattr(block, "text", "") for message in messages for block in message.blocks) for messages in asked)
    return ["\n".join(each) for each in texts]


def is_asked(world: World, *remarks: Remark) -> None:
    for remark in remarks:
        world.code_host.remark(1, remark)
    assert world.advances().status is Status.AWAITING_FIX


def reviews(world: World) -> int:
    return sum(stage is Stage.REVIEW for stage, _ in world.model.judged)
