"""Our answers on a pull request. What an answer is to stands in it unseen, so that it is given once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from github.PullRequest import PullRequest as Pull

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


def line_name(comment: int) -> str:
    """What a comment on a line is called."""
    return f"{_OF_A_LINE}{comment}"


def reply(pull: Pull, remark: str, text: str) -> bool:
    """Answer what was said of a line beneath it, once; False where that cannot be: it is of no line, or is gone."""
    if not remark.startswith(_OF_A_LINE):
        return False
    said = list(pull.get_review_comments())
    there = next((one for one in said if line_name(one.id) == remark), None)
    if there is None:
        return False
    ours = (one.body for one in said if one.user and one.user.login == pull.user.login)
    if remark not in answered(ours):
        first = there.in_reply_to_id or there.id  # an answer to an answer is refused
        pull.create_review_comment_reply(first, answering(text, (remark,)))
    return True
