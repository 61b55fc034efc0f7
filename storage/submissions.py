"""What a fix agent hands in, by calling the tool `submit_fix`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from storage.judgments import Judgment, Line, Paragraph


class Answered(Judgment):
    """What goes under a heading of the repository's template of pull requests."""

    heading: Line = Field(description="The heading, as the template has it.")
    text: Annotated[str, Field(max_length=1500)]


class Reply(Judgment):
    """An answer to one remark on the pull request."""

    to: Line = Field(description="The remark's name as the case shows it: line-12, comment-7.")
    text: Annotated[str, Field(min_length=1, max_length=1500)]


class FixSubmission(Judgment):
    """What the fix agent says it did. Given by calling the tool `submit_fix`; code then proves it or not."""

    title: Line = Field(description="Title of the pull request.")
    summary: Paragraph = Field(description="What was changed and why that removes the cause.")
    test_files: tuple[Line, ...] = Field(min_length=1, description="Paths of the test files added or changed.")
    test_ids: tuple[Line, ...] = Field(
        min_length=1,
        description="The new tests, as the runner's log names them: path::name, path > describe > name, TestName.",
    )
    expected_failure: Line = Field(
        description="Text that the log of the new tests shows before the fix: the reported error, not an import error."
    )
    risk: Line
    undo: Line = Field(description="How to take it back.")
    sections: tuple[Answered, ...] = Field(
        default=(),
        max_length=20,
        description="Where there is a template of pull requests: what you know for its headings that are left.",
    )
    replies: tuple[Reply, ...] = Field(
        default=(),
        max_length=30,
        description="From round 2 on: to each remark of people that has no answer yet, what you did about it.",
    )
    answer: Paragraph = Field(default="", description="From round 2 on: what else is to be said on the pull request.")
