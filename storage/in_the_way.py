"""What is met when a fix begins or is to be pushed: a pull request, another report, lines that are others by now."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from storage.assessment import Sibling, Touch
from storage.judgments import Judgment
from storage.records import Entry
from storage.status import Status

_BETWEEN = "; "


class ChangedFile(BaseModel):
    """A file of the plan in which a line that research cites does not stand any more."""

    model_config = ConfigDict(frozen=True)

    path: str
    quote: str  # the line


class InTheWay(Judgment):
    """All of it. Kept with the move by which the report got stuck, so that people can say that the fix goes on."""

    pull_requests: tuple[Touch, ...] = ()
    changed: tuple[ChangedFile, ...] = ()
    siblings: tuple[Sibling, ...] = ()

    @property
    def said(self) -> str:
        """Its addresses, paths and reports as one text, which a decision and the journal keep."""
        foreign = (*(one.url for one in self.pull_requests), *(one.path for one in self.changed))
        return _BETWEEN.join([*foreign, *(one.ref for one in self.siblings)])


def is_said(thing: str, said: str) -> bool:
    """Whether an address, a report or a path, which may hold what stands between two of them, is in such a text."""
    return f"{_BETWEEN}{thing}{_BETWEEN}" in f"{_BETWEEN}{said}{_BETWEEN}"


def in_the_way_by(entry: Entry) -> InTheWay | None:
    """What the report got stuck for by this move, if it was for that."""
    if entry.after is not Status.STUCK or not entry.judgment or "pull_requests" not in entry.judgment:
        return None
    return InTheWay.model_validate(entry.judgment)
