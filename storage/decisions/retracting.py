"""What somebody said in a report's thread, and deleted since: the words go and guide nothing more.

What came of them stays. A decision stays decided: who deletes a yes has not said no.
"""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from storage.plumbing import CARD, OutboxRow
from storage.records import Approval, AskedQuestion, Decision, Entry, Report, ShownPlan
from storage.run_rows import Run
from storage.transactions import locked

RETRACTED = "its message was deleted"
GONE = "(deleted by who said it)"
_SAYING = (Decision.GUIDE, Decision.ANSWER)


class Retracted(BaseModel):
    """Whose words went, and whether work had begun that read them."""

    model_config = ConfigDict(frozen=True)

    report_id: int
    by: str
    was_read: bool


def retracted(session: Session, message: str) -> Retracted | None:
    """Forget what a message told us to do, wherever we repeat it; None where it told us nothing, or went before."""
    those = select(Approval).where(Approval.message == message, col(Approval.decision).in_(_SAYING))
    said = session.exec(those.where(Approval.lapsed_because == "")).first()
    if said is None:
        return None
    report = locked(session, Report, said.report_id)
    words, said.words, said.lapsed_because = said.words, "", RETRACTED
    _forget(session, said, words)
    read = select(Run.key).where(Run.report_id == said.report_id, col(Run.began_at) >= said.at)
    report.version += 1
    return Retracted(report_id=said.report_id, by=said.by, was_read=session.exec(read).first() is not None)


def still_said(session: Session, report_id: int, words: str) -> str:
    """The words for which a plan is revised; not those that were deleted while it was made."""
    those = select(Approval).where(Approval.report_id == report_id, col(Approval.decision).in_(_SAYING))
    said = session.exec(those).all()
    was_deleted = any(each.lapsed_because == RETRACTED for each in said)
    return GONE if was_deleted and words and all(each.words != words for each in said) else words


def said_in_threads(session: Session, since: dt.datetime) -> list[tuple[str, str]]:
    """The messages since a moment that told us what to do, and those that begin their threads."""
    asked = (
        select(Approval.message, OutboxRow.channel, OutboxRow.ts)
        .join(OutboxRow, (col(OutboxRow.report_id) == Approval.report_id) & (OutboxRow.purpose == CARD))
        .where(col(Approval.decision).in_(_SAYING), Approval.message != "", Approval.lapsed_because == "")
    )
    return [(message, f"{channel}/{ts}") for message, channel, ts in session.exec(asked.where(Approval.at >= since))]


def _forget(session: Session, said: Approval, words: str) -> None:
    if not words:
        return
    for entry in session.exec(select(Entry).where(Entry.report_id == said.report_id, Entry.who == said.by)):
        if entry.text == words or entry.text.endswith(f": {words}"):  # as the move says it
            entry.text = entry.text.removesuffix(words) + GONE
    same = (ShownPlan.report_id == said.report_id, ShownPlan.because == words)
    for plan in session.exec(select(ShownPlan).where(*same)):
        plan.because = GONE
    answered = (AskedQuestion.report_id == said.report_id, AskedQuestion.answer == words)
    for asked in session.exec(select(AskedQuestion).where(*answered)):
        asked.answer = GONE
