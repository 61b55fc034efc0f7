"""Answer on the pull request what people said there, each beneath what it is about where that can be."""

from __future__ import annotations

from functools import partial

from agents.cases import FixCase
from agents.errors import CodeHostRejected
from agents.means import Means
from agents.pull_requests.answers import comment_text, reply_text
from agents.terms import Repository
from storage.records import EntryKind, Fix
from storage.submissions import FixSubmission, Reply

ANSWERED = "what was asked there is answered, and nothing was to be changed"


def answer(  # noqa: PLR0917 what is said, where, and under which names
    means: Means, case: FixCase, submission: FixSubmission, repository: Repository, row: Fix, run: str
) -> None:
    """Post what the run answers, once however often this is called; what has no line of its own in one comment.

    Where nobody may speak (the pull request was locked) that is noted: what was asked for is pushed all the same.
    """
    number = row.number or 0
    left = tuple(reply for reply in submission.replies if not _placed(means, reply, repository, number))
    text = comment_text(left, submission.answer, case.instructions)
    note = partial(means.store.reports.note, row.report_id, EntryKind.EFFECT, "machine")
    if text:
        try:
            means.code_host.ensure_comment(repository, number, f"{row.branch}, {run}", text, [one.to for one in left])
        except CodeHostRejected as error:
            note(f"did what was asked for, and could not answer there: {error}", step=f"{run}/unsaid")
            return
    if text or submission.replies:
        note(f"answered people on {row.url}", step=f"{run}/answered")


def _placed(means: Means, reply: Reply, repository: Repository, number: int) -> bool:
    """Whether it stands beneath what it answers."""
    try:
        return means.code_host.ensure_reply(repository, number, reply.to, reply_text(reply))
    except CodeHostRejected:
        return False
