"""Answers to comments on lines, by GitHub's rules."""

from __future__ import annotations

from playground.codehost.problems import FieldError, invalid, not_found
from playground.codehost.records import Person, ReviewComment, ReviewState
from playground.codehost.repository import Repository


def reply(repository: Repository, number: int, by: Person, to: int, body: object) -> ReviewComment:
    """Answer the first comment of a thread; the answer belongs to a review of its own, which says nothing itself."""
    _, pull = repository.pull(number)
    first = next((comment for comment in pull.review_comments if comment.id == to), None)
    if first is None:
        raise not_found()
    if first.in_reply_to is not None:  # "replies to replies are not supported"
        raise invalid(FieldError("PullRequestReviewComment", "invalid", "in_reply_to"))
    review = repository.review(number, by, ReviewState.COMMENTED, "", of_lines=True)
    return repository.review_comment(number, review, body, path=first.path, line=first.line, in_reply_to=first.id)
