"""Our answers on a pull request. What an answer is to stands in it unseen, so that it is given once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from github.PaginatedList import PaginatedList
from github.PullRequest import PullRequest as Pull
from github.PullRequestComment import PullRequestComment
from github.Requester import Requester

_ANSWERS = re.compile(r"<!-- signalbox answers: ([a-z]+-\d+) -->")
_MARK = re.compile(r"<!-- signalbox[^>]*-->")
_OF_A_LINE = "line-"


def answering(text: str, remarks: Sequence[str]) -> str:
    """The text with the names of the remarks that it answers."""
    marks = (f"<!-- signalbox answers: {remark} -->" for remark in remarks)
    return "\n\n".join((text, *marks))


def answered(ours: Iterable[str | None]) -> dict[str, str]:
    """What these texts of ours answer to which remark, by its name; where several do, what was said last."""
    return {name: _MARK.sub("", text or "").strip() for text in ours for name in _ANSWERS.findall(text or "")}


class LineComment(PullRequestComment):
    """A comment on a line, whole as it is listed: it begins a thread where it answers none, and nobody asks for more.

    PyGithub would ask for each that answers none, at each look at the pull request.
    """

    def __init__(self, requester: Requester, headers: dict[str, Any], attributes: dict[str, Any]) -> None:
        super().__init__(requester, headers, attributes, completed=True)


def line_comments(pull: Pull) -> PaginatedList[PullRequestComment]:
    """What was said of lines, answers among it, oldest first."""
    return PaginatedList(LineComment, pull.requester, f"{pull.url}/comments", None)


def line_name(comment: int) -> str:
    """What a comment on a line is called."""
    return f"{_OF_A_LINE}{comment}"


def reply(pull: Pull, remark: str, text: str) -> bool:
    """Answer what was said of a line beneath it, once; False where that cannot be: it is of no line, or is gone."""
    if not remark.startswith(_OF_A_LINE):
        return False
    said = list(line_comments(pull))
    there = next((one for one in said if line_name(one.id) == remark), None)
    if there is None:
        return False
    ours = (one.body for one in said if one.user and one.user.login == pull.user.login)
    if remark not in answered(ours):
        first = there.in_reply_to_id or there.id  # an answer to an answer is refused
        pull.create_review_comment_reply(first, answering(text, (remark,)))
    return True
