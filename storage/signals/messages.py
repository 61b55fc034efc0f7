"""Slack's messages in pieces: what was said in a thread and who reacted, in whatever order Slack tells of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from sqlalchemy import and_, delete, distinct, exists, func, or_, update
from sqlmodel import Session, col, select

from storage.plumbing import SlackMessage, SlackReaction
from storage.records import Signal
from storage.signals.erasing import erase_deliveries, erase_quotes, note_erasure
from storage.status import SignalStatus
from storage.transactions import Transactions, insert_once, locked

REPLIES = 50  # of a thread that are read at once, the newest
_ORPHANED = dt.timedelta(hours=1)  # after which nobody waits for the rest of a thread
_LATE = dt.timedelta(days=7)  # after which nothing late is expected of a message that was deleted


class Piece(BaseModel):
    """One message, as an event tells of it. `version` is the ts of that event; the text is redacted."""

    model_config = ConfigDict(frozen=True)

    id: str
    thread: str  # the id of the message it answers; its own if it answers none
    author: str
    text: str
    version: str


class Mark(BaseModel):
    """Somebody's reaction, put or taken away again."""

    model_config = ConfigDict(frozen=True)

    message: str
    user: str
    name: str
    on: bool
    version: str


@dataclass(frozen=True)
class Said:
    """A message and what belongs to it: the message it answers, or the newest answers to it, the oldest first."""

    message: SlackMessage
    answers: SlackMessage | None  # what it answers; None for a message that begins a thread, or when that is gone
    replies: tuple[SlackMessage, ...]
    left_out: int  # older replies


class Messages:
    """What was said in Slack, as far as it is a signal or may become one."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def hear(self, piece: Piece, *, promoted: bool = False) -> None:
        """Keep a message, or its newer text. What is older than what we know, or of a deleted message, changes nothing.

        Whoever promotes an answer makes it a signal of its own; that is never taken back. Other answers to a deleted
        message are not kept.
        """
        with self._on.write() as session:
            root = session.get(SlackMessage, piece.thread, with_for_update=True)
            if root is not None and root.gone and root.id != piece.id and not promoted:
                own = session.get(SlackMessage, piece.id)
                if own is None or not own.promoted:
                    return
            if insert_once(session, SlackMessage(**piece.model_dump(), promoted=promoted)) is not None:
                return
            row = locked(session, SlackMessage, piece.id)
            row.promoted = row.promoted or promoted
            if not row.gone and piece.version >= row.version:
                row.text, row.author, row.version = piece.text, piece.author or row.author, piece.version

    def forget(self, message_id: str, thread: str) -> list[int]:
        """Forget a deleted message, also one we have not heard of yet. The reports that may have quoted it.

        With the message that began a thread go the answers, but for those that are signals of their own.
        """
        with self._on.write() as session:
            insert_once(session, SlackMessage(id=message_id, thread=thread or message_id))
            row = locked(session, SlackMessage, message_id)
            row.text = row.author = ""
            row.gone = True
            beneath = and_(col(SlackMessage.thread) == message_id, col(SlackMessage.promoted).is_(False))
            session.execute(update(SlackMessage).where(beneath).values(text="", author=""))
            erase_deliveries(session, message_id)
            note_erasure(session)
            reports = _reports_of(session, row.thread)
            for report_id in reports:
                erase_quotes(session, report_id, (row.thread,))
            return reports

    def get(self, message_id: str) -> SlackMessage | None:
        """The message, if we have heard of it."""
        with self._on.read() as session:
            return session.get(SlackMessage, message_id)

    def begun(self, channel: str, since: float, until: float) -> list[str]:
        """The ts of messages of a channel whose words are kept, oldest first, but for answers. Moments in Unix time."""
        first, last = f"{channel}/{since:.6f}", f"{channel}/{until:.6f}"
        with self._on.read() as session:
            rows = select(SlackMessage.id).where(SlackMessage.id == SlackMessage.thread, SlackMessage.text != "")
            found = session.exec(rows.where(SlackMessage.id >= first, SlackMessage.id <= last)).all()
        return sorted((each.partition("/")[2] for each in found if each.startswith(f"{channel}/")), key=float)

    def answers(self, channel: str, since: float, until: float) -> list[tuple[str, str]]:
        """The answers in a channel whose words are kept, by their ids, and the messages that begin their threads."""
        first, last = f"{channel}/{since:.6f}", f"{channel}/{until:.6f}"
        with self._on.read() as session:
            rows = select(SlackMessage.id, SlackMessage.thread).where(SlackMessage.text != "")
            rows = rows.where(SlackMessage.id != SlackMessage.thread, SlackMessage.id >= first, SlackMessage.id <= last)
            return [(message, thread) for message, thread in session.exec(rows) if message.startswith(f"{channel}/")]

    def said(self, message_id: str) -> Said | None:
        """A message with what belongs to it; None when it is gone, or was not heard of."""
        with self._on.read() as session:
            message = session.get(SlackMessage, message_id)
            if message is None or message.gone:
                return None
            if message.thread != message.id:
                parent = session.get(SlackMessage, message.thread)
                return Said(message, parent if parent is not None and not parent.gone else None, (), 0)
            beneath = and_(
                col(SlackMessage.thread) == message_id,
                col(SlackMessage.id) != message_id,
                col(SlackMessage.text) != "",
            )
            many = session.exec(select(func.count()).select_from(SlackMessage).where(beneath)).one()
            newest = select(SlackMessage).where(beneath).order_by(col(SlackMessage.id).desc()).limit(REPLIES)
            replies = tuple(reversed(session.exec(newest).all()))
            return Said(message, None, replies, many - len(replies))

    def authors(self, thread: str) -> frozenset[str]:
        """Everybody who wrote in a thread, as far as we heard of it; an empty name for whoever's words are gone."""
        with self._on.read() as session:
            return frozenset(session.exec(select(SlackMessage.author).where(SlackMessage.thread == thread).distinct()))

    def promoted_under(self, message_id: str) -> list[str]:
        """The answers to a message that are signals of their own."""
        with self._on.read() as session:
            under = select(SlackMessage.id).where(SlackMessage.thread == message_id, col(SlackMessage.promoted))
            return list(session.exec(under.where(SlackMessage.id != message_id)))

    def mark(self, mark: Mark) -> None:
        """Keep a reaction as its newest event tells of it."""
        with self._on.write() as session:
            name = f"{mark.message}/{mark.user}/{mark.name}"
            if insert_once(session, SlackReaction(id=name[:300], **mark.model_dump())) is None:
                row = locked(session, SlackReaction, name[:300])
                if mark.version > row.version:
                    row.on, row.version = mark.on, mark.version

    def reacted(self, message_id: str, *, but_for: str, but_not: str) -> int:
        """How many people's reactions stand, without those of one of them, and without those of one name."""
        with self._on.read() as session:
            people = select(func.count(distinct(col(SlackReaction.user)))).where(
                SlackReaction.message == message_id, col(SlackReaction.on)
            )
            return session.exec(people.where(SlackReaction.user != but_for, SlackReaction.name != but_not)).one()

    def prune(self, at: dt.datetime) -> int:
        """Drop what belongs to no signal, once nobody waits for the rest of it; how many rows that were."""
        with self._on.write() as session:
            ours = and_(col(Signal.source) == "slack", col(Signal.status) != SignalStatus.ERASED)
            theirs = col(Signal.external_id).in_([col(SlackMessage.thread), col(SlackMessage.id)])
            orphans = delete(SlackMessage).where(
                ~exists().where(ours, theirs),
                or_(
                    and_(col(SlackMessage.gone).is_(False), col(SlackMessage.heard_at) < at - _ORPHANED),
                    col(SlackMessage.heard_at) < at - _LATE,
                ),
            )
            strays = delete(SlackReaction).where(
                ~exists().where(ours, col(Signal.external_id) == SlackReaction.message),
                col(SlackReaction.heard_at) < at - _ORPHANED,
            )
            gone = [session.execute(each.execution_options(synchronize_session=False)) for each in (orphans, strays)]
            return sum(getattr(each, "rowcount", 0) for each in gone)


def _reports_of(session: Session, external_id: str) -> list[int]:
    held = select(Signal.report_id).where(Signal.source == "slack", Signal.external_id == external_id)
    return sorted({report_id for report_id in session.exec(held) if report_id is not None})
