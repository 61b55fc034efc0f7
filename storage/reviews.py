"""What a reviewer who did not write it says of a proven fix, before any person is asked to look at it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from storage.judgments import Judgment, Line

NOT_REVIEWED = "No model has reviewed it"
"""Begins what people are told where no valid review can be had."""


class Angle(StrEnum):
    """What a fix is looked at for."""

    PROBLEM = "problem"  # does it remove what was reported, for every signal?
    PLAN = "plan"  # is it what was approved, no less and no more?
    SAFETY = "safety"  # does it open, weaken, hide or lose something?
    LOGIC = "logic"  # is it right, also at the edges and for other callers? does the test test it?
    CONVENTIONS = "conventions"  # is it written as the code around it?


class Objection(Judgment):
    """One thing that the reviewer holds against the change."""

    angle: Angle
    where: Line = Field(description="Path of the changed file; of a planned one, where something is lacking.")
    quote: Line = Field(default="", description="A line of the change, exactly; empty only where something is lacking.")
    why: Line = Field(description="What is wrong with it, and what would be right.")
    blocks: bool = Field(description="Whether it must be mended before people are asked to review.")

    @property
    def refuses(self) -> bool:
        """Whether the fix is sent back for it. What is a matter of style never does that."""
        return self.blocks and self.angle is not Angle.CONVENTIONS

    @property
    def sentence(self) -> str:
        """For the agent and for people."""
        quoted = f" “{self.quote}”" if self.quote else ""
        return f"{self.angle}, {self.where}{quoted}: {self.why}"


class Review(Judgment):
    """What the reviewer says of the whole change."""

    objections: tuple[Objection, ...] = Field(default=(), max_length=10, description="None, where it is good as it is.")
    reason: Line = Field(description="One sentence for the people in the thread: what you looked at, and what you say.")

    @property
    def refusals(self) -> tuple[str, ...]:
        """What the fix is sent back for; empty when it may be pushed."""
        return tuple(each.sentence for each in self.objections if each.refuses)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What people are told of beside the fix."""
        return tuple(each.sentence for each in self.objections if not each.refuses)
