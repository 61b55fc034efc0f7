"""The outbox: what we posted to Slack, once per (report, purpose), and the pen that one publisher at a time holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import or_
from sqlmodel import col, select

from storage.columns import now
from storage.plumbing import CARD, OutboxRow
from storage.records import Report
from storage.transactions import Transactions, insert_once, locked

UNDER_REPORTERS = ("reaction", "link", "proven", "answer")  # what purposes begin with, before a signal's id
REACTIONS = ("eyes", "white_check_mark")
_NAMED_AT_ONCE = 500  # signals; of more, all rows of the report are read


class Told(NamedTuple):
    """What the reporters of a report in Slack were told: its hash, and up to which epoch of the filing they were."""

    words: str
    epoch: int


class Outbox:
    """Our messages in Slack."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def of_report(self, report_id: int) -> dict[str, OutboxRow]:
        """The report's messages by purpose."""
        with self._on.read() as session:
            rows = session.exec(select(OutboxRow).where(OutboxRow.report_id == report_id).order_by(col(OutboxRow.id)))
            return {row.purpose: row for row in rows}

    def of_thread(self, report_id: int) -> dict[str, OutboxRow]:
        """The messages in the report's own thread by purpose, without what is said under those of reporters."""
        purpose = col(OutboxRow.purpose)
        theirs = or_(*(purpose.startswith(f"{each}:", autoescape=True) for each in UNDER_REPORTERS))
        with self._on.read() as session:
            rows = session.exec(select(OutboxRow).where(OutboxRow.report_id == report_id, ~theirs))
            return {row.purpose: row for row in rows}

    def under(self, report_id: int, signal_ids: Sequence[int]) -> dict[str, OutboxRow]:
        """What is said under the messages that these signals are, by purpose."""
        if len(signal_ids) > _NAMED_AT_ONCE:
            return self.of_report(report_id)
        names = [f"{each}:{signal_id}" for each in UNDER_REPORTERS for signal_id in signal_ids]
        names += [f"{name}:{mark}" for name in names if name.startswith("reaction:") for mark in REACTIONS]
        with self._on.read() as session:
            named = col(OutboxRow.purpose).in_(names)
            rows = session.exec(select(OutboxRow).where(OutboxRow.report_id == report_id, named))
            return {row.purpose: row for row in rows}

    def intend(self, report_id: int, purpose: str, channel: str, thread_ts: str = "") -> OutboxRow:
        """Note that a message is about to be posted. The row there is, when it was intended before."""
        with self._on.write() as session:
            new = OutboxRow(report_id=report_id, purpose=purpose, channel=channel, thread_ts=thread_ts)
            insert_once(session, new)
            row = session.exec(
                select(OutboxRow).where(OutboxRow.report_id == report_id, OutboxRow.purpose == purpose)
            ).one()
            row.tried_at = now()
            return row

    def withdraw(self, row_id: int) -> None:
        """Note that what was intended was certainly not tried."""
        with self._on.write() as session:
            locked(session, OutboxRow, row_id).tried_at = None

    def posted(self, row_id: int, ts: str, drawn: str, permalink: str = "") -> None:
        """Note that it was posted, or found in Slack, at `ts`, showing what hashes to `drawn`."""
        with self._on.write() as session:
            row = locked(session, OutboxRow, row_id)
            row.ts, row.drawn, row.trouble = ts, drawn, ""
            row.permalink = permalink or row.permalink
            row.posted_at = row.posted_at or now()

    def redrawn(self, row_id: int, drawn: str) -> None:
        """Note that it was updated."""
        with self._on.write() as session:
            row = locked(session, OutboxRow, row_id)
            row.drawn, row.trouble = drawn, ""

    def failed(self, row_id: int, trouble: str) -> None:
        """Note why it could not be posted or updated."""
        with self._on.write() as session:
            locked(session, OutboxRow, row_id).trouble = trouble

    def linked(self, row_id: int, permalink: str) -> None:
        """Keep its address in Slack."""
        with self._on.write() as session:
            locked(session, OutboxRow, row_id).permalink = permalink

    def at(self, channel: str, ts: str) -> OutboxRow | None:
        """Which of our messages this is."""
        with self._on.read() as session:
            return session.exec(select(OutboxRow).where(OutboxRow.ts == ts, OutboxRow.channel == channel)).first()

    def is_posted(self, report_id: int, purpose: str) -> bool:
        """Whether people can see the report's message for this purpose."""
        with self._on.read() as session:
            same = (OutboxRow.report_id == report_id, OutboxRow.purpose == purpose, OutboxRow.ts != "")
            return session.exec(select(OutboxRow.id).where(*same)).first() is not None

    def permalink(self, report_id: int) -> str:
        """The address of the report's root message in Slack; empty while it is not known."""
        with self._on.read() as session:
            card = select(OutboxRow).where(OutboxRow.report_id == report_id, OutboxRow.purpose == CARD)
            row = session.exec(card).first()
            return row.permalink if row else ""

    def permalinks(self, report_ids: Collection[int]) -> dict[int, str]:
        """The addresses of these reports' root messages, as far as they are known."""
        with self._on.read() as session:
            cards = select(OutboxRow.report_id, OutboxRow.permalink).where(OutboxRow.purpose == CARD)
            return dict(session.exec(cards.where(col(OutboxRow.report_id).in_(report_ids))).all())

    def take_pen(self, report_id: int, holder: str, seconds: float) -> int | None:
        """Become the one who draws the report, for so many seconds; the version to draw.

        None when somebody else holds the pen. Who holds it already may take it again, for longer.
        """
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            until = report.publisher_until
            if report.publisher not in ("", holder) and until is not None and until > now():
                return None
            report.publisher = holder
            report.publisher_until = now() + dt.timedelta(seconds=seconds)
            return report.version

    def put_pen_down(self, report_id: int, holder: str, drawn_version: int, told: Told | None = None) -> bool:
        """Say which version was drawn, and what reporters were told; let others draw. Whether Slack shows the newest.

        False when it is to be drawn again, and when somebody else has taken the pen meanwhile.
        """
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.publisher != holder:
                return False
            report.publisher, report.publisher_until = "", None
            report.drawn_version = max(report.drawn_version, drawn_version)
            if told is not None:
                report.told_epoch, report.told_words = told.epoch, told.words
            return report.drawn_version >= report.version
