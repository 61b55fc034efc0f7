"""Answer on the pull request what people said there, each beneath what it is about where that can be."""

from __future__ import annotations

from agents.cases import FixCase
from agents.errors import CodeHostRejected
from agents.means import Means
from agents.pull_requests.answers import comment_text, reply_text
from agents.terms import Repository
from storage.records import EntryKind, Fix
from storage.submissions import FixSubmission, Reply


def answer(  # noqa: PLR0917 what is said, where, and under which names
    means: Means, case: FixCase, submission: FixSubmission, repository: Repository, number: int, row: Fix, step: str
) -> None:
    """Post what the round answers, once however often this is called; what has no line of its own in one comment.

    Where nobody may speak (the pull request was locked) that is noted: what was asked for is pushed all the same.
    """
    left = tuple(reply for reply in submission.replies if not _placed(means, reply, repository, number))
    text = comment_text(left, submission.answer, case.instructions)
    if not text:
        return
    key, to = f"{row.branch}, round {row.rounds}", tuple(reply.to for reply in left)
    try:
        means.code_host.ensure_comment(repository, number, key, text, to)
    except CodeHostRejected as error:
        unsaid = f"did what was asked for, and could not answer there: {error}"
        means.store.reports.note(row.report_id, EntryKind.EFFECT, "machine", unsaid, step=step)


def _placed(means: Means, reply: Reply, repository: Repository, number: int) -> bool:
    """Whether it stands beneath what it answers."""
    try:
        return means.code_host.ensure_reply(repository, number, reply.to, reply_text(reply))
    except CodeHostRejected:
        return False
