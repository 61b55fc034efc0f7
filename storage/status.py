"""What a report waits for, and every move it may make. Pure: no database, no clock.

The table below is the state chart of the README; a test keeps the two equal.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What a report waits for. The name says who or what must move it on."""

    GATHERING = "gathering"  # more signals, or a human who asks
    AWAITING_RESEARCH = "awaiting_research"  # the machine: find the cause
    AWAITING_ANSWER = "awaiting_answer"  # a human: a question was asked in the thread
    AWAITING_APPROVAL = "awaiting_approval"  # a human: a plan was shown in the thread
    AWAITING_FIX = "awaiting_fix"  # the machine: write the fix and prove it
    AWAITING_CHECKS = "awaiting_checks"  # the world: CI on the pull request
    AWAITING_REVIEW = "awaiting_review"  # a human: review and merge
    AWAITING_PROOF = "awaiting_proof"  # the world: quiet through the soak
    RESOLVED = "resolved"  # nothing: the problem is gone
    DISMISSED = "dismissed"  # nothing: a human said no, or nobody says anything any more
    STUCK = "stuck"  # a human: a machine step could not be done, and says why


class Mover(StrEnum):
    """Who makes a move."""

    HUMAN = "human"
    MACHINE = "machine"
    WORLD = "world"


class Dismissal(StrEnum):
    """Why a report was dismissed; it decides what becomes of later signals of the same problem."""

    WONT_FIX = "wont_fix"
    NOT_A_PROBLEM = "not_a_problem"  # it works as intended
    FIXED_ELSEWHERE = "fixed_elsewhere"
    ANALYSIS_WRONG = "analysis_wrong"  # the problem is there, and its cause is another one
    UNCLEAR = "unclear"  # what was reported does not say enough
    NOT_NOW = "not_now"
    DUPLICATE = "duplicate"  # of the report it was merged into
    MERGED = "merged"  # into another report, before anybody dismissed it
    QUIET = "quiet"  # nobody said no: nothing was heard of it any more

    @property
    def may_come_back(self) -> bool:
        """Whether what happens after it is looked at anew, rather than one more of what nobody wants."""
        return self in {Dismissal.FIXED_ELSEWHERE, Dismissal.QUIET, Dismissal.ANALYSIS_WRONG}


CLOSED = frozenset({Status.RESOLVED, Status.DISMISSED})
"""Nothing moves a report out of these, but the undoing of a merge."""

WORKED_ON = frozenset(
    {
        Status.AWAITING_RESEARCH,
        Status.AWAITING_FIX,
        Status.AWAITING_CHECKS,
        Status.AWAITING_REVIEW,
        Status.AWAITING_PROOF,
    }
)
"""A job works on reports in these, and so may get stuck; from `stuck` a human sends a report back to where it was."""

WATCHED = frozenset({Status.AWAITING_CHECKS, Status.AWAITING_REVIEW, Status.AWAITING_PROOF})
"""Of these, the ones that are only looked at: a look that fails costs nothing, and the next one comes by itself."""

UNFINISHED = frozenset({Status.GATHERING, Status.AWAITING_PROOF})
"""What a signal may change by being filed: a digest that failed after that is finished while its report is in these."""

WITH_A_FIX = frozenset({Status.AWAITING_FIX, Status.AWAITING_CHECKS, Status.AWAITING_REVIEW})
"""In these there may be a pull request that is not merged yet."""

_S = Status
_MENDED = (_S.GATHERING, _S.AWAITING_RESEARCH, _S.AWAITING_ANSWER, _S.AWAITING_APPROVAL)
MENDED_BY_HAND = frozenset((before, after) for before in _MENDED for after in (_S.AWAITING_REVIEW, _S.AWAITING_PROOF))
"""Moves of a person who mends a report: their own pull request is followed, or their word is."""

_ROAD: dict[tuple[Status, Status], frozenset[Mover]] = {
    (_S.GATHERING, _S.AWAITING_RESEARCH): frozenset({Mover.WORLD, Mover.HUMAN}),
    **dict.fromkeys(MENDED_BY_HAND, frozenset({Mover.HUMAN})),
    (_S.AWAITING_RESEARCH, _S.GATHERING): frozenset({Mover.MACHINE}),
    (_S.AWAITING_RESEARCH, _S.AWAITING_ANSWER): frozenset({Mover.MACHINE}),
    (_S.AWAITING_RESEARCH, _S.AWAITING_APPROVAL): frozenset({Mover.MACHINE}),
    (_S.AWAITING_ANSWER, _S.AWAITING_RESEARCH): frozenset({Mover.HUMAN}),
    (_S.AWAITING_APPROVAL, _S.AWAITING_FIX): frozenset({Mover.HUMAN}),
    (_S.AWAITING_APPROVAL, _S.AWAITING_RESEARCH): frozenset({Mover.HUMAN}),
    (_S.AWAITING_APPROVAL, _S.GATHERING): frozenset({Mover.WORLD}),
    (_S.AWAITING_FIX, _S.AWAITING_CHECKS): frozenset({Mover.MACHINE}),
    (_S.AWAITING_CHECKS, _S.AWAITING_FIX): frozenset({Mover.WORLD}),
    (_S.AWAITING_CHECKS, _S.AWAITING_REVIEW): frozenset({Mover.WORLD, Mover.HUMAN}),
    (_S.AWAITING_CHECKS, _S.AWAITING_PROOF): frozenset({Mover.HUMAN}),
    (_S.AWAITING_REVIEW, _S.AWAITING_FIX): frozenset({Mover.WORLD}),
    (_S.AWAITING_REVIEW, _S.GATHERING): frozenset({Mover.WORLD, Mover.HUMAN}),  # of a person's own that was closed
    (_S.AWAITING_REVIEW, _S.AWAITING_PROOF): frozenset({Mover.HUMAN}),
    (_S.AWAITING_PROOF, _S.RESOLVED): frozenset({Mover.WORLD}),
    (_S.AWAITING_PROOF, _S.GATHERING): frozenset({Mover.WORLD, Mover.HUMAN}),
    (_S.DISMISSED, _S.GATHERING): frozenset({Mover.HUMAN}),  # only what was merged away, see journal.allowed
}

MOVES: dict[tuple[Status, Status], frozenset[Mover]] = {
    **_ROAD,
    **{(status, _S.STUCK): frozenset({Mover.MACHINE}) for status in WORKED_ON},
    **{(_S.STUCK, status): frozenset({Mover.HUMAN}) for status in WORKED_ON},
    (_S.STUCK, _S.AWAITING_REVIEW): frozenset({Mover.HUMAN, Mover.WORLD}),  # the world: its checks are green after all
    **{(status, _S.DISMISSED): frozenset({Mover.HUMAN}) for status in _S if status not in CLOSED},
    (_S.GATHERING, _S.DISMISSED): frozenset({Mover.HUMAN, Mover.WORLD}),  # the world: by its silence
}
"""Every allowed (from, to), with those who may make it."""


def may_move(before: Status, after: Status, mover: Mover) -> bool:
    """Whether `mover` may move a report from `before` to `after`."""
    return mover in MOVES.get((before, after), frozenset())


class SignalStatus(StrEnum):
    """What became of a signal."""

    AWAITING_DIGEST = "awaiting_digest"
    HELD = "held"  # in the quarantine; a human may restore it
    DROPPED = "dropped"  # read, and not about a problem of the product
    FILED = "filed"  # under a report
    ERASED = "erased"  # deleted where it came from: its text is gone


class Unweighed(StrEnum):
    """Why a signal may count otherwise than its weight says: its report was not told of what was brought last."""

    GREW = "grew"  # more people met it, it is worse, it went on
    ASKED = "asked"  # somebody asks for an investigation


class Visibility(StrEnum):
    """Who may see a signal, and so the report that holds it."""

    PUBLIC = "public"
    PRIVATE = "private"  # only the channel it came from
