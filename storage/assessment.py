"""What code, not a model, says of a piece of research: how urgent it is by numbers, who should review, is it mended?

No model writes or is told of any of this; it is kept with the research that it is about.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Priority(StrEnum):
    """How urgent. P0 is an outage; P4 can wait for ever."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Factor(BaseModel):
    """One of the three numbers that a priority is the product of: 1 to 4, and what was counted."""

    model_config = ConfigDict(frozen=True)

    points: int = Field(ge=1, le=4)
    counted: str  # such as "imported by 31 files, changed 12 times in a year"


class Ranked(BaseModel):
    """The priority with the numbers behind it."""

    model_config = ConfigDict(frozen=True)

    priority: Priority
    importance: Factor  # of the code
    impact: Factor  # on users
    severity: Factor  # by the signals' own words

    @property
    def product(self) -> int:
        """Between 1 and 64."""
        return self.importance.points * self.impact.points * self.severity.points


class Reviewer(BaseModel):
    """Somebody to ask for review, and why. Without a `login` the code host cannot ask this person."""

    model_config = ConfigDict(frozen=True)

    name: str
    login: str = ""
    why: str = ""


class Touch(BaseModel):
    """Something else that touches what the plan would change: a commit on the base branch, or a pull request."""

    model_config = ConfigDict(frozen=True)

    what: str  # such as "commit 1a2b3c4 of 3 May" or "#12: Guard the average"
    files: tuple[str, ...] = ()
    url: str = ""


class Doing(StrEnum):
    """How far another report of ours is with what it changes. The words stand in a sentence."""

    PLANS = "plans to change"
    FIXES = "is being fixed, and changes"
    OPEN = "has a pull request open on"


class Sibling(BaseModel):
    """Another report of ours that changes the same lines. It says nothing of what was reported there."""

    model_config = ConfigDict(frozen=True)

    report_id: int
    doing: Doing
    files: tuple[str, ...]
    url: str = ""  # of its pull request

    @property
    def ref(self) -> str:
        """How people call it."""
        return f"SB-{self.report_id}"

    @property
    def sentence(self) -> str:
        """What it does, without an end."""
        return f"{self.ref} {self.doing} the same lines of {', '.join(self.files)}"


class Assessment(BaseModel):
    """All of it. `mended` says in a sentence that the cited code is no longer there; empty as long as it is."""

    model_config = ConfigDict(frozen=True)

    ranked: Ranked | None = None
    reviewers: tuple[Reviewer, ...] = Field(default=(), max_length=3)
    mended: str = ""
    touched_since: tuple[Touch, ...] = ()  # after the last signal: it may be addressed already
    in_flight: tuple[Touch, ...] = ()  # open pull requests
    siblings: tuple[Sibling, ...] = ()  # other reports of ours
    public: bool = False  # anybody at all may read the repository, and so what is written for it
    unseen: tuple[str, ...] = ()  # what could not be looked up, in sentences
