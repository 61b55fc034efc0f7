"""What jobs do beside the reports: looking up, telling, encoding anew. Where there is no Slack or source, nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.ports import Checkpoint


def _nothing_is_deleted(_: str) -> None:
    """Where no source is pulled, none is asked."""


def _nobody_listens() -> None:
    """Where there is no Slack, no channel hears anything."""


def _nobody_asks(_: int) -> None:
    """Where there is no Slack, nobody is told anything."""


def _nothing_to_encode() -> int:
    """Where there are no vectors, none are of another encoder."""
    return 0


def _nothing_to_issue(_: int, __: Checkpoint) -> None:
    """Where there is no tracker, no report has an issue."""


def _nobody_inquires(_: int, __: Checkpoint, ___: str) -> None:
    """Where there is no Slack, nobody asks about a report."""


@dataclass(frozen=True)
class Chores:
    """Each is safe to repeat."""

    check: Callable[[str], None] = _nothing_is_deleted  # looks up a source's signals, whether they are still there
    turn_private: Callable[[], None] = _nobody_listens  # what came from channels that are private now
    note_held: Callable[[], None] = _nobody_listens  # tells channels of what is held
    note_waiting: Callable[[], None] = _nobody_listens  # tells channels of what waits for people for days
    note_week: Callable[[], None] = _nobody_listens  # tells channels what came of their reports
    answer: Callable[[int], None] = _nobody_asks  # tells who asked with this signal that it is held
    own_up: Callable[[int], None] = _nobody_asks  # tells who asked with this signal that it could not be read yet
    issue: Callable[[int, Checkpoint], None] = _nothing_to_issue  # makes and links a report's issue in a tracker
    inquire: Callable[[int, Checkpoint, str], None] = _nobody_inquires  # answers what somebody asked about a report
    reencode: Callable[[], int] = _nothing_to_encode  # makes anew the vectors that another encoder made

    def each_hour(self) -> None:
        """What turned private first: then no note tells of it elsewhere."""
        self.turn_private()
        self.note_waiting()
