"""What people ask about reports, and what they are answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

from pydantic import Field as Described
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import Column, Text, func, update
from sqlmodel import Field, Session, SQLModel, col, or_, select

from storage import journal
from storage.columns import Named, Typed, UtcTime, now
from storage.gathered import is_shown
from storage.judgments import Finding, Judgment, Stage
from storage.plumbing import CARD, OutboxRow
from storage.records import EntryKind, Report, Signal
from storage.run_rows import ToolUse
from storage.transactions import Transactions, found, locked

MOST_TRIES = 4  # jobs that failed in a row; then the asker is told why
TYPED = "command/"  # begins what stands for a command where a message would
ASKED, ANSWERED, NOT_ANSWERED = "asked a question", "answered a question", "could not answer a question"
_MOST = 100  # that one sweep enqueues; the next takes the rest
_MOST_CLAIMS = 6
_GAVE_UP = "I tried it several times and give up; ask again later."
_Short = Annotated[str, Described(max_length=600)]


class Reply(Judgment):
    """What an agent answers to a question about a report. Given by calling the tool `submit_reply`."""

    claims: tuple[Finding, ...] = Described(
        default=(),
        max_length=_MOST_CLAIMS,
        description="The answer, claim by claim; the first one answers what was asked. Each with its evidence.",
    )
    unknown: _Short = Described(
        default="",
        description="What of the question could not be found out, and what would settle it; empty if all could.",
    )
    citations_made: SkipJsonSchema[int] = 0  # these three are written by code, untold to models
    citations_dropped: SkipJsonSchema[int] = 0
    lead_dropped: SkipJsonSchema[bool] = False  # the first claim, which answers what was asked, does not hold


class InquiryStatus(StrEnum):
    """What a question waits for, or how it ended."""

    WAITING = "waiting"  # for its answer
    ANSWERED = "answered"
    UNANSWERED = "unanswered"  # `sentence` says why
    WITHDRAWN = "withdrawn"  # its message was deleted


class Inquiry(SQLModel, table=True):
    """A question that a person asks about a report. Asking changes nothing of the report."""

    __tablename__ = "inquiry"

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    message: str = Field(unique=True)  # `channel/ts` of what was said, or the command that was typed
    asked_by: str
    asked_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    words: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    status: InquiryStatus = Field(
        default=InquiryStatus.WAITING, sa_column=Column(Named(InquiryStatus), nullable=False, index=True)
    )
    reply: Reply | None = Field(default=None, sa_column=Column(Typed(Reply)))
    sentence: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # why there is none
    ended_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    attempt: int = 1  # grows with every job that failed: part of the next one's id
    tries: int = 0  # jobs that failed
    not_before: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # why the last job failed


class Inquiries:
    """The questions of people."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def ask(
        self, report_id: int, *, by: str, words: str, message: str, most: int, since: dt.datetime
    ) -> Inquiry | None:
        """Keep a question, once for each message. None when `most` were asked about the report since that moment."""
        with self._on.write() as session:
            locked(session, Report, report_id)
            known = session.exec(select(Inquiry).where(Inquiry.message == message)).first()
            if known is not None:
                return known
            asked = select(func.count()).select_from(Inquiry).where(Inquiry.report_id == report_id)
            if session.exec(asked.where(col(Inquiry.asked_at) >= since)).one() >= most:
                return None
            session.add(row := Inquiry(report_id=report_id, asked_by=by, words=words, message=message))
            journal.tell(session, report_id, EntryKind.WORD, by, ASKED)
            journal.touch(session, report_id)
            session.flush()
            return row

    def get(self, inquiry_id: int) -> Inquiry:
        """The question. Raises NotFound."""
        with self._on.read() as session:
            return found(session, Inquiry, inquiry_id)

    def before(self, inquiry: Inquiry, most: int) -> list[Inquiry]:
        """What was asked about the same report before it and answered: the latest, oldest first."""
        theirs = select(Inquiry).where(Inquiry.report_id == inquiry.report_id, col(Inquiry.id) < inquiry.id)
        answered = theirs.where(Inquiry.status == InquiryStatus.ANSWERED)
        with self._on.read() as session:
            return list(session.exec(answered.order_by(col(Inquiry.id).desc()).limit(most)))[::-1]

    def number(self, inquiry: Inquiry) -> int:
        """The how manieth question about its report it is."""
        theirs = select(func.count()).select_from(Inquiry).where(Inquiry.report_id == inquiry.report_id)
        with self._on.read() as session:
            return session.exec(theirs.where(col(Inquiry.id) <= inquiry.id)).one()

    def answer(self, inquiry_id: int, reply: Reply, shown: Collection[str] = ()) -> bool:
        """Keep what is answered. Nothing happens to a question that does not wait for it any more.

        False, and nothing is kept, if one of the signals that were `shown` to who answers left the report meanwhile, or
        may not be read any more: the answer may hold its words.
        """
        return self._end(inquiry_id, InquiryStatus.ANSWERED, reply, "", shown)

    def give_up(self, inquiry_id: int, sentence: str) -> None:
        """Keep why there is no answer. Nothing happens to a question that does not wait for one any more."""
        self._end(inquiry_id, InquiryStatus.UNANSWERED, None, sentence)

    def _end(
        self, inquiry_id: int, status: InquiryStatus, reply: Reply | None, sentence: str, shown: Collection[str] = ()
    ) -> bool:
        with self._on.write() as session:
            row = _locked(session, inquiry_id)
            if row.status is not InquiryStatus.WAITING:
                return True
            if not _still_there(session, found(session, Report, row.report_id), shown):
                return False
            row.status, row.reply, row.sentence, row.ended_at = status, reply, sentence, now()
            row.trouble, row.not_before = "", None
            told = ANSWERED if reply is not None else NOT_ANSWERED
            journal.tell(session, row.report_id, EntryKind.STAGE, "machine", told)
            journal.touch(session, row.report_id)
            return True

    def failed(
        self, inquiry_id: int, attempt: int, trouble: str, not_before: dt.datetime, *, is_try: bool = True
    ) -> bool:
        """Note why the job of an attempt failed, once, and when the next may begin; after MOST_TRIES there is none.

        False, and nothing is noted, if the question does not wait for this attempt any more. One that is no try waits
        for what is sure to come, however often it looks for it.
        """
        with self._on.write() as session:
            row = _locked(session, inquiry_id)
            if row.status is not InquiryStatus.WAITING or row.attempt != attempt:
                return False
            row.trouble, row.not_before = trouble, not_before
            row.tries += is_try
            row.attempt += 1
            if row.tries >= MOST_TRIES:
                row.status, row.sentence, row.ended_at = InquiryStatus.UNANSWERED, f"{trouble} {_GAVE_UP}", now()
            journal.touch(session, row.report_id)
            return True

    def withdraw(self, message: str) -> int | None:
        """Forget a question whose message was deleted, and what it was answered; its report, if there was one."""
        with self._on.write() as session:
            names = (message, f"{TYPED}{message}")
            asked = session.exec(select(Inquiry.id).where(col(Inquiry.message).in_(names))).first()
            if asked is None or (row := _locked(session, asked)).status is InquiryStatus.WITHDRAWN:
                return None
            row.status, row.ended_at = InquiryStatus.WITHDRAWN, row.ended_at or now()
            forget(session, row)
            journal.touch(session, row.report_id)
            return row.report_id

    def said_in_threads(self, since: dt.datetime) -> list[tuple[str, str]]:
        """The messages since a moment by which something was asked, and those that begin their threads."""
        card = (col(OutboxRow.report_id) == Inquiry.report_id) & (OutboxRow.purpose == CARD)
        asked = (
            select(Inquiry.message, OutboxRow.channel, OutboxRow.ts)
            .join(OutboxRow, card)
            .where(col(Inquiry.asked_at) >= since, Inquiry.status != InquiryStatus.WITHDRAWN)
            .where(~col(Inquiry.message).startswith(TYPED))
        )
        with self._on.read() as session:
            return [(message, f"{channel}/{ts}") for message, channel, ts in session.exec(asked)]

    def due(self, at: dt.datetime) -> list[Inquiry]:
        """Those that wait for an answer and are not put off beyond this moment, the longest wait first."""
        waiting = select(Inquiry).where(Inquiry.status == InquiryStatus.WAITING)
        ready = waiting.where(or_(col(Inquiry.not_before).is_(None), col(Inquiry.not_before) <= at))
        with self._on.read() as session:
            return list(session.exec(ready.order_by(col(Inquiry.id)).limit(_MOST)))


def _locked(session: Session, inquiry_id: int) -> Inquiry:
    """The question, ours until the transaction ends. Its report comes first, as with whoever erases what it quotes."""
    locked(session, Report, found(session, Inquiry, inquiry_id).report_id)
    return locked(session, Inquiry, inquiry_id)


def _still_there(session: Session, report: Report, external_ids: Collection[str]) -> bool:
    theirs = select(Signal.external_id).where(is_shown(report), col(Signal.external_id).in_(external_ids))
    return set(external_ids) <= set(session.exec(theirs))


def forget(session: Session, row: Inquiry) -> None:
    """Forget the words of a locked row: the question, what it was answered, and what tools were asked for it."""
    row.words = row.sentence = row.trouble = ""
    row.reply = None
    theirs = col(ToolUse.run).startswith(f"{Stage.INQUIRE.value}:{row.id}:")
    session.execute(update(ToolUse).where(theirs).values(line=""))
