"""Names that people give reports. A report's own title goes on beneath, as later judgments make it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from storage import journal
from storage.columns import now
from storage.errors import IllegalMove
from storage.records import Entry, EntryKind, Report
from storage.transactions import Transactions, locked

_WORDS, _FOUND = 8, 64
_RENAMED = "renamed it"  # without the words: they may be erased


class Names:
    """Gives names, takes them back, and finds reports by them."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def give(self, report_id: int, name: str, by: str) -> bool:
        """Call it so; False if it is called so already. Raises NotFound, and IllegalMove of what was merged away."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.merged_into is not None:
                raise IllegalMove(f"{report.ref} was merged into SB-{report.merged_into}: rename that.")
            if report.name == name:
                return False
            report.name, report.named_at = name, now()
            report.version += 1
            journal.tell(session, report_id, EntryKind.WORD, by, _RENAMED)
            return True

    def take_back(self, report_id: int, by: str) -> bool:
        """Call it by its own title again; False if it is. Raises NotFound."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if not report.name:
                return False
            report.name, report.named_at = "", None
            report.version += 1
            journal.tell(session, report_id, EntryKind.WORD, by, "gave it its own title back")
            return True

    def having(self, words: Sequence[str]) -> list[int]:
        """The reports whose names hold all of these words, newest first."""
        if not words:
            return []
        rows = select(Report.id).where(Report.name != "")
        for word in words[:_WORDS]:
            rows = rows.where(func.lower(col(Report.name)).contains(word.lower(), autoescape=True))
        with self._on.read() as session:
            return [each or 0 for each in session.exec(rows.order_by(col(Report.id).desc()).limit(_FOUND))]


def named_by(session: Session, report: Report) -> str:
    """Who gave it the name that it has; empty if it has none."""
    if not report.name:
        return ""
    rows = select(Entry.who).where(Entry.report_id == report.id, Entry.kind == EntryKind.WORD, Entry.text == _RENAMED)
    return session.exec(rows.order_by(col(Entry.id).desc()).limit(1)).first() or ""


def named_since(report: Report, moment: dt.datetime | None) -> bool:
    """Whether people named it, and that was after a moment."""
    return bool(report.name) and report.named_at is not None and (moment is None or report.named_at > moment)
