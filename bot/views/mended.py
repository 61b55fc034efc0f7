"""What people mend by hand: the pull request of theirs that is followed, or their word; and what came of it. Pure."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.parts import Link, Mention, Piece, Sign, Words, bold
from bot.views.scene import Scene
from storage.records import Entry, Fix
from storage.reports.mending import MENDS, SAYS, TAKEN_BACK
from storage.status import Status

_LINES = {
    Status.AWAITING_REVIEW: "Mended by hand: waiting for {pull_request} to be merged.",
    Status.AWAITING_PROOF: "Mended by hand: watching whether it comes back.",
    Status.RESOLVED: "Resolved: mended by hand, and nothing more was heard of it.",  # true of every ending
}
_DID = {MENDS: "mended by hand, in a pull request", SAYS: "said to be mended"}


def line(status: Status, pull_request: str) -> str:
    """What a report waits for whose newest fix is a person's own; empty where that is nothing else than for ours."""
    return _LINES.get(status, "").format(pull_request=pull_request)


def did(entry: Entry) -> str:
    """The same of a move, as a line of what happened."""
    return next((said for begin, said in _DID.items() if entry.text.startswith(begin)), "")


def by_hand(scene: Scene, fix: Fix) -> Drawing:
    """That a person's own pull request is followed, or is no more."""
    if scene.fix is not fix or (fix.merged_at is None and scene.report.status is not Status.AWAITING_REVIEW):
        said: list[Piece] = [
            Mention(fix.by_hand),
            " wanted to mend this by hand: ",
            _link(fix),
            ". I follow it no more.",
        ]
    else:
        said = [
            Mention(fix.by_hand),
            " mends this by hand: ",
            _link(fix),
            ". I follow it to its merge, and never touch it.",
        ]
    blocks: list[Block] = [parts.paragraph(Sign("wrench"), " ", *said)]
    if scene.report.status is Status.AWAITING_REVIEW and scene.fix is fix:
        blocks.append(take_back(scene))
    return Drawing(f"by_hand:{fix.id}", "This is mended by hand.", blocks)


def take_back(scene: Scene) -> Block:
    """How that is taken back."""
    return parts.context(parts.Markup(f"`/signalbox undo {scene.report.ref}`, or “undo” to me here, takes that back."))


def was_taken_back(scene: Scene, fix: Fix) -> bool:
    """Whether somebody said after it, and before anything else was, that it is not mended."""
    later = [each for each in scene.snapshot.fixes if each.started_at > fix.started_at]
    back = [move for move in scene.moves if move.text == TAKEN_BACK and move.at >= fix.started_at]
    return bool(back) and (not later or back[0].at <= later[0].started_at)


def what_was_merged(fix: Fix) -> list[Piece]:
    """The beginning of the sentence that says what comes after a fix: which it was, and that it is there."""
    if fix.number is None:
        return [Mention(fix.by_hand), " says that this is mended", *_in(fix), "."]
    return [_link(fix), " was merged."]


def closed(entry: Entry, *, now: bool) -> Drawing:
    """A person's own pull request came to nothing."""
    line: list[Piece] = [
        Sign("no_entry_sign"),
        " ",
        bold("It is not mended by hand after all. "),
        Words(entry.text, limit=300),
    ]
    more = ". I gather on; Investigate on the card has me look into it." if now else "."
    return Drawing(f"closed:{entry.id}", "The pull request was closed.", [parts.paragraph(*line, more)], past=not now)


def _link(fix: Fix) -> Link:
    return Link(fix.url, f"pull request #{fix.number}")


def _in(fix: Fix) -> list[Piece]:
    return [" (", Words(fix.mended_in, limit=100), ")"] if fix.mended_in else []
