"""weigh_causes: which of these is it? Carried out after the turn that asks for it, by agents of their own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from agents.exchange import ToolSpec
from storage.judgments import Line, Paragraph

WEIGH_CAUSES = "weigh_causes"
MOST_CAUSES = 4


class Cause(BaseModel):
    """A possible cause, and how it could fall."""

    model_config = ConfigDict(frozen=True)

    statement: Line = Field(min_length=1, description="Which code does what wrong, in one line.")
    refuted_by: Paragraph = Field(description="The observation that would show that it is not this.")
    look_at: Paragraph = Field(description="Where to look or what to run first: paths, functions, a command.")


class WeighCauses(BaseModel):
    """Arguments of weigh_causes."""

    model_config = ConfigDict(frozen=True)

    causes: tuple[Cause, ...] = Field(
        min_length=2, max_length=MOST_CAUSES, description="Different code, at fault in different ways."
    )
    known: Paragraph = Field(
        description="What you saw so far that each of them needs, such as the command that shows the problem; or empty."
    )


SPEC = ToolSpec(
    WEIGH_CAUSES,
    "Have two to four possible causes looked into at the same time, each by an agent of its own that tries to refute"
    " it, in a checkout with your changes (but not with files that git ignores). You get back where each stands, with"
    " evidence that code has looked up and that you may cite. It costs money of this run and a few minutes, so use it"
    " only when your first looks leave several causes really possible, and at most twice.",
    WeighCauses,
)
