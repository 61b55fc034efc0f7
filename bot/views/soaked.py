"""How a soak ended, in words: that a problem did not come back is said only where something would have told. Pure."""

from __future__ import annotations

from bot.views.parts import Link, Piece, Sign, bold, code
from bot.views.scene import Scene
from storage.outbox import REACTIONS
from storage.records import Fix
from storage.reports.soaks import Ending
from storage.status import Status

_, PROVEN = REACTIONS
_QUIET = {
    Ending.PROVEN: "it did not come back",
    Ending.UNREPORTED: "nobody has reported it since",
    Ending.UNHEARD: "nothing more was heard of it",
}
_WHY = {
    Ending.PROVEN: "",
    Ending.UNREPORTED: " Only people had told of it, so this proves nothing.",
    Ending.UNHEARD: " What could tell of it was not read to the end, or told of older releases alone, so this proves "
    "nothing.",
}


def is_proven(scene: Scene) -> bool:
    """Whether it is resolved, and something would have told if it had come back."""
    return scene.report.status is Status.RESOLVED and scene.ending is Ending.PROVEN


def line(ending: Ending, *, by_hand: bool) -> str:
    """What is said of a resolved report, as its status."""
    return f"Resolved: {'mended by hand' if by_hand else 'merged'}, and {_QUIET[ending]}."


def since_merge(ending: Ending) -> list[Piece]:
    """The same behind the sentence that says what was merged."""
    again = [] if ending is Ending.PROVEN else _again()
    return [bold(f" {_QUIET[ending].capitalize()}: resolved."), _WHY[ending], *again]


def told(fix: Fix, ending: Ending) -> str:
    """The same where a message shows no blocks."""
    what = f"pull request #{fix.number} was merged, and " if fix.number is not None else ""
    return f"Resolved: {what}{_QUIET[ending]}."


def to_reporter(fix: Fix | None, ending: Ending) -> tuple[str, list[Piece]]:
    """What who reported it reads beneath their message, as text and as pieces."""
    ours: list[Piece] = []
    if fix is not None and fix.number is not None:
        ours = [Link(fix.url, f"Pull request #{fix.number}"), " was merged"]
    if ending is Ending.PROVEN:
        change = ours or ["it was mended by hand"]
        said = "This is fixed: it did not come back after the merge."
        return said, [Sign(PROVEN), " This is fixed: ", *change, ", and it did not come back."]
    said = "A fix is merged" if ours else "This is said to be mended"
    beside: list[Piece] = [" (", ours[0], ")"] if ours else []
    rest = ", and nothing more was heard of it."
    return f"{said}{rest}", [Sign("wrench"), f" {said}", *beside, rest, *_again()]


def _again() -> list[Piece]:
    """What who still sees it may do, wherever they read this."""
    return [" If you still see it, tell me: ", code("/investigate"), " and what happens."]
