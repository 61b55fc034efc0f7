"""Pardons: what people restored from the quarantine, so that the same from that source is not held again."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.columns import now
from storage.plumbing import Pardon
from storage.records import Signal
from storage.transactions import Transactions, insert_once, locked


class Pardons:
    """The pardons; `Signals.restore` writes them."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def of(self, source: str) -> frozenset[str]:
        """The fragments that stand pardoned for a source."""
        with self._on.read() as session:
            standing = select(Pardon.fragment).where(Pardon.source == source, Pardon.withdrawn_by == "")
            return frozenset(session.exec(standing))

    def log(self, limit: int = 20) -> list[Pardon]:
        """Who restored what and when, newest first; withdrawn ones among them."""
        with self._on.read() as session:
            return list(session.exec(select(Pardon).order_by(col(Pardon.id).desc()).limit(limit)))

    def use(self, source: str, fragment: str) -> None:
        """Count that it let another signal pass."""
        with self._on.write() as session:
            used = update(Pardon).where(col(Pardon.source) == source, col(Pardon.fragment) == fragment)
            session.execute(used.values(used=Pardon.used + 1))

    def withdraw(self, pardon_id: int, by: str) -> bool:
        """Take it back: the rules and the model judge such text again. False when it had been; raises NotFound."""
        with self._on.write() as session:
            pardon = locked(session, Pardon, pardon_id)
            if pardon.withdrawn_by:
                return False
            pardon.withdrawn_by = by
            return True


def words_fragment(signal: Signal) -> str:
    """By what the words of a whole signal are known again; empty when it has none left."""
    return f"words:{signal.text_hash}" if signal.text_hash else ""


def pardon(session: Session, signal: Signal, by: str) -> None:
    """Remember what a restored signal was held for, and its words as a whole."""
    blocked = signal.screening.fragment if signal.screening is not None else ""
    for fragment in filter(None, (blocked, words_fragment(signal))):
        row = Pardon(source=signal.source, fragment=fragment, signal_id=signal.id or 0, by=by)
        if insert_once(session, row) is None:
            again = update(Pardon).where(col(Pardon.source) == signal.source, col(Pardon.fragment) == fragment)
            stand = again.where(col(Pardon.withdrawn_by) != "")
            session.execute(stand.values(withdrawn_by="", by=by, at=now(), signal_id=signal.id))
