"""Words for which a fix was kept back, until somebody who may decide says that they are fine."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.judgments import Judgment
from storage.records import Entry, EntryKind
from storage.status import Status

_BETWEEN = "; "  # holds no word of ours: names, hosts and sums have none


class KeptBack(Judgment):
    """The words, in small letters: all that was in a fix's way. Kept with the move by which the report got stuck."""

    words: tuple[str, ...]

    @property
    def said(self) -> str:
        """As one text, which a decision and the journal keep."""
        return _BETWEEN.join(self.words)


def words_in(said: str) -> tuple[str, ...]:
    """The words of such a text."""
    return tuple(word for word in said.split(_BETWEEN) if word)


def kept_back_by(entry: Entry) -> KeptBack | None:
    """The words for which the report got stuck by this move, if it was for words alone."""
    if entry.after is not Status.STUCK or not entry.judgment or "words" not in entry.judgment:
        return None
    return KeptBack.model_validate(entry.judgment)


def latest_stop(session: Session, report_id: int) -> Entry | None:
    """The report's latest move, if it got stuck by it."""
    moves = select(Entry).where(Entry.report_id == report_id, Entry.kind == EntryKind.MOVE)
    last = session.exec(moves.order_by(col(Entry.id).desc()).limit(1)).first()
    return last if last is not None and last.after is Status.STUCK else None
